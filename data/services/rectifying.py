"""Follows a rectification to its acceptance; it is extended and ended only with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.domain.clock import aware
from data.domain.hazard import HazardPhoto, HazardReport, HazardState
from data.domain.messages import Command
from data.domain.messages import hazards as m
from data.domain.org import AreaTree, Permission
from data.domain.rectification import (
    RANK,
    SUPERVISIONS,
    Extension,
    Progress,
    Rectification,
    RectificationState,
    level_of,
)
from data.domain.task import Step
from data.errors import Forbidden, IllegalMove, Invalid
from data.services import checks, wording
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.blobs import keep_blob
from data.store.unit_of_work import Unit

R = RectificationState
LONGEST = 2000


def give(unit: Unit, command: m.GiveRectification, tools: Tools) -> dict[str, Any]:
    """Give a hazard to a body to put right by a deadline.

    Raises
    ------
    Forbidden, NotFound, Invalid, IllegalMove
        Among them a supervision above one's own level.
    """
    unit.actor.require(Permission.VERIFY)
    hazard = unit.get(HazardReport, command.hazard_id)
    tools.areas.require(unit.actor.org, [hazard.area_code or ""])
    body = checks.required(command.owner_body, "owner_body", "责任单位", "请填写负责整改的单位")
    owner_org = command.owner_org or hazard.area_code or unit.actor.org
    if not tools.areas.covers(unit.actor.org, owner_org):
        raise Invalid.field("owner_org", "责任单位不在本辖区", "请选择本级或下级")
    due = _ahead(command.due_at, unit.now)
    reason = command.due_reason.strip()
    if command.supervision != "none":
        _may_supervise(tools.areas, unit.actor.org, command.supervision)
        reason = checks.required(
            reason, "due_reason", "时限依据", "挂牌督办须写明时限的依据（文件、会议或研判）"
        )
    step = Step(what="下达整改", by=unit.actor.name, at=unit.now, words=reason)
    kept = unit.put(
        Rectification(
            id=unit.next_id("rectification"), hazard_id=hazard.id, area_code=hazard.area_code,
            owner_org=owner_org, org=unit.actor.org, title=hazard.title,
            measures=command.measures.strip()[:LONGEST], owner_body=body[:80],
            owner_person=command.owner_person.strip()[:64],
            owner_phone=command.owner_phone.strip()[:32], supervision=command.supervision,
            due_at=due, due_reason=reason, given_by=unit.actor.name,
            given_account=unit.actor.username, given_at=unit.now, steps=(step,),
            origin=hazard.origin,
        )
    )  # fmt: skip
    told = Step(what="转整改", by=unit.actor.name, at=unit.now, words=f"{kept.id} {body}")
    hazard = unit.put(
        replace(
            hazard.moved(HazardState.FIXING, told), rectification_id=kept.id,
            verified_by=hazard.verified_by or unit.actor.name,
            verified_at=hazard.verified_at or unit.now,
        )
    )  # fmt: skip
    _tell(unit, kept, f"下达{SUPERVISIONS[kept.supervision]}，{body}，"
                      f"{wording.clock_time(due)}前完成")  # fmt: skip
    return {"rectification": kept, "hazard": hazard}


def progress(unit: Unit, command: m.TellProgress, tools: Tools) -> dict[str, Any]:
    """A line of progress, with photos; the first one begins the work."""
    held = _workable(unit, tools, command.rectification_id)
    words = command.words.strip()[:LONGEST]
    if not words and not command.photos:
        raise Invalid.field("words", "没有写明进展", "请写明做了什么，或附照片")
    line = Progress(
        words=words, by=command.by.strip()[:64] or unit.actor.name,
        account=unit.actor.username, at=unit.now,
        photos=tuple(kept_photo(unit, p) for p in command.photos),
    )  # fmt: skip
    if held.now == R.GIVEN:
        held = held.moved(R.DOING, Step(what="开始整改", by=line.by, at=unit.now))
    held = unit.put(replace(held, progress=(*held.progress, line)))
    shots = f"（照片 {len(line.photos)} 张）" if line.photos else ""
    _tell(unit, held, f"进展：{words}{shots}")
    return {"rectification": held}


def submit(unit: Unit, command: m.SubmitRectification, tools: Tools) -> dict[str, Any]:
    """The owner says it is put right."""
    held = _workable(unit, tools, command.rectification_id)
    words = checks.required(command.words, "words", "整改情况", "请写明如何整改、现状如何")
    by = command.by.strip()[:64] or unit.actor.name
    step = Step(what="申请验收", by=by, at=unit.now, words=words)
    held = unit.put(
        replace(
            held.moved(R.SUBMITTED, step), submitted_by=by,
            submitted_account=unit.actor.username, submitted_at=unit.now,
        )
    )  # fmt: skip
    _tell(unit, held, f"申请验收{'（已超过时限）' if held.late() else ''}：{words}")
    return {"rectification": held, "late": held.late()}


def accept(unit: Unit, command: m.AcceptRectification, tools: Tools) -> dict[str, Any]:
    """Somebody other than who carried it out has looked: 销号.

    Raises
    ------
    Forbidden
        Who worked on it, the person who answers for it, or a level below the supervision's.
    """
    held = _judgeable(unit, tools, command.rectification_id)
    words = checks.required(command.words, "words", "验收意见", "请写明如何核验、结论如何")
    step = Step(what="验收通过", by=unit.actor.name, at=unit.now, words=words)
    held = unit.put(
        replace(
            held.moved(R.ACCEPTED, step), ended_by=unit.actor.name, ended_at=unit.now,
            ended_words=words,
        )
    )  # fmt: skip
    _close_hazard(unit, held, HazardState.FIXED, step)
    _tell(unit, held, f"验收通过、销号：{words}")
    return {"rectification": held}


def send_back(unit: Unit, command: m.ReturnRectification, tools: Tools) -> dict[str, Any]:
    """Not put right: back to the owner."""
    held = _judgeable(unit, tools, command.rectification_id)
    if held.now != R.SUBMITTED:
        raise IllegalMove(f"整改 {held.id} 现为“{held.now.word}”，没有待验收的内容")
    words = checks.required(command.words, "words", "退回理由", "请写明哪里没有整改到位")
    step = Step(what="验收退回", by=unit.actor.name, at=unit.now, words=words)
    held = unit.put(replace(held.moved(R.DOING, step), submitted_at=None, submitted_by=""))
    _tell(unit, held, f"验收退回：{words}")
    return {"rectification": held}


def extend(unit: Unit, command: m.ExtendRectification, tools: Tools) -> dict[str, Any]:
    """Move the deadline, with the reason; only the level that supervises may."""
    held = _supervised(unit, tools, command.rectification_id)
    due = _ahead(command.due_at, unit.now)
    reason = checks.required(command.reason, "reason", "延期理由", "请写明为何改期、谁同意")
    if held.due_at is None or due == held.due_at:
        raise Invalid.field("due_at", "时限没有变化", "请填新的时限")
    moved = Extension(
        was=held.due_at, until=due, reason=reason, by=unit.actor.name, at=unit.now
    )
    word = "延期" if due > held.due_at else "提前"
    told = f"{wording.clock_time(held.due_at)}→{wording.clock_time(due)}：{reason}"
    step = Step(what=word, by=unit.actor.name, at=unit.now, words=told)
    held = unit.put(
        replace(
            held, due_at=due, extensions=(*held.extensions, moved), steps=(*held.steps, step)
        )
    )
    _tell(unit, held, f"{word}至 {wording.clock_time(due)}：{reason}")
    return {"rectification": held}


def supervise(unit: Unit, command: m.RaiseSupervision, tools: Tools) -> dict[str, Any]:
    """Put it up at a level, or change the level; a lower one only by who may supervise it now."""
    held = _supervised(unit, tools, command.rectification_id)
    _may_supervise(tools.areas, unit.actor.org, command.supervision)
    reason = checks.required(command.reason, "reason", "理由", "请写明为何挂牌或调整级别")
    if command.supervision == held.supervision:
        raise Invalid.field("supervision", "督办级别没有变化", "请选择另一级别")
    word = SUPERVISIONS[command.supervision]
    step = Step(what=word, by=unit.actor.name, at=unit.now, words=reason)
    held = unit.put(
        replace(held, supervision=command.supervision, steps=(*held.steps, step))
    )
    _tell(unit, held, f"改为{word}：{reason}")
    return {"rectification": held}


def lift(unit: Unit, command: m.LiftRectification, tools: Tools) -> dict[str, Any]:
    """Call it off, by a leader on duty and with the reason; the hazard waits again."""
    held = _supervised(unit, tools, command.rectification_id)
    if not unit.actor.may(Permission.SIGN):
        raise Forbidden("撤销整改须由带班领导办理；时限不够请申请延期")
    reason = checks.required(command.reason, "reason", "撤销理由", "请写明为何不再整改")
    step = Step(what="撤销整改", by=unit.actor.name, at=unit.now, words=reason)
    held = unit.put(
        replace(
            held.moved(R.LIFTED, step), ended_by=unit.actor.name, ended_at=unit.now,
            ended_words=reason,
        )
    )  # fmt: skip
    _close_hazard(unit, held, HazardState.TRUE, step)
    _tell(unit, held, f"撤销：{reason}")
    return {"rectification": held}


# ---------------------------------------------------------------- inside


def _may_supervise(areas: AreaTree, org: str, supervision: str) -> None:
    if supervision not in RANK:
        raise Invalid.field(
            "supervision", f"没有督办级别“{supervision}”", f"可填：{'、'.join(RANK)}"
        )
    own = level_of(areas, org)
    if RANK[supervision] > RANK[own]:
        raise Invalid.field(
            "supervision", f"{SUPERVISIONS[supervision]}由上级挂牌",
            f"本级最高为{SUPERVISIONS[own]}；需要上级挂牌请报上级",
        )  # fmt: skip


def _workable(unit: Unit, tools: Tools, key: str) -> Rectification:
    """One whose progress the actor may tell: the duty rooms above it, or its area's grid worker."""
    unit.actor.require(Permission.HAZARD)
    held = unit.get(Rectification, key)
    tools.areas.require(unit.actor.org, [held.area_code or "", held.owner_org])
    if not held.open:
        raise IllegalMove(f"整改 {held.id} {held.now.word}，不能再填进展")
    return held


