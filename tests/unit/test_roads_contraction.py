"""Cutting at junctions and joining between them changes no travel time: against plain Dijkstra."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from data.allocation.graph import distance_km
from data.ingest.osm_graph import RawWays, compile_graph

CLASSES = ("residential", "motorway")


def country(seed):
    """Random ways over few places: crossing, touching, looping, one-way both ways, cut off."""
    rng = np.random.default_rng(seed)
    count = 40
    places = np.round(rng.uniform((114.0, 30.0), (114.05, 30.05), (count, 2)) * 1e7).astype(int)
    ways = []
    for _ in range(26):
        length = int(rng.integers(2, 7))
        ways.append(rng.choice(count, length, replace=bool(rng.integers(2))).tolist())
        ways[-1] = [n for k, n in enumerate(ways[-1]) if k == 0 or n != ways[-1][k - 1]]
    ways = [w for w in ways if len(w) > 1]
    ways.append([0, 1, 0])
    nodes = np.concatenate(ways)
    return RawWays(
        node=nodes + 1000,
        x=places[nodes, 0].astype(np.int32),
        y=places[nodes, 1].astype(np.int32),
        starts=np.append(0, np.cumsum([len(w) for w in ways])),
        way=np.arange(len(ways)) + 1,
        cls=np.zeros(len(ways), dtype=np.uint8),
        direction=rng.choice([-1, 0, 0, 0, 1], len(ways)).astype(np.int8),
        kmh=rng.choice([20.0, 30.0], len(ways)).astype(np.float32),
        name=np.zeros(len(ways), dtype=np.int32),
        names=("",),
    )


def steps(raw):
    """Every step of every way as (from, to, minutes) of OpenStreetMap nodes, in its direction."""
    for k in range(len(raw.way)):
        span = range(raw.starts[k], raw.starts[k + 1] - 1)
        for p in span:
            ends = np.array([[raw.x[q], raw.y[q]] for q in (p, p + 1)]) / 1e7
            minutes = float(distance_km(ends[0], ends[1])) / float(raw.kmh[k]) * 60
            a, b = int(raw.node[p]), int(raw.node[p + 1])
            if raw.direction[k] >= 0:
                yield a, b, minutes
            if raw.direction[k] <= 0:
                yield b, a, minutes


def minutes_between(triples, nodes):
    """Minutes between all nodes, the cheapest of parallel steps."""
    index = {n: k for k, n in enumerate(nodes)}
    best = {}
    for a, b, minutes in triples:
        pair = index[a], index[b]
        best[pair] = min(best.get(pair, np.inf), max(minutes, 1e-9))
    rows, columns = np.array([*best]).T
    size = len(nodes)
    return dijkstra(csr_array((np.array([*best.values()]), (rows, columns)), shape=(size, size)))


@pytest.mark.parametrize("seed", range(25))
def test_times_between_junctions_are_those_of_the_ways(seed):
    """Between any two nodes the graph kept, its time is that of the ways node by node."""
    raw = country(seed)
    graph, keys = compile_graph(raw, CLASSES, fragment=0)
    everything = sorted(set(raw.node.tolist()))
    plain = minutes_between(steps(raw), everything)
    osm = keys.node.tolist()
    there = [(osm[a], osm[b], m) for (a, b), m in zip(graph.ends, graph.minutes, strict=True)]
    back = [
        (osm[b], osm[a], m)
        for (a, b), m, both in zip(graph.ends, graph.minutes, graph.both, strict=True)
        if both
    ]
    found = minutes_between([*there, *back], osm)
    kept = [everything.index(n) for n in osm]
    np.testing.assert_allclose(found, plain[np.ix_(kept, kept)], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_the_shape_of_a_road_joins_its_ends(seed):
    """Each road's line begins and ends at its nodes and is as long as its minutes say."""
    raw = country(seed)
    graph, _ = compile_graph(raw, CLASSES, fragment=0)
    for road in range(len(graph.ends)):
        line = graph.line(road)
        np.testing.assert_allclose(line[0], graph.points[graph.ends[road, 0]], atol=1e-9)
        np.testing.assert_allclose(line[-1], graph.points[graph.ends[road, 1]], atol=1e-9)
        km = float(distance_km(line[1:], line[:-1]).sum())
        assert graph.minutes[road] in (
            pytest.approx(km / 20 * 60, rel=1e-6), pytest.approx(km / 30 * 60, rel=1e-6),
        )  # fmt: skip
