"""Commands about the supplies ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from data.domain.messages import LATER, Command


@dataclass(frozen=True, kw_only=True)
class ApproveTransfer(Command):
    """Approve a transfer before it is picked; by whoever may sign."""

    transfer_id: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class PickTransfer(Command):
    """The depot has put a transfer together."""

    transfer_id: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class ShipTransfer(Command):
    """A transfer leaves its depot; blank particulars are unknown."""

    transfer_id: str
    vehicle: str = ""
    plate: str = ""
    driver: str = ""
    phone: str = ""
    route: str = ""
    eta: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiveTransfer(Command):
    """Sign for a transfer; less than was sent needs its reason."""

    transfer_id: str
    amount: float | None = None
    reason: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class UseTransfer(Command):
    """Some of what was received has been used up."""

    transfer_id: str
    amount: float
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnTransfer(Command):
    """Some of what was received comes back into its lot."""

    transfer_id: str
    amount: float
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeIn(Command):
    """Goods taken into a depot: into a lot that is there, or as a new one; `supplier` by name."""

    amount: float
    reason: str
    lot_id: str | None = None
    depot_id: str | None = None
    item_id: str | None = None
    batch: str = ""
    expires: str | None = None
    condition: str = ""
    keep: float = 0.0
    supplier: str = field(default="", metadata=LATER)


@dataclass(frozen=True, kw_only=True)
class WriteOff(Command):
    """Goods of a lot lost, damaged or expired; what is promised cannot be written off."""

    lot_id: str
    amount: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class MarkLot(Command):
    """Correct a lot's particulars; None leaves as is, and a blank date clears it."""

    lot_id: str
    condition: str | None = None
    batch: str | None = None
    expires: str | None = None
    keep: float | None = None
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What was found of a lot."""

    lot: str
    counted: float
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenStocktake(Command):
    """Begin a 盘点 of a depot, perhaps with counts already."""

    depot_id: str
    counts: tuple[Counted, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CountLots(Command):
    """Enter or correct counts of an open 盘点."""

    stocktake_id: str
    counts: tuple[Counted, ...]
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class CloseStocktake(Command):
    """Confirm the differences, which books them, or cancel the 盘点, which books nothing."""

    stocktake_id: str
    how: Literal["confirmed", "cancelled"] = "confirmed"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SetNorm(Command):
    """The least an area keeps of an item; 0 ends the line. Without an area, the actor's own."""

    item_id: str
    least: float
    area_code: str | None = None
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class KeepSupplier(Command):
    """Enter or correct a source of last resort; what is not known stays None."""

    supplier_id: str | None = None
    name: str = ""
    item_id: str = ""
    area_code: str | None = None
    way: Literal["产能", "采购", "协议代储"] = "产能"
    per_day: float | None = None
    stock: float | None = None
    lead_hours: float | None = None
    contact: str = ""
    phone: str = ""
    source: str = ""
    ended: bool = False
