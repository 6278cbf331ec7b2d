"""What an order of supplies would leave the province, and of its own basic list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data.domain.depot import Item
from data.domain.situation import Situation
from data.domain.stock_alerts import fit, of_the_province, same, today_of, totals


@dataclass(frozen=True, kw_only=True)
class Left:
    """What an order of an item would leave the province, and where sources of last resort are."""

    item: Item
    asked: float
    free: float
    least: float | None
    own: float = 0.0  # of what is free, in the province's own depots
    own_asked: float = 0.0  # of what is asked, from those

    @property
    def after(self) -> float:
        """What would still be free; below zero cannot be met."""
        return round(self.free - self.asked, 6)

    @property
    def own_after(self) -> float:
        """What would still be free in the province's own depots."""
        return round(self.own - self.own_asked, 6)

    @property
    def below_list(self) -> bool:
        """Whether the order breaks the province's basic list, which its own depots fill."""
        return self.least is not None and self.own_after < self.least


def what_if(
    seen: Situation, asked: Mapping[str, float], own: Mapping[str, float] | None = None
) -> list[Left]:
    """What would still be free after an order of amounts by item id.

    `own` is how much of it is known to come from the province's own depots; where nothing is known
    they give what all the others together cannot.
    """
    stands = same(seen.items)
    held = {h.item.id: h for h in totals(seen)}
    least = {
        stands[n.item_id]: n.least
        for n in seen.norms.values()
        if n.area_code is None and not n.ended and n.item_id in stands
    }
    wanted, known = _joined(asked, stands), _joined(own or {}, stands)
    ours = _joined(_own_free(seen), stands)
    return [
        Left(
            item=held[key].item, asked=amount, free=held[key].free, least=least.get(key),
            own=ours.get(key, 0.0),
            own_asked=max(known.get(key, 0.0), amount - (held[key].free - ours.get(key, 0.0))),
        )
        for key, amount in wanted.items()
    ]  # fmt: skip


def _joined(amounts: Mapping[str, float], stands: Mapping[str, str]) -> dict[str, float]:
    """Amounts of items that are one and the same, added up."""
    found: defaultdict[str, float] = defaultdict(float)
    for item, amount in amounts.items():
        if item in stands:
            found[stands[item]] += amount
    return dict(found)


def _own_free(seen: Situation) -> dict[str, float]:
    """What is free in the province's own depots, by item id."""
    found: defaultdict[str, float] = defaultdict(float)
    for lot in seen.lots.values():
        depot = seen.depots.get(lot.depot_id)
        if depot and of_the_province(depot) and fit(lot, today_of(seen)):
            found[lot.item_id] += lot.free
    return dict(found)


def asked_of(
    seen: Situation, rows: Iterable[Mapping[str, Any]], *, own: bool = False
) -> dict[str, float]:
    """Amounts by item id of rows that each take an `amount` of a `lot`; unknown lots count not.

    With `own` only of lots in the province's own depots.
    """
    asked: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        lot = seen.lots.get(str(row["lot"]))
        depot = seen.depots.get(lot.depot_id) if lot else None
        if lot and (not own or (depot and of_the_province(depot))):
            asked[lot.item_id] += float(row["amount"])
    return dict(asked)
