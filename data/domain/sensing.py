"""How sensors and sources stand: calm, over a level, missing, stuck; the worst of a source's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from data.domain.alarm import COLOURS, Alarm, Family
from data.domain.feeding import Latest
from data.domain.sensor import Sensor
from data.domain.situation import MISSED_TIMES, Situation


class Standing(StrEnum):
    """How a sensor or a source stands, the least worrying first."""

    CALM = "calm"
    UNHEARD = "unheard"
    STUCK = "stuck"
    MISSING = "missing"
    OVER = "over"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]


_WORDS: Mapping[Standing, str] = {
    Standing.CALM: "正常", Standing.UNHEARD: "未来数", Standing.STUCK: "数值不变",
    Standing.MISSING: "中断", Standing.OVER: "超限",
}  # fmt: skip
ORDER: Mapping[Standing, int] = {standing: rank for rank, standing in enumerate(Standing)}


@dataclass(frozen=True, kw_only=True)
class Sensed:
    """How one sensor or source stands, with the gravest level and colour that hold there."""

    standing: Standing = Standing.CALM
    level: str = ""
    colour: str = ""
    alarms: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """Greater is worse."""
        return ORDER[self.standing], COLOURS.index(self.colour) if self.colour else -1


_PLAIN = {standing: Sensed(standing=standing) for standing in Standing}  # most are one of these


def late(
    sensor: Sensor, latest: Latest | None, now: datetime, times: float = MISSED_TIMES
) -> bool:
    """Whether a sensor that said how often it reports has been silent for too long.

    One that never reported is unheard, not late: nobody knows when it should have begun.

    Parameters
    ----------
    times
        After how many intervals, `Situation.missed_times`.
    """
    if sensor.expected_every_s is None or latest is None:
        return False
    return (now - latest.at).total_seconds() > sensor.expected_every_s * times


def sensed(
    sensor: Sensor,
    latest: Latest | None,
    alarms: Iterable[Alarm],
    now: datetime,
    times: float = MISSED_TIMES,
) -> Sensed:
    """How one sensor stands, from its newest value and its open alarms."""
    held = [a for a in alarms if a.open]
    if not held:
        if latest is None:
            return _PLAIN[Standing.UNHEARD]
        return _PLAIN[Standing.MISSING if late(sensor, latest, now, times) else Standing.CALM]
    over = [a for a in held if a.family not in (Family.MISSING, Family.STUCK)]
    worst = max(over, key=_gravity, default=None)
    if worst is not None:
        standing = Standing.OVER
    elif late(sensor, latest, now, times) or any(a.family == Family.MISSING for a in held):
        standing = Standing.MISSING
    else:
        standing = Standing.STUCK
    return Sensed(
        standing=standing, level=worst.level if worst else "",
        colour=worst.colour if worst else "", alarms=tuple(a.id for a in held),
    )  # fmt: skip


def _gravity(alarm: Alarm) -> tuple[int, datetime]:
    return (COLOURS.index(alarm.colour) if alarm.colour else -1, alarm.raised_at)


def sensors_sensed(seen: Situation) -> dict[str, Sensed]:
    """How every sensor stands, by id; one pass over the open alarms."""
    alarms = open_alarms(seen)
    return {
        key: sensed(
            sensor, seen.readings.get(key), alarms.get(key, ()), seen.at, seen.missed_times
        )
        for key, sensor in seen.sensors.items()
    }


def sources_sensed(
    seen: Situation, sensors: Mapping[str, Sensed] | None = None
) -> dict[str, Sensed]:
    """How every risk source stands: the worst of its sensors and of its own combination alarms."""
    each = sensors_sensed(seen) if sensors is None else sensors
    own = open_alarms(seen)
    of_source: defaultdict[str, list[Sensed]] = defaultdict(list)
    for key, sensor in seen.sensors.items():
        if sensor.source_id is not None:
            of_source[sensor.source_id].append(each[key])
    return {key: _rolled(of_source[key], own.get(key, ())) for key in seen.sources}


def _rolled(parts: list[Sensed], own: Iterable[Alarm]) -> Sensed:
    """The worst of the parts; a source with none is calm."""
    combined = [
        Sensed(standing=Standing.OVER, level=a.level, colour=a.colour, alarms=(a.id,)) for a in own
    ]
    every = [*parts, *combined]
    worst = max(every, key=lambda s: s.rank, default=Sensed())
    return Sensed(
        standing=worst.standing, level=worst.level, colour=worst.colour,
        alarms=tuple(a for s in every for a in s.alarms),
    )  # fmt: skip


def open_alarms(seen: Situation) -> dict[str, list[Alarm]]:
    """The alarms whose cause holds, by what they are about."""
    found: defaultdict[str, list[Alarm]] = defaultdict(list)
    for alarm in seen.alarms.values():
        if alarm.open:
            found[alarm.sensor_id].append(alarm)
    return dict(found)
