"""What an order needs to know: where a team stands, how long it takes, and who else could go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import shapely

from data.domain.approval import approval_of
from data.domain.depot import Depot
from data.domain.dispatch import Assignment, AssignmentState, Authority, Dispatch, Transfer
from data.domain.incident import Entry, Incident, Zone
from data.domain.org import ROLE_WORDS, Actor
from data.domain.team import Team, TeamState
from data.services.flying import flight_minutes
from data.services.tools import Tools
from data.store.unit_of_work import Unit

Point = tuple[float, float]
LOADING_MINUTES = 30.0  # assumption: from the order until the lorry leaves the depot
ALTERNATIVES = 3


def scene(incident: Incident, tools: Tools) -> Point | None:
    """Where an incident is: its own position, else its county seat."""
    if incident.lon is not None and incident.lat is not None:
        return incident.lon, incident.lat
    area = tools.areas.areas.get(incident.area_code)
    if area is None or area.lon is None or area.lat is None:
        return None
    return area.lon, area.lat


def closures(unit: Unit) -> list[dict[str, Any]]:
    """The geometry of the closures in force."""
    zones = unit.find(Zone, kind="closure")
    return [z.closure for z in zones if z.until is None or z.until > unit.now]


def minutes_to(
    team: Team,
    start: Point | None,
    goal: Point | None,
    tools: Tools,
    shut: list[dict[str, Any]],
    kind: str = "",
) -> float | None:
    """Minutes of travel from where a team stands to a scene; None where unknown or cut off.

    `kind` is the type of incident, which decides where a helicopter may land.
    """
    if start is None or goal is None:
        return None
    if team.moves_by_air:
        return flight_minutes(start, goal, kind, tools, {"closures": shut})
    found: float | None = tools.travel.minutes([start], [goal], closures=shut)[0][0]
    return found


def team_way(
    unit: Unit, team: Team, incident: Incident, shut: list[dict[str, Any]], tools: Tools
) -> tuple[Point | None, float | None]:
    """Where a team stands, and its minutes of travel to an incident; None where there is none."""
    start = standing(unit, team, tools)
    return start, minutes_to(team, start, scene(incident, tools), tools, shut, incident.type)


def depot_minutes(
    depot: Depot, incident: Incident, shut: list[dict[str, Any]], tools: Tools
) -> float | None:
    """Minutes of travel from a depot to an incident; None where there is no way, or unknown."""
    goal = scene(incident, tools)
    if goal is None or depot.lon is None or depot.lat is None:
        return None
    start = depot.lon, depot.lat
    found: float | None = tools.travel.minutes([start], [goal], closures=shut)[0][0]
    return found


def leave_minutes(team: Team, incident: Incident, tools: Tools) -> float:
    """Minutes from the order until a free team leaves: getting ready and the consent it needs."""
    ready = team.ready_minutes if team.state == TeamState.STANDBY else 0.0
    consent = approval_of(team, incident.all_areas, tools.areas, tools.consents())
    return ready + consent.minutes


def standing(unit: Unit, team: Team, tools: Tools) -> Point | None:
    """Where a team stands: on its way for one that is out, else its home."""
    home = (team.lon, team.lat) if team.lon is not None and team.lat is not None else None
    if team.state == TeamState.STANDBY:
        return home
    heard = tools.whereabouts(team.id)
    if heard is not None:
        return heard
    last = max(unit.find(Assignment, team_id=team.id), key=_given, default=None)
    if last is None:
        return home
    origin = home
    if last.from_lon is not None and last.from_lat is not None:
        origin = last.from_lon, last.from_lat
    goal = scene(unit.get(Incident, last.incident_id), tools)
    if AssignmentState.ARRIVED in last.times:
        return _on_the_way_home(last, goal, home, unit, tools)
    if AssignmentState.DEPARTED in last.times and origin and goal and last.eta:
        until = last.times.get(AssignmentState.RELEASED, unit.now)
        span = (last.eta - last.times[AssignmentState.DEPARTED]) / timedelta(minutes=1)
        spent = (until - last.times[AssignmentState.DEPARTED]) / timedelta(minutes=1)
        return along(tools.travel.route(origin, goal), spent / span if span > 0 else 1.0)
    return origin


def _given(assignment: Assignment) -> tuple[str, str]:
    """When an order was given, then its id: ids of two centers have no common order."""
    at = assignment.times.get(AssignmentState.ORDERED)
    return (at.isoformat() if at else "", assignment.id)


def _on_the_way_home(
    last: Assignment, goal: Point | None, home: Point | None, unit: Unit, tools: Tools
) -> Point | None:
    """Where a team is that reached the scene: there, or part of the way back."""
    released = last.times.get(AssignmentState.RELEASED)
    if released is None or goal is None or home is None:
        return goal or home
    whole = tools.travel.minutes([goal], [home])[0][0]
    spent = (unit.now - released) / timedelta(minutes=1)
    return along(tools.travel.route(goal, home), spent / whole) if whole else home


def along(way: list[Point], share: float) -> Point | None:
    """The point at a share (0..1) of a way; an estimate until the team tells its position."""
    if not way:
        return None
    if len(way) == 1:
        return way[0]
    point = shapely.LineString(way).interpolate(min(max(share, 0.0), 1.0), normalized=True)
    return float(point.x), float(point.y)


def next_best(
    unit: Unit,
    tools: Tools,
    capability: str | None,
    incident: Incident,
    shut: list[dict[str, Any]],
    *,
    without: frozenset[str],
) -> list[dict[str, Any]]:
    """The nearest free teams of the actor's area with a capability: {team, name, eta_minutes}."""
    found, goal = [], scene(incident, tools)
    for state in (TeamState.STANDBY, TeamState.RETURNING):
        for team in unit.find(Team, state=state.value):
            fits = capability is None or capability in team.provides
            if team.id in without or not (fits and team.plannable):
                continue
            if not tools.areas.covers(unit.actor.org, team.area_code):
                continue
            start = standing(unit, team, tools)
            minutes = minutes_to(team, start, goal, tools, shut, incident.type)
            if minutes is not None:
                found.append((minutes + leave_minutes(team, incident, tools), team))
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    return [
        {"team": t.id, "name": t.name, "eta_minutes": round(m)} for m, t in found[:ALTERNATIVES]
    ]


