"""Which supply orders need an approval before they are carried out; the amounts are a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data.domain.depot import Item
from data.domain.dispatch import Transfer, TransferState


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The most of an item that goes without an approval, in the item's unit, and its basis."""

    unit: str
    over: float
    item: str = ""
    basis: str = ""

    def fits(self, item: Item) -> bool:
        """Whether the line speaks of an item."""
        return self.unit == item.unit and self.item in item.name

    def words(self) -> str:
        """The limit as said to an officer."""
        return f"{self.item or '单笔'}超过 {self.over:g} {self.unit}须先审批（{self.basis}）"


def read_limits(rules: Mapping[str, Any] | None) -> tuple[Limit, ...]:
    """The lines of `data/reference/authority.yaml`.

    Raises
    ------
    ValueError
        Naming the line that cannot be read.
    """
    found = []
    for n, row in enumerate((rules or {}).get("supplies") or (), 1):
        try:
            found.append(Limit(**{**row, "over": float(row["over"]), "unit": str(row["unit"])}))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"authority.yaml 第 {n} 行看不懂：{row}；请写 unit、over，可写 item、basis"
            ) from error
    return tuple(found)


def needs_approval(limits: Iterable[Limit], item: Item, transfer: Transfer) -> Limit | None:
    """The limit that a transfer exceeds while nobody has approved it yet; None when it may go."""
    if transfer.state != TransferState.ORDERED:
        return None
    limit = next((one for one in limits if one.fits(item)), None)
    return limit if limit is not None and transfer.amount > limit.over else None
