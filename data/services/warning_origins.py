"""What a warning is drafted from: an alarm, a surge of them, an incident, or a rule by itself."""

from __future__ import annotations

from dataclasses import replace

from data.domain.alarm import COLOURS, Alarm, Family
from data.domain.incident import Incident
from data.domain.incident_types import type_name
from data.domain.sensor import Sensor
from data.domain.surge import Surge
from data.domain.task import Step
from data.domain.warning import (
    Warning,  # noqa: A004 - the field's word
    WarningState,
)
from data.errors import IllegalMove, NotFound
from data.services import issuing_warnings, warned_area, wording
from data.services.issuing_warnings import rules_of, tell
from data.services.tools import Tools
from data.store.unit_of_work import Unit

MACHINE = "系统（按规则）"
SHOWN = 6  # alarms of a surge that are told one by one


def from_alarm(unit: Unit, tools: Tools, begun: Warning, alarm_id: str) -> Warning:
    """What the alarm says: colour by the level reached, event by the instrument, the county."""
    rules, alarm = rules_of(tools), unit.get(Alarm, alarm_id)
    if alarm.area_code is not None:
        tools.areas.require(unit.actor.org, [alarm.area_code])
    try:
        sensor = unit.get(Sensor, alarm.sensor_id)
    except NotFound:
        sensor = None
    what = f"达到{alarm.level} {alarm.threshold:g} {alarm.unit}"
    if alarm.family != Family.LEVEL:
        what = alarm.rule or f"{alarm.family.word}：{alarm.level}"
    said = (
        f"{alarm.sensor_name}{wording.clock_time(alarm.raised_at)}实测 {alarm.value:g} "
        f"{alarm.unit}，{what}。"
    )
    instrument = f"{sensor.kind} {sensor.quantity} {sensor.name}" if sensor else ""
    codes = (alarm.area_code,) if alarm.area_code else ()
    return warned_area.put(
        unit, tools,
        replace(
            begun, colour=alarm.colour or rules.alarm_colours.get(alarm.level), description=said,
            event=rules.event_of(instrument),
            incident_id=begun.incident_id or alarm.incident_id,
        ),
        areas=codes,
    )  # fmt: skip


def from_incident(unit: Unit, tools: Tools, begun: Warning, incident_id: str) -> Warning:
    """What the incident says: its type, its areas, its name."""
    incident = unit.get(Incident, incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    said = f"{incident.place or incident.name}发生{type_name(incident.type)}。"
    codes = tuple(c for c in incident.all_areas if tools.areas.covers(unit.actor.org, c))
    return warned_area.put(
        unit, tools,
        replace(begun, event=incident.type, description=begun.description or said), areas=codes,
    )  # fmt: skip


def from_surge(unit: Unit, tools: Tools, begun: Warning, surge_id: str) -> Warning:
    """What a surge says: its gravest alarm's colour and event, every alarm, all their counties.

    Raises
    ------
    IllegalMove
        When none of its alarms holds any more.
    """
    surge = unit.get(Surge, surge_id)
    held = [a for key in surge.alarms if (a := unit.get(Alarm, key)).open]
    held = [a for a in held if tools.areas.covers(unit.actor.org, a.area_code)]
    if not held:
        raise IllegalMove(f"{surge.title} 的报警已全部解除，不必据此拟预警")
    gravest = max(held, key=lambda a: (_grave(a.colour), a.raised_at))
    made = from_alarm(unit, tools, replace(begun, alarm_id=gravest.id), gravest.id)
    told = "；".join(a.told for a in sorted(held, key=lambda a: -_grave(a.colour))[:SHOWN])
    more = "等" if len(held) > SHOWN else ""
    said = f"{surge.title}，{len(held)} 处报警：{told}{more}。"
    codes = tuple(sorted({a.area_code for a in held if a.area_code}))
    return warned_area.put(
        unit, tools, replace(made, description=said if len(held) > 1 else made.description),
        areas=codes,
    )  # fmt: skip


def by_rule(unit: Unit, tools: Tools, alarm: Alarm, event: str, basis: str) -> Warning | None:
    """The draft that a rule names for an alarm it raised; None where one of its kind stands.

    The machine drafts and no more: the draft waits with the lowest body above the place that may
    issue the colour, and is issued, changed or thrown away by a person.
    """
    rules, colour = rules_of(tools), alarm.colour or None
    if colour is None:
        return None
    path = tools.areas.path(alarm.area_code) if alarm.area_code else ()
    bodies = [c for c in reversed(path) if colour in rules.colours_of(c, tools.areas)]
    if not bodies or _stands(unit, alarm, event):
        return None
    advice = rules.advice_for(event)
    begun = Warning(
        id=unit.next_id("warning"), org=bodies[0], author=MACHINE, effective=unit.now,
        expires=unit.now + rules.lasts, status=issuing_warnings.status_of(tools),
        alarm_id=alarm.id, instruction=advice.text, sample_advice=True,
        steps=(Step(what="拟稿", by=MACHINE, at=unit.now, words=f"规则：{basis}"),),
        origin="exercise" if issuing_warnings.drilling(tools) else alarm.origin,
    )  # fmt: skip
    kept = unit.put(replace(from_alarm(unit, tools, begun, alarm.id), event=event))
    tell(unit, tools, kept, "由系统拟稿，待人核发")
    return kept


def _stands(unit: Unit, alarm: Alarm, event: str) -> bool:
    """Whether a warning of the event, as grave, is drafted or in force for the alarm's county."""
    return any(
        w.event == event and not w.incoming and alarm.area_code in (*w.areas, *w.counties)
        and (w.state.unissued or w.state == WarningState.ISSUED)
        and _grave(w.colour or "") >= _grave(alarm.colour)
        for w in unit.find(Warning)
    )  # fmt: skip


def _grave(colour: str) -> int:
    return COLOURS.index(colour) if colour in COLOURS else -1
