"""From where a team would set out, how long it takes, and who could go instead."""

from __future__ import annotations

from typing import Any

from data.domain.incident import Incident, Zone
from data.domain.team import Team
from data.services.tools import Tools
from data.store.unit_of_work import Unit

OFFERED = 3
Point = tuple[float, float]


def start_of(tools: Tools, team: Team) -> Point | None:
    """Where a team is now: last heard of when it is out, else its home."""
    heard = tools.whereabouts(team.id) if team.state.value != "standby" else None
    if heard is not None:
        return heard
    return None if team.lon is None or team.lat is None else (team.lon, team.lat)


def closures(unit: Unit) -> tuple[dict[str, Any], ...]:
    """The geometry of the closures in force."""
    return tuple(z.geometry for z in unit.find(Zone, kind="closure") if z.until is None)


def journey_minutes(
    unit: Unit, tools: Tools, team: Team, incident: Incident
) -> tuple[Point | None, float | None]:
    """Where a team sets out from, and its minutes to the incident; None where unknown."""
    start = start_of(tools, team)
    if start is None or incident.lon is None or incident.lat is None:
        return start, None
    minutes: float | None = tools.travel.minutes(
        [start], [(incident.lon, incident.lat)], by_air=team.moves_by_air, closures=closures(unit)
    )[0][0]
    return start, minutes


def next_best(unit: Unit, tools: Tools, team: Team, incident: Incident) -> list[dict[str, Any]]:
    """The nearest available teams that provide what this one does, with their minutes."""
    if incident.lon is None or incident.lat is None:
        return []
    able = [
        other
        for other in unit.find(Team)
        if other.id != team.id
        and other.state.available
        and other.plannable
        and team.provides.keys() & other.provides.keys()
        and tools.areas.covers(unit.actor.org, other.area_code)
    ]
    found = []
    for other in able:
        _, minutes = journey_minutes(unit, tools, other, incident)
        if minutes is not None:
            total = round(minutes + other.ready_minutes)
            found.append({"team": other.id, "name": other.name, "eta_minutes": total})
    return sorted(found, key=lambda row: (row["eta_minutes"], row["team"]))[:OFFERED]
