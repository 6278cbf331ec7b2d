"""What the stock says: dates running out, levels below their list, gaps, and what an order leaves.

All amounts are in the item's unit. Items of the overlay and of the reference that carry one name
and unit are one item here: a keeper counts tents, not catalogues.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data.domain.clock import SHANGHAI
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import TRANSFER_OPEN, TransferState
from data.domain.org import PROVINCE, AreaTree
from data.domain.situation import Situation

EXPIRY_DAYS = 90  # 假定: the days of warning when nobody says otherwise
UNFIT = frozenset({"待修", "报废"})
CONDITIONS = ("完好", "待检", "待修", "报废")
# The five owners and how a depot's level may begin that means them.
OWNERS: Mapping[str, tuple[str, ...]] = {
    "中央": ("中", "国"), "省": ("省", "湖北省"), "市": ("市", "州", "地市"),
    "县": ("县", "区县", "区级", "区属"), "企业产能": ("企",),
}  # fmt: skip
COUNTED = "清单各计本级所属的库：省、市、县各计各的；中央和企业的库不计入任何清单。"


def owner_of(level: str) -> str:
    """Which of the five owners a depot's level means; blank when it says none."""
    return next((o for o, starts in OWNERS.items() if level.startswith(starts)), "")


def of_the_province(depot: Depot) -> bool:
    """Whether a depot is the province's own: only those fill its basic list."""
    owner = owner_of(depot.owner_level)
    return owner == "省" or not (owner or depot.area_code)


def kept_for(depot: Depot, areas: AreaTree) -> str:
    """The area whose basic list a depot fills: its owner's; blank where it is none.

    A depot of the centre or of an enterprise fills no list, wherever it stands. One that says no
    owner is taken as its place's own.
    """
    owner, code = owner_of(depot.owner_level), depot.area_code
    if of_the_province(depot):
        return PROVINCE
    here = areas.areas.get(code or "")
    if here is None or owner in ("中央", "企业产能"):
        return ""
    if owner == "市":
        return areas.prefecture_of(here.code) or ""
    return here.code if here.is_county or not owner else ""


@dataclass(frozen=True, kw_only=True)
class Expiring:
    """A lot whose date has passed or comes soon; `days` below zero is past."""

    lot: Lot
    days: int


@dataclass(frozen=True, kw_only=True)
class Short:
    """An area that holds less of an item than its list says."""

    area_code: str
    item: Item
    least: float
    have: float
    basis: str

    @property
    def gap(self) -> float:
        """What is missing."""
        return round(self.least - self.have, 6)


@dataclass(frozen=True, kw_only=True)
class Held:
    """One item over all lots in view: in depots, promised, on the way and at scenes."""

    item: Item
    on_hand: float = 0.0
    reserved: float = 0.0
    free: float = 0.0
    on_way: float = 0.0
    at_scene: float = 0.0
    lots: int = 0
    depots: int = 0


def today_of(seen: Situation) -> date:
    """The day of the exercise's clock in Beijing."""
    return seen.at.astimezone(SHANGHAI).date()


def fit(lot: Lot, day: date) -> bool:
    """Whether a lot may be counted on: in date, and not broken."""
    in_date = lot.expires is None or lot.expires >= day.isoformat()
    return in_date and lot.condition not in UNFIT


def expiring(seen: Situation, days: int = EXPIRY_DAYS) -> list[Expiring]:
    """Lots with stock whose date comes within so many days, the earliest first."""
    day = today_of(seen)
    last = (day + timedelta(days=days)).isoformat()
    found = [
        Expiring(lot=lot, days=(date.fromisoformat(lot.expires) - day).days)
        for lot in seen.lots.values()
        if lot.on_hand > 0 and lot.expires and lot.expires <= last
    ]
    return sorted(found, key=lambda e: (e.days, e.lot.id))


@dataclass(frozen=True, kw_only=True)
class StockWatch:
    """What a keeper and a duty room must know of their stock, in one line."""

    expired: tuple[Expiring, ...]
    soon: tuple[Expiring, ...]
    short: tuple[Short, ...]

    @property
    def title(self) -> str:
        """How many of each, what is nought left out."""
        parts = (
            (f"低于储备清单 {len(self.short)} 项", self.short),
            (f"已过期 {len(self.expired)} 批", self.expired),
            (f"{EXPIRY_DAYS} 天内到期 {len(self.soon)} 批", self.soon),
        )
        return "物资" + "、".join(words for words, held in parts if held)

    def detail(self, seen: Situation, areas: AreaTree) -> str:
        """The worst gap and the earliest date by name."""
        found = []
        if self.short:
            worst = self.short[0]
            lacks = f"缺 {worst.gap:g} {worst.item.unit}".strip()
            found.append(f"{areas.name(worst.area_code)}{worst.item.name}{lacks}")
        for word, held in (("已过期", self.expired), ("最早到期", self.soon)):
            if held:
                item = seen.items.get(held[0].lot.item_id)
                found.append(f"{word} {item.name if item else ''} {held[0].lot.expires}")
        return "；".join(found)


