"""Drafts of warnings: begun, changed, handed to be signed, signed, given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import ROLE_WORDS, Permission
from data.domain.task import Step
from data.domain.warning import (
    Signature,
    Warning,  # noqa: A004 - the field's word
    WarningState,
)
from data.errors import Conflict, Forbidden, IllegalMove, Invalid
from data.services import (
    checks,
    ending_warnings,
    issuing_warnings,
    warned_area,
    warning_origins,
)
from data.services.bus import Handler
from data.services.issuing_warnings import own_warning, rules_of, tell
from data.services.tools import Tools
from data.store.unit_of_work import Unit

S = WarningState
LONGEST = {"headline": 120, "description": 3000, "instruction": 3000, "area_words": 300}
_LABELS = {"headline": "标题", "description": "内容", "instruction": "防御指南",
           "area_words": "范围说明"}  # fmt: skip


def draft_warning(unit: Unit, command: m.DraftWarning, tools: Tools) -> dict[str, Any]:
    """Begin a warning, with what the alarm, the incident or the warning before says; maybe issue.

    Raises
    ------
    Forbidden, Invalid, NotFound, Conflict
    """
    unit.actor.require(Permission.WARN)
    rules = rules_of(tools)
    begun = Warning(
        id=unit.next_id("warning"), org=unit.actor.org, author=unit.actor.name,
        author_account=unit.actor.username, effective=unit.now, expires=unit.now + rules.lasts,
        status=issuing_warnings.status_of(tools), alarm_id=command.alarm_id,
        incident_id=command.incident_id, steps=(_step(unit, "拟稿", _source(command)),),
        origin="exercise" if issuing_warnings.drilling(tools) else "real",
    )  # fmt: skip
    if command.update_of:
        begun = _from_warning(unit, tools, begun, command.update_of)
    if command.surge_id:
        begun = warning_origins.from_surge(unit, tools, begun, command.surge_id)
    if command.alarm_id:
        begun = warning_origins.from_alarm(unit, tools, begun, command.alarm_id)
    if command.incident_id:
        begun = warning_origins.from_incident(unit, tools, begun, command.incident_id)
    made = worded(unit, tools, begun, command.words)
    if not made.instruction and command.words.instruction is None:
        made = replace(made, instruction=rules.advice_for(made.event).text, sample_advice=True)
    kept = unit.put(made)
    tell(unit, tools, kept, "拟稿")
    if not command.issue:
        return {"warning": kept}
    return issuing_warnings.send_out(unit, tools, kept, command.authorised_by)


def _source(command: m.DraftWarning) -> str:
    """What a draft was begun from, in words."""
    if command.update_of:
        return f"更新 {command.update_of}"
    if command.surge_id:
        return f"由报警组 {command.surge_id} 生成"
    return f"由报警 {command.alarm_id} 生成" if command.alarm_id else ""


def _step(unit: Unit, what: str, words: str = "") -> Step:
    return Step(what=what, by=unit.actor.name, at=unit.now, words=words.strip())


def _from_warning(unit: Unit, tools: Tools, begun: Warning, before: str) -> Warning:
    """An update: everything as it was, the chain one longer."""
    held = own_warning(unit, tools, before)
    if held.incoming:
        raise IllegalMove("外来预警由发布单位更新；需要时请另拟本级预警")
    if held.state not in (S.ISSUED, S.EXPIRED):
        raise IllegalMove(f"预警 {held.id} 现为“{held.state.word}”，不能更新")
    others = [w for w in unit.find(Warning) if w.before == before and w.state.unissued]
    if others:
        raise Conflict(f"{others[0].author}正在拟 {before} 的更新稿 {others[0].id}，请先办完或作废")
    return replace(
        begun, kind="update", before=held.id, references=(*held.references, held.reference),
        colour=held.colour, event=held.event, description=held.description,
        instruction=held.instruction, sample_advice=held.sample_advice, areas=held.areas,
        counties=held.counties, area_words=held.area_words, geometry=held.geometry,
        area_code=held.area_code, alarm_id=held.alarm_id, incident_id=held.incident_id,
    )  # fmt: skip


def edit_warning(unit: Unit, command: m.EditWarning, tools: Tools) -> dict[str, Any]:
    """Change a draft; who had signed it must sign again.

    Raises
    ------
    IllegalMove, Invalid, Forbidden, NotFound, Stale
    """
    held = own_warning(unit, tools, command.warning_id)
    if not held.state.unissued:
        raise IllegalMove(f"预警 {held.id} {held.state.word}，不能修改；请拟更新稿")
    changed = worded(unit, tools, held, command.words)
    if held.state != S.DRAFT:
        changed = changed.moved(S.DRAFT, _step(unit, "改稿", "签发作废"), signature=None)
    kept = unit.put(changed, expect=command.expect_version)
    tell(unit, tools, kept, "修改")
    return {"warning": kept}


def worded(unit: Unit, tools: Tools, held: Warning, words: m.WarningWords) -> Warning:
    """The draft with what was typed.

    Raises
    ------
    Invalid
        Naming the field.
    """
    changed: dict[str, Any] = {}
    for name, longest in LONGEST.items():
        text = getattr(words, name)
        if text is not None:
            if len(text) > longest:
                raise Invalid.field(name, f"{_LABELS[name]}超过 {longest} 字", "请精简")
            changed[name] = text.strip()
    if words.instruction is not None:
        same = words.instruction.strip() == held.instruction
        changed["sample_advice"] = held.sample_advice and same
    if words.colour is not None:
        changed["colour"] = issuing_warnings.colour_of(words.colour)
    if words.event is not None:
        changed["event"] = issuing_warnings.event_of(words.event)
        if held.sample_advice and words.instruction is None:
            changed["instruction"] = rules_of(tools).advice_for(changed["event"]).text
    for name in ("effective", "onset", "expires"):
        if getattr(words, name) is not None:
            changed[name] = issuing_warnings.instant(getattr(words, name), name)
    made = replace(held, **changed)
    issuing_warnings.check_times(made)
    if words.geometry is not None or words.areas is not None or words.clear_geometry:
        made = warned_area.put(
            unit, tools, made, areas=words.areas, geometry=words.geometry,
            clear=words.clear_geometry,
        )  # fmt: skip
    return made


def submit_warning(unit: Unit, command: m.SubmitWarning, tools: Tools) -> dict[str, Any]:
    """Ask for the signature; what a warning must say is said by then."""
    held = own_warning(unit, tools, command.warning_id)
    issuing_warnings.complete(held)
    kept = unit.put(held.moved(S.SIGNING, _step(unit, "送签", command.words)))
    tell(unit, tools, kept, "送签")
    return {"warning": kept}


def sign_warning(unit: Unit, command: m.SignWarning, tools: Tools) -> dict[str, Any]:
    """Sign, confirm what was signed by word, or return with words.

    Raises
    ------
    Forbidden, IllegalMove, Invalid, NotFound
    """
    unit.actor.require(Permission.SIGN)
    held = unit.get(Warning, command.warning_id)
    tools.areas.require(unit.actor.org, (held.org,))
    if command.verdict == "return":
        words = checks.required(command.words, "words", "退回意见", "请写明改什么")
        kept = unit.put(held.moved(S.DRAFT, _step(unit, "退回", words), signature=None))
        tell(unit, tools, kept, "退回")
        return {"warning": kept}
    if held.signature_owed and held.signature is not None:
        confirmed = replace(held.signature, confirmed_by=unit.actor.name, confirmed_at=unit.now)
        step = _step(unit, "补签", command.words)
        kept = unit.put(replace(held, signature=confirmed, steps=(*held.steps, step)))
        tell(unit, tools, kept, "补签")
        return {"warning": kept}
    issuing_warnings.complete(held)
    if held.author_account == unit.actor.username and not unit.actor.may(Permission.WARN):
        raise Forbidden("拟稿人不能签发自己的稿件")
    rules_of(tools).require_authority(held.colour or "", unit.actor.org, tools.areas)
    kept = unit.put(
        held.moved(S.SIGNED, _step(unit, "签发", command.words), signature=own_signature(unit))
    )
    tell(unit, tools, kept, "签发")
    return {"warning": kept}


def own_signature(unit: Unit) -> Signature:
    """The signature of whoever acts."""
    return Signature(
        name=unit.actor.name, post=ROLE_WORDS.get(unit.actor.role, unit.actor.role), at=unit.now,
        account=unit.actor.username,
    )  # fmt: skip


def withdraw_warning(unit: Unit, command: m.WithdrawWarning, tools: Tools) -> dict[str, Any]:
    """Give a draft up, with the reason."""
    held = own_warning(unit, tools, command.warning_id)
    reason = checks.required(command.reason, "reason", "作废理由", "请写明为什么不发")
    kept = unit.put(held.moved(S.WITHDRAWN, _step(unit, "作废", reason), ended_at=unit.now))
    tell(unit, tools, kept, f"作废：{reason}")
    return {"warning": kept}


HANDLERS: Mapping[type[Command], Handler] = {
    m.DraftWarning: draft_warning,
    m.EditWarning: edit_warning,
    m.SubmitWarning: submit_warning,
    m.SignWarning: sign_warning,
    m.WithdrawWarning: withdraw_warning,
    **issuing_warnings.HANDLERS,
    **ending_warnings.HANDLERS,
}
