"""Who holds what is asked for: every taken team and short lot, its holder, and the next best."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from data.domain.clock import real_now
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Assignment, Plan, Transfer
from data.domain.incident import Incident
from data.domain.messages import WantedLot, WantedTeam
from data.domain.node import org_of
from data.domain.team import Team
from data.services import orders
from data.services.tools import Tools
from data.store.node_book import held_for
from data.store.unit_of_work import Unit

Row = dict[str, Any]
_INSTEAD = "请改用他队，或从草案移除"


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
    plan: Plan | None = None  # the stored plan that is ordered


def row_of(kind: str, thing: str, key: str, name: str) -> Row:
    """What every refused thing tells, whoever or whatever stands in its way."""
    return {
        "thing": thing, "id": key, "name": name, "kind": kind, "held_by": None,
        "incident_id": None, "incident_letter": "", "incident_name": "", "since": None,
        "message": "", "remedy": "", "next_best": [],
    }  # fmt: skip


def taken_teams(unit: Unit, asked: Asked, tools: Tools) -> list[Row]:
    """A row for every wanted team that is not free."""
    rows = []
    for want in asked.teams:
        team = asked.team[want.team]
        bound = unit.find(Assignment, team_id=team.id, released_seq=None)
        asking = held_for(unit.connection, team.id, real_now())
        if (team.state.available and not bound and not asking) or team.id in asked.moved:
            continue
        row = row_of("taken", "team", team.id, team.name) | {
            "message": f"{team.name} 现为{team.state.word}，不能调派", "remedy": _INSTEAD,
        }  # fmt: skip
        if asking:
            row["held_by"] = asking[1]
            where = tools.areas.name(org_of(asking[0]))
            row["message"] = f"{team.name} {where}节点（{asking[1]}）正在下达，请一分钟后再看"
        if bound:
            row |= orders.holder(unit, tools, bound[0])
            where = f"{row['incident_letter']}{row['incident_name']}"
            row["message"] = f"{team.name} 已由 {row['held_by']} 派往 {where}"
        row["next_best"] = other_teams(unit, asked, want, tools)
        rows.append(row)
    return rows


def other_teams(unit: Unit, asked: Asked, want: WantedTeam, tools: Tools) -> list[Row]:
    """Who else could go where a team was wanted; nobody to an incident that ended."""
    incident, team = asked.incidents[want.incident], asked.team[want.team]
    if incident.status != "open":
        return []
    able = want.capability or next(iter(team.provides), None)
    return orders.next_best(unit, tools, able, incident, asked.shut, without=frozenset(asked.team))


def short_lots(unit: Unit, asked: Asked, tools: Tools) -> list[Row]:
    """A row for every wanted lot with too little free."""
    total: defaultdict[str, float] = defaultdict(float)
    for want in asked.lots:
        total[want.lot] += want.amount
    return [
        _short_lot(unit, asked, lot, total[lot.id], tools)
        for lot in asked.lot.values()
        if lot.free < total[lot.id]
    ]


def _short_lot(unit: Unit, asked: Asked, lot: Lot, amount: float, tools: Tools) -> Row:
    """Who holds what a lot lacks, and which lots of the same item have more."""
    item, depot = unit.get(Item, lot.item_id), asked.depot[lot.depot_id]
    held = unit.find(Transfer, lot_id=lot.id, state="ordered")
    row = row_of("short", "lot", lot.id, f"{depot.name} {item.name}") | {
        "free": lot.free, "asked": amount, "remedy": "请减少数量，或改选其他储备库",
        "message": f"{depot.name} {item.name} 可调 {lot.free:g}{item.unit}，不足 {amount:g}",
        "next_best": other_lots(unit, lot, amount, tools),
    }  # fmt: skip
    return row | orders.holder(unit, tools, held[-1]) if held else row


def other_lots(unit: Unit, lot: Lot, amount: float, tools: Tools) -> list[Row]:
    """Lots of the same item in the actor's area, those with enough first."""
    others = [o for o in unit.find(Lot, item_id=lot.item_id) if o.id != lot.id and o.free > 0]
    others.sort(key=lambda o: (-min(o.free, amount), o.id))
    found = []
    for other in others:
        at = unit.get(Depot, other.depot_id)
        if at.live and tools.areas.covers(unit.actor.org, at.area_code):
            found.append({"lot": other.id, "name": at.name, "free": other.free})
    return found[: orders.ALTERNATIVES]