def authority_of(given: Authority | None, actor: Actor, at: datetime) -> Authority:
    """Who authorised: as stated, else the signed-in officer."""
    if given is None:
        post = ROLE_WORDS.get(actor.role, actor.role)
        return Authority(name=actor.name, post=post, way="系统签发", at=at)
    return given if given.at else Authority(name=given.name, post=given.post, way=given.way, at=at)


def authority_words(authority: Authority) -> str:
    """An authority as it stands in the journal."""
    return " ".join(w for w in (authority.name, authority.post, authority.way) if w)


def close_return(unit: Unit, team_id: str) -> None:
    """End the return of a team that is sent again: its old assignment closes as 归队, silently."""
    for old in unit.find(Assignment, team_id=team_id, state=AssignmentState.RELEASED.value):
        unit.put(old.moved(AssignmentState.RETURNED, unit.now, "返程途中再次出动"))


def holder(unit: Unit, tools: Tools, bound: Assignment | Transfer) -> dict[str, Any]:
    """Who holds a team: the order, the incident, since when; other areas' incidents unnamed."""
    incident = unit.get(Incident, bound.incident_id)
    order = unit.get(Dispatch, bound.dispatch_id)
    seen = tools.areas.covers_any(unit.actor.org, incident.all_areas)
    return {
        "held_by": f"{order.issued_by}（调派 {order.number}）",
        "incident_id": incident.id if seen else None,
        "incident_letter": incident.letter if seen else "",
        "incident_name": incident.short_name if seen else "其他辖区事件",
        "since": order.issued_at.isoformat(),
    }


def tell_all(unit: Unit, lines: list[tuple[Incident, str]], summary: str, words: str) -> None:
    """One journal line under the first incident, and an entry in the timeline of each other."""
    first = lines[0][0]
    unit.tell(summary, incident_id=first.id, area=first.area_code, authority=words)
    for incident, text in lines[1:]:
        unit.put(
            Entry(
                id=unit.next_id("entry"), incident_id=incident.id, at=unit.now, text=text,
                author=unit.actor.name, origin=incident.origin, org=unit.actor.org,
            )
        )  # fmt: skip
