"""What people do about alarms, one by one or a whole surge: take, handle, link, set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from data.domain.alarm import ALARM_MOVES, Alarm, AlarmState, Escalation
from data.domain.clock import SHANGHAI
from data.domain.incident import Report
from data.domain.messages import AcknowledgeAlarm, Command
from data.domain.messages.monitoring import (
    AcknowledgeAlarms,
    EscalateAlarms,
    HandleAlarms,
    LinkAlarms,
    ReturnAlarms,
    ShelveAlarms,
)
from data.domain.org import Permission
from data.domain.surge import Surge
from data.errors import IllegalMove, Invalid, NotFound
from data.services import checks
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

MOST = 500  # alarms in one command
LONGEST_ASIDE_H = 72  # 假定: nothing is set aside for longer; it may be set aside again


def acknowledge_alarm(unit: Unit, command: AcknowledgeAlarm, tools: Tools) -> dict[str, Any]:
    """A person takes an alarm, perhaps linking it to an incident."""
    alarm = _mine(unit, tools, (command.alarm_id,))[0]
    incident = None
    if command.incident_id is not None:
        incident = checks.open_incident_of(unit, tools, command.incident_id)
    alarm = unit.put(alarm.acknowledged(unit.actor.name, unit.now, command.incident_id))
    linked = f"，关联 {incident.letter} {incident.short_name}" if incident else ""
    unit.tell(
        f"确认报警：{alarm.sensor_name} {alarm.level}{linked}",
        incident_id=command.incident_id, area=alarm.area_code,
    )  # fmt: skip
    return {"alarm": alarm}


def acknowledge_alarms(unit: Unit, command: AcknowledgeAlarms, tools: Tools) -> dict[str, Any]:
    """A person takes all of them that still wait."""
    held = [a for a in _mine(unit, tools, command.alarm_ids, command.surge_id) if a.waits]
    return _each(
        unit, held, "确认报警", lambda a: a.acknowledged(unit.actor.name, unit.now, None)
    )  # fmt: skip


def handle_alarms(unit: Unit, command: HandleAlarms, tools: Tools) -> dict[str, Any]:
    """A person says what was done; the alarm stays until its cause is gone."""
    held = _mine(unit, tools, command.alarm_ids, command.surge_id)
    how = checks.required(command.how, "how", "处置情况", "请写明做了什么，如“已通知企业停泵”")
    return _each(
        unit, held, "处置报警", lambda a: a.handled(unit.actor.name, unit.now, how), f"：{how}"
    )


def link_alarms(unit: Unit, command: LinkAlarms, tools: Tools) -> dict[str, Any]:
    """A person makes them part of an incident."""
    held = _mine(unit, tools, command.alarm_ids, command.surge_id)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    told = f"，转入 {incident.letter} {incident.short_name}"
    return _each(
        unit, held, "报警转事件",
        lambda a: a.linked(unit.actor.name, unit.now, incident.id), told, incident.id,
    )  # fmt: skip


def shelve_alarms(unit: Unit, command: ShelveAlarms, tools: Tools) -> dict[str, Any]:
    """A person sets them aside until an instant; then they come back by themselves."""
    held = _mine(unit, tools, command.alarm_ids, command.surge_id)
    why = checks.required(command.why, "why", "暂搁理由", "请写明为何暂不处理，如“仪表检修”")
    hours = (command.until - unit.now).total_seconds() / 3600
    if not 0 < hours <= LONGEST_ASIDE_H:
        raise Invalid.field(
            "until", "暂搁到期时间有误", f"请填现在以后 {LONGEST_ASIDE_H} 小时以内的时间"
        )
    until = command.until.astimezone(SHANGHAI)
    return _each(
        unit, held, "暂搁报警",
        lambda a: a.shelved(unit.actor.name, unit.now, command.until, why),
        f"，至 {until:%m-%d %H:%M}：{why}",
    )  # fmt: skip


def return_alarms(unit: Unit, command: ReturnAlarms, tools: Tools) -> dict[str, Any]:
    """The time aside is over: they wait for a person again."""
    held = [a for a in _mine(unit, tools, command.alarm_ids) if a.state == AlarmState.SHELVED]
    return _each(unit, held, "暂搁到期，重新报警", Alarm.unshelved)


def escalate_alarms(unit: Unit, command: EscalateAlarms, tools: Tools) -> dict[str, Any]:
    """Nobody took them in time: somebody higher is called upon, by the roster's name."""
    held = [a for a in _mine(unit, tools, command.alarm_ids) if a.waits]
    step = Escalation(
        at=unit.now, org=command.org, name=command.name, post=command.post,
        minutes=command.minutes, source=command.source,
    )  # fmt: skip
    who = f"{tools.areas.name(command.org)} {command.post} {command.name or '（未排班）'}"
    return _each(
        unit, held, f"报警 {command.minutes:g} 分钟无人签收，升级至 {who}",
        lambda a: replace(a, escalations=(*a.escalations, step)),
    )  # fmt: skip


