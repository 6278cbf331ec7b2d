"""Drafts, reviews, signs and sends information reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.filing import ITEMS, Filing, FilingState, title_of
from data.domain.incident import Incident, Report
from data.domain.messages import Command
from data.domain.messages import filing as m
from data.domain.org import Permission
from data.domain.task import Step
from data.errors import Conflict, Forbidden, IllegalMove, Invalid
from data.services import checks, sending_filings
from data.services.bus import Handler
from data.services.drafting_filings import items_of, sources_of
from data.services.sending_filings import complete, own_filing, tell
from data.services.tools import Tools
from data.store.unit_of_work import Unit

S = FilingState
LONGEST = 5000


def draft_filing(unit: Unit, command: m.DraftFiling, tools: Tools) -> dict[str, Any]:
    """Begin a report; the figures of the one before and what is known now are filled in.

    Raises
    ------
    Conflict
        When a report of the incident is under way in this duty room already.
    Invalid
        A follow-up before the first report, or a second first report.
    """
    unit.actor.require(Permission.REPORT)
    incident = unit.get(Incident, command.incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    if command.kind != "核报":
        incident.require_open()
    mine = _own(unit, incident.id)
    for held in mine:
        if held.sent_at is None and held.state != S.WITHDRAWN:
            raise Conflict(f"{held.author}正在拟{held.name}（{held.state.word}），请先办完或作废")
    sent = [f for f in mine if f.sent_at is not None]
    _in_order(command.kind, sent, told=any(f.sent_at for f in unit.find(
        Filing, incident_id=incident.id)))  # fmt: skip
    before = sent[-1] if sent else None
    people = incident.casualties
    number = sum(f.kind == command.kind for f in sent) + 1
    made = unit.put(
        Filing(
            id=unit.next_id("filing"), incident_id=incident.id, org=unit.actor.org,
            kind=command.kind, number=number,
            title=title_of(incident, command.kind, number, people, ""),
            items=items_of(unit, incident, before), casualties=people,
            loss_wan_yuan=incident.loss_wan_yuan,
            sources=sources_of(unit.find(Report, incident_id=incident.id), people),
            before=before.id if before else None, author=unit.actor.name,
            author_account=unit.actor.username, created_at=unit.now,
            steps=(Step(what="拟稿", by=unit.actor.name, at=unit.now),), origin=incident.origin,
        )
    )  # fmt: skip
    tell(unit, made, incident, "拟稿")
    return {"filing": made}


def _in_order(kind: str, sent: list[Filing], *, told: bool) -> None:
    """First, then follow-ups, then final, then verification.

    A room that reported nothing itself may verify what another has `told`.
    """
    if kind == "核报" and told:
        return
    if kind == "首报" and sent:
        raise Invalid.field("kind", "首报已报出", "有变化请拟续报，数字有误请拟核报")
    if kind != "首报" and not sent:
        raise Invalid.field("kind", f"还没有首报，不能拟{kind}", "请先拟首报并报出")
    if kind == "续报" and any(f.kind == "终报" for f in sent):
        raise Invalid.field("kind", "终报已报出", "数字有变化请拟核报")


def save_filing(unit: Unit, command: m.SaveFiling, tools: Tools) -> dict[str, Any]:
    """Keep a draft; its title follows the figures until somebody writes one by hand.

    Raises
    ------
    Invalid, IllegalMove, Stale, Forbidden, NotFound
    """
    held = own_filing(unit, tools, command.filing_id)
    if not held.editable:
        raise IllegalMove(f"{held.name}现为“{held.state.word}”，不能修改；请先退回")
    incident = unit.get(Incident, held.incident_id or "")
    items = dict(held.items)
    for name, text in (command.items or {}).items():
        if name not in ITEMS:
            raise Invalid.field(f"items.{name}", "没有这一要素", f"可填：{'、'.join(ITEMS)}")
        if len(text) > LONGEST:
            raise Invalid.field(f"items.{name}", f"{ITEMS[name]}超过 {LONGEST} 字", "请精简")
        items[name] = text.strip()
    people = command.casualties or held.casualties
    checks.counts(people)
    loss = held.loss_wan_yuan if command.loss_wan_yuan is None else command.loss_wan_yuan
    loss = None if command.clear_loss else loss
    checks.amount(loss, "loss_wan_yuan", "直接经济损失")
    progress = held.progress if command.progress is None else command.progress.strip()
    made = title_of(incident, held.kind, held.number, people, progress)
    typed = held.title if command.title is None else command.title.strip()
    by_hand = typed not in ("", made, held.title) or (held.title_by_hand and typed == held.title)
    kept = replace(
        held, items=items, casualties=people, loss_wan_yuan=loss, progress=progress,
        title=typed if by_hand else made, title_by_hand=by_hand,
        sources=sources_of(unit.find(Report, incident_id=incident.id), people),
    )  # fmt: skip
    saved = unit.put(kept, expect=command.expect_version)
    tell(unit, saved, incident, "修改")
    return {"filing": saved}


def submit_filing(unit: Unit, command: m.SubmitFiling, tools: Tools) -> dict[str, Any]:
    """Hand a draft to the reviewer; what a report must say is said by then."""
    held = own_filing(unit, tools, command.filing_id)
    complete(held)
    step = Step(what="送审", by=unit.actor.name, at=unit.now, words=command.words.strip())
    moved = unit.put(held.moved(S.REVIEW, step))
    tell(unit, moved, None, "送审")
    return {"filing": moved}


def judge_filing(unit: Unit, command: m.JudgeFiling, tools: Tools) -> dict[str, Any]:
    """Review or sign, by whoever may; the drafter reviews nothing of their own.

    Raises
    ------
    Forbidden
        Without the permission of the step, or for one's own draft.
    """
    if not unit.actor.may(Permission.SIGN):
        unit.actor.require(Permission.REVIEW)
    held = unit.get(Filing, command.filing_id)
    tools.areas.require(unit.actor.org, (held.org,))
    if held.state not in (S.REVIEW, S.SIGN):
        raise IllegalMove(f"{held.name}现为“{held.state.word}”，不在审核、签发环节")
    reviewing = held.state == S.REVIEW
    unit.actor.require(Permission.REVIEW if reviewing else Permission.SIGN)
    if reviewing and unit.actor.username == held.author_account:
        raise Forbidden("拟稿人不能审核自己的稿件，请由另一名带班人员审核")
    word = "审核" if reviewing else "签发"
    if command.verdict == "return":
        moved, said = _returned(unit, held, word, command.words)
    else:
        step = Step(what=word, by=unit.actor.name, at=unit.now, words=command.words.strip())
        moved, said = _passed(held, step, unit.actor.name), ""
    kept = unit.put(moved)
    late = "（补签）" if kept.state == S.SENT else ""
    tell(unit, kept, None, f"{word}{late}{said}")
    return {"filing": kept}


def _returned(unit: Unit, held: Filing, word: str, words: str) -> tuple[Filing, str]:
    """The report back with its drafter, and how that is told."""
    if held.sent_at is not None:
        raise IllegalMove("该报告已先报出，不能退回改稿；数字有误请拟核报更正")
    words = checks.required(words, "words", "退回意见", "请写明要改什么")
    step = Step(what=f"{word}退回", by=unit.actor.name, at=unit.now, words=words)
    return held.moved(S.DRAFT, step), f"退回：{words}"


def _passed(held: Filing, step: Step, name: str) -> Filing:
    """The report one step on; one that went out early ends with its signature."""
    if held.state == S.REVIEW:
        return held.moved(S.SIGN, step, reviewer=name)
    if held.sent_at is None:
        return held.moved(S.SIGNED, step, signer=name)
    return replace(held, state=S.SENT, signer=name, steps=(*held.steps, step))


def withdraw_filing(unit: Unit, command: m.WithdrawFiling, tools: Tools) -> dict[str, Any]:
    """Give up a report that was not sent."""
    held = own_filing(unit, tools, command.filing_id)
    if held.sent_at is not None:
        raise IllegalMove(f"{held.name}已报出，不能作废；数字有误请拟核报更正")
    reason = checks.required(command.reason, "reason", "作废理由", "请写明为何不报")
    step = Step(what="作废", by=unit.actor.name, at=unit.now, words=reason)
    gone = unit.put(held.moved(S.WITHDRAWN, step))
    tell(unit, gone, None, f"作废：{reason}")
    return {"filing": gone}


def _own(unit: Unit, incident_id: str) -> list[Filing]:
    """The duty room's own reports of an incident, in order."""
    found = [f for f in unit.find(Filing, incident_id=incident_id) if f.org == unit.actor.org]
    return sorted(found, key=lambda f: f.id)


HANDLERS: Mapping[type[Command], Handler] = {
    m.DraftFiling: draft_filing,
    m.SaveFiling: save_filing,
    m.SubmitFiling: submit_filing,
    m.JudgeFiling: judge_filing,
    m.WithdrawFiling: withdraw_filing,
    **sending_filings.HANDLERS,
}
