"""Invented 演练 sensors by the ten thousand: where they stand, what they measure and read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from data.domain.org import Area, AreaTree
from data.domain.sensor import Sensor, Threshold
from data.domain.source import RiskSource
from data.exercise.flood import RainCell

PREFIX = "DRILL-"
SOURCE = "演练假定：模拟生成，非真实监测点"
SPREAD_DEG = 0.12  # about 12 km round the county's seat
RAIN = "雨量"
DRIZZLE_MM_H = 0.3  # what falls where no rain cell lies, on average: below every rule
SITES = 8  # of so many counties the plants and ponds are sources; those of the others stand alone
SITE_SENSORS = 5_000  # and so many sensors at most are looked at for one


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
    falls: bool = False  # its levels are reached by falling


SORTS = (
    Sort(40, "雨量站", RAIN, "雨量", "mm", DRIZZLE_MM_H, DRIZZLE_MM_H, 0.0),
    Sort(15, "水库水位", "水位", "水库", "m", 60.0, 1.2, 0.01, (("警戒", 62.0),)),
    Sort(15, "储罐液位", "液位", "储罐", "m", 8.0, 1.5, 0.02, (("高", 11.0), ("高高", 12.0))),
    Sort(10, "储罐压力", "压力", "储罐", "MPa", 0.8, 0.1, 0.005, (("高", 1.2), ("高高", 1.4))),
    Sort(8, "可燃气体", "可燃气体", "气体", "%LEL", 2.0, 1.0, 0.3,
         (("一级", 25.0), ("二级", 50.0))),
    Sort(3, "尾矿库水位", "水位", "尾矿库", "m", 120.0, 0.5, 0.01, (("蓝", 121.0), ("黄", 121.5))),
    Sort(2, "尾矿库干滩", "干滩长度", "尾矿库", "m", 120.0, 5.0, 0.5,
         (("黄", 90.0), ("橙", 80.0)), falls=True),
    Sort(7, "滑坡位移", "位移", "地质灾害", "mm", 3.0, 1.0, 0.2),
)  # fmt: skip
# Of which kind of source a kind of sensor is, and what stands there.
SITE_OF: Mapping[str, tuple[str, str]] = {
    "储罐": ("危险化学品", "储罐区"), "气体": ("危险化学品", "储罐区"),
    "尾矿库": ("尾矿库", "尾矿库"),
}  # fmt: skip


def sort_of(number: int) -> Sort:
    """Which sort the sensor of a number is: the same at every run."""
    place = number * 37 % sum(s.share for s in SORTS)
    for sort in SORTS:
        if place < sort.share:
            return sort
        place -= sort.share
    return SORTS[-1]


def invented(count: int, areas: AreaTree, every_s: int | None = None) -> Iterator[Sensor]:
    """So many sensors round the seats of the counties, each plainly marked 演练.

    Parameters
    ----------
    every_s
        How often they report, in seconds of the exercise.
    """
    seats = _seats(areas)
    for number in range(1, count + 1):
        yield _sensor(number, seats[number % len(seats)], _site(number, seats), every_s)


def invented_sources(count: int, areas: AreaTree) -> list[RiskSource]:
    """The plants and ponds that the first so many sensors belong to."""
    seats, made = _seats(areas), dict[str, RiskSource]()
    for number in range(1, count + 1):
        key, area = _site(number, seats), seats[number % len(seats)]
        if key is not None and key not in made:
            kind, word = SITE_OF[sort_of(number).kind]
            made[key] = RiskSource(
                id=key, name=f"演练 {area.short_name}{word}", kind=kind, area_code=area.code,
                lon=area.lon, lat=area.lat, coord_is_stand_in=True, note="演练", source=SOURCE,
                origin="exercise",
            )  # fmt: skip
    return list(made.values())


def _seats(areas: AreaTree) -> list[Area]:
    return [a for a in areas.areas.values() if a.is_county and a.lon is not None]


def _site(number: int, seats: list[Area]) -> str | None:
    """The id of the source a sensor is of."""
    place, kind = number % len(seats), sort_of(number).kind
    if place >= SITES or number > SITE_SENSORS or kind not in SITE_OF:
        return None
    pond = SITE_OF[kind][0] == "尾矿库"
    return f"{PREFIX}{'POND' if pond else 'PLANT'}-{seats[place].code}"


def key_of(number: int) -> str:
    """The id of the sensor of a number."""
    return f"{PREFIX}{number:06d}"


def _sensor(number: int, area: Area, site: str | None, every_s: int | None) -> Sensor:
    sort, rng = sort_of(number), Random(number)  # noqa: S311 - invented
    return Sensor(
        id=key_of(number), name=f"演练 {area.short_name}{sort.word} {number:05d}",
        quantity=sort.quantity, kind=sort.kind, unit=sort.unit, area_code=area.code,
        source_id=site, expected_every_s=every_s,
        lon=round((area.lon or 0) + rng.gauss(0, SPREAD_DEG / 2), 5),
        lat=round((area.lat or 0) + rng.gauss(0, SPREAD_DEG / 2), 5),
        coord_is_stand_in=True, coord_source=SOURCE, source=SOURCE, note="演练",
        confidence="演练假定", origin="exercise",
        thresholds=tuple(
            Threshold(level=level, value=value, source=SOURCE, derived=True, below=sort.falls)
            for level, value in sort.levels
        ),
    )  # fmt: skip


class Values:
    """What invented sensors read: a daily swing, noise, rain, and now and then one goes wrong."""

    def __init__(
        self, seed: int = 2020, wrong_in: int = 2_000,
        wet: Mapping[int, tuple[RainCell, ...]] | None = None,
    ) -> None:  # fmt: skip
        self._rng = Random(seed)  # noqa: S311 - invented
        self.wrong_in = wrong_in  # one sensor in so many stands beyond a level for an hour a day
        self.wet = wet or {}  # the rain cells over a gauge, by its number

    def at(self, number: int, seconds: float, since_s: float = 10.0) -> float:
        """A sensor's value at an instant, in its unit; of a gauge what fell in `since_s`."""
        sort = sort_of(number)
        phase = number % 997 / 997
        turn = math.sin(2 * math.pi * (seconds / 86_400 + phase))
        value = sort.base + sort.swing * turn + self._rng.gauss(0, sort.noise)
        if sort.quantity == RAIN:
            cells = self.wet.get(number, ())
            value = value * since_s / 3_600
            value += sum(c.fell(seconds - since_s, seconds) for c in cells)
        elif sort.levels and self._wrong(number, seconds):
            beyond = sort.levels[number % len(sort.levels)][1]
            value = min(value, beyond * 0.98) if sort.falls else max(value, beyond * 1.02)
        return round(max(0.0, value), 3)

    def _wrong(self, number: int, seconds: float) -> bool:
        hour = int(seconds // 3_600)
        return (number * 7919 + hour * 104_729) % (self.wrong_in * 24) < 24  # noqa: PLR2004
