"""Poses the allocation problem of a situation: who may go, how far it is, what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.allocation.model import (
    Ask,
    AskedCapability,
    Demand,
    Need,
    Offer,
    Problem,
    Stock,
    Store,
)
from data.domain.capabilities import CAPABILITIES
from data.domain.clock import aware
from data.domain.incident import Incident
from data.domain.needs import needs_of, supplies_of, weight_of
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.team import Team, TeamState
from data.errors import Invalid
from data.services.distances import county_cover, depot_minutes, minutes_table
from data.services.tools import Tools

BY_MINUTES, SUPPLY_BY_MINUTES = 120.0, 240.0  # where a need states no time
ASSUMPTIONS = (
    "行车时间按县级驻地间示意路网和设定车速估算，非导航实测",
    "物资装车按 30 分钟计；储备库运力未知，未作限制",
)


@dataclass(frozen=True, kw_only=True)
class Posed:
    """A problem with what the answer needs to speak of the situation again."""

    problem: Problem
    incidents: tuple[str, ...]
    ready: dict[str, float]
    needs: dict[str, list[dict[str, Any]]]
    supplies: dict[str, list[dict[str, Any]]]
    expires: dict[str, str | None]
    assumptions: list[str]


def pose(situation: Situation, request: dict[str, Any], tools: Tools, actor: Actor | None) -> Posed:
    """The problem of the incidents asked for; `actor` bounds whose teams and depots may go.

    Raises
    ------
    Invalid
        When no incident is named, one is unknown or closed, or a need cannot be read.
    """
    asked = request.get("incidents") or []
    if not asked:
        raise Invalid.field("incidents", "没有指明事件", "请至少选择一起进行中的事件")
    incidents = [_open(situation, row["id"]) for row in asked]
    needs = {r["id"]: _needs(i, r) for r, i in zip(asked, incidents, strict=True)}
    supplies = {r["id"]: _supplies(situation, i, r) for r, i in zip(asked, incidents, strict=True)}
    asks = tuple(
        _ask(i, row, needs[i.id], supplies[i.id], situation.at)
        for row, i in zip(asked, incidents, strict=True)
    )
    wanted = {n.capability for ask in asks for n in ask.needs}
    teams = _teams(situation, {i.id for i in incidents}, wanted, tools, actor)
    ready = {t.id: t.ready_minutes if t.state == TeamState.STANDBY else 0.0 for t in teams}
    lots, depots = _stores(situation, {d.item for a in asks for d in a.supplies}, tools, actor)
    counties, cover = (
        county_cover(situation, teams, ready, tools) if request.get("keep_back") else ((), ())
    )
    problem = Problem(
        capabilities=tuple(
            AskedCapability(id=c.id, unit=c.unit, people=c.people) for c in CAPABILITIES.values()
        ),
        teams=tuple(_offer(situation, t, wanted) for t in teams),
        incidents=asks,
        minutes=_door_to_scene(situation, teams, incidents, ready, tools),
        counties=counties, cover_minutes=cover, lots=lots,
        depots=tuple(Store(id=d) for d in depots),
        depot_minutes=depot_minutes(situation, depots, incidents, tools),
        locks=tuple((a, b) for a, b in request.get("locks") or ()),
        bans=tuple((a, b) for a, b in request.get("bans") or ()),
    )  # fmt: skip
    told = {str(n["assumption"]) for rows in needs.values() for n in rows if n.get("assumption")}
    return Posed(
        problem=problem, incidents=tuple(i.id for i in incidents), ready=ready, needs=needs,
        supplies=supplies, expires={x.id: x.expires for x in lots},
        assumptions=[*ASSUMPTIONS, *sorted(told)],
    )  # fmt: skip


def _open(situation: Situation, incident_id: str) -> Incident:
    """An open incident the viewer sees."""
    incident = situation.incidents.get(incident_id)
    if incident is None or incident.status != "open":
        raise Invalid.field("incidents", f"事件 {incident_id} 不存在或已结束", "请选择进行中的事件")
    return incident


def _needs(incident: Incident, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Capabilities wanted: as asked, else as the incident states or its template says."""
    found = [dict(n) for n in row.get("needs") or needs_of(incident)]
    for need in found:
        if need["capability"] not in CAPABILITIES:
            words = "、".join(CAPABILITIES)
            raise Invalid.field("needs", f"没有专业能力“{need['capability']}”", f"可选：{words}")
    return found


def _supplies(
    situation: Situation, incident: Incident, row: dict[str, Any]
) -> list[dict[str, Any]]:
    """Items wanted, by id; an unknown name fails only where somebody stated it."""
    stated = row.get("supplies") or incident.supply_needs
    by_name = {item.name: item.id for item in situation.items.values()}
    found = []
    for need in [dict(n) for n in row.get("supplies") or supplies_of(incident)]:
        key = need["item"] if need["item"] in situation.items else by_name.get(need["item"])
        if key is None and stated:
            raise Invalid.field("supplies", f"没有物资品类“{need['item']}”", "请从品类表中选择")
        if key is not None:
            found.append({**need, "item": key, "name": situation.items[key].name})
    return found


