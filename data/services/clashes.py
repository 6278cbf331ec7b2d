"""Decides conflicts between a county's machine and the province: a person does, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from data.domain.clearance import Clearance
from data.domain.depot import Lot
from data.domain.dispatch import (
    TEAM_AFTER,
    TRANSFER_OPEN,
    Assignment,
    AssignmentState,
    Transfer,
    TransferState,
    TransferStep,
)
from data.domain.field import FieldNeed
from data.domain.incident import Incident, Report, Zone
from data.domain.messages import Command
from data.domain.messages.nodes import DecideClash
from data.domain.node import VERDICTS, Change, Clash
from data.domain.org import PROVINCE, Permission
from data.domain.registry import KINDS
from data.domain.stock import PRECISION, Movement, MovementKind
from data.domain.task import Task
from data.domain.team import Team, TeamState
from data.domain.three_way import with_value
from data.errors import Conflict, Forbidden, IllegalMove, Invalid
from data.services import checks, clash_finding, clearance_book
from data.services.bus import Handler
from data.services.node_intake import order_of_putting, put_change
from data.services.tools import Tools
from data.store.codec import decode, encode
from data.store.stock_book import Why
from data.store.unit_of_work import Unit

S, TS = AssignmentState, TransferState
LEFT = frozenset({TS.SHIPPED, TS.RECEIVED, TS.SETTLED})  # the depot


def decide_clash(unit: Unit, command: DecideClash, tools: Tools) -> dict[str, Any]:
    """Settle a conflict; an order that does not stand ends like one that was recalled.

    Raises
    ------
    Forbidden, NotFound, IllegalMove, Invalid, Conflict, Stale
        Not the province's duty, unknown, decided already, no such verdict, not possible so.
    """
    unit.actor.require(Permission.DISPATCH)
    if unit.actor.org != PROVINCE:
        raise Forbidden("两级冲突由省值班员裁定；请电话商定后由省里登记")
    clash = unit.get(Clash, command.clash_id)
    if not clash.open:
        raise IllegalMove(f"{clash.id} 已由 {clash.decided_by} 裁定，不能重复裁定")
    may = VERDICTS[clash.kind]
    if command.verdict not in may:
        words = "、".join(f"{key}（{word}）" for key, word in may.items())
        raise Invalid.field("verdict", f"不能裁定为“{command.verdict}”", f"可选：{words}")
    reason = checks.required(command.reason, "reason", "裁定理由", "请写明与谁商定、为何如此")
    words = f"{clash.id} 裁定：{may[command.verdict]}，{reason}"
    _DECIDED[clash.kind](unit, clash, command.verdict, words, tools)
    kept = unit.put(
        replace(
            clash, state="decided", verdict=command.verdict, reason=reason,
            decided_by=unit.actor.name, decided_at=unit.now,
        ),
        expect=command.expect_version,
    )  # fmt: skip
    unit.tell(
        f"裁定冲突 {clash.id}（{clash.word}，{clash.subject}）：{may[command.verdict]}，{reason}",
        incident_id=clash.incident_id if _known(unit, clash) else None, area=clash.org,
    )  # fmt: skip
    return {"clash": kept}


def _known(unit: Unit, clash: Clash) -> bool:
    key = clash.incident_id
    return key is not None and clash_finding.body_of(unit, "incident", key) is not None


# ---------------------------------------------------------------- a team


def _team(unit: Unit, clash: Clash, verdict: str, words: str, tools: Tools) -> None:
    team = unit.get(Team, clash.subject_id)
    ours = [a for a in unit.find(Assignment, team_id=team.id) if a.active]
    theirs = [c for c in clash.held if c.kind == "assignment"]
    last: Assignment | None = None
    if verdict != "province":
        for order in ours:
            last = unit.put(ended(order, unit, words))
            clearance_book.settle(unit, order.dispatch_id)
    if verdict == "county":
        _reopen(unit, (decode(encode(c.body), Assignment).incident_id for c in theirs))
    for change in sorted(theirs, key=order_of_putting):
        order = decode(encode(change.body), Assignment)
        if verdict != "county" and order.active:
            order = ended(order, unit, words)
            change = _as(change, order)  # noqa: PLW2901 - the same change, ended
            last = order
        put_change(unit, change, tools)
    for change in clash.held:
        if change.kind == "clearance":
            put_change(unit, change, tools)
    for change in theirs:
        clearance_book.settle(unit, str(change.body["dispatch_id"]))
    bound = [a for a in unit.find(Assignment, team_id=team.id) if a.active]
    told = next((c.body["state"] for c in clash.held if c.kind == "team"), None)
    state = TEAM_AFTER[bound[0].state] if bound else _after(last)
    if not bound and verdict == "county" and told:
        state = TeamState(told)  # the county's order is over: its team is where it says
    unit.put(replace(unit.get(Team, team.id), state=state))


def ended(order: Assignment, unit: Unit, words: str) -> Assignment:
    """An order that does not stand: recalled before it left, turned away after."""
    to = S.CANCELLED if order.state in (S.ORDERED, S.ACCEPTED) else S.REDIRECTED
    gone = replace(order, held=False).moved(to, unit.now, words)
    return replace(gone, released_seq=unit.seq)


def _after(last: Assignment | None) -> TeamState:
    """Where a team without an order stands: on its way back if it had left."""
    left = last is not None and S.DEPARTED.value in last.times
    return TeamState.RETURNING if left else TeamState.STANDBY


def _as(change: Change, thing: Any) -> Change:
    return replace(change, body=msgspec.json.decode(encode(thing)))


def _reopen(unit: Unit, incidents: Iterable[str]) -> None:
    """Open again what the province had ended, since the county's order for it stands."""
    for key in dict.fromkeys(incidents):
        incident = unit.get(Incident, key)
        if incident.status == "open":
            continue
        if unit.has(Incident, status="open", letter=incident.letter):
            raise Conflict(f"代号 {incident.letter} 已给了另一事件，不能重新开设；请改判或先改派")
        unit.put(replace(incident, status="open", closed_at=None, closed_reason=None))


