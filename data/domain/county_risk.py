"""Risk by county, from what is known now: warnings in force, open alarms, risk sources, faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from data.domain.alarm import FAULTS, Alarm
from data.domain.org import AreaTree
from data.domain.point_state import OF_COLOUR, PointState, of_alarm
from data.domain.situation import Situation
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.domain.warning_watch import active


@dataclass(frozen=True, kw_only=True)
class CountyRisk:
    """What is up in one county; `state` is the gravest colour of its warnings and alarms.

    No figure is weighed against another: counties stand by colour, then by how many things.
    """

    code: str
    name: str
    state: PointState
    alarms: int
    waiting: int
    faults: int
    warnings: int
    sources: int

    @property
    def stirred(self) -> bool:
        """Whether anything but calm is known of it."""
        return self.state > PointState.CALM


def county_risks(seen: Situation, areas: AreaTree) -> list[CountyRisk]:
    """Every county, the gravest first."""
    counties = [a for a in areas.areas.values() if a.is_county]
    alarms = _by_county((a for a in seen.alarms.values() if a.open), areas)
    sources = Counter(_county(s.area_code, areas) for s in seen.sources.values())
    warned = _warned(seen, areas)
    found = [
        _risk(a.code, a.name, alarms.get(a.code, []), warned.get(a.code, []), sources[a.code])
        for a in counties
    ]
    return sorted(
        found, key=lambda r: (-r.state, -r.warnings, -r.alarms, -r.faults, -r.sources, r.code)
    )


def _risk(
    code: str, name: str, alarms: list[Alarm], warned: list[Warning], sources: int
) -> CountyRisk:
    real = [a for a in alarms if a.family not in FAULTS]
    states = [of_alarm(a) for a in real] + [OF_COLOUR.get(w.colour or "") for w in warned]
    if len(real) < len(alarms):
        states.append(PointState.MISSING)
    return CountyRisk(
        code=code, name=name, state=max((s for s in states if s), default=PointState.CALM),
        alarms=len(real), waiting=sum(a.waits for a in real), faults=len(alarms) - len(real),
        warnings=len(warned), sources=sources,
    )  # fmt: skip


def _warned(seen: Situation, areas: AreaTree) -> dict[str, list[Warning]]:
    """The warnings in force over each county."""
    found: dict[str, list[Warning]] = {}
    for warning in active(seen):
        for code in _touched(warning, areas):
            found.setdefault(code, []).append(warning)
    return found


def _touched(warning: Warning, areas: AreaTree) -> set[str]:
    """Every county a warning lies over, as it says, or by a unit above that it names."""
    named = {*warning.areas, *([] if warning.counties else [warning.area_code])} - {None}
    above = {
        c.code for c in areas.areas.values() if c.is_county and named & set(areas.path(c.code))
    }
    return set(warning.counties) | (above if not warning.counties else set())


def _by_county(alarms: Iterable[Alarm], areas: AreaTree) -> dict[str, list[Alarm]]:
    found: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        code = _county(alarm.area_code, areas)
        if code is not None:
            found.setdefault(code, []).append(alarm)
    return found


def _county(code: str | None, areas: AreaTree) -> str | None:
    """The county a code lies in; None for what is a city's or the province's."""
    return next((c for c in reversed(areas.path(code or "")) if areas.areas[c].is_county), None)
