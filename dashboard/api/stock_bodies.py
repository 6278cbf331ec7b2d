"""What the ledger's endpoints take."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body


class WordsBody(Body):
    """A few words."""

    words: str = ""


class ShipBody(Body):
    """How it travels; blank is unknown."""

    vehicle: str = ""
    plate: str = ""
    driver: str = ""
    phone: str = ""
    route: str = ""
    eta: AwareDatetime | None = None
    at: AwareDatetime | None = None


class ReceiveBody(Body):
    """What arrived: all of it when `amount` is left out; less needs its `reason`."""

    amount: float | None = None
    reason: str = ""
    by: str = ""
    at: AwareDatetime | None = None


class AmountBody(Body):
    """An amount in the item's unit."""

    amount: float
    words: str = ""


class TakeInBody(Body):
    """Goods into a lot (`lot_id`), or a new lot of `item_id` in `depot_id`; `supplier` by name."""

    amount: float
    reason: str
    lot_id: str | None = None
    depot_id: str | None = None
    item_id: str | None = None
    batch: str = ""
    expires: str | None = None
    condition: str = ""
    keep: float = 0.0
    supplier: str = ""


class WriteOffBody(Body):
    """Goods lost, damaged or expired."""

    amount: float
    reason: str


class LotBody(Body):
    """Particulars of a lot; what is left out stays."""

    condition: str | None = None
    batch: str | None = None
    expires: str | None = None
    keep: float | None = None
    expect_version: int | None = None


class CountBody(Body):
    """What was found of a lot."""

    lot: str
    counted: float
    reason: str = ""


class StocktakeBody(Body):
    """A stock-taking of a depot."""

    depot_id: str
    counts: list[CountBody] = Field(default_factory=list, max_length=2000)
    note: str = ""


class CountsBody(Body):
    """Counts of an open stock-taking."""

    counts: list[CountBody] = Field(max_length=2000)
    expect_version: int | None = None


class CloseBody(Body):
    """How a stock-taking ends."""

    how: Literal["confirmed", "cancelled"] = "confirmed"
    reason: str = ""


class NormBody(Body):
    """One line of a basic list; `least` 0 ends it."""

    item_id: str
    least: float
    area_code: str | None = None
    basis: str = ""


class SupplierBody(Body):
    """A source of last resort; unknown figures are left out."""

    name: str
    item_id: str
    source: str
    supplier_id: str | None = None
    area_code: str | None = None
    way: Literal["产能", "采购", "协议代储"] = "产能"
    per_day: float | None = None
    stock: float | None = None
    lead_hours: float | None = None
    contact: str = ""
    phone: str = ""
    ended: bool = False
