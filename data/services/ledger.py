"""Keeps the supplies ledger in step with the stock: used, returned, taken in, written off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Transfer, TransferState
from data.domain.messages import Command
from data.domain.messages import stock as m
from data.domain.org import Permission
from data.domain.stock import PRECISION, MovementKind
from data.errors import Conflict, Forbidden, Invalid
from data.services import checks, sourcing, stocktaking, supplies
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.stock_book import Why, book, open_book
from data.store.unit_of_work import Unit

K = MovementKind


def use(unit: Unit, command: m.UseTransfer, tools: Tools) -> dict[str, Any]:
    """Some of what was received is used up; when nothing is left the transfer is settled."""
    unit.actor.require(Permission.SUPPLY)
    it = supplies.held(unit, tools, command.transfer_id)
    amount = _left(it.transfer, command.amount)
    book(unit, it.transfer.lot_id, it.why(K.CONSUME, command.words.strip()), out=-amount)
    kept = replace(_signed(it.transfer), used=round(it.transfer.used + amount, PRECISION))
    return _settled(unit, it, kept, f"消耗 {amount:g}{it.item.unit}", command.words)


def give_back(unit: Unit, command: m.ReturnTransfer, tools: Tools) -> dict[str, Any]:
    """Some of what was received comes back into its lot; booked by the depot's own area."""
    unit.actor.require(Permission.SUPPLY)
    it = supplies.held(unit, tools, command.transfer_id, at_depot=True)
    amount = _left(it.transfer, command.amount)
    why = it.why(K.RETURN, command.words.strip())
    book(unit, it.transfer.lot_id, why, amount=amount, out=-amount)
    kept = replace(_signed(it.transfer), returned=round(it.transfer.returned + amount, PRECISION))
    return _settled(unit, it, kept, f"退回 {amount:g}{it.item.unit}", command.words)


def _left(transfer: Transfer, amount: float) -> float:
    if transfer.state != TransferState.RECEIVED:
        raise Conflict(f"调拨单现为“{transfer.state.word}”，签收后才能登记消耗或退回")
    asked = positive(amount)
    if asked > transfer.at_scene:
        raise Invalid.field(
            "amount", f"现场只剩 {transfer.at_scene:g}，不足 {asked:g}", "请核对数量"
        )
    return asked


def _signed(transfer: Transfer) -> Transfer:
    """The transfer with its received amount stated."""
    return (
        transfer if transfer.received is not None else replace(transfer, received=transfer.amount)
    )


def _settled(
    unit: Unit, it: supplies.Held, kept: Transfer, said: str, words: str
) -> dict[str, Any]:
    if not kept.at_scene:
        kept = kept.moved(TransferState.SETTLED, unit.now)
    it.tell(unit, said)
    return supplies.shown(supplies.stepped(unit, kept, said, words.strip()))


def positive(amount: float) -> float:
    """An amount to the ledger's precision.

    Raises
    ------
    Invalid
        When it is not above zero.
    """
    kept = round(amount, PRECISION) if abs(amount) < float("inf") else 0.0
    if not kept > 0:
        raise Invalid.field("amount", "数量必须大于 0", "请改正数量")
    return kept


def own_depot(unit: Unit, tools: Tools, depot_id: str) -> Depot:
    """A depot of the actor's own area.

    Raises
    ------
    NotFound, Forbidden
    """
    depot = unit.get(Depot, depot_id)
    if not tools.areas.covers(unit.actor.org, depot.area_code):
        raise Forbidden(f"{depot.name} 不属本辖区，由其主管单位登记")
    return depot


