"""A road graph as arrays: nodes, roads between them, their minutes and their shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely

from data.allocation.closing import Areas, Bools, Floats, Point, cut, polygon_of

Ints = npt.NDArray[np.int64]
EARTH_RADIUS_KM = 6371.0088
DEGREE_KM = EARTH_RADIUS_KM * np.pi / 180
MIDDLE = np.cos(np.radians(31.0))  # of Hubei's latitudes, for the flat index of nodes
UNITS = 1e7  # stored coordinates are whole ten-millionths of a degree, about a centimetre
LEAST_MINUTES = 1e-3  # no road takes no time: a way back must lead onward


def distance_km(a: Floats, b: Floats) -> Floats:
    """Great-circle kilometres between lon/lat arrays (…, 2), broadcast."""
    lon1, lat1 = np.radians(a[..., 0]), np.radians(a[..., 1])
    lon2, lat2 = np.radians(b[..., 0]), np.radians(b[..., 1])
    h = np.sin((lat2 - lat1) / 2) ** 2
    h = h + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    found: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
    return found


def flat_km(points: Floats) -> Floats:
    """Points (m, 2) in kilometres on a plane that is true enough to find the nearest."""
    found: Floats = points * np.array([MIDDLE, 1.0]) * DEGREE_KM
    return found


class RoadKeys(Protocol):
    """How the roads of a graph are named to the outside, the same after each build."""

    def key(self, road: int) -> str:
        """The id of a road."""

    def find(self, key: str) -> Sequence[int]:
        """The roads an id names; none when it is unknown."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Roads r join `ends[r]`; forward along their shape always, backward where `both` is set.

    `points` (n, 2) degrees; `ends` (m, 2); `minutes` (m,), `inf` where shut for good;
    `shape_at` (m + 1,) into `shape` (k, 2) in `UNITS` of a degree: a road without shape (a
    ramp inside its seat) is cut by no closure. `cls` (m,) indexes `classes`, `name` `names`.
    """

    points: Floats
    ends: npt.NDArray[np.int32]
    minutes: Floats
    both: Bools
    shape_at: Ints
    shape: npt.NDArray[np.int32] = field(repr=False)
    cls: npt.NDArray[np.uint8]
    classes: tuple[str, ...]
    name: npt.NDArray[np.int32]
    names: tuple[str, ...] = field(repr=False)
    keys: RoadKeys

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.points)

    @cached_property
    def _arcs(self) -> tuple[Ints, Ints, Ints]:
        """Tail, head and road of every direction that may be driven."""
        back = np.flatnonzero(self.both)
        tails = np.concatenate([self.ends[:, 0], self.ends[back, 1]]).astype(np.int64)
        heads = np.concatenate([self.ends[:, 1], self.ends[back, 0]]).astype(np.int64)
        return tails, heads, np.concatenate([np.arange(len(self.ends)), back])

    @cached_property
    def onward(self) -> tuple[Ints, Ints, Ints]:
        """By tail: where each node's arcs begin, their heads, their roads."""
        tails, heads, roads = self._arcs
        return _grouped(tails, heads, roads, self.size)

    @cached_property
    def backward(self) -> tuple[Ints, Ints, Ints]:
        """By head, the reversed graph: where each node's arcs begin, their tails, their roads."""
        tails, heads, roads = self._arcs
        return _grouped(heads, tails, roads, self.size)

    @cached_property
    def _boxes(self) -> tuple[Ints, Floats]:
        """Roads that have a shape, and their bounds (west, south, east, north) in degrees."""
        shaped = np.flatnonzero(np.diff(self.shape_at) > 0)
        starts = self.shape_at[:-1][shaped]
        if not len(shaped):
            return shaped, np.empty((0, 4))
        low = np.minimum.reduceat(self.shape, starts, axis=0)
        high = np.maximum.reduceat(self.shape, starts, axis=0)
        return shaped, np.hstack([low, high]) / UNITS

    def near(self, bounds: Sequence[float]) -> Ints:
        """Roads whose box meets bounds (west, south, east, north)."""
        shaped, box = self._boxes
        west, south, east, north = bounds
        meets = (box[:, 0] <= east) & (box[:, 2] >= west)
        meets &= (box[:, 1] <= north) & (box[:, 3] >= south)
        return shaped[meets]

    def line(self, road: int) -> Floats:
        """The shape of a road (k, 2) in degrees, from its first end to its second."""
        found: Floats = self.shape[self.shape_at[road] : self.shape_at[road + 1]] / UNITS
        return found

    def lines(self, roads: Ints) -> npt.NDArray[np.object_]:
        """The shapes of roads as line strings."""
        counts = (self.shape_at[1:] - self.shape_at[:-1])[roads]
        rows = np.repeat(self.shape_at[:-1][roads] - np.cumsum(counts) + counts, counts)
        at = rows + np.arange(counts.sum())
        owner = np.repeat(np.arange(len(roads)), counts)
        lines = shapely.linestrings(self.shape[at] / UNITS, indices=owner)
        return np.asarray(lines, dtype=object)

    def met(self, area: bytes) -> Ints:
        """Roads an area meets."""
        roads = self.near(polygon_of(area).bounds)
        return roads[cut(self.lines(roads), [area])] if len(roads) else roads

    def costs(self, areas: Areas, closed: Iterable[str] = ()) -> Floats:
        """Minutes of every road, infinite where an area meets it or it is named as closed."""
        minutes = np.maximum(self.minutes, LEAST_MINUTES)
        for area in areas:
            minutes[self.met(area)] = np.inf
        for key in closed:
            minutes[list(self.keys.find(key))] = np.inf
        return minutes

    def point(self, node: int) -> Point:
        """Where a node is."""
        lon, lat = self.points[node]
        return float(lon), float(lat)


def _grouped(by: Ints, other: Ints, roads: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Arcs sorted by one end: offsets (size + 1,), the other ends, the roads."""
    order = np.argsort(by, kind="stable")
    starts = np.searchsorted(by[order], np.arange(size + 1))
    return starts.astype(np.int64), other[order], roads[order]
