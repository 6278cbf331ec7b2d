"""Warnings go out: authority, signature, number, message and deliveries in one unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.domain.clock import aware
from data.domain.dispatch import Authority
from data.domain.incident_types import incident_type
from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import ROLE_WORDS, Permission
from data.domain.task import Step
from data.domain.warning import (
    KIND_WORDS,
    Signature,
    Warning,  # noqa: A004 - the field's word
    WarningState,
)
from data.domain.warning_rules import Colour, WarningRules
from data.domain.warning_rules import colour_of as read_colour
from data.domain.warning_text import made_headline, sender_words
from data.errors import CenterError, IllegalMove, Invalid
from data.ingest import cap, cap_out
from data.services import addressing, checks
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.blobs import keep_blob
from data.store.unit_of_work import Unit

S = WarningState
CAP_MEDIA = "application/cap+xml"


def rules_of(tools: Tools) -> WarningRules:
    """The rules of warnings."""
    rules: WarningRules = tools.rules["warnings"]
    return rules


def drilling(tools: Tools) -> bool:
    """Whether this center is an exercise."""
    return bool(tools.rules["channels"].drill)


def status_of(tools: Tools) -> str:
    """Actual, or Exercise where everything is one."""
    return "Exercise" if drilling(tools) else "Actual"


def own_warning(unit: Unit, tools: Tools, warning_id: str) -> Warning:
    """A warning of the actor's own body or of one below it.

    Raises
    ------
    Forbidden, NotFound
    """
    unit.actor.require(Permission.WARN)
    held = unit.get(Warning, warning_id)
    tools.areas.require(unit.actor.org, (held.org,))
    return held


def colour_of(text: str) -> Colour | None:
    """A colour by any of its names."""
    return read_colour(text)


def event_of(text: str) -> str:
    """The key of a type of incident.

    Raises
    ------
    Invalid
    """
    try:
        return incident_type(text).key
    except Invalid as error:
        raise Invalid(
            error.detail, errors=[{**e, "field": "event"} for e in error.errors]
        ) from error


def instant(at: datetime, name: str) -> datetime:
    """A time in UTC.

    Raises
    ------
    Invalid
        When it has no offset.
    """
    try:
        return aware(at)
    except ValueError as error:
        raise Invalid.field(name, "时间缺少时区", str(error)) from error


def check_times(held: Warning) -> None:
    """Refuse a warning that ends before it begins.

    Raises
    ------
    Invalid
    """
    if held.expires is None:
        return
    for name, word in (("effective", "生效"), ("onset", "开始")):
        start = getattr(held, name)
        if start is not None and held.expires <= start:
            raise Invalid.field("expires", f"失效时间不晚于{word}时间", "请核对时间")


def complete(held: Warning) -> None:
    """Refuse a warning that does not say what, where, how grave and until when.

    Raises
    ------
    Invalid
    """
    if held.colour is None:
        raise Invalid.field("colour", "未选预警颜色", "请选 红、橙、黄、蓝")
    if not held.counties:
        raise Invalid.field("areas", "未写明预警范围", "请填市县，或在地图上画出范围")
    checks.required(held.description, "description", "预警内容", "请写明将要或正在发生什么")
    if held.kind != "cancel":
        checks.required(held.instruction, "instruction", "防御指南", "请写明群众应当怎么做")
    if held.expires is None:
        raise Invalid.field("expires", "未写明失效时间", "请填预警有效到什么时候")


def issue_warning(unit: Unit, command: m.IssueWarning, tools: Tools) -> dict[str, Any]:
    """Send a draft out.

    Raises
    ------
    Forbidden, Invalid, IllegalMove, NotFound, Stale
    """
    held = own_warning(unit, tools, command.warning_id)
    if command.expect_version not in (None, held.version):
        unit.put(held, expect=command.expect_version)  # says by how much it is stale
    return send_out(unit, tools, held, command.authorised_by)


def send_out(
    unit: Unit, tools: Tools, held: Warning, authority: Authority | None
) -> dict[str, Any]:
    """Check authority and signature, number the message, keep its CAP text, address it."""
    rules = rules_of(tools)
    if not held.state.unissued:
        raise IllegalMove(f"预警 {held.id} 现为“{held.state.word}”，不能发布")
    complete(held)
    if held.expires is not None and held.expires <= unit.now:
        raise Invalid.field("expires", "失效时间已过", "请改为将来的时间")
    rule = rules.require_authority(held.colour or "", unit.actor.org, tools.areas)
    for code in held.counties:
        if not tools.areas.covers(unit.actor.org, code):
            raise Invalid.field("areas", f"{tools.areas.name(code)}不在本辖区", "请报上级发布")
    signature = held.signature or _signature(unit, rules, held, authority)
    made = replace(
        held, org=unit.actor.org, issued_at=unit.now.replace(microsecond=0), issuer=unit.actor.name,
        basis=rule.basis, signature=signature, sender=rules.code_of(unit.actor.org),
        sender_name=sender_words(tools.areas, unit.actor.org), status=status_of(tools),
        identifier=_identifier(unit, rules, held),
    )  # fmt: skip
    if made.effective is None or made.effective < unit.now:
        made = replace(made, effective=made.issued_at)
    made = replace(made, headline=made.headline or _headline(tools, made))
    before = _end_before(unit, made)
    words = f"签发：{signature.words()}" if signature else ""
    step = Step(what=KIND_WORDS[made.kind], by=unit.actor.name, at=unit.now, words=words)
    made = made.moved(S.ISSUED if made.kind != "cancel" else S.NOTICE, step)
    kept = unit.put(replace(made, message=_message(unit, tools, made)))
    deliveries = addressing.address(unit, tools, kept, before)
    tell(unit, tools, kept, f"{KIND_WORDS[kept.kind]}，发往 {len(deliveries)} 处", signature)
    return {"warning": kept, "deliveries": deliveries}


def _identifier(unit: Unit, rules: WarningRules, held: Warning) -> str:
    taken = (w.identifier for w in unit.find(Warning) if w.identifier and not w.incoming)
    return held.identifier or rules.identifier(unit.actor.org, unit.now, taken)


def _headline(tools: Tools, made: Warning) -> str:
    return made_headline(rules_of(tools), tools.areas, made, made.sender_name)


def _message(unit: Unit, tools: Tools, made: Warning) -> str:
    """Keep the CAP text of the warning; it must be valid before it may go.

    Raises
    ------
    CenterError
        When it is not, which is the program's own mistake.
    """
    text = cap_out.write_cap(made, rules_of(tools), tools.areas)
    wrong = cap.valid(text)
    if wrong:
        raise CenterError(f"预警报文不合 CAP 1.2：{wrong[0]['message']}（{wrong[0]['field']}）")
    return keep_blob(unit.connection, text, CAP_MEDIA)


def _signature(
    unit: Unit, rules: WarningRules, held: Warning, authority: Authority | None
) -> Signature | None:
    """The signature a colour needs: one's own where one may sign, else by word of a leader.

    Raises
    ------
    Invalid
        When the colour needs one and there is none.
    """
    if authority is not None and authority.name.strip():
        at = checks.past(authority.at, "authorised_by.at", "签发时间", unit.now) or unit.now
        way = checks.required(
            authority.way, "authorised_by.way", "签发方式", "请写明电话、当面、短信等"
        )
        post = checks.required(authority.post, "authorised_by.post", "签发人职务", "请写明职务")
        return Signature(name=authority.name.strip(), post=post, way=way, at=at)
    if held.colour not in rules.signed or held.kind == "cancel":
        return None
    if unit.actor.may(Permission.SIGN):
        post = ROLE_WORDS.get(unit.actor.role, unit.actor.role)
        return Signature(name=unit.actor.name, post=post, at=unit.now, account=unit.actor.username)
    raise Invalid.field(
        "authorised_by", f"{rules.colours[held.colour or ''].name}预警须经签发",
        "请送带班领导或领导签发；来不及的写明口头签发人、职务、方式和时间，事后补签",
    )  # fmt: skip


def _end_before(unit: Unit, made: Warning) -> Warning | None:
    """What the message updates or cancels ends with it.

    Raises
    ------
    IllegalMove
        When it has ended otherwise meanwhile.
    """
    if made.before is None:
        return None
    before = unit.get(Warning, made.before)
    to = S.CANCELLED if made.kind == "cancel" else S.UPDATED
    step = Step(what=to.word, by=unit.actor.name, at=unit.now, words=made.identifier)
    return unit.put(before.moved(to, step, ended_at=unit.now))


def tell(
    unit: Unit, tools: Tools, held: Warning, what: str, signature: Signature | None = None
) -> None:
    """The journal's line about a warning."""
    rules = rules_of(tools)
    colour = rules.colours[held.colour].name if held.colour else ""
    named = held.headline or f"{held.event_word}{colour}预警"
    unit.tell(
        f"预警 {held.id} {what}：{named}", area=held.area_code,
        authority=signature.words() if signature else "",
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {
    m.IssueWarning: issue_warning,
}
