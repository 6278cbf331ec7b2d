"""The schematic road graph: county seats joined by expressways and by ordinary roads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from data.allocation.closing import Floats
from data.allocation.graph import UNITS, Graph, distance_km

# Assumptions, not measurements: the center ships no road extract. Each is one line to change.
EXPRESSWAY_KMH = 100.0  # the limit is 100-120 on the plain, 80 in the hills
# A sequence of seats already winds from town to town where the expressway passes them by.
EXPRESSWAY_DETOUR = 1.1
# From a county's government through its town to the nearest toll gate, 4-8 km; so at each end.
RAMP_MINUTES = 8.0
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
CLASSES = ("motorway", "ordinary", "ramp")
ORDINARY = "R"  # stands for the expressway's number in the id of an ordinary road


@dataclass(frozen=True)
class Seat:
    """A county seat of the graph: where it is, and which prefecture's terrain it stands in."""

    lon: float
    lat: float
    prefecture: str = ""
    name: str = ""

    @property
    def factor(self) -> float:
        """Road length over straight line round here."""
        return TERRAIN_FACTOR.get(self.prefecture, PLAIN)


@dataclass(frozen=True)
class Expressway:
    """An expressway as the sequence of county seats it serves (schematic)."""

    code: str
    name: str
    seats: tuple[str, ...]


@dataclass(frozen=True)
class SeatKeys:
    """Ids such as `G50:421127-421182`; either order of the two seats, and each number, holds."""

    ids: tuple[str, ...]
    known: Mapping[str, int]

    def key(self, road: int) -> str:
        """The id of a road, by its first expressway."""
        return self.ids[road]

    def find(self, key: str) -> Sequence[int]:
        """The road an id names."""
        road = self.known.get(key)
        return () if road is None else (road,)


@dataclass
class _Draft:
    """A graph in the making: one entry a road."""

    ends: list[tuple[int, int]]
    minutes: list[float]
    cls: list[int]
    names: list[str]
    ids: list[list[tuple[str, str, str]]]  # number, first seat, second seat

    def add(self, ends: tuple[int, int], minutes: float, cls: str, name: str) -> int:
        """One road more; its position."""
        self.ends.append(ends)
        self.minutes.append(minutes)
        self.cls.append(CLASSES.index(cls))
        self.names.append(name)
        self.ids.append([])
        return len(self.ends) - 1


def build_roads(
    seats: Mapping[str, Seat],
    expressways: Iterable[Expressway | Sequence[str]],
    neighbours: Iterable[tuple[str, str]],
) -> Graph:
    """The graph of seats, expressway sequences of seat keys, and pairs of neighbouring counties.

    Nodes 0..n-1 are seats on ordinary roads, n..2n-1 the same seats on the expressway.

    Raises
    ------
    ValueError
        When a sequence or a pair names a seat that is not among `seats`.
    """
    index = {key: i for i, key in enumerate(seats)}
    points = np.array([(s.lon, s.lat) for s in seats.values()], dtype=float).reshape(-1, 2)
    draft = _Draft([], [], [], [], [])
    n = len(index)

    def number(key: str) -> int:
        if key not in index:
            raise ValueError(f"路网中的“{key}”不在县级驻地表中，请核对高速公路表与区划表")
        return index[key]

    for i, key in enumerate(index):
        ramp = draft.add((i, n + i), RAMP_MINUTES, "ramp", seats[key].name)
        draft.ids[ramp].append(("ramp", key, key))
    known: dict[tuple[int, int], int] = {}
    for k, given in enumerate(expressways):
        way = given if isinstance(given, Expressway) else Expressway(f"X{k + 1}", "", tuple(given))
        for left, right in pairwise(way.seats):
            a, b = number(left), number(right)
            km = float(distance_km(points[a], points[b])) * EXPRESSWAY_DETOUR
            pair = (min(a, b), max(a, b))
            if pair not in known:
                named = _between(way.name or "高速公路", seats[left], seats[right])
                known[pair] = draft.add((n + a, n + b), km / EXPRESSWAY_KMH * 60, "motorway", named)
            draft.ids[known[pair]].append((way.code, left, right))
    for left, right in neighbours:
        a, b = number(left), number(right)
        factor = (seats[left].factor + seats[right].factor) / 2
        km = float(distance_km(points[a], points[b])) * factor
        named = _between("普通公路", seats[left], seats[right])
        road = draft.add((a, b), km / ORDINARY_KMH * 60, "ordinary", named)
        draft.ids[road].append((ORDINARY, left, right))
    return _graph(points, draft)


def _between(what: str, left: Seat, right: Seat) -> str:
    """What a road is called: its own name and the places it joins."""
    return f"{what} {left.name}—{right.name}" if left.name and right.name else what


def _graph(points: Floats, draft: _Draft) -> Graph:
    """The arrays of a draft; ramps have no shape, other roads a straight one."""
    ends = np.array(draft.ends, dtype=np.int32).reshape(-1, 2)
    cls = np.array(draft.cls, dtype=np.uint8)
    shaped = cls != CLASSES.index("ramp")
    corners = np.round(points[ends[shaped] % max(len(points), 1)] * UNITS).astype(np.int32)
    return Graph(
        points=np.vstack([points, points]),
        ends=ends,
        minutes=np.array(draft.minutes, dtype=float),
        both=np.ones(len(ends), dtype=bool),
        shape_at=np.concatenate([[0], np.cumsum(shaped * 2)]).astype(np.int64),
        shape=corners.reshape(-1, 2),
        cls=cls,
        classes=CLASSES,
        name=np.arange(len(ends), dtype=np.int32),
        names=tuple(draft.names),
        keys=SeatKeys(
            tuple("{}:{}-{}".format(*ids[0]) for ids in draft.ids),
            {
                key: road
                for road, ids in enumerate(draft.ids)
                for code, a, b in ids
                for key in (f"{code}:{a}-{b}", f"{code}:{b}-{a}")
            },
        ),
    )
