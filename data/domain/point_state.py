"""How a 监测点 stands as one number, so that the worst of many is the greatest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum

from data.domain.alarm import Alarm
from data.domain.feeding import Latest
from data.domain.sensing import Standing, late, sensed
from data.domain.sensor import Sensor, Threshold
from data.domain.situation import MISSED_TIMES


class PointState(IntEnum):
    """The states from least to most grave."""

    UNHEARD = 0
    CALM = 1
    STUCK = 2
    MISSING = 3
    BLUE = 4
    YELLOW = 5
    ORANGE = 6
    RED = 7

    @property
    def word(self) -> str:
        """The state as the screens write it."""
        return _WORDS[self]

    @property
    def char(self) -> str:
        """The one character that stands beside the colour; none while all is well."""
        return _CHARS.get(self, "")


_P = PointState
_WORDS: Mapping[PointState, str] = {
    _P.UNHEARD: Standing.UNHEARD.word, _P.CALM: Standing.CALM.word, _P.STUCK: Standing.STUCK.word,
    _P.MISSING: Standing.MISSING.word, _P.BLUE: "蓝", _P.YELLOW: "黄", _P.ORANGE: "橙",
    _P.RED: "红",
}  # fmt: skip
_CHARS: Mapping[PointState, str] = {
    _P.STUCK: "滞", _P.MISSING: "断", _P.BLUE: "蓝", _P.YELLOW: "黄", _P.ORANGE: "橙", _P.RED: "红",
}  # fmt: skip
WAITING = 8  # added to a state while an alarm of the point waits for a person

OF_COLOUR: Mapping[str, PointState] = {
    "blue": _P.BLUE, "yellow": _P.YELLOW, "orange": _P.ORANGE, "red": _P.RED,
}  # fmt: skip
# The rungs of the ladder in the four warning colours, as the whole program shows them.
OF_RUNG: Mapping[str, PointState] = {
    "设防": _P.BLUE, "警戒": _P.YELLOW, "保证": _P.ORANGE, "历史最高": _P.RED,
}  # fmt: skip
_OF_STANDING: Mapping[Standing, PointState] = {
    Standing.UNHEARD: _P.UNHEARD, Standing.CALM: _P.CALM, Standing.STUCK: _P.STUCK,
    Standing.MISSING: _P.MISSING,
}  # fmt: skip


def of_alarm(alarm: Alarm) -> PointState:
    """The state an open alarm of a level puts its point in; the rule's colour decides."""
    return OF_COLOUR.get(alarm.colour) or OF_RUNG.get(alarm.level, _P.BLUE)


def of_point(
    sensor: Sensor,
    latest: Latest | None,
    alarms: Sequence[Alarm],
    now: datetime,
    ladder: Iterable[Threshold] | None = None,
    times: float = MISSED_TIMES,
) -> PointState:
    """How a point stands: the worst of its open alarms and of the rung its newest value is on.

    Parameters
    ----------
    ladder
        The thresholds in force, where the caller has them at hand.
    times
        After how many intervals a silent sensor is missed, `Situation.missed_times`.
    """
    state = _by_alarms(sensor, latest, alarms, now, times)
    if latest is None or not sensor.thresholds:
        return state
    held = sensor.in_force(now.date()) if ladder is None else ladder
    rungs = [OF_RUNG.get(t.level, state) for t in held if t.reached_by(latest.value)]
    return max([state, *rungs])


def _by_alarms(
    sensor: Sensor, latest: Latest | None, alarms: Sequence[Alarm], now: datetime, times: float
) -> PointState:
    if not alarms:  # the usual point, thousands a second: the same as below without asking twice
        if latest is None:
            return _P.UNHEARD
        return _P.MISSING if late(sensor, latest, now, times) else _P.CALM
    how = sensed(sensor, latest, alarms, now, times)
    if how.standing == Standing.OVER:
        return max(of_alarm(a) for a in alarms if a.id in how.alarms)
    return _OF_STANDING[how.standing]


def code_of(
    sensor: Sensor,
    latest: Latest | None,
    alarms: Sequence[Alarm],
    now: datetime,
    ladder: Iterable[Threshold] | None = None,
    times: float = MISSED_TIMES,
) -> int:
    """A point's state as one number; `WAITING` is added while an alarm waits for a person."""
    state = of_point(sensor, latest, alarms, now, ladder, times)
    return int(state) + (WAITING if any(a.waits for a in alarms) else 0)
