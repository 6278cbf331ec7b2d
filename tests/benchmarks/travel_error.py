"""Compares the center's travel times with a matrix of somebody else's: how far they differ.

python tests/benchmarks/travel_error.py MATRIX.csv [ROADS.npz]

The matrix has county codes in its first row and column and minutes in its cells. It is an
indication, not the truth: ask how its own times came about before believing the difference.
With ROADS.npz the imported road graph is compared instead of the shipped table.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from data.ingest.geography import build_travel
from data.ingest.seeding import area_tree

BANDS = ((0, 60), (60, 120), (120, 240), (240, 10_000))
WORST, LEAST_MINUTES = 15, 40


def say(line=""):
    """Print a line."""
    print(line)


def read(path):
    """Codes and minutes of a matrix file."""
    rows = list(csv.reader(Path(path).read_text("utf-8-sig").splitlines()))
    columns = rows[0][1:]
    cells = {(r[0], c): v for r in rows[1:] for c, v in zip(columns, r[1:], strict=True)}
    codes = [c for c in columns if c in {r[0] for r in rows[1:]}]
    values = [[float(cells[a, b] or "nan") for b in codes] for a in codes]
    return codes, np.array(values)


def quantiles(error):
    """Median, p90 and p99 of relative errors, as words."""
    return ", ".join(
        f"{name} {100 * np.nanpercentile(error, at):.1f} %"
        for name, at in (("median", 50), ("p90", 90), ("p99", 99))
    )


def main(matrix, roads=None):
    """Print the differences over all ordered pairs of county seats both know."""
    areas = area_tree().areas
    codes, theirs = read(matrix)
    known = [k for k, c in enumerate(codes) if c in areas and areas[c].lon is not None]
    codes, theirs = [codes[k] for k in known], theirs[np.ix_(known, known)]
    points = [(areas[c].lon, areas[c].lat) for c in codes]
    travel = build_travel(Path(roads) if roads else None)
    say(travel.describe())
    found = travel.minutes(points, points)
    ours = np.array([[np.nan if v is None else v for v in row] for row in found])
    ratio = np.full(ours.shape, np.nan)
    np.divide(ours, theirs, out=ratio, where=theirs > 0)
    error = np.abs(ratio - 1)
    say(f"{len(codes)} seats, {int(np.isfinite(error).sum())} pairs")
    say(f"all: {quantiles(error)}; ours/theirs median {np.nanmedian(ratio):.3f}")
    for low, high in BANDS:
        band = (theirs > max(low, 1e-9)) & (theirs <= high)
        minutes = np.nanmedian(np.abs(ours - theirs)[band])
        say(f"{low}-{high} min: {quantiles(error[band])}; ratio {np.nanmedian(ratio[band]):.3f}, "
            f"median {minutes:.0f} min")  # fmt: skip
    say("counties most off (median of ours/theirs over their pairs):")
    rows = sorted((float(np.nanmedian(ratio[k])), codes[k]) for k in range(len(codes)))
    for value, code in [*rows[:6], *rows[-6:]]:
        say(f"  {value:.2f} {areas[code].name}")
    say(f"pairs most off (over {LEAST_MINUTES} min):")
    pairs = [
        (abs(np.log(ratio[a, b])), a, b)
        for a in range(len(codes))
        for b in range(a)
        if theirs[a, b] > LEAST_MINUTES and np.isfinite(ratio[a, b])
    ]
    for _, a, b in sorted(pairs, reverse=True)[:WORST]:
        names = f"{areas[codes[a]].short_name}—{areas[codes[b]].short_name}"
        say(f"  {names}: ours {ours[a, b]:.0f}, theirs {theirs[a, b]:.0f} min")


if __name__ == "__main__":
    main(*sys.argv[1:])
