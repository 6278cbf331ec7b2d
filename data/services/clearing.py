"""Asks for and gives approvals: looked over, granted, noted as given by word, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from data.domain.clearance import Clearance, ClearanceState
from data.domain.dispatch import Assignment, AssignmentState, Authority, Transfer, TransferState
from data.domain.incident import Incident
from data.domain.linking import SupportRequest, SupportState
from data.domain.messages import AdvanceAssignment, Command
from data.domain.messages import clearing as m
from data.domain.org import Permission
from data.domain.task import Step
from data.domain.team import Team
from data.errors import Forbidden, IllegalMove, Invalid
from data.services import checks, following, orders, supplies, tasking
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

C = ClearanceState
A = AssignmentState


def review_clearance(unit: Unit, command: m.ReviewClearance, tools: Tools) -> dict[str, Any]:
    """Look an approval over and pass it on; it changes nothing else.

    Raises
    ------
    Forbidden, Invalid, IllegalMove, NotFound
    """
    unit.actor.require(Permission.REVIEW)
    held = _held(unit, tools, command.clearance_id)
    words = checks.required(command.words, "words", "审核意见", "请写明意见，如：拟同意")
    step = Step(what="审核", by=unit.actor.name, at=unit.now, words=words)
    kept = unit.put(replace(held, steps=(*held.steps, step)))
    _tell(unit, kept, f"审核：{words}")
    return {"clearance": kept}


def _answers(unit: Unit) -> None:
    """Refuse whoever neither signs nor dispatches, before looking at what is asked."""
    if not unit.actor.may(Permission.SIGN):
        unit.actor.require(Permission.DISPATCH)


def grant_clearance(unit: Unit, command: m.GrantClearance, tools: Tools) -> dict[str, Any]:
    """Authorise by one's own word, or note whose word it was; what waited goes.

    Raises
    ------
    Forbidden, Invalid, IllegalMove, NotFound
        Neither one's own word nor a name; decided already.
    """
    _answers(unit)
    held = _held(unit, tools, command.clearance_id)
    words = command.words.strip()
    if held.may_decide(unit.actor):
        step = Step(what="批准", by=unit.actor.name, at=unit.now, words=words)
        kept = held.moved(C.GRANTED, step, decided_by=unit.actor.name, decided_at=unit.now)
    else:
        kept = _noted(unit, held, command.authorised_by, words)
    kept = unit.put(kept)
    gone = _let_go(unit, kept)
    last = kept.steps[-1]
    _tell(unit, kept, f"{last.what}（{last.by}）{f'：{words}' if words else ''}")
    return {"clearance": kept, "released": gone}


def _noted(unit: Unit, held: Clearance, given: Authority | None, words: str) -> Clearance:
    """Somebody's word noted by the desk: the owner's decides, a superior's is signed for later."""
    unit.actor.require(Permission.DISPATCH)
    word = _word(unit, held, given)
    said = f"{orders.authority_words(word)}（{unit.actor.name}记）{words}".strip()
    at = word.at or unit.now
    if held.by == "owner":
        step = Step(what="主管方同意", by=word.name, at=at, words=said)
        return held.moved(
            C.GRANTED, step, authorised_by=word, decided_by=word.name, decided_at=unit.now
        )
    if held.state != C.ASKED:
        raise Forbidden(f"“{held.word}”须由{held.whose}本人在此签认")
    step = Step(what="口头授权", by=word.name, at=at, words=said)
    return held.moved(C.BY_WORD, step, authorised_by=word)


def _word(unit: Unit, held: Clearance, given: Authority | None) -> Authority:
    """Whose word is noted, complete: name, way, and a time that is not ahead."""
    if given is None or not given.name.strip():
        remedy = f"请写明{held.whose}何人、以何种方式、何时同意，或由其本人登录批准"
        raise Invalid.field("authorised_by.name", f"此件须{held.whose}授权", remedy)
    if given.name.strip() == unit.actor.name:
        raise Forbidden(f"此件须{held.whose}授权，不能由本人代为同意")
    way = checks.required(given.way, "authorised_by.way", "授权方式", "如：电话、当面、视频")
    at = checks.past(given.at, "authorised_by.at", "授权时间", unit.now) or unit.now
    return replace(given, name=given.name.strip(), way=way, at=at)


def _let_go(unit: Unit, held: Clearance) -> list[str]:
    """Send what waited for the word: teams may go, the depot may load, the request is out."""
    gone = []
    for key in held.assignments:
        order = unit.get(Assignment, key)
        if order.waits:
            unit.put(_sent(unit, order))
            gone.append(key)
    for key in held.transfers:
        transfer = unit.get(Transfer, key)
        if transfer.state == TransferState.ORDERED:
            supplies.approved(unit, transfer, held.title)
            gone.append(key)
    if held.kind == "support":
        asked = unit.get(SupportRequest, held.subject)
        if asked.state == SupportState.HELD:
            step = Step(what="发出", by=unit.actor.name, at=unit.now, words=held.steps[-1].what)
            unit.put(asked.moved(SupportState.SENT, step))
            gone.append(asked.id)
    return gone


