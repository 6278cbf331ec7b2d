"""Follows leaders' instructions until their answers are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.clock import aware
from data.domain.incident import Incident
from data.domain.messages import Command
from data.domain.messages import tasks as m
from data.domain.org import PROVINCE, Permission
from data.domain.task import Instruction, InstructionState, Step
from data.errors import Forbidden, Invalid
from data.services import checks
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

N = InstructionState


def give_instruction(unit: Unit, command: m.GiveInstruction, tools: Tools) -> dict[str, Any]:
    """A leader instructs; a duty officer may enter what a leader said, naming the leader.

    Raises
    ------
    Invalid, Forbidden, NotFound
    """
    leads = unit.actor.may(Permission.INSTRUCT)
    if not leads:
        unit.actor.require(Permission.TASK)
    text = checks.required(command.text, "text", "批示内容", "请写明批示原文")
    given_by = command.given_by.strip() or (unit.actor.name if leads else "")
    if not given_by:
        raise Invalid.field("given_by", "未填写批示领导", "代录批示须写明领导姓名和职务")
    incident = unit.get(Incident, command.incident_id) if command.incident_id else None
    if incident is not None:
        tools.areas.require(unit.actor.org, incident.all_areas)
    org = command.owner_org or unit.actor.org
    if org not in tools.areas.areas or not tools.areas.covers(unit.actor.org, org):
        raise Invalid.field("owner_org", "承办单位不在本辖区", "请选择本级或下级单位")
    given_at = checks.past(command.given_at, "given_at", "批示时间", unit.now) or unit.now
    due = aware(command.due_at) if command.due_at else None
    if due is not None and due <= given_at:
        raise Invalid.field("due_at", "反馈时限早于批示时间", "请填写批示之后的时间")
    made = unit.put(
        Instruction(
            id=unit.next_id("instruction"), incident_id=command.incident_id, org=unit.actor.org,
            owner_org=org, text=text, given_by=given_by,
            given_account=unit.actor.username, way=command.way, given_at=given_at,
            owner=command.owner.strip(), due_at=due,
            steps=(Step(what="批示", by=given_by, at=given_at, words=text),),
            origin=incident.origin if incident else "real",
        )
    )  # fmt: skip
    _tell(unit, made, f"{given_by}批示（{command.way}）：{text}")
    return {"instruction": made}


def receive_instruction(unit: Unit, command: m.ReceiveInstruction, tools: Tools) -> dict[str, Any]:
    """Sign for an instruction; from then on it is being worked on."""
    held = _for_owner(unit, tools, command.instruction_id)
    owner = command.owner.strip() or held.owner or unit.actor.name
    step = Step(what="签收", by=unit.actor.name, at=unit.now, words=f"承办：{owner}")
    moved = unit.put(replace(held.moved(N.RECEIVED, step), received_at=unit.now, owner=owner))
    _tell(unit, moved, f"批示已签收，{owner}承办：{_short(moved)}")
    return {"instruction": moved}


def answer_instruction(unit: Unit, command: m.AnswerInstruction, tools: Tools) -> dict[str, Any]:
    """Answer an instruction, in between or for good; late answers say so."""
    held = _for_owner(unit, tools, command.instruction_id)
    words = checks.required(command.words, "words", "反馈内容", "请写明落实情况和结果")
    if command.interim:
        if held.state.ended:
            raise Invalid.field("instruction_id", "该批示已办结", "无需再反馈")
        step = Step(what="阶段反馈", by=unit.actor.name, at=unit.now, words=words)
        moved = unit.put(replace(held, steps=(*held.steps, step)))
    else:
        step = Step(what="反馈", by=unit.actor.name, at=unit.now, words=words)
        moved = unit.put(
            replace(
                held.moved(N.ANSWERED, step), answered_at=unit.now,
                received_at=held.received_at or unit.now,
            )
        )  # fmt: skip
    late = "（逾期）" if not command.interim and moved.late() else ""
    _tell(unit, moved, f"批示{step.what}{late}：{words}")
    return {"instruction": moved, "late": bool(late)}


def accept_answer(unit: Unit, command: m.AcceptAnswer, tools: Tools) -> dict[str, Any]:
    """The leader's side accepts the answer."""
    held = _for_giver(unit, tools, command.instruction_id)
    step = Step(what="认可", by=unit.actor.name, at=unit.now, words=command.words.strip())
    moved = unit.put(held.moved(N.ACCEPTED, step))
    _tell(unit, moved, f"批示办结：{_short(moved)}")
    return {"instruction": moved}


