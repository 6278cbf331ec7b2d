"""Books every change of a lot: the stock and its line of the ledger in one step, or neither."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.domain.depot import Lot
from data.domain.stock import PRECISION, Movement, MovementKind
from data.errors import Conflict

if TYPE_CHECKING:
    from data.domain.incident import Origin
    from data.store.unit_of_work import Unit


@dataclass(frozen=True, kw_only=True)
class Why:
    """What a movement is for."""

    kind: MovementKind
    transfer_id: str | None = None
    incident_id: str | None = None
    reason: str = ""
    origin: Origin | None = None


def book(
    unit: Unit, lot_id: str, why: Why, *, amount: float = 0.0, held: float = 0.0, out: float = 0.0
) -> Lot:
    """Change a lot by signed amounts and write the line; its opening balance goes first.

    Raises
    ------
    Conflict
        When less than nothing would lie in the depot, or more be promised than lies there.
    Stale
        When somebody else changed the lot in between.
    """
    lot = unit.get(Lot, lot_id)
    on_hand = round(lot.on_hand + amount, PRECISION)
    reserved = round(lot.reserved + held, PRECISION)
    if on_hand < 0 or reserved < 0:
        raise Conflict(f"批次 {lot_id} 结存 {lot.on_hand:g}、预留 {lot.reserved:g}，不足此数")
    if reserved > on_hand:
        raise Conflict(f"批次 {lot_id} 已预留 {reserved:g}，结存不能少于预留（将为 {on_hand:g}）")
    open_book(unit, lot)
    changed = replace(lot, on_hand=on_hand, reserved=reserved)
    kept = unit.put(changed) if amount or held else lot
    _line(unit, kept, why, amount, held, out)
    return kept


def open_book(unit: Unit, lot: Lot) -> None:
    """Write a lot's opening balance unless its book is open; Σ movements is its stock from here."""
    if unit.has(Movement, lot_id=lot.id):
        return
    as_of = f"截至 {lot.as_of}" if lot.as_of else ""
    why = Why(kind=MovementKind.OPENING, reason=as_of, origin=lot.origin)
    _line(unit, lot, why, lot.on_hand, lot.reserved, 0.0)


def _line(unit: Unit, lot: Lot, why: Why, amount: float, held: float, out: float) -> None:
    unit.put(
        Movement(
            id=_id(unit, lot, why), lot_id=lot.id, depot_id=lot.depot_id,
            item_id=lot.item_id, transfer_id=why.transfer_id, incident_id=why.incident_id,
            kind=why.kind, amount=amount, held=held, out=out, balance=lot.on_hand,
            balance_held=lot.reserved, at=unit.now, by=unit.actor.name, org=unit.actor.org,
            reason=why.reason, origin=why.origin or lot.origin,
        )
    )  # fmt: skip


def _id(unit: Unit, lot: Lot, why: Why) -> str:
    """A line's id; the opening's is the lot's, so that two centers open one book alike."""
    return f"MV-0-{lot.id}" if why.kind == MovementKind.OPENING else unit.next_id("movement")
