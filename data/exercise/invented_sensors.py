"""Invented 演练 sensors by the ten thousand: where they stand, what they measure and read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from data.domain.org import Area, AreaTree
from data.domain.sensor import Sensor, Threshold

PREFIX = "DRILL-"
SOURCE = "演练假定：模拟生成，非真实监测点"
SPREAD_DEG = 0.12  # about 12 km round the county's seat


@dataclass(frozen=True)
class Sort:
    """One sort of invented sensor: its share, its words, and how its values go."""

    share: int
    word: str
    quantity: str
    kind: str
    unit: str
    base: float
    swing: float
    noise: float
    levels: tuple[tuple[str, float], ...] = ()


SORTS = (
    Sort(40, "雨量站", "降雨量", "雨量", "mm", 0.4, 0.4, 0.1),
    Sort(15, "水库水位", "水位", "水库", "m", 60.0, 1.2, 0.01, (("警戒", 62.0),)),
    Sort(15, "储罐液位", "液位", "储罐", "m", 8.0, 1.5, 0.02, (("H", 11.0), ("HH", 12.0))),
    Sort(10, "储罐压力", "压力", "储罐", "MPa", 0.8, 0.1, 0.005, (("H", 1.2), ("HH", 1.4))),
    Sort(8, "可燃气体", "可燃气体", "气体", "%LEL", 2.0, 1.0, 0.3, (("H", 25.0), ("HH", 50.0))),
    Sort(5, "尾矿库水位", "库水位", "尾矿库", "m", 120.0, 0.5, 0.01),
    Sort(7, "滑坡位移", "位移", "地质灾害", "mm", 3.0, 1.0, 0.2),
)


def sort_of(number: int) -> Sort:
    """Which sort the sensor of a number is: the same at every run."""
    place = number * 37 % sum(s.share for s in SORTS)
    for sort in SORTS:
        if place < sort.share:
            return sort
        place -= sort.share
    return SORTS[-1]


def invented(count: int, areas: AreaTree) -> Iterator[Sensor]:
    """So many sensors round the seats of the counties, each plainly marked 演练."""
    seats = [a for a in areas.areas.values() if a.is_county and a.lon is not None]
    for number in range(1, count + 1):
        yield _sensor(number, seats[number % len(seats)])


def key_of(number: int) -> str:
    """The id of the sensor of a number."""
    return f"{PREFIX}{number:06d}"


def _sensor(number: int, area: Area) -> Sensor:
    sort, rng = sort_of(number), Random(number)  # noqa: S311 - invented
    return Sensor(
        id=key_of(number), name=f"演练 {area.short_name}{sort.word} {number:05d}",
        quantity=sort.quantity, kind=sort.kind, unit=sort.unit, area_code=area.code,
        lon=round((area.lon or 0) + rng.gauss(0, SPREAD_DEG / 2), 5),
        lat=round((area.lat or 0) + rng.gauss(0, SPREAD_DEG / 2), 5),
        coord_is_stand_in=True, coord_source=SOURCE, source=SOURCE, note="演练",
        confidence="演练假定", origin="exercise",
        thresholds=tuple(
            Threshold(level=level, value=value, source=SOURCE, derived=True)
            for level, value in sort.levels
        ),
    )  # fmt: skip


class Values:
    """What invented sensors read: a daily swing, noise, and now and then one that goes wrong."""

    def __init__(self, seed: int = 2020, wrong_in: int = 2_000) -> None:
        self._rng = Random(seed)  # noqa: S311 - invented
        self.wrong_in = wrong_in  # one sensor in so many rises above its levels for an hour a day

    def at(self, number: int, seconds: float) -> float:
        """A sensor's value at an instant, in its unit."""
        sort = sort_of(number)
        phase = number % 997 / 997
        turn = math.sin(2 * math.pi * (seconds / 86_400 + phase))
        value = sort.base + sort.swing * turn + self._rng.gauss(0, sort.noise)
        if sort.levels and self._wrong(number, seconds):
            value = max(value, sort.levels[0][1] * 1.02)
        return round(max(0.0, value), 3)

    def _wrong(self, number: int, seconds: float) -> bool:
        hour = int(seconds // 3_600)
        return (number * 7919 + hour * 104_729) % (self.wrong_in * 24) < 24  # noqa: PLR2004