def return_answer(unit: Unit, command: m.ReturnAnswer, tools: Tools) -> dict[str, Any]:
    """Back to the owner, with what is still missing."""
    held = _for_giver(unit, tools, command.instruction_id)
    words = checks.required(command.words, "words", "退回意见", "请写明还要办什么")
    if held.state != N.ANSWERED:
        raise Invalid.field("instruction_id", "该批示还没有待认可的反馈", "反馈之后才能退回")
    step = Step(what="退回", by=unit.actor.name, at=unit.now, words=words)
    moved = unit.put(replace(held.moved(N.RECEIVED, step), answered_at=None))
    _tell(unit, moved, f"批示反馈退回：{words}")
    return {"instruction": moved}


def remind_instruction(unit: Unit, command: m.RemindInstruction, tools: Tools) -> dict[str, Any]:
    """Remind the owner; every reminder is counted and on record."""
    held = _seen(unit, tools, command.instruction_id)
    if held.state not in (N.GIVEN, N.RECEIVED):
        raise Invalid.field("instruction_id", f"该批示现为“{held.state.word}”", "无需催办")
    step = Step(what="催办", by=unit.actor.name, at=unit.now, words=command.words.strip())
    moved = unit.put(replace(held, reminders=held.reminders + 1, steps=(*held.steps, step)))
    said = f"：{step.words}" if step.words else ""
    _tell(unit, moved, f"第 {moved.reminders} 次催办批示（{_short(moved)}）{said}")
    return {"instruction": moved}


def withdraw_instruction(
    unit: Unit, command: m.WithdrawInstruction, tools: Tools
) -> dict[str, Any]:
    """Its giver takes it back."""
    held = _for_giver(unit, tools, command.instruction_id)
    if not (unit.actor.may(Permission.INSTRUCT) or unit.actor.username == held.given_account):
        raise Forbidden("批示只能由批示领导或代录人撤回")
    reason = checks.required(command.reason, "reason", "撤回理由", "请写明为何撤回")
    step = Step(what="撤回", by=unit.actor.name, at=unit.now, words=reason)
    moved = unit.put(held.moved(N.WITHDRAWN, step))
    _tell(unit, moved, f"批示撤回：{reason}")
    return {"instruction": moved}


def _seen(unit: Unit, tools: Tools, instruction_id: str) -> Instruction:
    """An instruction that concerns the actor's area."""
    if not unit.actor.may(Permission.INSTRUCT):
        unit.actor.require(Permission.TASK)
    held = unit.get(Instruction, instruction_id)
    if not any(tools.areas.covers(unit.actor.org, org) for org in held.orgs):
        areas = unit.get(Incident, held.incident_id).all_areas if held.incident_id else (PROVINCE,)
        tools.areas.require(unit.actor.org, areas)
    return held


def _for_owner(unit: Unit, tools: Tools, instruction_id: str) -> Instruction:
    """The instruction, for who is to carry it out."""
    unit.actor.require(Permission.TASK)
    held = _seen(unit, tools, instruction_id)
    if not tools.areas.covers(unit.actor.org, held.owner_org):
        raise Forbidden(f"该批示由{tools.areas.name(held.owner_org or PROVINCE)}承办，请由其办理")
    return held


def _for_giver(unit: Unit, tools: Tools, instruction_id: str) -> Instruction:
    """The instruction, for the leader's side: a leader, or who entered it for the leader."""
    held = _seen(unit, tools, instruction_id)
    if not tools.areas.covers(unit.actor.org, held.org):
        raise Forbidden("该批示由上级作出，请由上级办理")
    leads = unit.actor.may(Permission.INSTRUCT)
    if not leads and unit.actor.username != held.given_account:
        raise Forbidden("反馈须由领导、带班领导或代录人认可、退回")
    return held


def _short(held: Instruction) -> str:
    """The first words of an instruction."""
    most = 24
    return held.text if len(held.text) <= most else held.text[:most] + "…"


def _tell(unit: Unit, held: Instruction, words: str) -> None:
    """The journal's line about an instruction."""
    incident = unit.get(Incident, held.incident_id) if held.incident_id else None
    unit.tell(
        f"{f'{incident.letter} ' if incident else ''}{words}", incident_id=held.incident_id,
        area=incident.area_code if incident else held.owner_org or held.org,
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {
    m.GiveInstruction: give_instruction,
    m.ReceiveInstruction: receive_instruction,
    m.AnswerInstruction: answer_instruction,
    m.AcceptAnswer: accept_answer,
    m.ReturnAnswer: return_answer,
    m.RemindInstruction: remind_instruction,
    m.WithdrawInstruction: withdraw_instruction,
}
