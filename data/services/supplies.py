"""Moves transfers on from order to signing; every step books the ledger and tells the journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.domain.authority import BY_WORDS, MAY, needs_approval, read_limits
from data.domain.depot import Depot, Item
from data.domain.dispatch import Carriage, Transfer, TransferState, TransferStep
from data.domain.incident import Incident
from data.domain.messages import AdvanceTransfer
from data.domain.messages import stock as m
from data.domain.org import Permission
from data.domain.stock import PRECISION, MovementKind
from data.errors import Forbidden, IllegalMove, Invalid
from data.services import checks, clearance_book
from data.services.tools import Tools
from data.store.stock_book import Why, book
from data.store.unit_of_work import Unit

S, K = TransferState, MovementKind
PLAIN = (S.APPROVED, S.PICKED, S.SHIPPED, S.RECEIVED, S.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A transfer with what it concerns."""

    transfer: Transfer
    incident: Incident
    depot: Depot
    item: Item

    def why(self, kind: MovementKind, reason: str = "") -> Why:
        """What a movement of it is for."""
        return Why(
            kind=kind, transfer_id=self.transfer.id, incident_id=self.incident.id, reason=reason,
            origin=self.incident.origin,
        )  # fmt: skip

    def tell(self, unit: Unit, words: str) -> None:
        """The journal line of a step."""
        what = f"{self.depot.name} {self.item.name} {self.transfer.amount:g}{self.item.unit}"
        unit.tell(
            f"物资{words}：{what} → {self.incident.letter}",
            incident_id=self.incident.id, area=self.incident.area_code,
        )  # fmt: skip


def held(unit: Unit, tools: Tools, transfer_id: str, *, at_depot: bool = False) -> Held:
    """A transfer that concerns the actor's area; the depot's own work only by its own area.

    Raises
    ------
    NotFound, Forbidden
        Outside the actor's area; the depot belongs to somebody else.
    """
    transfer = unit.get(Transfer, transfer_id)
    incident = unit.get(Incident, transfer.incident_id)
    depot = unit.get(Depot, transfer.depot_id)
    tools.areas.require(unit.actor.org, [*incident.all_areas, depot.area_code or ""])
    if at_depot and not tools.areas.covers(unit.actor.org, depot.area_code):
        raise Forbidden(f"{depot.name} 不属本辖区，备货、发运和退库由其主管单位办理")
    return Held(
        transfer=transfer, incident=incident, depot=depot, item=unit.get(Item, transfer.item_id)
    )


def stepped(unit: Unit, transfer: Transfer, what: str, words: str = "") -> Transfer:
    """The transfer kept, with one more line of its record."""
    step = TransferStep(what=what, by=unit.actor.name, at=unit.now, words=words)
    return unit.put(replace(transfer, steps=(*transfer.steps, step)))


def shown(moved: Transfer) -> dict[str, Any]:
    """The answer to a step."""
    return {
        "id": moved.id, "state": moved.state.value, "times": moved.times, "transfer": moved,
        "at_scene": moved.at_scene,
    }  # fmt: skip


def advance_transfer(unit: Unit, command: AdvanceTransfer, tools: Tools) -> dict[str, Any]:
    """Move a 调拨单 on without particulars and keep its lot's stock in step.

    Raises
    ------
    Invalid, IllegalMove, NotFound, Forbidden
        An unknown state, a move its state does not allow, outside one's area, no permission.
    """
    try:
        to = S(command.to)
    except ValueError as error:
        words = "、".join(s.value for s in PLAIN)
        raise Invalid.field("to", f"不认识的调拨状态“{command.to}”", f"可填：{words}") from error
    key = command.transfer_id
    if to == S.APPROVED:
        return approve(unit, m.ApproveTransfer(transfer_id=key), tools)
    if to == S.PICKED:
        return pick(unit, m.PickTransfer(transfer_id=key), tools)
    if to == S.SHIPPED:
        return ship(unit, m.ShipTransfer(transfer_id=key, at=command.at), tools)
    if to == S.RECEIVED:
        return receive(unit, m.ReceiveTransfer(transfer_id=key, at=command.at), tools)
    if to == S.CANCELLED:
        return cancel(unit, key, tools)
    moved = unit.get(Transfer, key).moved(to, unit.now)
    raise Invalid.field("to", f"“{moved.state.word}”不能直接填写", "请登记消耗或退回的数量")


def approve(unit: Unit, command: m.ApproveTransfer, tools: Tools) -> dict[str, Any]:
    """Approve a transfer; who signs need not be who ordered.

    Raises
    ------
    Forbidden
        When the table of authority wants a higher word for so much of it.
    """
    unit.actor.require(Permission.SIGN)
    it = held(unit, tools, command.transfer_id)
    limit = needs_approval(read_limits(tools.rules.get("authority")), it.item, it.transfer)
    if limit is not None and unit.actor.role not in MAY[limit.by]:
        raise Forbidden(f"{limit.words()}；请报{BY_WORDS[limit.by]}审批")
    kept = approved(unit, it.transfer, command.words.strip())
    clearance_book.settle(unit, kept.dispatch_id)
    it.tell(unit, "审批")
    return shown(kept)


def _of(unit: Unit, transfer: Transfer) -> Held:
    """A transfer with what it concerns; the caller has checked the area."""
    return Held(
        transfer=transfer, incident=unit.get(Incident, transfer.incident_id),
        depot=unit.get(Depot, transfer.depot_id), item=unit.get(Item, transfer.item_id),
    )  # fmt: skip