def _supervised(unit: Unit, tools: Tools, key: str) -> Rectification:
    """One the actor's level answers for: at or above the level that put it up."""
    unit.actor.require(Permission.VERIFY)
    held = unit.get(Rectification, key)
    tools.areas.require(unit.actor.org, [held.area_code or ""])
    own = level_of(tools.areas, unit.actor.org)
    if RANK[own] < RANK[held.supervision]:
        raise Forbidden(f"{SUPERVISIONS[held.supervision]}由挂牌的一级办理，请报上级")
    if not tools.areas.covers(unit.actor.org, held.org):
        raise Forbidden("整改由上级下达，须由下达的一级办理；可报上级延期、验收")
    if not held.open:
        raise IllegalMove(f"整改 {held.id} {held.now.word}，不能再变更")
    return held


def _judgeable(unit: Unit, tools: Tools, key: str) -> Rectification:
    """One the actor may accept: of its level, and none of its own work."""
    held = _supervised(unit, tools, key)
    if held.own_work_of(unit.actor):
        raise Forbidden("填报进展、申请验收的人不能自己验收，请由另一人验收")
    return held


def _ahead(at: datetime, now: datetime) -> datetime:
    try:
        due = aware(at)
    except ValueError as error:
        raise Invalid.field("due_at", "时限有误", str(error)) from error
    if due <= now:
        raise Invalid.field("due_at", "时限早于现在", "请填写将来的时间")
    return due


