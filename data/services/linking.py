"""Sends support requests between levels and takes their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from data.domain.authority import MAY, read_table
from data.domain.clearance import Clearance, ClearanceState
from data.domain.clock import SHANGHAI, aware
from data.domain.incident import Incident
from data.domain.linking import VERDICTS, WANT_KINDS, SupportRequest, SupportState, Want
from data.domain.messages import Command
from data.domain.messages import linking as m
from data.domain.org import PROVINCE, SYSTEM, Permission
from data.domain.task import Step
from data.errors import Forbidden, Invalid
from data.services import checks, clearance_book
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

S = SupportState
MINISTRY = "应急管理部"
MOST_WANTS = 40


def ask_support(unit: Unit, command: m.AskSupport, tools: Tools) -> dict[str, Any]:
    """Ask the level above, a level below, or a body outside the center; numbered by year.

    Raises
    ------
    Invalid, NotFound, Forbidden
    """
    unit.actor.require(Permission.RESPOND)
    wants = _wants(command.wants, "wants")
    reason = checks.required(command.reason, "reason", "请求理由", "请写明为何需要支援")
    incident = None
    if command.incident_id:
        incident = checks.open_incident_of(unit, tools, command.incident_id)
    to, code = _addressee(unit.actor.org, command.to.strip(), tools)
    due = aware(command.due_at) if command.due_at else None
    if due is not None and due <= unit.now:
        raise Invalid.field("due_at", "答复时限早于现在", "请填写将来的时间")
    year = unit.now.astimezone(SHANGHAI).year
    mine = [r for r in unit.find(SupportRequest) if r.org == unit.actor.org]
    number = f"请求支援〔{year}〕{sum(f'〔{year}〕' in r.number for r in mine) + 1}号"
    key = unit.next_id("support")
    cleared = _clearance(unit, command, incident, key, to, code, wants, tools)
    waits = cleared is not None and cleared.state == ClearanceState.ASKED
    made = unit.put(
        SupportRequest(
            id=key, incident_id=command.incident_id, org=unit.actor.org,
            state=S.HELD if waits else S.SENT,
            to_org=code, to=to, number=number, wants=wants, reason=reason, due_at=due,
            asked_at=unit.now, asked_by=unit.actor.name,
            steps=(Step(what="请求", by=unit.actor.name, at=unit.now, words=reason),),
            origin=incident.origin if incident else "real",
        )
    )  # fmt: skip
    held = f"（{cleared.word}：{cleared.rule}）" if cleared else ""
    _tell(unit, made, f"{tools.areas.name(made.org)}请{to}支援：{made.title}{held}")
    return {"support": made, "clearance": cleared}


def _clearance(
    unit: Unit, command: m.AskSupport, incident: Incident | None, key: str, to: str,
    code: str | None, wants: tuple[Want, ...], tools: Tools,
) -> Clearance | None:  # fmt: skip
    """The approval a request to a body outside the center needs, by the table of authority."""
    rule = read_table(tools.rules.get("authority")).for_request(to) if code is None else None
    if rule is None or unit.actor.role in MAY[rule.by]:
        return None
    word = clearance_book.by_word(command.authorised_by, unit.actor)
    title = f"请{to}支援：{clearance_book.named(w.words for w in wants)}"
    return clearance_book.for_request(unit, rule, incident, key, title, word)


def _addressee(org: str, to: str, tools: Tools) -> tuple[str, str | None]:
    """(name, code) of who is asked; None for a body outside the center."""
    if not to:
        if org == PROVINCE:
            return MINISTRY, None
        code = tools.areas.path(org)[-2]
        return tools.areas.name(code), code
    code = next((c for c, a in tools.areas.areas.items() if to in (c, a.name)), "")
    if code == org:
        raise Invalid.field("to", "不能向本级请求", "请填写上级、下级或有关单位")
    return (tools.areas.name(code), code) if code else (to, None)


def _wants(wants: Iterable[Want], field: str) -> tuple[Want, ...]:
    """What is asked for, each named and of a known kind.

    Raises
    ------
    Invalid
    """
    found = tuple(wants)
    if not 0 < len(found) <= MOST_WANTS:
        raise Invalid.field(field, "没有写需要什么", f"请写 1 到 {MOST_WANTS} 项，如：冲锋舟 20 艘")
    for n, want in enumerate(found):
        checks.required(want.name, f"{field}.{n}.name", "名称", "请写明需要什么")
        if want.kind not in WANT_KINDS:
            raise Invalid.field(
                f"{field}.{n}.kind", f"没有“{want.kind}”这一类", f"可填：{'、'.join(WANT_KINDS)}"
            )
        if want.amount is not None and want.amount <= 0:
            raise Invalid.field(f"{field}.{n}.amount", "数量不是正数", "不清楚就留空")
    return found


def take_support(unit: Unit, command: m.TakeSupport, tools: Tools) -> dict[str, Any]:
    """The body asked has it."""
    held, by = _answering(unit, tools, command.support_id, command.by)
    step = Step(what="签收", by=by, at=unit.now)
    kept = unit.put(held.moved(S.RECEIVED, step))
    _tell(unit, kept, f"{held.number}已由{held.to}签收（{by}）")
    return {"support": kept}


def answer_support(unit: Unit, command: m.AnswerSupport, tools: Tools) -> dict[str, Any]:
    """The answer; what is granted is named, a refusal says why."""
    held, by = _answering(unit, tools, command.support_id, command.by)
    if command.verdict not in VERDICTS:
        raise Invalid.field("verdict", "看不懂的答复", f"可填：{'、'.join(VERDICTS)}")
    words = checks.required(
        command.words, "words", "答复内容", "请写明派出什么、何时到达，或为何不能支援"
    )
    granted = tuple(command.granted)
    if command.verdict == "granted" and not granted:
        granted = held.wants
    if command.verdict == "partly":
        granted = _wants(granted, "granted")
    if command.verdict == "refused":
        granted = ()
    step = Step(what=f"答复：{VERDICTS[command.verdict]}", by=by, at=unit.now, words=words)
    kept = unit.put(
        held.moved(S.ANSWERED, step, verdict=command.verdict, answer=words, granted=granted,
                   answered_at=unit.now)
    )  # fmt: skip
    late = "（逾期）" if kept.late() else ""
    _tell(unit, kept, f"{held.to}答复{held.number}{late}：{VERDICTS[command.verdict]}，{words}")
    return {"support": kept, "late": kept.late()}


def finish_support(unit: Unit, command: m.FinishSupport, tools: Tools) -> dict[str, Any]:
    """Who asked has it, or can do without."""
    held = _asking(unit, tools, command.support_id)
    step = Step(what="办结", by=unit.actor.name, at=unit.now, words=command.words.strip())
    kept = unit.put(held.moved(S.DONE, step))
    _tell(unit, kept, f"{held.number}办结{f'：{step.words}' if step.words else ''}")
    return {"support": kept}


def withdraw_support(unit: Unit, command: m.WithdrawSupport, tools: Tools) -> dict[str, Any]:
    """Who asked takes it back."""
    held = _asking(unit, tools, command.support_id)
    reason = checks.required(command.reason, "reason", "撤回理由", "请写明为何不再需要")
    step = Step(what="撤回", by=unit.actor.name, at=unit.now, words=reason)
    kept = unit.put(held.moved(S.WITHDRAWN, step))
    clearance_book.drop(unit, kept.id, reason)
    _tell(unit, kept, f"{held.number}撤回：{reason}")
    return {"support": kept}


def _asking(unit: Unit, tools: Tools, support_id: str) -> SupportRequest:
    """A request, for the side that asked."""
    unit.actor.require(Permission.RESPOND)
    held = unit.get(SupportRequest, support_id)
    tools.areas.require(unit.actor.org, (held.org,))
    return held


def _answering(unit: Unit, tools: Tools, support_id: str, by: str) -> tuple[SupportRequest, str]:
    """A request for the side that is asked, and who answers.

    For a body outside the center the asking side notes the answer, naming who gave it.
    """
    unit.actor.require(Permission.RESPOND)
    held = unit.get(SupportRequest, support_id)
    if held.to_org is None:
        tools.areas.require(unit.actor.org, (held.org,))
        return held, checks.required(by, "by", "答复人", f"请写明{held.to}何人答复")
    if unit.actor.org != held.to_org:
        tools.areas.require(unit.actor.org, held.orgs)
        raise Forbidden(f"该请求由{held.to}答复")
    return held, by.strip() or unit.actor.name


def _tell(unit: Unit, held: SupportRequest, words: str) -> None:
    """The journal's line about a request."""
    incident = unit.get(Incident, held.incident_id) if held.incident_id else None
    unit.tell(
        f"{f'{incident.letter} ' if incident else ''}{words}", incident_id=held.incident_id,
        area=incident.area_code if incident else held.org,
    )  # fmt: skip


