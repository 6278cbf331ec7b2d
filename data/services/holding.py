"""Who holds what is asked for: every taken team and short lot, its holder, and the next best."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from data.domain.clock import real_now
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Assignment, Transfer
from data.domain.incident import Incident
from data.domain.messages import WantedLot, WantedTeam
from data.domain.node import org_of
from data.domain.team import Team
from data.services import orders
from data.services.tools import Tools
from data.store.node_book import held_for
from data.store.unit_of_work import Unit


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for, with the things themselves, read in this unit."""

    teams: tuple[WantedTeam, ...]
    lots: tuple[WantedLot, ...]
    incidents: dict[str, Incident]
    team: dict[str, Team]
    lot: dict[str, Lot]
    depot: dict[str, Depot]
    shut: list[dict[str, Any]]
    moved: dict[str, Assignment] = field(default_factory=dict)  # what a plan takes teams from


def taken_teams(unit: Unit, asked: Asked, tools: Tools) -> list[dict[str, Any]]:
    """A row for every wanted team that is not free."""
    rows = []
    without = frozenset(asked.team)
    for want in asked.teams:
        team = asked.team[want.team]
        bound = unit.find(Assignment, team_id=team.id, released_seq=None)
        asking = held_for(unit.connection, team.id, real_now())
        if (team.state.available and not bound and not asking) or team.id in asked.moved:
            continue
        incident = asked.incidents[want.incident]
        able = want.capability or next(iter(team.provides), None)
        row: dict[str, Any] = {
            "thing": "team", "id": team.id, "name": team.name, "held_by": None,
            "incident_id": None, "incident_letter": "", "incident_name": "", "since": None,
            "message": f"{team.name} 现为{team.state.word}，不能调派",
        }  # fmt: skip
        if asking:
            row["held_by"] = asking[1]
            where = tools.areas.name(org_of(asking[0]))
            row["message"] = f"{team.name} {where}节点（{asking[1]}）正在下达，请一分钟后再看"
        if bound:
            row |= orders.holder(unit, tools, bound[0])
            row["message"] = f"{team.name} 已派往 {row['incident_letter']}{row['incident_name']}"
        row["next_best"] = orders.next_best(
            unit, tools, able, incident, asked.shut, without=without
        )
        rows.append(row)
    return rows


def short_lots(unit: Unit, asked: Asked, tools: Tools) -> list[dict[str, Any]]:
    """A row for every wanted lot with too little free."""
    total: defaultdict[str, float] = defaultdict(float)
    for want in asked.lots:
        total[want.lot] += want.amount
    return [
        _short_lot(unit, asked, lot, total[lot.id], tools)
        for lot in asked.lot.values()
        if lot.free < total[lot.id]
    ]


def _short_lot(unit: Unit, asked: Asked, lot: Lot, amount: float, tools: Tools) -> dict[str, Any]:
    """Who holds what a lot lacks, and which lots of the same item have more."""
    item, depot = unit.get(Item, lot.item_id), asked.depot[lot.depot_id]
    held = unit.find(Transfer, lot_id=lot.id, state="ordered")
    others = [o for o in unit.find(Lot, item_id=lot.item_id) if o.id != lot.id and o.free > 0]
    others.sort(key=lambda o: (-min(o.free, amount), o.id))
    row: dict[str, Any] = {
        "thing": "lot", "id": lot.id, "name": f"{depot.name} {item.name}", "held_by": None,
        "incident_id": None, "incident_letter": "", "incident_name": "", "since": None,
        "free": lot.free, "asked": amount,
        "message": f"{depot.name} {item.name} 可调 {lot.free:g}{item.unit}，不足 {amount:g}",
        "next_best": [],
    }  # fmt: skip
    if held:
        row |= orders.holder(unit, tools, held[-1])
    for other in others:
        at = unit.get(Depot, other.depot_id)
        if at.live and tools.areas.covers(unit.actor.org, at.area_code):
            row["next_best"].append({"lot": other.id, "name": at.name, "free": other.free})
    row["next_best"] = row["next_best"][: orders.ALTERNATIVES]
    return row
