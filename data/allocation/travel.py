"""Travel times and routes between any two points, over the schematic graph or by air."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.allocation.roads import (
    OFF_GRAPH_KMH,
    Floats,
    Point,
    Roads,
    Seat,
    build_roads,
    distance_km,
)

AIR_KMH = 200.0  # assumption: cruising speed of a medium rescue helicopter
AIR_START_MINUTES = 15.0  # assumption: from the order to take-off
NEAREST_SEATS = 5  # seats tried at each end of a journey
DIRECT_KM = 40.0  # up to here the direct line along local roads is tried too
_KEPT = 256  # targets kept, each a few kilobytes

Closures = Sequence[BaseGeometry | Mapping[str, Any]]


@dataclass(frozen=True)
class _Reach:
    """Minutes from every node to one target, and the next node on the way (-1 at the end)."""

    minutes: Floats
    onward: npt.NDArray[np.int32]


class Travel:
    """Minutes door to scene over plain data handed in; asks no network and reads no file.

    The interface is final, the inside an honest stand-in: straight lines stretched by terrain,
    along expressways where their table knows them. All speeds are assumptions of `roads`.
    """

    def __init__(
        self,
        seats: Mapping[str, Seat],
        expressways: Iterable[Sequence[str]] = (),
        neighbours: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Build the graph; keys of `seats` are area codes, used by the other two."""
        self.roads: Roads = build_roads(seats, expressways, neighbours)
        self._reach = lru_cache(maxsize=_KEPT)(self._find_reach)

    def minutes(
        self,
        origins: Sequence[Point],
        targets: Sequence[Point],
        *,
        by_air: bool = False,
        closures: Closures = (),
    ) -> list[list[float | None]]:
        """Minutes from each origin (row) to each target (column); None where no way is open.

        `closures` are polygons (shapely or GeoJSON, EPSG:4326) that cut every road they meet;
        one that holds an end of the journey itself lets rescuers in. Flights ignore them.
        """
        if not origins or not targets:
            return [[] for _ in origins]
        starts, ends = np.array(origins, dtype=float), np.array(targets, dtype=float)
        if by_air:
            km = distance_km(starts[:, None, :], ends[None, :, :])
            return _plain(km / AIR_KMH * 60 + AIR_START_MINUTES)
        areas = _areas(closures)
        legs = [self._legs((float(x), float(y)), areas) for x, y in starts]
        columns = [self._column(starts, legs, (float(x), float(y)), areas) for x, y in ends]
        return _plain(np.column_stack(columns))

    def route(self, origin: Point, target: Point, closures: Closures = ()) -> list[Point]:
        """The points of the way from origin to target, both included; empty where none is open."""
        areas = _areas(closures)
        reach = self._reach(target, areas)
        nodes, cost = self._legs(origin, areas)
        total = cost + reach.minutes[nodes] if len(nodes) else np.array([np.inf])
        best = int(np.argmin(total))
        direct = self._direct(np.array([origin]), target, areas)[0]
        if not np.isfinite(min(direct, total[best])):
            return []
        way = [origin]
        if total[best] < direct:
            node = int(nodes[best])
            while 0 <= node < 2 * self.roads.seats:
                way.append(self.roads.point(node))
                node = int(reach.onward[node])
        way.append(target)
        return [p for k, p in enumerate(way) if k == 0 or p != way[k - 1]]

    def _column(
        self,
        starts: Floats,
        legs: list[tuple[npt.NDArray[np.int64], Floats]],
        target: Point,
        areas: tuple[bytes, ...],
    ) -> Floats:
        """Minutes from every start to one target."""
        reach = self._reach(target, areas)
        through = [
            float(np.min(cost + reach.minutes[nodes])) if len(nodes) else np.inf
            for nodes, cost in legs
        ]
        found: Floats = np.minimum(np.array(through), self._direct(starts, target, areas))
        return found

    def _find_reach(self, target: Point, areas: tuple[bytes, ...]) -> _Reach:
        """One Dijkstra from the target; every edge goes both ways, so reversing changes nothing."""
        roads, goal = self.roads, 2 * self.roads.seats
        is_open = roads.open_edges(_polygons(areas))
        nodes, cost = self._legs(target, areas)
        ends = roads.ends[is_open]
        rows = np.concatenate([ends[:, 0], ends[:, 1], np.full(len(nodes), goal)])
        columns = np.concatenate([ends[:, 1], ends[:, 0], nodes])
        values = np.concatenate([roads.minutes[is_open], roads.minutes[is_open], cost])
        graph = csr_array((np.maximum(values, 1e-9), (rows, columns)), shape=(goal + 1, goal + 1))
        minutes, before = dijkstra(graph, indices=[goal], return_predecessors=True)
        return _Reach(minutes[0, :goal], before[0])

    def _legs(self, point: Point, areas: tuple[bytes, ...]) -> tuple[npt.NDArray[np.int64], Floats]:
        """The nearest seats that may be reached off the graph, and the minutes to each."""
        km = distance_km(np.array(point), self.roads.points)
        near = np.argsort(km, kind="stable")[:NEAREST_SEATS].astype(np.int64)
        lines = [shapely.LineString([point, self.roads.point(int(i))]) for i in near]
        passable = _passable(np.array([point] * len(near)), lines, areas)
        near = near[passable]
        return near, km[near] * self.roads.factors[near] / OFF_GRAPH_KMH * 60

    def _direct(self, starts: Floats, target: Point, areas: tuple[bytes, ...]) -> Floats:
        """Minutes along local roads for starts near the target, infinite for the others."""
        goal = np.array(target)
        km = distance_km(starts, goal)
        factor = 1.0
        if self.roads.seats:
            nearest = int(np.argmin(distance_km(goal, self.roads.points)))
            factor = float(self.roads.factors[nearest])
        near = km <= DIRECT_KM
        if areas and near.any():
            lines = [shapely.LineString([start, goal]) for start in starts[near]]
            inside = [target] * len(lines)
            near[near] = _passable(starts[near], lines, areas, inside)
        return np.where(near, km * factor / OFF_GRAPH_KMH * 60, np.inf)


def _passable(
    ends: Floats,
    lines: list[shapely.LineString],
    areas: tuple[bytes, ...],
    others: list[Point] | None = None,
) -> npt.NDArray[np.bool_]:
    """Which lines no closure cuts; one that holds an end of the journey does not."""
    is_open = np.ones(len(lines), dtype=bool)
    for area in _polygons(areas):
        held = shapely.contains_xy(area, ends[:, 0], ends[:, 1])
        if others is not None:
            held |= shapely.contains_xy(area, np.array(others))
        is_open &= held | ~shapely.intersects(area, np.array(lines, dtype=object))
    return is_open


def _areas(closures: Closures) -> tuple[bytes, ...]:
    """Closures as a key that compares by value."""
    shapes = (c if isinstance(c, BaseGeometry) else shape(dict(c)) for c in closures)
    return tuple(sorted(bytes(shapely.to_wkb(s)) for s in shapes if not s.is_empty))


@lru_cache(maxsize=_KEPT)
def _polygons(areas: tuple[bytes, ...]) -> tuple[BaseGeometry, ...]:
    """The polygons of a key, prepared for many questions."""
    found = tuple(shapely.from_wkb(area) for area in areas)
    for polygon in found:
        shapely.prepare(polygon)
    return found


def _plain(matrix: Floats) -> list[list[float | None]]:
    """A matrix as lists, infinite as None, to a tenth of a minute."""
    return [[round(float(v), 1) if np.isfinite(v) else None for v in row] for row in matrix]


__all__ = ["Seat", "Travel"]