def watched(seen: Situation, areas: AreaTree, org: str = PROVINCE) -> StockWatch | None:
    """The dates and minimums of the stock of `org` and below; None where nothing is amiss."""
    dated = []
    for e in expiring(seen):
        depot = seen.depots.get(e.lot.depot_id)
        if areas.covers(org, (depot.area_code if depot else None) or PROVINCE):
            dated.append(e)
    found = StockWatch(
        expired=tuple(e for e in dated if e.days < 0), soon=tuple(e for e in dated if e.days >= 0),
        short=tuple(shortages(seen, areas, org)) if seen.norms else (),
    )
    return found if found.expired or found.soon or found.short else None


def same(items: Mapping[str, Item]) -> dict[str, str]:
    """Item id to the id that stands for all items of its name and unit."""
    first: dict[tuple[str, str], str] = {}
    return {k: first.setdefault((i.name, i.unit), k) for k, i in sorted(items.items())}


def by_owner(seen: Situation, areas: AreaTree) -> dict[tuple[str, str], float]:
    """What may be counted on by (area, item): of each area what lies in its own depots."""
    day, stands = today_of(seen), same(seen.items)
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    for lot in seen.lots.values():
        depot = seen.depots.get(lot.depot_id)
        code = kept_for(depot, areas) if depot is not None and fit(lot, day) else ""
        if code:
            key = code, stands.get(lot.item_id, lot.item_id)
            found[key] += max(0.0, lot.on_hand - lot.reserved)
    return found


def shortages(seen: Situation, areas: AreaTree, org: str = PROVINCE) -> list[Short]:
    """Lines of the basic lists of `org` and below that are not met, the worst share first.

    A list is its level's own: what the centre keeps in a county does not fill the county's list.
    """
    have, stands = by_owner(seen, areas), same(seen.items)
    found = []
    for norm in seen.norms.values():
        item = seen.items.get(norm.item_id)
        if norm.ended or item is None:
            continue
        code = norm.area_code or PROVINCE
        if not areas.covers(org, code):
            continue
        held = have.get((code, stands[item.id]), 0.0)
        if held < norm.least:
            found.append(
                Short(area_code=code, item=item, least=norm.least, have=held, basis=norm.basis)
            )
    return sorted(found, key=lambda s: (-s.gap / s.least, s.area_code, s.item.id))


def gaps(seen: Situation, areas: AreaTree, org: str = PROVINCE) -> dict[str, list[Short]]:
    """Every area of `org` with a list of its own: what it lacks, maybe nothing."""
    listed = {n.area_code or PROVINCE for n in seen.norms.values() if not n.ended}
    found: dict[str, list[Short]] = {c: [] for c in sorted(listed) if areas.covers(org, c)}
    for short in shortages(seen, areas, org):
        found[short.area_code].append(short)
    return found


def totals(seen: Situation) -> list[Held]:
    """Every item with what is held of it, the catalogue's order."""
    stands = same(seen.items)
    lots: defaultdict[str, list[Lot]] = defaultdict(list)
    for lot in seen.lots.values():
        lots[stands.get(lot.item_id, lot.item_id)].append(lot)
    way: defaultdict[str, float] = defaultdict(float)
    scene: defaultdict[str, float] = defaultdict(float)
    for t in seen.transfers.values():
        key = stands.get(t.item_id, t.item_id)
        if t.state == TransferState.SHIPPED:
            way[key] += t.amount
        scene[key] += t.at_scene
    found = [
        _held(seen.items[key], lots[key], way[key], scene[key], today_of(seen))
        for key in sorted({*stands.values()})
    ]
    return sorted(found, key=lambda h: (h.item.major, h.item.code or "", h.item.name))


def _held(item: Item, lots: list[Lot], way: float, scene: float, day: date) -> Held:
    return Held(
        item=item, on_hand=_sum(x.on_hand for x in lots), reserved=_sum(x.reserved for x in lots),
        free=_sum(x.free for x in lots if fit(x, day)), on_way=way, at_scene=scene,
        lots=len(lots), depots=len({x.depot_id for x in lots if x.on_hand > 0}),
    )  # fmt: skip


def _sum(amounts: Iterable[float]) -> float:
    return round(sum(amounts), 6)


def unfinished(seen: Situation) -> int:
    """Transfers promised and not yet there."""
    return sum(t.state in TRANSFER_OPEN for t in seen.transfers.values())
