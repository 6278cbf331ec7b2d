"""Travel times and routes between any two points: one interface, over a road graph or by air."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from data.allocation.access import Access, Legs
from data.allocation.closing import (
    Areas,
    Closures,
    Floats,
    Point,
    areas_of,
    closed_by,
    held,
)
from data.allocation.graph import Graph, Ints
from data.allocation.roads import (
    EXPRESSWAY_KMH,
    OFF_GRAPH_KMH,
    ORDINARY_KMH,
    PLAIN,
    TERRAIN_FACTOR,
    Expressway,
    Seat,
    build_roads,
)
from data.allocation.source import (
    AIR_START_MINUTES,
    RoadEdge,
    TravelSource,
    air_minutes,
    plain,
)

KEPT_BYTES = 512e6  # of times to targets kept
YIELD_FROM = 20_000  # nodes of a graph whose searches take long enough to be felt
MOST_EDGES = 20_000  # handed out at once
MOST_POINTS, THIN_DEGREES = 200, 2e-4  # of a way: longer ones lose what is within 20 m of the line
MAIN_CLASSES = ("motorway", "trunk", "primary", "ordinary")


class GraphTravel:
    """Travel over a road graph: one Dijkstra a target on the reversed graph, kept."""

    def __init__(self, graph: Graph, access: Access, words: str) -> None:
        """`words` is what `describe` says."""
        self.graph, self._words = graph, words
        self._off = Legs(graph, access)
        kept = int(min(512, max(32, KEPT_BYTES / (4 * max(graph.size, 1)))))
        self._reach = lru_cache(maxsize=kept)(self._find_reach)
        self._costs = lru_cache(maxsize=16)(graph.costs)

    fault = ""  # it rests on nothing that could be away

    def describe(self) -> str:
        """What the times rest on."""
        return self._words

    def edges(self, near: Closures | None = None) -> list[RoadEdge]:
        """Main roads, or every road that meets one of some areas; the largest, when many."""
        graph = self.graph
        if near is None:
            main = [k for k, c in enumerate(graph.classes) if c in MAIN_CLASSES]
            chosen = np.flatnonzero(np.isin(graph.cls, main))
        else:
            met = [graph.met(area) for area in areas_of(near)]
            chosen = np.unique(np.concatenate(met)) if met else np.empty(0, dtype=np.int64)
        largest = np.argsort(graph.cls[chosen], kind="stable")[:MOST_EDGES]
        return [self._edge(int(r)) for r in chosen[np.sort(largest)]]

    def edge(self, road_id: str) -> RoadEdge | None:
        """The road an id names; None when there is none."""
        found = self.graph.keys.find(road_id)
        return self._edge(found[0]) if found else None

    def _edge(self, road: int) -> RoadEdge:
        """A road for the map."""
        graph = self.graph
        return RoadEdge(
            id=graph.keys.key(road),
            name=graph.names[graph.name[road]],
            cls=graph.classes[graph.cls[road]],
            line=[(float(x), float(y)) for x, y in graph.line(road)],
        )

    def minutes(
        self,
        origins: Sequence[Point],
        targets: Sequence[Point],
        *,
        by_air: bool = False,
        closures: Closures = (),
        closed_roads: Iterable[str] = (),
    ) -> list[list[float | None]]:
        """Minutes from each origin (row) to each target (column); see `TravelSource`."""
        if not origins or not targets:
            return [[] for _ in origins]
        starts, ends = np.array(origins, dtype=float), np.array(targets, dtype=float)
        if by_air:
            return air_minutes(starts, ends)
        areas, closed = closed_by(closures, closed_roads)
        table = np.full((len(starts), len(ends)), np.inf)
        for rows, away in _groups(starts, areas):
            legs: dict[Areas, tuple[Ints, Floats]] = {}
            for column, end in enumerate(ends):
                shut = tuple(a for a in away if not held(end[None], a)[0])
                if shut not in legs:
                    legs[shut] = self._off.legs(starts[rows], shut)
                nodes, cost = legs[shut]
                reach = self._reach((float(end[0]), float(end[1])), shut, closed)
                through = np.min(cost + reach[nodes], axis=1, initial=np.inf)
                direct = self._off.direct(starts[rows], end, shut, closed)
                table[rows, column] = np.minimum(through, direct)
        return plain(table)

    def route(
        self,
        origin: Point,
        target: Point,
        closures: Closures = (),
        closed_roads: Iterable[str] = (),
    ) -> list[Point]:
        """The points of the way from origin to target; empty where none is open."""
        ends = np.array([origin, target], dtype=float)
        areas, closed = closed_by(closures, closed_roads)
        shut = tuple(a for a in areas if not held(ends, a).any())
        reach = self._reach((float(target[0]), float(target[1])), shut, closed)
        nodes, cost = self._off.legs(ends[:1], shut)
        total = (cost + reach[nodes])[0]
        direct = self._off.direct(ends[:1], ends[1], shut, closed)[0]
        best = int(np.argmin(total)) if len(total) else -1
        if not np.isfinite(min(direct, total[best] if len(total) else np.inf)):
            return []
        way = [origin]
        if len(total) and total[best] < direct:
            way += self._way(int(nodes[0, best]), target, reach, shut, closed)
        way = _thinned([*way, target])
        return [p for k, p in enumerate(way) if k == 0 or p != way[k - 1]]

    def _way(
        self, node: int, target: Point, reach: Floats, shut: Areas, closed: frozenset[str]
    ) -> list[Point]:
        """The shape of the fastest way from a node to where it leaves the graph."""
        graph, costs = self.graph, self._costs(shut, closed)
        starts, heads, roads = graph.onward
        off, leave = self._off.legs(np.array([target], dtype=float), shut)
        ends = dict(zip(off[0].tolist(), leave[0].tolist(), strict=True))
        way = [graph.point(node)]
        for _ in range(graph.size):
            arcs = slice(starts[node], starts[node + 1])
            onward = costs[roads[arcs]] + reach[heads[arcs]]
            best = int(np.argmin(onward)) if len(onward) else -1
            if best < 0 or ends.get(node, np.inf) <= onward[best]:
                break
            road, after = int(roads[arcs][best]), int(heads[arcs][best])
            line = graph.line(road)
            forward = graph.ends[road, 0] == node
            way += [(float(x), float(y)) for x, y in (line if forward else line[::-1])]
            way.append(graph.point(after))
            node = after
        return way

    def _find_reach(self, target: Point, shut: Areas, closed: frozenset[str]) -> Floats:
        """Minutes from every node to one target: one Dijkstra from it on the reversed graph."""
        graph, goal = self.graph, self.graph.size
        starts, tails, roads = graph.backward
        nodes, cost = self._off.legs(np.array([target], dtype=float), shut)
        usable = np.isfinite(cost[0])
        costs = self._costs(shut, closed)[roads]
        values = np.concatenate([costs, cost[0, usable]])
        indices = np.concatenate([tails, nodes[0, usable]])
        indptr = np.append(starts, len(indices))
        matrix = csr_array((values, indices, indptr), shape=(goal + 1, goal + 1))
        found: Floats = dijkstra(matrix, indices=[goal])[0, :goal].astype(np.float32)
        if goal > YIELD_FROM:
            time.sleep(0.0005)  # a search holds the interpreter's lock: let the streams have a turn
        return found  # single precision: a thousandth of a minute in a day, half the memory

class Travel(GraphTravel):
    """The shipped table: expressway sequences, ordinary roads between neighbours, terrain.

    Asks no network and reads no file. All speeds are assumptions of `roads`.
    """

    def __init__(
        self,
        seats: Mapping[str, Seat],
        expressways: Iterable[Expressway | Sequence[str]] = (),
        neighbours: Iterable[tuple[str, str]] = (),
        note: str = "",
    ) -> None:
        """Build the graph; keys of `seats` are area codes, used by the other two."""
        factors = np.array([s.factor for s in seats.values()], dtype=float)
        words = note + (
            f"行车时间按县级驻地间示意路网估算：高速 {EXPRESSWAY_KMH:g}、"
            f"普通公路 {ORDINARY_KMH:g}、末端道路 {OFF_GRAPH_KMH:g} 公里/时，"
            f"绕行系数平原 {PLAIN:g}、山区至 {max(TERRAIN_FACTOR.values()):g}；非导航实测"
        )
        graph = build_roads(seats, expressways, neighbours)
        super().__init__(graph, Access(nodes=np.arange(len(seats)), factors=factors), words)


def _thinned(way: list[Point]) -> list[Point]:
    """A way of many points with those left out that no map shows."""
    if len(way) <= MOST_POINTS:
        return way
    line = shapely.LineString(way).simplify(THIN_DEGREES)
    return [(float(x), float(y)) for x, y in line.coords]


def _groups(starts: Floats, areas: Areas) -> list[tuple[Ints, Areas]]:
    """Starts by the closures that bind them: one that holds a start lets it out."""
    inside = np.array([held(starts, a) for a in areas], dtype=bool).reshape(-1, len(starts))
    if not inside.any():
        return [(np.arange(len(starts)), areas)]
    kinds, which = np.unique(inside.T, axis=0, return_inverse=True)
    return [
        (
            np.flatnonzero(which.ravel() == k),
            tuple(a for a, within in zip(areas, kind, strict=True) if not within),
        )
        for k, kind in enumerate(kinds)
    ]


__all__ = [
    "AIR_START_MINUTES", "Access", "Expressway", "GraphTravel", "RoadEdge", "Seat", "Travel",
    "TravelSource",
]  # fmt: skip