def expiry(typed: str | None) -> str | None:
    """A date of expiry as ISO; blank is none.

    Raises
    ------
    Invalid
    """
    text = (typed or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Invalid.field(
            "expires", f"看不懂有效期“{text[:20]}”", "请按 2021-06-30 的样子填写"
        ) from error


def take_in(unit: Unit, command: m.TakeIn, tools: Tools) -> dict[str, Any]:
    """Take goods into a depot: more of a lot, or a new one.

    Raises
    ------
    Invalid, NotFound, Forbidden
        No amount, reason, depot or item; not one's own depot.
    """
    unit.actor.require(Permission.SUPPLY)
    reason = checks.required(command.reason, "reason", "入库依据", "请写明采购、调入或捐赠等依据")
    supplier = command.supplier.strip()
    reason += f"，供应单位：{supplier}" if supplier else ""
    amount = positive(command.amount)
    lot = unit.get(Lot, command.lot_id) if command.lot_id else _new_lot(unit, command)
    depot = own_depot(unit, tools, lot.depot_id)
    item = unit.get(Item, lot.item_id)
    if not command.lot_id:
        lot = unit.put(lot)
    kept = book(unit, lot.id, Why(kind=K.INTAKE, reason=reason), amount=amount)
    unit.tell(
        f"入库：{depot.name} {item.name} {amount:g}{item.unit}（{reason}）", area=depot.area_code
    )
    return {"lot": kept}


def _new_lot(unit: Unit, command: m.TakeIn) -> Lot:
    checks.required(command.depot_id, "depot_id", "储备库", "请选择储备库，或指明批次")
    checks.required(command.item_id, "item_id", "物资品类", "请选择品类，或指明批次")
    checks.amount(command.keep, "keep", "保底数")
    depot = unit.get(Depot, command.depot_id or "")
    return Lot(
        id=unit.next_id("lot"), depot_id=depot.id,
        item_id=unit.get(Item, command.item_id or "").id, on_hand=0.0, keep=command.keep,
        batch=command.batch.strip() or None, expires=expiry(command.expires),
        condition=command.condition.strip(), origin=depot.origin,
        source=command.supplier.strip(),
    )  # fmt: skip


def write_off(unit: Unit, command: m.WriteOff, tools: Tools) -> dict[str, Any]:
    """Write goods of a lot off; what is promised stays.

    Raises
    ------
    Invalid, Conflict, NotFound, Forbidden
    """
    unit.actor.require(Permission.SUPPLY)
    lot = unit.get(Lot, command.lot_id)
    depot = own_depot(unit, tools, lot.depot_id)
    reason = checks.required(command.reason, "reason", "核销理由", "请写明报损、过期或其他原因")
    amount = positive(command.amount)
    item = unit.get(Item, lot.item_id)
    kept = book(unit, lot.id, Why(kind=K.LOSS, reason=reason), amount=-amount)
    unit.tell(
        f"报损核销：{depot.name} {item.name} {amount:g}{item.unit}（{reason}）",
        area=depot.area_code,
    )
    return {"lot": kept}


def mark_lot(unit: Unit, command: m.MarkLot, tools: Tools) -> dict[str, Any]:
    """Correct a lot's condition, batch, expiry or floor."""
    unit.actor.require(Permission.SUPPLY)
    lot = unit.get(Lot, command.lot_id)
    depot = own_depot(unit, tools, lot.depot_id)
    checks.amount(command.keep, "keep", "保底数")
    open_book(unit, lot)
    changed = replace(
        lot,
        condition=lot.condition if command.condition is None else command.condition.strip(),
        batch=lot.batch if command.batch is None else command.batch.strip() or None,
        expires=lot.expires if command.expires is None else expiry(command.expires),
        keep=lot.keep if command.keep is None else command.keep,
    )
    kept = unit.put(changed, expect=command.expect_version)
    unit.tell(
        f"批次资料更正：{depot.name} {unit.get(Item, lot.item_id).name} {lot.id}",
        area=depot.area_code,
    )
    return {"lot": kept}


HANDLERS: Mapping[type[Command], Handler] = {
    m.ApproveTransfer: supplies.approve,
    m.PickTransfer: supplies.pick,
    m.ShipTransfer: supplies.ship,
    m.ReceiveTransfer: supplies.receive,
    m.UseTransfer: use,
    m.ReturnTransfer: give_back,
    m.TakeIn: take_in,
    m.WriteOff: write_off,
    m.MarkLot: mark_lot,
    m.OpenStocktake: stocktaking.open_stocktake,
    m.CountLots: stocktaking.count_lots,
    m.CloseStocktake: stocktaking.close_stocktake,
    m.SetNorm: sourcing.set_norm,
    m.KeepSupplier: sourcing.keep_supplier,
}
