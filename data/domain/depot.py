"""Depots, items and lots: what is stored where."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Depot:
    """A 物资储备库; its stock is in its lots."""

    id: str
    name: str
    owner_level: str = ""
    kind: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    coord_is_stand_in: bool = False
    coord_source: str = ""
    status: str = "已投用"
    stock_summary: str = ""
    vehicles: int | None = None  # lorries it can send; unknown stays None
    vehicle_t: float | None = None  # tonnes one of them carries
    phone: str | None = None
    origin: Origin = "real"
    assumption: str | None = None
    note: str = ""
    source: str = ""
    confidence: str = ""
    version: int = 0

    @property
    def live(self) -> bool:
        """Whether the depot can issue anything: built, opened and with a position."""
        return self.status == "已投用" and self.lon is not None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A 物资品类 with its unit and its GB/T 38565 class."""

    id: str
    name: str
    unit: str
    major: str = ""
    code: str | None = None
    scenario: str = ""
    weight_t: float | None = None
    source: str = ""
    confidence: str = ""
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Lot:
    """A 批次 of one item in one depot; `free` is what may still be promised."""

    id: str
    depot_id: str
    item_id: str
    on_hand: float
    reserved: float = 0.0
    keep: float = 0.0
    batch: str | None = None
    expires: str | None = None
    condition: str = ""  # 完好, 待检, 待修, 报废; unknown stays blank
    as_of: str = ""
    origin: Origin = "real"
    assumption: str | None = None
    source: str = ""
    version: int = 0

    @property
    def free(self) -> float:
        """What may still be promised, the reserve floor kept."""
        return max(0.0, self.on_hand - self.reserved - self.keep)
