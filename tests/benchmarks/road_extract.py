"""Makes a road extract the size of a province, imports it in a child, and drives over it.

python tests/benchmarks/road_extract.py [WAYS] [FOLDER]

The country is invented: a grid of towns with streets, lanes between them that wind, national
roads and expressways with ramps over all of Hubei. It shows time and memory, not truth.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way
from shapely.geometry import box

from data.allocation.roadfile import road_travel
from data.ingest.osm import import_roads

WEST, SOUTH, EAST, NORTH = 108.4, 29.1, 116.1, 33.2
SHAPE_NODES = 6  # on a lane between two crossings
BUILDINGS = 5  # nodes that belong to no road, for each of a road: an extract is mostly not roads


def say(line):
    """Print a line."""
    print(line, flush=True)


def make(path, ways):
    """Write an invented extract of about so many ways; the nodes and ways written."""
    side = int((ways / 2) ** 0.5)
    rng = np.random.default_rng(7)
    x = np.linspace(WEST, EAST, side)
    y = np.linspace(SOUTH, NORTH, side)
    step = [(EAST - WEST) / side, (NORTH - SOUTH) / side]
    jitter = rng.uniform(-0.3, 0.3, (side, side, 2)) * step
    place = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1) + jitter
    lines = _lines(side, rng)
    free = side * side + 1
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for k, (lon, lat) in enumerate(place.reshape(-1, 2)):
            writer.add_node(Node(id=k + 1, location=(lon, lat)))
        refs = []
        for a, b, _tags in lines:
            ends = place.reshape(-1, 2)[[a, b]]
            share = np.linspace(0, 1, SHAPE_NODES + 2)[1:-1, None]
            bends = ends[0] * (1 - share) + ends[1] * share + rng.normal(0, 1e-3, (SHAPE_NODES, 2))
            for lon, lat in bends:
                writer.add_node(Node(id=free + len(refs), location=(lon, lat)))
                refs.append(None)
        shape_from = free
        free += len(refs)
        for k in range(BUILDINGS * len(refs) // 4):
            writer.add_node(
                Node(id=free + k, location=(float(rng.uniform(WEST, EAST)), 30.0 + k % 7 / 10))
            )
        for k, (a, b, tags) in enumerate(lines):
            between = range(shape_from + k * SHAPE_NODES, shape_from + (k + 1) * SHAPE_NODES)
            writer.add_way(Way(id=k + 1, nodes=[a + 1, *between, b + 1], tags=tags))
    return free + BUILDINGS * len(refs) // 4, len(lines)


def _lines(side, rng):
    """Roads of the grid: most are lanes, each tenth row a main road, each fiftieth a motorway."""
    lines = []
    for i in range(side):
        for j in range(side):
            here = i * side + j
            for there, line in _next(here, i, j, side):
                kind = "motorway" if line % 50 == 25 else "primary" if line % 10 == 0 else None
                kind = kind or ("tertiary", "unclassified", "residential")[int(rng.integers(3))]
                lines.append((here, there, {"highway": kind, "name": f"{kind}{line}"}))
                if kind == "motorway":
                    lines.append((there, here, {"highway": "motorway", "name": f"回{line}"}))
    return lines


def _next(here, i, j, side):
    """The crossings to the east and to the north, with the number of the row they share."""
    east = [(here + side, j)] if i + 1 < side else []
    north = [(here + 1, i)] if j + 1 < side else []
    return east + north


def child(extract, out):
    """Import in this process and print what it took as JSON."""
    began = time.perf_counter()
    about = import_roads(Path(extract), Path(out), lambda line: print(line, file=sys.stderr))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(json.dumps({**about, "seconds": time.perf_counter() - began, "peak_mb": peak}))


def drive(path):
    """Load the graph and ask it things, cold and warm, open and closed."""
    began = time.perf_counter()
    travel = road_travel(path)
    say(f"load {time.perf_counter() - began:.2f} s: {travel.graph.size} nodes, "
        f"{len(travel.graph.ends)} roads")  # fmt: skip
    rng = np.random.default_rng(3)
    starts = [(float(a), float(b)) for a, b in rng.uniform((110, 30), (115, 32), (2000, 2))]
    goals = [(float(a), float(b)) for a, b in rng.uniform((110, 30), (115, 32), (20, 2))]
    travel.minutes(starts[:1], [(112.0, 31.0)])

    def timed(what, ask):
        began = time.perf_counter()
        found = ask()
        say(f"{what}: {(time.perf_counter() - began) * 1000:.0f} ms")
        return found

    timed("2000 teams to 20 incidents, cold", lambda: travel.minutes(starts, goals))
    timed("the same, warm", lambda: travel.minutes(starts, goals))
    shut = [box(112.4, 30.5, 112.6, 31.0)]
    met = timed("roads one closure meets", lambda: travel.edges(shut))
    say(f"  ({len(met)} roads)")
    closed = timed(
        "2000 teams to 20 incidents, closed", lambda: travel.minutes(starts, goals, closures=shut)
    )
    say(f"  ({sum(v is None for row in closed for v in row)} pairs cut off)")
    timed("one route, closed", lambda: travel.route(starts[0], goals[0], shut))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"peak memory of the process that made, loaded and drove: {peak:.0f} MB")


def main(ways="200000", folder=""):
    """Make, import in a child, drive."""
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(folder or scratch)
        extract, out = where / "province.osm.pbf", where / "roads.npz"
        began = time.perf_counter()
        nodes, count = make(extract, int(ways))
        say(f"made {extract.stat().st_size / 1e6:.1f} MB with {nodes} nodes and {count} ways "
            f"in {time.perf_counter() - began:.0f} s")  # fmt: skip
        done = subprocess.run(
            [sys.executable, __file__, "--child", str(extract), str(out)],
            check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."},
        )  # fmt: skip
        took = json.loads(done.stdout.splitlines()[-1])
        say(f"import {took['seconds']:.1f} s, peak {took['peak_mb']:.0f} MB, "
            f"file {took['bytes'] / 1e6:.1f} MB, {took['junctions']} junctions, "
            f"{took['roads']} roads")  # fmt: skip
        drive(out)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:4])
    else:
        main(*sys.argv[1:])