def kept_photo(unit: Unit, photo: m.Jpeg) -> HazardPhoto:
    """A photo's bytes kept in this unit of work."""
    return HazardPhoto(
        blob_id=keep_blob(unit.connection, photo.jpeg, "image/jpeg"), width=photo.width,
        height=photo.height, note=photo.note.strip()[:200], by=unit.actor.name, at=unit.now,
    )  # fmt: skip


def _close_hazard(unit: Unit, held: Rectification, to: HazardState, step: Step) -> None:
    """The hazard follows its rectification, unless it became an incident meanwhile."""
    if held.hazard_id is None:
        return
    hazard = unit.get(HazardReport, held.hazard_id)
    if hazard.now == HazardState.FIXING:
        unit.put(hazard.moved(to, step))


def _tell(unit: Unit, held: Rectification, what: str) -> None:
    unit.tell(f"整改 {held.id} “{held.title}”{what}", area=held.area_code or held.owner_org)


HANDLERS: Mapping[type[Command], Handler] = {
    m.GiveRectification: give,
    m.TellProgress: progress,
    m.SubmitRectification: submit,
    m.AcceptRectification: accept,
    m.ReturnRectification: send_back,
    m.ExtendRectification: extend,
    m.RaiseSupervision: supervise,
    m.LiftRectification: lift,
}
