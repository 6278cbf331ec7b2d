"""The schematic road graph: county seats joined by expressways and by ordinary roads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]
Floats = npt.NDArray[np.float64]
EARTH_RADIUS_KM = 6371.0088

# Assumptions, not measurements: the center ships no road extract. Each is one line to change.
EXPRESSWAY_KMH = 100.0  # the limit is 100-120 on the plain, 80 in the hills
EXPRESSWAY_DETOUR = 1.25  # road length over the straight line between two seats of a sequence
RAMP_MINUTES = 3.0  # from a county seat to the nearest toll gate, and the same at the other end
ORDINARY_KMH = 55.0  # national and provincial roads through towns
OFF_GRAPH_KMH = 45.0  # county and village roads at both ends of a journey
PLAIN = 1.3

# Road length over straight line by prefecture; a prefecture left out is `PLAIN`.
TERRAIN_FACTOR: Mapping[str, float] = {
    "422800": 1.7,  # 恩施: 武陵山区, roads follow the valleys
    "420300": 1.7,  # 十堰: 秦巴山区
    "429021": 1.7,  # 神农架: 林区 mountain roads
    "420500": 1.6,  # 宜昌: the west is 三峡 gorges, the east (枝江 当阳) is plain
    "420600": 1.45,  # 襄阳: 南漳 保康 谷城 hills, the 鄂北 terraces flat
    "421100": 1.45,  # 黄冈: the north leans on 大别山
    "421200": 1.45,  # 咸宁: 幕阜山
    "421300": 1.45,  # 随州: between 桐柏山 and 大洪山
    "420200": 1.45,  # 黄石: hills of 阳新 and 大冶
}


@dataclass(frozen=True)
class Seat:
    """A county seat of the graph: where it is, and which prefecture's terrain it stands in."""

    lon: float
    lat: float
    prefecture: str = ""

    @property
    def factor(self) -> float:
        """Road length over straight line round here."""
        return TERRAIN_FACTOR.get(self.prefecture, PLAIN)


def distance_km(a: Floats, b: Floats) -> Floats:
    """Great-circle kilometres between lon/lat arrays (…, 2), broadcast."""
    lon1, lat1 = np.radians(a[..., 0]), np.radians(a[..., 1])
    lon2, lat2 = np.radians(b[..., 0]), np.radians(b[..., 1])
    h = np.sin((lat2 - lat1) / 2) ** 2
    h = h + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    found: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
    return found


@dataclass(frozen=True)
class Roads:
    """Nodes 0..n-1 are seats on ordinary roads, n..2n-1 the same seats on the expressway.

    `ends` (m, 2) joins nodes, `minutes` (m,) costs them, `lines` (m,) is their geometry.
    """

    points: Floats
    factors: Floats
    ends: npt.NDArray[np.int64]
    minutes: Floats
    lines: npt.NDArray[np.object_] = field(repr=False)

    @property
    def seats(self) -> int:
        """How many seats there are."""
        return len(self.points)

    def point(self, node: int) -> Point:
        """Where a node is."""
        lon, lat = self.points[node % self.seats]
        return float(lon), float(lat)

    def open_edges(self, closures: Sequence[BaseGeometry]) -> npt.NDArray[np.bool_]:
        """Which edges no closure cuts; ramps lie in their seat and are never cut."""
        is_open = np.ones(len(self.ends), dtype=bool)
        for closure in closures:
            is_open &= ~shapely.intersects(closure, self.lines)
        return is_open


def build_roads(
    seats: Mapping[str, Seat],
    expressways: Iterable[Sequence[str]],
    neighbours: Iterable[tuple[str, str]],
) -> Roads:
    """The graph of seats, expressway sequences of seat keys, and pairs of neighbouring counties.

    Raises
    ------
    ValueError
        When a sequence or a pair names a seat that is not among `seats`.
    """
    index = {key: i for i, key in enumerate(seats)}
    points = np.array([(s.lon, s.lat) for s in seats.values()], dtype=float).reshape(-1, 2)
    factors = np.array([s.factor for s in seats.values()], dtype=float)
    n = len(index)
    pairs: dict[tuple[int, int], float] = {}

    def number(key: str) -> int:
        if key not in index:
            raise ValueError(f"路网中的“{key}”不在县级驻地表中，请核对高速公路表与区划表")
        return index[key]

    for i in range(n):
        pairs[i, n + i] = RAMP_MINUTES
    for sequence in expressways:
        numbers = [number(key) for key in sequence]
        for a, b in pairwise(numbers):
            km = float(distance_km(points[a], points[b])) * EXPRESSWAY_DETOUR
            pairs[n + a, n + b] = km / EXPRESSWAY_KMH * 60
    for left, right in neighbours:
        a, b = number(left), number(right)
        km = float(distance_km(points[a], points[b])) * float(factors[a] + factors[b]) / 2
        pairs[a, b] = km / ORDINARY_KMH * 60
    ends = np.array([*pairs], dtype=np.int64).reshape(-1, 2)
    lines = _lines(points, ends, n)
    return Roads(points, factors, ends, np.array([*pairs.values()]), lines)


def _lines(points: Floats, ends: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.object_]:
    """The straight line of every edge; a ramp has none."""
    lines = np.empty(len(ends), dtype=object)
    for k, (a, b) in enumerate(ends % max(n, 1)):
        lines[k] = None if a == b else shapely.LineString([points[a], points[b]])
    return lines
