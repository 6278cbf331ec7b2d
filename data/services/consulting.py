"""Keeps 会商: who took part, what was said, and every conclusion as a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.clock import aware
from data.domain.command_post import LINKS, Conclusion, Consultation
from data.domain.incident import Incident
from data.domain.messages import Command
from data.domain.messages import directing as m
from data.domain.org import PROVINCE, Permission
from data.errors import Forbidden, IllegalMove, Invalid, NotFound
from data.services import checks, tasking, wording
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def hold(unit: Unit, command: m.HoldConsultation, tools: Tools) -> dict[str, Any]:
    """Begin a 会商."""
    unit.actor.require(Permission.TASK)
    incidents = [checks.open_incident_of(unit, tools, i) for i in dict.fromkeys(command.incidents)]
    topic = checks.required(command.topic, "topic", "会商议题", "请用一句话写明议什么")
    starts = checks.past(command.starts_at, "starts_at", "开始时间", unit.now) or unit.now
    areas = tuple(dict.fromkeys(a for i in incidents for a in i.all_areas))
    kept = unit.put(
        Consultation(
            id=unit.next_id("consultation"), org=unit.actor.org, topic=topic,
            incident_id=incidents[0].id if incidents else None,
            also=tuple(i.id for i in incidents[1:]), areas=areas, link=_link(command.link),
            host=command.host.strip(), attendees=command.attendees, starts_at=starts,
            record=_record(command.record), recorded_by=unit.actor.name,
            origin=incidents[0].origin if incidents else "real",
        )
    )  # fmt: skip
    who = f"，{len(kept.attendees)} 方参加" if kept.attendees else ""
    _tell(unit, kept, f"会商开始：{topic}（{LINKS[kept.link]}）{who}")
    return {"consultation": kept}


def edit(unit: Unit, command: m.EditConsultation, tools: Tools) -> dict[str, Any]:
    """Change what is noted; who took part may also be completed after the end."""
    held = _mine(unit, tools, command.consultation_id)
    changed: dict[str, Any] = {}
    if command.topic is not None:
        changed["topic"] = checks.required(command.topic, "topic", "会商议题", "请写明议什么")
    if command.link is not None:
        changed["link"] = _link(command.link)
    if command.host is not None:
        changed["host"] = command.host.strip()
    if command.attendees is not None:
        changed["attendees"] = command.attendees
    if command.record is not None:
        if held.state == "closed" and command.record.strip() != held.record:
            raise IllegalMove("会商已结束，记录不再修改；更正请写入值班日志")
        changed["record"] = _record(command.record)
    kept = unit.put(replace(held, **changed), expect=command.expect_version)
    _tell(unit, kept, f"会商“{kept.topic}”记录更新")
    return {"consultation": kept}


def conclude(unit: Unit, command: m.Conclude, tools: Tools) -> dict[str, Any]:
    """Write a conclusion down; as a task it has owner and deadline and is followed like any."""
    held = _mine(unit, tools, command.consultation_id)
    if held.state != "open":
        raise IllegalMove("会商已结束，不能再加结论；请直接下达任务")
    text = checks.required(command.text, "text", "会商结论", "请用一句话写明决定了什么")
    if len(text) > tasking.LONGEST_TITLE:
        raise Invalid.field(
            "text", f"结论超过 {tasking.LONGEST_TITLE} 字", "请分条写，每条一个任务"
        )
    incident_id = _of(held, command.incident_id)
    made = None
    if command.task:
        _owned(unit, tools, command)
        if incident_id:
            checks.open_incident_of(unit, tools, incident_id)
        made = tasking.make_task(
            unit, title=text, incident_id=incident_id, owner=command.owner.strip(),
            owner_org=command.owner_org, due_at=_due(unit, command), source="会商",
            detail=f"会商“{held.topic}”结论", meeting_id=held.id,
        )  # fmt: skip
    conclusion = Conclusion(
        number=len(held.conclusions) + 1, text=text, task_id=made.id if made else None,
        at=unit.now, by=unit.actor.name,
    )  # fmt: skip
    kept = unit.put(replace(held, conclusions=(*held.conclusions, conclusion)))
    _tell(unit, kept, f"会商结论：{text}{'（已转任务）' if made else ''}", incident_id)
    return {"consultation": kept, "task": made}


def end(unit: Unit, command: m.EndConsultation, tools: Tools) -> dict[str, Any]:
    """End a 会商 with its record."""
    held = _mine(unit, tools, command.consultation_id)
    if held.state != "open":
        raise IllegalMove(f"会商“{held.topic}”已结束")
    record = _record(command.record) or held.record
    if not record and not held.conclusions:
        raise Invalid.field("record", "没有会商记录，也没有结论", "请写明议定情况后再结束")
    ends = checks.past(command.ends_at, "ends_at", "结束时间", unit.now) or unit.now
    if held.starts_at is not None and ends < held.starts_at:
        raise Invalid.field("ends_at", "结束早于开始", "请核对结束时间")
    kept = unit.put(replace(held, state="closed", record=record, ends_at=ends))
    tasks = f"，转任务 {len(kept.tasks)} 项" if kept.tasks else ""
    _tell(unit, kept, f"会商结束：{kept.topic}，结论 {len(kept.conclusions)} 条{tasks}")
    return {"consultation": kept}


def _mine(unit: Unit, tools: Tools, consultation_id: str) -> Consultation:
    """A 会商 that the actor's side called, or a level above it.

    Raises
    ------
    NotFound
        When it is another's.
    """
    unit.actor.require(Permission.TASK)
    held = unit.get(Consultation, consultation_id)
    tools.areas.require(unit.actor.org, (held.org,))
    return held


def _of(held: Consultation, incident_id: str | None) -> str | None:
    """The incident a conclusion belongs to: one of the 会商's own."""
    if incident_id is None:
        return held.incident_id
    if incident_id not in held.incidents:
        raise Invalid.field("incident_id", "该事件不在本次会商之内", "请选择会商所议的事件")
    return incident_id