def _sent(unit: Unit, order: Assignment) -> Assignment:
    """A held order that goes now: it leaves no sooner than its team can be ready."""
    ready = timedelta(minutes=unit.get(Team, order.team_id).ready_minutes)
    leaves = max(order.leaves_at or unit.now, unit.now + ready)
    late = leaves - (order.leaves_at or leaves)
    eta = order.eta + late if order.eta else None
    times = {**order.times, "authorised": unit.now}
    return replace(order, held=False, leaves_at=leaves, eta=eta, times=times)


def refuse_clearance(unit: Unit, command: m.RefuseClearance, tools: Tools) -> dict[str, Any]:
    """Refuse: who has not left is called off, who has is to be called back by a task.

    Raises
    ------
    Forbidden, Invalid, IllegalMove, NotFound
    """
    _answers(unit)
    held = _held(unit, tools, command.clearance_id)
    words = checks.required(command.words, "words", "不同意的理由", "请写明理由，承办人要据此处置")
    by = unit.actor.name
    if not held.may_decide(unit.actor):
        unit.actor.require(Permission.DISPATCH)
        word = _word(unit, held, command.authorised_by)
        by, words = word.name, f"{words}（{orders.authority_words(word)}，{unit.actor.name}记）"
    step = Step(what="不同意", by=by, at=unit.now, words=words)
    kept = unit.put(held.moved(C.REFUSED, step, decided_by=by, decided_at=unit.now))
    off, out = _call_off(unit, kept, words, tools)
    back = _call_back(unit, kept, out, words)
    then = f"；撤销 {len(off)} 项" if off else ""
    then += f"；{len(out)} 队已出动，须召回" if out else ""
    _tell(unit, kept, f"不同意（{by}）：{words}{then}")
    return {"clearance": kept, "cancelled": off, "to_recall": out, "task": back}


def _call_off(
    unit: Unit, held: Clearance, words: str, tools: Tools
) -> tuple[list[str], list[str]]:
    """(cancelled, already out) of what a refused approval was for."""
    off: list[str] = []
    out: list[str] = []
    for key in held.assignments:
        order = unit.get(Assignment, key)
        if order.state in (A.ORDERED, A.ACCEPTED):
            stop = AdvanceAssignment(assignment_id=key, to=A.CANCELLED.value, note=f"未批：{words}")
            following.step(unit, stop, order, tools)
            off.append(key)
        elif order.active:
            out.append(key)
    for key in held.transfers:
        transfer = unit.get(Transfer, key)
        if transfer.state in (TransferState.ORDERED, TransferState.APPROVED, TransferState.PICKED):
            supplies.called_off(unit, transfer, f"未批：{words}")
            off.append(key)
    if held.kind == "support":
        asked = unit.get(SupportRequest, held.subject)
        if asked.state in (SupportState.HELD, SupportState.SENT):
            step = Step(what="未批", by=unit.actor.name, at=unit.now, words=words)
            unit.put(asked.moved(SupportState.WITHDRAWN, step))
            off.append(asked.id)
    return off, out


def _call_back(unit: Unit, held: Clearance, out: list[str], words: str) -> str | None:
    """A task to call back the teams that had left; nothing is dropped."""
    if not out:
        return None
    names = "、".join(unit.get(Team, unit.get(Assignment, key).team_id).name for key in out)
    task = tasking.make_task(
        unit, title=f"召回未获批准的队伍：{names}"[:120], incident_id=held.incident_id,
        owner=held.asked_by, owner_org=held.org, due_at=unit.now + timedelta(minutes=15),
        source="审批", detail=f"{held.title}：{words}",
    )  # fmt: skip
    return task.id


def _held(unit: Unit, tools: Tools, clearance_id: str) -> Clearance:
    """An open approval within the actor's area.

    Raises
    ------
    NotFound, IllegalMove
    """
    if not any(unit.actor.may(p) for p in (Permission.DISPATCH, Permission.REVIEW)):
        unit.actor.require(Permission.SIGN)
    held = unit.get(Clearance, clearance_id)
    tools.areas.require(unit.actor.org, held.orgs)
    if not held.open:
        raise IllegalMove(f"审批 {held.id} 已{held.word}（{held.decided_by}）")
    return held


def _tell(unit: Unit, held: Clearance, words: str) -> None:
    """The journal's line about an approval."""
    incident = unit.get(Incident, held.incident_id) if held.incident_id else None
    unit.tell(
        f"{f'{incident.letter} ' if incident else ''}审批 {held.title}：{words}",
        incident_id=held.incident_id, area=incident.area_code if incident else held.org,
        authority=orders.authority_words(held.authorised_by) if held.authorised_by else "",
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {
    m.ReviewClearance: review_clearance,
    m.GrantClearance: grant_clearance,
    m.RefuseClearance: refuse_clearance,
}
