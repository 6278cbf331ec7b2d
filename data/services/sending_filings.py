"""Sends information reports upward and notes who has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.filing import ITEMS, Filing, FilingState, Receipt, numbered
from data.domain.incident import Casualties, Incident, Report
from data.domain.messages import Command, FileFollowup
from data.domain.messages import filing as m
from data.domain.org import PROVINCE, Permission
from data.domain.task import Step
from data.errors import IllegalMove, Invalid
from data.services import checks, reports, wording
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

S = FilingState
MINISTRY = "应急管理部"


def send_filing(unit: Unit, command: m.SendFiling, tools: Tools) -> dict[str, Any]:
    """Report upward. Unsigned only with the reason; the signature is then still owed.

    The figures become the incident's, and the report counts against its deadlines.

    Raises
    ------
    IllegalMove, Invalid, Forbidden
    """
    held = own_filing(unit, tools, command.filing_id)
    early = command.early.strip()
    if held.sent_at is not None:
        raise IllegalMove(f"{held.name}已于{wording.clock_time(held.sent_at)}报出")
    if held.state != S.SIGNED:
        if held.state == S.WITHDRAWN or not early:
            raise Invalid.field(
                "early", f"{held.name}尚未签发", "请先签发；情况紧急可写明理由先报后签"
            )
        complete(held)
    receipts = _receivers(unit, tools, command.to)
    what = f"先报后签：{early}" if held.state != S.SIGNED else "报出"
    step = Step(what=what, by=unit.actor.name, at=unit.now,
                words="、".join(r.to for r in receipts))  # fmt: skip
    state = (
        S.SENT if held.state == S.SIGNED else (S.REVIEW if held.state == S.DRAFT else held.state)
    )
    sent = unit.put(
        replace(
            held, state=state, early=early if state != S.SENT else "", sent_at=unit.now,
            receipts=receipts, to_orgs=tuple(r.org for r in receipts if r.org),
            steps=(*held.steps, step),
        )
    )  # fmt: skip
    incident = unit.get(Incident, held.incident_id or "")
    tell(unit, sent, incident, f"{what}（{step.words}）")
    _count(unit, sent, incident, tools)
    return {"filing": sent}


def _receivers(unit: Unit, tools: Tools, asked: tuple[str, ...]) -> tuple[Receipt, ...]:
    """Who gets it: those asked for, else the duty room above; codes and names alike."""
    names = [n.strip() for n in asked if n.strip()] or [_above(unit.actor.org, tools)]
    found: dict[str, Receipt] = {}
    for name in names:
        code = next((c for c, a in tools.areas.areas.items() if name in (c, a.name)), None)
        if code == unit.actor.org:
            raise Invalid.field("to", "不能报给本级", "请填写上级或有关单位")
        if code and not tools.areas.covers(code, unit.actor.org):
            raise Invalid.field("to", f"{tools.areas.name(code)}不是上级", "下行请用任务或批示")
        to = f"{tools.areas.name(code)}应急管理部门" if code else name
        found[to] = Receipt(to=to, org=code, sent_at=unit.now)
    return tuple(found.values())


def _above(org: str, tools: Tools) -> str:
    """The code of the level above, or the ministry's name."""
    return MINISTRY if org == PROVINCE else tools.areas.path(org)[-2]


def _count(unit: Unit, sent: Filing, incident: Incident, tools: Tools) -> None:
    """Take the figures into the incident and let the report count against its deadlines."""
    changed = Casualties(
        **{name: now for name, (_, now) in incident.casualties.changes(sent.casualties).items()}
    )
    kind: Any = {"续报": "续报", "终报": "终报"}.get(sent.kind, "补报")
    if sent.kind == "首报" and not any(
        getattr(changed, name) is not None for name in type(changed).__dataclass_fields__
    ):
        return
    reports.file_followup(
        unit,
        FileFollowup(
            incident_id=incident.id, kind=kind, casualties=changed,
            loss_wan_yuan=sent.loss_wan_yuan
            if sent.loss_wan_yuan != incident.loss_wan_yuan else None,
            source=f"{tools.areas.name(sent.org)}{sent.name}", text=sent.items.get("course")
            or sent.items.get("measures") or sent.title,
        ),
        tools,
    )  # fmt: skip


