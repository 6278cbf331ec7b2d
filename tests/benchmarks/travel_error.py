"""Compares the center's travel times with a matrix of real ones: median and p90 error.

python tests/benchmarks/travel_error.py MATRIX.csv SEATS.csv EXPRESSWAYS.csv [COUNTIES.geojson]
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape

from data.allocation.travel import Seat, Travel


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def main(matrix: str, seats_file: str, expressways_file: str, counties: str) -> None:
    """Print the errors over all ordered pairs of seats."""
    rows = [
        r
        for r in csv.DictReader(Path(seats_file).read_text("utf-8").splitlines())
        if r["level"] == "区县"
    ]
    seats = {r["adcode"]: Seat(float(r["lng"]), float(r["lat"]), r["pref_code"]) for r in rows}
    code = {r["name"]: r["adcode"] for r in rows}
    ways = csv.DictReader(Path(expressways_file).read_text("utf-8").splitlines())
    sequences = [[code[name] for name in way["seats"].split()] for way in ways]
    travel = Travel(seats, sequences, neighbours(counties, set(seats)))
    table = list(csv.reader(Path(matrix).read_text("utf-8").splitlines()))
    order = [c for c in table[0][1:] if c in seats]
    columns = [table[0].index(c) for c in order]
    real = np.array([[float(r[k]) for k in columns] for r in table[1:] if r[0] in seats])
    points = [(seats[c].lon, seats[c].lat) for c in order]
    ours = np.array(travel.minutes(points, points), dtype=float)
    mine = ours[~np.eye(len(order), dtype=bool)]
    theirs = real[~np.eye(len(order), dtype=bool)]
    error = np.abs(mine - theirs)
    say(f"{len(order)} seats, {len(mine)} pairs, bias {np.median(mine / theirs):.3f}")
    say(f"error minutes: median {np.median(error):.1f}, p90 {np.percentile(error, 90):.1f}")
    say(
        f"relative: median {np.median(error / theirs):.3f}, p90 {np.percentile(error / theirs, 90):.3f}"  # noqa: E501
    )
    near = theirs < 120
    say(
        f"under two hours: median {np.median(error[near]):.1f}, p90 {np.percentile(error[near], 90):.1f}, bias {np.median((mine / theirs)[near]):.3f}"  # noqa: E501
    )


def neighbours(path: str, known: set[str]) -> list[tuple[str, str]]:
    """Pairs of counties whose polygons touch."""
    features = json.loads(Path(path).read_text(encoding="utf-8"))["features"]
    codes = [str(f["properties"].get("gb", f["properties"].get("code")))[-6:] for f in features]
    kept = [
        (c, shape(f["geometry"]).buffer(0.002))
        for c, f in zip(codes, features, strict=True)
        if c in known
    ]
    tree = shapely.STRtree([g for _, g in kept])
    left, right = tree.query([g for _, g in kept], predicate="intersects")
    return [(kept[a][0], kept[b][0]) for a, b in zip(left, right, strict=True) if a < b]


if __name__ == "__main__":
    main(*sys.argv[1:5])
