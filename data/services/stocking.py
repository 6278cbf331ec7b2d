"""Poses the supplies of a plan: lots that may go, the depots they lie in, and their lorries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import ceil

from data.allocation.model import Stock, Store
from data.domain.clock import SHANGHAI
from data.domain.depot import Depot
from data.domain.dispatch import TRANSFER_OPEN
from data.domain.org import Actor
from data.domain.situation import Situation
from data.services.tools import Tools


@dataclass(frozen=True, kw_only=True)
class Stocked:
    """Lots and depots of a problem, with what was left out and why."""

    lots: tuple[Stock, ...] = ()
    depots: tuple[Store, ...] = ()
    notes: tuple[str, ...] = ()


def stock(situation: Situation, items: set[str], tools: Tools, actor: Actor | None) -> Stocked:
    """Lots of the wanted items in live depots of the actor's area, and those depots.

    A lot past its date never goes. What a depot's lorries carry for orders not yet received is
    taken off their number; a depot whose lorries nobody knows is not limited.
    """
    lots, expired = [], 0
    today = situation.at.astimezone(SHANGHAI).date().isoformat()
    for lot in situation.lots.values():
        depot = situation.depots.get(lot.depot_id)
        mine = depot and (actor is None or tools.areas.covers(actor.org, depot.area_code))
        if not (depot and mine and depot.live and lot.item_id in items and lot.free > 0):
            continue
        if lot.expires is not None and lot.expires < today:
            expired += 1
            continue
        item = situation.items.get(lot.item_id)
        lots.append(
            Stock(
                id=lot.id, depot=depot.id, item=lot.item_id, free=lot.on_hand - lot.reserved,
                name=item.name if item else "", reserve=lot.keep,
                unit_weight_t=item.weight_t if item else None, expires=lot.expires,
            )
        )  # fmt: skip
    out = _lorries_out(situation)
    depots = [situation.depots[key] for key in sorted({x.depot for x in lots})]
    return Stocked(
        lots=tuple(lots), depots=tuple(_store(d, out.get(d.id, 0)) for d in depots),
        notes=_notes(depots, lots, expired),
    )  # fmt: skip


def _store(depot: Depot, out: int) -> Store:
    free = None if depot.vehicles is None else max(0, depot.vehicles - out)
    return Store(id=depot.id, name=depot.name, vehicles=free, vehicle_t=depot.vehicle_t)


def _lorries_out(situation: Situation) -> dict[str, int]:
    """Lorries of each depot that carry what is ordered or under way, one order's load together."""
    load: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for t in situation.transfers.values():
        if t.state in TRANSFER_OPEN:
            item = situation.items.get(t.item_id)
            weight = (item.weight_t if item else None) or 0.0
            load[t.depot_id, t.dispatch_id, t.incident_id] += weight * t.amount
    out: defaultdict[str, int] = defaultdict(int)
    for (depot_id, _, _), tonnes in load.items():
        depot = situation.depots.get(depot_id)
        if depot and depot.vehicle_t:
            out[depot_id] += max(1, ceil(round(tonnes / depot.vehicle_t, 6)))
    return dict(out)


def _notes(depots: list[Depot], lots: list[Stock], expired: int) -> tuple[str, ...]:
    """What the supplies of the plan rest on."""
    notes = []
    blank = [d.name for d in depots if d.vehicles is None]
    if blank:
        more = f"等 {len(blank)} 库" if len(blank) > 1 else ""
        notes.append(f"{blank[0]}{more}运力未知，未作限制")
    if any(d.vehicles is not None and d.origin == "exercise" for d in depots):
        notes.append("演练假定：储备库车辆数和单车载重")
    weightless = sorted({x.name for x in lots if x.unit_weight_t is None})
    if weightless:
        notes.append(f"{'、'.join(weightless[:3])}等单件重量未知，未计入车次")
    if expired:
        notes.append(f"{expired} 批次已过有效期，不调")
    return tuple(notes)