def take_filing(unit: Unit, command: m.TakeFiling, tools: Tools) -> dict[str, Any]:
    """An addressee has it; a duty room of the center signs for itself, others are noted by hand."""
    unit.actor.require(Permission.REPORT)
    held = unit.get(Filing, command.filing_id)
    if held.sent_at is None:
        raise IllegalMove(f"{held.name}尚未报出")
    receipt = next((r for r in held.receipts if command.to in (r.to, r.org)), None)
    if receipt is None:
        names = "、".join(r.to for r in held.receipts)
        raise Invalid.field("to", f"没有报给“{command.to}”", f"请填：{names}")
    if receipt.taken_at is not None:
        raise IllegalMove(f"{receipt.to}已于{wording.clock_time(receipt.taken_at)}签收")
    own = receipt.org is not None and unit.actor.org == receipt.org
    if not own:
        tools.areas.require(unit.actor.org, (held.org,))
    by = command.taken_by.strip() or (unit.actor.name if own else "")
    by = checks.required(by, "taken_by", "签收人", "请写明对方何人确认收到")
    at = checks.past(command.taken_at, "taken_at", "签收时间", unit.now) or unit.now
    if at < held.sent_at:
        raise Invalid.field("taken_at", "签收早于报出", "请核对时间")
    way = "系统签收" if own else command.way.strip() or "电话确认"
    taken = replace(receipt, taken_at=at, taken_by=by, way=way)
    step = Step(what="签收", by=by, at=at, words=f"{receipt.to}（{way}）")
    kept = unit.put(
        replace(
            held, receipts=tuple(taken if r is receipt else r for r in held.receipts),
            steps=(*held.steps, step),
        )
    )  # fmt: skip
    tell(unit, kept, None, f"已由{receipt.to}签收（{by}，{way}）")
    if own:
        _heard(unit, kept, unit.get(Incident, held.incident_id or ""), tools)
    return {"filing": kept}


def _heard(unit: Unit, sent: Filing, incident: Incident, tools: Tools) -> None:
    """The receiving level has heard of the incident now, if it had not before."""
    known = unit.find(Report, incident_id=incident.id)
    if any(r.org == unit.actor.org for r in known):
        return
    unit.put(
        Report(
            id=unit.next_id("report"), incident_id=incident.id, state="merged", type=incident.type,
            area_code=incident.area_code, place=incident.place, occurred_at=incident.occurred_at,
            received_at=unit.now, source=f"{tools.areas.name(sent.org)}{sent.name}",
            casualties=sent.casualties, text=sent.title, filed_by=unit.actor.username,
            org=unit.actor.org, origin=incident.origin,
        )
    )  # fmt: skip


def complete(held: Filing) -> None:
    """Refuse a report that says nothing, or a first one without place and source."""
    if held.kind == "首报":
        for name in ("place", "source"):
            checks.required(held.items.get(name, ""), f"items.{name}", ITEMS[name], "首报必填")
    if not any(held.items.get(name) for name in ("course", "measures", "trend", "leaders")):
        raise Invalid.field("items.course", "报告没有进展内容", "请至少写明基本过程或处置情况")


def own_filing(unit: Unit, tools: Tools, filing_id: str) -> Filing:
    """A report of the actor's own duty room, or of one below it."""
    unit.actor.require(Permission.REPORT)
    held = unit.get(Filing, filing_id)
    tools.areas.require(unit.actor.org, (held.org,))
    return held


def tell(unit: Unit, held: Filing, incident: Incident | None, what: str) -> None:
    """The journal's line about a report; typing goes into the log, not into the timeline."""
    incident = incident or unit.get(Incident, held.incident_id or "")
    unit.tell(
        f"{incident.letter} {numbered(held.kind, held.number)} {what}",
        incident_id=None if what == "修改" else incident.id, area=incident.area_code,
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {m.SendFiling: send_filing, m.TakeFiling: take_filing}