def approved(unit: Unit, transfer: Transfer, words: str) -> Transfer:
    """The transfer approved in this unit of work; the caller has checked who may."""
    moved = transfer.moved(S.APPROVED, unit.now)
    book(unit, moved.lot_id, _of(unit, transfer).why(K.APPROVE, words))
    return stepped(unit, moved, "审批", words)


def called_off(unit: Unit, transfer: Transfer, words: str) -> Transfer:
    """The transfer cancelled in this unit of work, what it held given back."""
    moved = transfer.moved(S.CANCELLED, unit.now)
    unit.release_lot(moved.lot_id, moved.amount, _of(unit, transfer).why(K.RELEASE, words))
    return stepped(unit, moved, "撤销", words)


def pick(unit: Unit, command: m.PickTransfer, tools: Tools) -> dict[str, Any]:
    """The depot has put the goods together."""
    unit.actor.require(Permission.SUPPLY)
    it = held(unit, tools, command.transfer_id, at_depot=True)
    _authorised(it, tools)
    moved = it.transfer.moved(S.PICKED, unit.now)
    book(unit, moved.lot_id, it.why(K.PICK, command.words.strip()))
    it.tell(unit, "备货完毕")
    return shown(stepped(unit, moved, "备货", command.words.strip()))


def _authorised(it: Held, tools: Tools) -> None:
    """Refuse a transfer above the set amount that nobody has approved.

    Raises
    ------
    IllegalMove
        Naming the limit and who may approve.
    """
    limit = needs_approval(read_limits(tools.rules.get("authority")), it.item, it.transfer)
    if limit is not None:
        remedy = f"请{BY_WORDS[limit.by]}在“任务—审批”或“物资—调拨”审批后再备货、发运"
        raise IllegalMove(f"{limit.words()}；{remedy}")


def ship(unit: Unit, command: m.ShipTransfer, tools: Tools) -> dict[str, Any]:
    """The goods leave the depot."""
    unit.actor.require(Permission.SUPPLY)
    it = held(unit, tools, command.transfer_id, at_depot=True)
    _authorised(it, tools)
    at = _at(unit, it.transfer, command.at)
    carriage = Carriage(
        vehicle=command.vehicle.strip(), plate=command.plate.strip().upper(),
        driver=command.driver.strip(), phone=command.phone.strip(), route=command.route.strip(),
    )  # fmt: skip
    moved = it.transfer.moved(S.SHIPPED, at)
    if command.eta is not None:
        if command.eta < at:
            raise Invalid.field("eta", "预计到达早于发运时间", "请核对预计到达时间")
        moved = replace(moved, eta=command.eta)
    moved = replace(moved, carriage=carriage if carriage != Carriage() else None)
    words = "，".join(filter(None, (carriage.plate, carriage.driver, carriage.phone)))
    unit.consume_lot(moved.lot_id, moved.amount, it.why(K.SHIP, words))
    it.tell(unit, f"发运（{words}）" if words else "发运")
    return shown(stepped(unit, moved, "发运", words))


def receive(unit: Unit, command: m.ReceiveTransfer, tools: Tools) -> dict[str, Any]:
    """Sign for what arrived; less than was sent needs its reason, more is impossible."""
    unit.actor.require(Permission.SUPPLY)
    it = held(unit, tools, command.transfer_id)
    moved = it.transfer.moved(S.RECEIVED, _at(unit, it.transfer, command.at))
    checks.amount(command.amount, "amount", "实收数量")
    got = moved.amount if command.amount is None else round(command.amount, PRECISION)
    if got > moved.amount:
        raise Invalid.field(
            "amount", f"实收 {got:g} 多于发出的 {moved.amount:g}",
            "多出的物资请按入库登记，或核对数量",
        )  # fmt: skip
    missing, reason = round(moved.amount - got, PRECISION), command.reason.strip()
    if missing:
        reason = checks.required(reason, "reason", "差异原因", "实收少于发出，请写明原因")
    by = command.by.strip() or unit.actor.name
    said = f"实收 {got:g}{it.item.unit}" + (f"，短少 {missing:g}：{reason}" if missing else "")
    book(unit, moved.lot_id, it.why(K.RECEIVE, f"{by} {said}"), out=-missing)
    kept = replace(moved, received=got, received_by=by, difference_reason=reason)
    if got == 0:
        kept = kept.moved(S.SETTLED, unit.now)
    it.tell(unit, f"已到位（{said}）" if missing else "已到位")
    return shown(stepped(unit, kept, "签收", f"{by}　{said}"))


def cancel(unit: Unit, transfer_id: str, tools: Tools) -> dict[str, Any]:
    """Give back what a transfer that has not left its depot holds."""
    unit.actor.require(Permission.SUPPLY)
    unit.actor.require(Permission.DISPATCH)
    it = held(unit, tools, transfer_id)
    kept = called_off(unit, it.transfer, "撤销调拨")
    clearance_book.settle(unit, kept.dispatch_id)
    it.tell(unit, "撤销")
    return shown(kept)


def _at(unit: Unit, transfer: Transfer, at: datetime | None) -> datetime:
    """When a step was done: now, or as stated, not before the step it follows."""
    stated = checks.past(at, "at", "时间", unit.now) or unit.now
    last = transfer.times.get(S.SHIPPED.value)
    if last is not None and stated < last:
        raise Invalid.field("at", "签收时间早于发运时间", "请核对时间")
    return stated
