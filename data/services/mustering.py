"""Musters the teams of a plan: who may go, what must come first, and how long each would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from data.allocation.graph import distance_km
from data.allocation.model import Offer
from data.allocation.roads import OFF_GRAPH_KMH, PLAIN
from data.domain.approval import ORDERED, Approval, approval_of
from data.domain.dispatch import Assignment
from data.domain.incident import Incident
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.team import Team, TeamState
from data.errors import Invalid
from data.services.asking import PlanRequest
from data.services.distances import minutes_table, start_of
from data.services.flying import flight
from data.services.orders import scene
from data.services.supposing import Shut
from data.services.tools import Tools

_OUT = (TeamState.DEPARTED, TeamState.ARRIVED, TeamState.WORKING, TeamState.RETURNING)


@dataclass(frozen=True, kw_only=True)
class Leg:
    """What a team's way to one incident is made of, minutes; `minutes` None where it cannot go."""

    ready: float
    approval: Approval
    minutes: float | None
    why: str = ""  # why it cannot go, where that is not for want of a road
    estimated: bool = False  # a bound team without a known time of arrival

    @property
    def leaves(self) -> float:
        """Minutes from the order until the team leaves."""
        return self.ready + self.approval.minutes


@dataclass(frozen=True, kw_only=True)
class Muster:
    """The teams of a problem in order, with the way of each to each incident."""

    teams: tuple[Team, ...]
    offers: tuple[Offer, ...]
    legs: dict[tuple[str, str], Leg]
    incidents: tuple[str, ...]

    @property
    def minutes(self) -> tuple[tuple[float | None, ...], ...]:
        """Door to scene, a row a team."""
        return tuple(tuple(self.legs[t.id, i].minutes for i in self.incidents) for t in self.teams)

    def grounded(self) -> list[dict[str, Any]]:
        """Who could help but cannot go, and why: {team, name, incident, why}."""
        names = {t.id: t.name for t in self.teams}
        return [
            {"team": team, "name": names[team], "incident": incident, "why": leg.why}
            for (team, incident), leg in self.legs.items()
            if leg.why
        ]

    def estimated(self) -> list[str]:
        """Names of bound teams whose time of arrival nobody told."""
        found = {team for (team, _), leg in self.legs.items() if leg.estimated}
        return [t.name for t in self.teams if t.id in found]


def muster(
    situation: Situation,
    request: PlanRequest,
    incidents: Sequence[Incident],
    wanted: set[str],
    tools: Tools,
    actor: Actor | None,
    shut: Shut,
) -> Muster:
    """The free teams of the actor's area, those bound to the incidents and those released.

    With `keep_back` every free team is mustered with all it provides, since each one's leaving
    takes cover away; without it only those that provide something wanted.

    Raises
    ------
    Invalid
        When a lock, a ban or a release names a team or an incident that it cannot.
    """
    bound = {a.team_id: a for a in situation.assignments.values() if a.active}
    released = _check_named(situation, request, incidents, tools, actor, bound)
    teams = _teams(situation, request, incidents, wanted, tools, actor, bound, released)
    all_kinds = request.keep_back
    offers = tuple(
        Offer(
            id=t.id, name=t.name, people=float(t.people or 0),
            provides={c: float(n) for c, n in t.provides.items() if all_kinds or c in wanted},
            busy_with=bound[t.id].incident_id if t.id in bound else None,
            movable=t.id in released,
        )
        for t in teams
    )  # fmt: skip
    table = minutes_table(situation, teams, incidents, tools, shut)
    legs = {
        (team.id, incident.id): _leg(
            situation, request, team, incident, value, bound.get(team.id), released, tools, shut
        )
        for team, row in zip(teams, table, strict=True)
        for incident, value in zip(incidents, row, strict=True)
    }
    for team_id, incident_id in request.locks:
        leg = legs[team_id, incident_id]
        if leg.minutes is None:
            name = situation.teams[team_id].name
            lost = scene(situation.incidents[incident_id], tools) is None
            why = leg.why or ("事件位置未知" if lost else "管制或断路，无可通路线")
            raise Invalid.field("locks", f"指定的 {name} 到不了现场：{why}", "请取消指定")
    return Muster(
        teams=tuple(teams), offers=offers, legs=legs, incidents=tuple(i.id for i in incidents)
    )


