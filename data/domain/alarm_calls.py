"""Who is called upon when nobody takes an alarm: by colour, by minutes, by the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from data.domain.alarm import Alarm
from data.domain.alarm_rules import RuleBook, Stage
from data.domain.escalation import Rung, ladder
from data.domain.org import PROVINCE, AreaTree
from data.domain.situation import Situation


@dataclass(frozen=True, kw_only=True)
class AlarmCall:
    """One call upon somebody, for alarms that wait together."""

    alarms: tuple[str, ...]
    rung: Rung
    minutes: float
    source: str


def alarm_calls(seen: Situation, book: RuleBook, areas: AreaTree) -> list[AlarmCall]:
    """The calls that are due: a surge is called once in each room, whatever its alarms' number."""
    due: defaultdict[tuple[str, Rung, float], list[Alarm]] = defaultdict(list)
    sources: dict[float, str] = {}
    rungs: dict[str, list[Rung]] = {}
    for alarm in seen.alarms.values():
        for stage in _due(alarm, seen, book):
            known = alarm.area_code in areas.areas
            org = alarm.area_code if alarm.area_code and known else PROVINCE
            if org not in rungs:
                rungs[org] = ladder(seen, areas, org)
            rung = rungs[org][min(stage.up, len(rungs[org]) - 1)]
            due[alarm.surge_id or alarm.id, rung, stage.minutes].append(alarm)
            sources[stage.minutes] = stage.source
    return [
        AlarmCall(
            alarms=tuple(a.id for a in mine), rung=rung, minutes=minutes, source=sources[minutes]
        )
        for (_, rung, minutes), mine in due.items()
    ]


def _due(alarm: Alarm, seen: Situation, book: RuleBook) -> Iterator[Stage]:
    """The stages that have come and were not called yet."""
    if not alarm.waits:
        return
    called = {e.minutes for e in alarm.escalations}
    for stage in book.stages(alarm.colour):
        waited = seen.at - alarm.since
        if stage.minutes not in called and waited >= timedelta(minutes=stage.minutes):
            yield stage
