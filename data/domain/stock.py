"""The supplies ledger: movements, stock-taking, basic lists, and sources of last resort."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of the ledger: an amount into or out of a lot, and why."""

    id: str
    lot_id: str
    depot_id: str
    transfer_id: str | None
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Stocktake:
    """One 盘点 of a depot."""

    id: str
    depot_id: str
    state: str = "open"
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class StockNorm:
    """One line of a basic list 清单: the least a level keeps of an item."""

    id: str
    area_code: str | None
    item_id: str
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """Production capacity or a purchase source 产能、采购."""

    id: str
    area_code: str | None
    item_id: str
    origin: Origin = "real"
    version: int = 0