# ---------------------------------------------------------------- a lot


def _lot(unit: Unit, clash: Clash, verdict: str, words: str, tools: Tools) -> None:
    changes = {k: [c for c in clash.held if c.kind == k] for k in ("lot", "transfer", "movement")}
    if verdict == "county":
        _reopen(unit, (str(c.body["incident_id"]) for c in changes["transfer"]))
        _make_room(unit, clash, words)
        for change in clash.held:
            put_change(unit, change, tools)
        return
    sent = [(c, decode(encode(c.body), Transfer)) for c in changes["transfer"]]
    new = [t for c, t in sent if c.before is None]
    if gone := [t.id for t in new if t.state in LEFT]:
        raise Conflict(f"{'、'.join(gone)} 的货已出库，不能不认；请以县令为准，再补调省里所需")
    for change in changes["movement"]:
        put_change(unit, change, tools)
    for change, transfer in sent:
        stands = change.before is not None or transfer.state not in TRANSFER_OPEN
        kept = transfer if stands else cancelled(transfer, unit, words)
        put_change(unit, _as(change, kept), tools)
    off = [t for t in new if t.state in TRANSFER_OPEN]
    _settle_stock(unit, clash.subject_id, changes["movement"], off, words)


def cancelled(transfer: Transfer, unit: Unit, words: str) -> Transfer:
    """A transfer that does not stand."""
    step = TransferStep(what="裁定撤销", by=unit.actor.name, at=unit.now, words=words)
    return replace(transfer.moved(TS.CANCELLED, unit.now), steps=(*transfer.steps, step))