def thing_of(unit: Unit, cls: type[Any], key: str | None) -> Any:
    """The thing of an id, None when there is none."""
    try:
        return unit.get(cls, key) if key else None
    except NotFound:
        return None


def follow(unit: Unit, report: Report, incident_id: str) -> list[Alarm]:
    """The alarm a report was made of becomes part of its incident, with the rest of its surge."""
    alarm = thing_of(unit, Alarm, report.alarm_id)
    if alarm is None:
        return []
    surge = thing_of(unit, Surge, alarm.surge_id)
    every = [alarm, *(thing_of(unit, Alarm, i) for i in (surge.alarms if surge else ()))]
    linked: dict[str, Alarm] = {}
    for one in every:
        if one and one.id not in linked and AlarmState.LINKED in ALARM_MOVES[one.state]:
            linked[one.id] = unit.put(one.linked(unit.actor.name, unit.now, incident_id))
    return list(linked.values())


def _mine(unit: Unit, tools: Tools, ids: Sequence[str], surge_id: str = "") -> list[Alarm]:
    """The alarms of the ids, or those of a surge that hold, all within the actor's area.

    Raises
    ------
    Forbidden, NotFound, Invalid
    """
    unit.actor.require(Permission.ALARM)
    if surge_id:
        return _of_surge(unit, tools, surge_id)
    once = tuple(dict.fromkeys(ids))
    if not 0 < len(once) <= MOST:
        raise Invalid.field("alarm_ids", "没有选报警，或一次太多", f"请选 1 到 {MOST} 条")
    held = [unit.get(Alarm, alarm_id) for alarm_id in once]
    for alarm in held:
        if alarm.area_code is not None:
            tools.areas.require(unit.actor.org, [alarm.area_code])
    return held


def _of_surge(unit: Unit, tools: Tools, surge_id: str) -> list[Alarm]:
    """A surge's alarms that hold, as far as they lie in the actor's area."""
    every = [unit.get(Alarm, alarm_id) for alarm_id in unit.get(Surge, surge_id).alarms]
    mine = [a for a in every if tools.areas.covers(unit.actor.org, a.area_code)]
    if not mine:
        raise NotFound(f"没有编号为 {surge_id} 的报警聚合，或不在本辖区")
    return [a for a in mine if a.open]


def _each(
    unit: Unit,
    held: Sequence[Alarm],
    what: str,
    change: Callable[[Alarm], Alarm],
    told: str = "",
    incident_id: str | None = None,
) -> dict[str, Any]:
    """Change each; among several, those whose state does not allow it stay as they are.

    Raises
    ------
    IllegalMove
        When none allows it.
    """
    changed: list[Alarm] = []
    refused: IllegalMove | None = None
    for alarm in held:
        try:
            changed.append(unit.put(change(alarm)))
        except IllegalMove as error:
            refused = error
    if not changed:
        raise refused or IllegalMove("所选报警已由他人处理，请刷新后核对")
    named = "、".join(f"{a.sensor_name} {a.level}" for a in changed[:3])
    many = f" 等 {len(changed)} 条" if len(changed) > 3 else ""  # noqa: PLR2004
    codes = {a.area_code for a in changed}
    unit.tell(
        f"{what}：{named}{many}{told}", incident_id=incident_id,
        area=codes.pop() if len(codes) == 1 else None,
    )  # fmt: skip
    return {"alarms": changed, "alarm": changed[0]}


HANDLERS: Mapping[type[Command], Handler] = {
    AcknowledgeAlarm: acknowledge_alarm,
    AcknowledgeAlarms: acknowledge_alarms,
    HandleAlarms: handle_alarms,
    LinkAlarms: link_alarms,
    ShelveAlarms: shelve_alarms,
    ReturnAlarms: return_alarms,
    EscalateAlarms: escalate_alarms,
}