def keep_draft(unit: Unit, command: m.KeepDraft, tools: Tools) -> dict[str, Any]:
    """Keep which plan was drafted for a granted request; only the center itself does.

    Raises
    ------
    Forbidden
    """
    if unit.actor.username != SYSTEM.username:
        raise Forbidden("调派草案由中心自动生成")
    held = unit.get(SupportRequest, command.support_id)
    if held.drafted_at is not None and held.answered_at and held.drafted_at >= held.answered_at:
        return {"support": held}
    who = tools.areas.name(command.org)
    said = f"交{who}值班席下达：{command.note}" if command.plan_id else command.note
    step = Step(what="生成调派草案", by=unit.actor.name, at=unit.now, words=said)
    kept = unit.put(
        replace(held, plan_id=command.plan_id, plan_org=command.org, plan_note=command.note,
                drafted_at=unit.now, steps=(*held.steps, step))
    )  # fmt: skip
    _tell(unit, kept, f"{held.number}同意后{'生成调派草案，' if command.plan_id else '：'}{said}")
    return {"support": kept}


HANDLERS: Mapping[type[Command], Handler] = {
    m.AskSupport: ask_support,
    m.TakeSupport: take_support,
    m.AnswerSupport: answer_support,
    m.FinishSupport: finish_support,
    m.WithdrawSupport: withdraw_support,
    m.KeepDraft: keep_draft,
}