def _make_room(unit: Unit, clash: Clash, words: str) -> None:
    """Call off the province's newest transfers of the lot until the county's fits."""
    mine = [t for t in unit.find(Transfer, lot_id=clash.subject_id) if t.state in TRANSFER_OPEN]
    mine = [t for t in mine if t.state not in LEFT]
    mine.sort(key=lambda t: (str(t.times.get("ordered", "")), t.id))
    change = next((c for c in clash.held if c.kind == "lot"), None)
    while change is not None and clash_finding.short(unit, change):
        if not mine:
            raise Conflict("省里已无可撤的调拨，仍不够县里已调的数量；请先核对结存（盘点）再裁定")
        last = mine.pop()
        why = Why(kind=MovementKind.RELEASE, transfer_id=last.id, incident_id=last.incident_id,
                  reason=words)  # fmt: skip
        unit.release_lot(last.lot_id, last.amount, why)
        unit.put(cancelled(last, unit, words))


def _settle_stock(
    unit: Unit, lot_id: str, lines: list[Change], gone: list[Transfer], words: str
) -> None:
    """The county's lines of the ledger stand, each promise that does not is taken back beside it.

    What is left of them (an older transfer that the county ended meanwhile) changes the stock.
    """
    lot, booked = unit.get(Lot, lot_id), [c.body for c in lines if c.body["kind"] != "opening"]
    for transfer in gone:
        unit.put(
            Movement(
                id=unit.next_id("movement"), lot_id=lot.id, depot_id=lot.depot_id,
                item_id=lot.item_id, transfer_id=transfer.id, incident_id=transfer.incident_id,
                kind=MovementKind.RELEASE, held=-transfer.amount, balance=lot.on_hand,
                balance_held=lot.reserved, at=unit.now, by=unit.actor.name,
                org=unit.actor.org, reason=words, origin=lot.origin,
            )
        )  # fmt: skip
    held = sum(float(b["held"]) for b in booked) - sum(t.amount for t in gone)
    unit.put(
        replace(
            lot, reserved=round(lot.reserved + held, PRECISION),
            on_hand=round(lot.on_hand + sum(float(b["amount"]) for b in booked), PRECISION),
        )
    )  # fmt: skip


# ---------------------------------------------------------------- fields, incidents, rows


def _fields(unit: Unit, clash: Clash, verdict: str, words: str, _tools: Tools) -> None:
    if verdict != "county":
        return
    for one in clash.fields:
        cls = KINDS[one.kind]
        body = clash_finding.body_of(unit, one.kind, one.id)
        if body is None:
            continue
        if one.field == "status" and one.theirs == "closed":
            if clash_finding.bound(unit, one.id):
                raise Conflict("该事件尚有队伍或物资在途，不能结束；请先结束、撤销或改派")
            unit.put(unit.get(Incident, one.id).closed(unit.now, words))
            continue
        unit.put(decode(encode(with_value(body, one.field, one.theirs)), cls))


def _twice(unit: Unit, clash: Clash, verdict: str, words: str, _tools: Tools) -> None:
    if verdict != "one" or clash.incident_id is None or clash.other_id is None:
        return
    there = unit.get(Incident, clash.other_id)
    there.require_open()
    kinds: tuple[type[Any], ...] = (Report, Assignment, Transfer, Task, FieldNeed, Zone, Clearance)
    for cls in kinds:
        for thing in unit.find(cls, incident_id=clash.incident_id):
            unit.put(replace(thing, incident_id=there.id))
    unit.put(unit.get(Incident, clash.incident_id).closed(
        unit.now, f"与 {there.letter} {there.short_name} 为同一事件（{words}）"
    ))  # fmt: skip


def _refused(_unit: Unit, _clash: Clash, _verdict: str, _words: str, _tools: Tools) -> None:
    """Nothing is put: the row stays with the conflict, for whoever reads it later."""


_DECIDED: Mapping[str, Callable[[Unit, Clash, str, str, Tools], None]] = {
    "team": _team, "lot": _lot, "fields": _fields, "twice": _twice, "refused": _refused,
}  # fmt: skip
HANDLERS: Mapping[type[Command], Handler] = {DecideClash: decide_clash}