def _owned(unit: Unit, tools: Tools, command: m.Conclude) -> None:
    """Refuse an owner outside the actor's own area, or no owner at all."""
    if not command.owner_org and not command.owner.strip():
        raise Invalid.field("owner", "没有承办", "会商结论转任务要写明由谁办理")
    if command.owner_org and command.owner_org not in tools.areas.areas:
        raise Invalid.field("owner_org", f"没有行政区划 {command.owner_org}", "请选择省、市或县")
    if command.owner_org and not tools.areas.covers(unit.actor.org, command.owner_org):
        raise Forbidden("只能向本级和下级下达任务；需要上级办理请用请求支援")


def _due(unit: Unit, command: m.Conclude) -> Any:
    """The deadline, ahead of now."""
    if command.due_at is None:
        return None
    try:
        due = aware(command.due_at)
    except ValueError as error:
        raise Invalid.field("due_at", "时限有误", str(error)) from error
    if due <= unit.now:
        raise Invalid.field("due_at", "时限早于现在", "请填写将来的时间")
    return due


def _link(name: str) -> str:
    if name not in LINKS:
        raise Invalid.field("link", f"没有“{name}”这种方式", f"可填：{'、'.join(LINKS)}")
    return name


def _record(text: str) -> str:
    said = text.strip()
    if len(said) > checks.LONGEST:
        raise Invalid.field("record", f"记录超过 {checks.LONGEST} 字", "请精简")
    return said


def _tell(unit: Unit, held: Consultation, words: str, incident_id: str | None = None) -> None:
    of = incident_id or held.incident_id
    try:
        incident = unit.get(Incident, of) if of else None
    except NotFound:
        incident = None
    area = incident.area_code if incident else (None if held.org == PROVINCE else held.org)
    head = f"{wording.titled(incident)} " if incident else ""
    unit.tell(f"{head}{words}", incident_id=of, area=area)


HANDLERS: Mapping[type[Command], Handler] = {
    m.HoldConsultation: hold,
    m.EditConsultation: edit,
    m.Conclude: conclude,
    m.EndConsultation: end,
}
