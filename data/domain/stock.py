"""The supplies ledger: movements, stock-taking, basic lists, and sources of last resort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from data.domain.incident import Origin

# What was booked before amounts were kept to a millionth is no difference.
PRECISION = 6


class MovementKind(StrEnum):
    """Why an amount moved."""

    OPENING = "opening"
    RESERVE = "reserve"
    RELEASE = "release"
    APPROVE = "approve"
    PICK = "pick"
    SHIP = "ship"
    RECEIVE = "receive"
    CONSUME = "consume"
    RETURN = "return"
    INTAKE = "intake"
    LOSS = "loss"
    COUNT = "count"
    IMPORT = "import"

    @property
    def word(self) -> str:
        """The field's word."""
        return _KIND_WORDS[self]


K = MovementKind
_KIND_WORDS: Mapping[MovementKind, str] = {
    K.OPENING: "期初结存", K.RESERVE: "预留", K.RELEASE: "解除预留", K.APPROVE: "审批",
    K.PICK: "备货", K.SHIP: "出库发运", K.RECEIVE: "签收", K.CONSUME: "消耗", K.RETURN: "退回入库",
    K.INTAKE: "入库", K.LOSS: "报损核销", K.COUNT: "盘点调整", K.IMPORT: "数据导入调整",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of the ledger: an amount into or out of a lot, and why.

    `amount` changes what lies in the depot, `held` what of it is promised, `out` what is on the
    road or at the scene; all three are signed and in the item's unit. `balance` is what lay in
    the depot afterwards, so that a line can be read alone.
    """

    id: str
    lot_id: str
    depot_id: str
    transfer_id: str | None
    item_id: str = ""
    incident_id: str | None = None
    kind: MovementKind = MovementKind.OPENING
    amount: float = 0.0
    held: float = 0.0
    out: float = 0.0
    balance: float = 0.0
    balance_held: float = 0.0
    at: datetime | None = None
    by: str = ""
    org: str = ""
    reason: str = ""
    origin: Origin = "real"
    version: int = 0


class TakeState(StrEnum):
    """The life of a 盘点."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"

    @property
    def word(self) -> str:
        """The field's word."""
        return {"open": "盘点中", "confirmed": "已确认入账", "cancelled": "已作废"}[self.value]


@dataclass(frozen=True, kw_only=True)
class Count:
    """One lot counted: what the book said then, what was found, and why they differ."""

    lot_id: str
    booked: float
    counted: float
    reason: str = ""

    @property
    def difference(self) -> float:
        """Found less booked; below zero is missing."""
        return round(self.counted - self.booked, PRECISION)


@dataclass(frozen=True, kw_only=True)
class Stocktake:
    """One 盘点 of a depot."""

    id: str
    depot_id: str
    state: str = "open"
    counts: tuple[Count, ...] = ()
    opened_at: datetime | None = None
    opened_by: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    note: str = ""
    origin: Origin = "real"
    version: int = 0

    @property
    def differing(self) -> tuple[Count, ...]:
        """The counts that differ from the book."""
        return tuple(c for c in self.counts if c.difference)


@dataclass(frozen=True, kw_only=True)
class StockNorm:
    """One line of a basic list 清单: the least a level keeps of an item.

    `area_code` None is the province's own list; a code is that prefecture's or county's.
    """

    id: str
    area_code: str | None
    item_id: str
    least: float = 0.0
    basis: str = ""
    set_by: str = ""
    set_at: datetime | None = None
    ended: bool = False
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """Production capacity or a purchase source 产能、采购; what nobody knows stays None."""

    id: str
    area_code: str | None
    item_id: str
    name: str = ""
    way: str = "产能"  # or 采购, 协议代储
    per_day: float | None = None  # units a day
    stock: float | None = None  # finished units it says it holds
    lead_hours: float | None = None  # from order to the first delivery
    contact: str = ""
    phone: str = ""
    source: str = ""
    asked_at: datetime | None = None
    ended: bool = False
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Sums:
    """The sums of some movements."""

    amount: float = 0.0
    held: float = 0.0
    out: float = 0.0
    lines: int = field(default=0)


def summed(movements: Iterable[Movement]) -> Sums:
    """What the movements come to."""
    held = list(movements)
    return Sums(
        amount=round(sum(m.amount for m in held), PRECISION),
        held=round(sum(m.held for m in held), PRECISION),
        out=round(sum(m.out for m in held), PRECISION),
        lines=len(held),
    )