def _check_named(
    situation: Situation,
    request: PlanRequest,
    incidents: Sequence[Incident],
    tools: Tools,
    actor: Actor | None,
    bound: dict[str, Assignment],
) -> set[str]:
    """Every team and incident named exists and may be named so; returns the teams released."""
    asked = {i.id for i in incidents}
    named = [("locks", p) for p in request.locks] + [("bans", p) for p in request.bans]
    for field, (team_id, incident_id) in named:
        _known(situation, field, team_id)
        if incident_id not in asked:
            raise Invalid.field(field, f"事件 {incident_id} 不在本方案内", "请一并选入或取消该项")
    for team_id in request.release:
        team = _known(situation, "release", team_id)
        _mine(team, "release", tools, actor)
    released = {t for t in request.release if t in bound}
    for team_id, incident_id in request.locks:
        team, held = situation.teams[team_id], bound.get(team_id)
        if held is not None:
            if held.incident_id != incident_id and team_id not in released:
                raise Invalid.field(
                    "locks", f"{team.name} 已派往{_where(situation, held)}", "要改派请先释放该队"
                )
            continue
        _mine(team, "locks", tools, actor)
        if not team.plannable:
            gaps = "、".join(team.missing_fields)
            raise Invalid.field("locks", f"{team.name} 缺少{gaps}", "请先补全再指定")
        if not team.state.available:
            raise Invalid.field("locks", f"{team.name} 现为{team.state.word}", "请取消指定")
    return released


def _known(situation: Situation, field: str, team_id: str) -> Team:
    team = situation.teams.get(team_id)
    if team is None:
        raise Invalid.field(field, f"队伍 {team_id} 不存在或不在本辖区", "请核对队伍编号")
    return team


def _mine(team: Team, field: str, tools: Tools, actor: Actor | None) -> None:
    if actor is not None and not tools.areas.covers(actor.org, team.area_code):
        raise Invalid.field(field, f"{team.name} 不属本辖区", "请报上级指挥中心调派")


def _where(situation: Situation, held: Assignment) -> str:
    incident = situation.incidents.get(held.incident_id)
    return f" {incident.letter} {incident.short_name}" if incident else "其他辖区事件"


def _teams(
    situation: Situation,
    request: PlanRequest,
    incidents: Sequence[Incident],
    wanted: set[str],
    tools: Tools,
    actor: Actor | None,
    bound: dict[str, Assignment],
    released: set[str],
) -> list[Team]:
    """Free teams first, then the bound ones."""
    locked = {team for team, _ in request.locks}
    free = [
        t
        for t in situation.available_teams()
        if t.id not in bound
        and (request.keep_back or wanted & t.provides.keys() or t.id in locked)
        and (actor is None or tools.areas.covers(actor.org, t.area_code))
    ]
    asked = {i.id for i in incidents}
    kept = sorted(k for k, a in bound.items() if a.incident_id in asked or k in released)
    return free + [t for k in kept if (t := situation.teams.get(k)) and t.plannable]


def _leg(
    situation: Situation,
    request: PlanRequest,
    team: Team,
    incident: Incident,
    travel: float | None,
    held: Assignment | None,
    released: set[str],
    tools: Tools,
    shut: Shut,
) -> Leg:
    """A team's way to one incident."""
    ready = 0.0 if team.state in _OUT else team.ready_minutes
    if held is not None and held.incident_id == incident.id:
        return _standing(situation, team, incident, travel, held, ready, tools)
    if held is not None and team.id not in released:
        return Leg(ready=ready, approval=ORDERED, minutes=None)
    asks = approval_of(team, incident.all_areas, tools.areas, tools.consents())
    consent = ORDERED if held else asks
    start, goal, why = start_of(situation, team), scene(incident, tools), ""
    if team.moves_by_air and start and goal:
        found = flight(
            start, goal, incident.type, tools, now=situation.at, before=ready + consent.minutes,
            flying=request.flying, shut=shut.options(),
        )  # fmt: skip
        travel, why = found.minutes, found.why
    minutes = None if travel is None else round(travel + ready + consent.minutes, 1)
    return Leg(ready=ready, approval=consent, minutes=minutes, why=why)


def _standing(
    situation: Situation,
    team: Team,
    incident: Incident,
    travel: float | None,
    held: Assignment,
    ready: float,
    tools: Tools,
) -> Leg:
    """What a bound team still needs: until its arrival, or estimated from where it is."""
    if team.state in (TeamState.ARRIVED, TeamState.WORKING):
        return Leg(ready=0.0, approval=ORDERED, minutes=0.0)
    if held.eta is not None:
        left = max(0.0, (held.eta - situation.at) / timedelta(minutes=1))
        return Leg(ready=0.0, approval=ORDERED, minutes=round(left, 1))
    start, goal = start_of(situation, team), scene(incident, tools)
    if travel is None and start and goal:
        km = float(distance_km(np.array([start]), np.array([goal]))[0])
        travel = km * PLAIN / OFF_GRAPH_KMH * 60
    if travel is None:
        return Leg(ready=ready, approval=ORDERED, minutes=None, estimated=True)
    return Leg(ready=ready, approval=ORDERED, minutes=round(travel + ready, 1), estimated=True)