def _ask(
    incident: Incident,
    row: dict[str, Any],
    needs: list[dict[str, Any]],
    supplies: list[dict[str, Any]],
    now: datetime,
) -> Ask:
    """An incident as the solver sees it; a need named twice is one need."""
    merged: dict[str, Need] = {}
    for n in needs:
        by, old = _by(n.get("by"), now, BY_MINUTES), merged.get(n["capability"])
        merged[n["capability"]] = Need(
            capability=n["capability"],
            amount=_amount(n["amount"]) + (old.amount if old else 0.0),
            by=min(by, old.by) if old else by,
            people_equivalent=n.get("people_equivalent"),
        )
    wanted: dict[str, Demand] = {}
    for s in supplies:
        before = wanted.get(s["item"])
        wanted[s["item"]] = Demand(
            item=s["item"],
            amount=_amount(s["amount"]) + (before.amount if before else 0.0),
            by=_by(s.get("by"), now, SUPPLY_BY_MINUTES),
        )
    return Ask(
        id=incident.id, weight=float(row.get("weight") or weight_of(incident)),
        needs=tuple(merged.values()), supplies=tuple(wanted.values()),
    )  # fmt: skip


def _amount(value: Any) -> float:
    """A positive amount."""
    amount = float(value)
    if not 0 < amount < float("inf"):
        raise Invalid.field("amount", f"数量 {value} 有误", "请填大于 0 的数")
    return amount


def _by(value: Any, now: datetime, default: float) -> float:
    """Minutes from now: given as minutes, as an instant, or not at all."""
    if value is None:
        return default
    if isinstance(value, int | float):
        return max(0.0, float(value))
    try:
        at = aware(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    except ValueError as error:
        raise Invalid.field("by", f"期限“{value}”有误", str(error)) from error
    return max(0.0, (at - now) / timedelta(minutes=1))


def _teams(
    situation: Situation,
    incidents: set[str],
    wanted: set[str],
    tools: Tools,
    actor: Actor | None,
) -> list[Team]:
    """Free teams of the actor's area that provide something wanted, and the bound ones."""
    bound = {a.team_id for a in situation.assignments.values() if a.active}
    here = {
        a.team_id for a in situation.assignments.values() if a.active and a.incident_id in incidents
    }
    free = [
        t
        for t in situation.available_teams()
        if t.id not in bound
        and wanted & t.provides.keys()
        and (actor is None or tools.areas.covers(actor.org, t.area_code))
    ]
    return free + [t for k in sorted(here) if (t := situation.teams.get(k)) and t.plannable]


def _offer(situation: Situation, team: Team, wanted: set[str]) -> Offer:
    """A team as the solver sees it."""
    held = situation.assignment_of_team(team.id)
    return Offer(
        id=team.id, people=float(team.people or 0),
        provides={c: float(n) for c, n in team.provides.items() if c in wanted},
        busy_with=held.incident_id if held else None,
    )  # fmt: skip


def _door_to_scene(
    situation: Situation,
    teams: Sequence[Team],
    incidents: Sequence[Incident],
    ready: dict[str, float],
    tools: Tools,
) -> tuple[tuple[float | None, ...], ...]:
    """Minutes from the order to the scene; a bound team's are what it still needs."""
    rows = []
    for team, row in zip(teams, minutes_table(situation, teams, incidents, tools), strict=True):
        held = situation.assignment_of_team(team.id)
        left = None
        if held is not None and held.eta is not None:
            left = max(0.0, (held.eta - situation.at) / timedelta(minutes=1))
        rows.append(
            tuple(
                left
                if left is not None and held is not None and held.incident_id == incident.id
                else None if value is None else round(value + ready[team.id], 1)
                for incident, value in zip(incidents, row, strict=True)
            )
        )  # fmt: skip
    return tuple(rows)


def _stores(
    situation: Situation, items: set[str], tools: Tools, actor: Actor | None
) -> tuple[tuple[Stock, ...], list[str]]:
    """Lots of the wanted items in live depots of the actor's area, and those depots."""
    lots = []
    for lot in situation.lots.values():
        depot = situation.depots.get(lot.depot_id)
        mine = depot and (actor is None or tools.areas.covers(actor.org, depot.area_code))
        if depot and mine and depot.live and lot.item_id in items and lot.free > 0:
            item = situation.items.get(lot.item_id)
            lots.append(
                Stock(
                    id=lot.id, depot=depot.id, item=lot.item_id, free=lot.on_hand - lot.reserved,
                    reserve=lot.keep, unit_weight_t=item.weight_t if item else None,
                    expires=lot.expires,
                )
            )  # fmt: skip
    return tuple(lots), sorted({x.depot for x in lots})
