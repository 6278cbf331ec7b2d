"""How far everything is in a situation: teams and depots to incidents, teams to counties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.allocation.model import County
from data.domain.incident import Incident
from data.domain.situation import Situation
from data.domain.team import Team
from data.services.orders import LOADING_MINUTES, Point, scene
from data.services.tools import Tools

COUNTY_RISK = 1.0  # assumption: every county counts alike until risk sources are known


def minutes_table(
    situation: Situation, teams: Sequence[Team], incidents: Sequence[Incident], tools: Tools
) -> list[list[float | None]]:
    """Minutes of travel from where each team is to each incident; helicopters fly."""
    shut = _shut(situation)
    goals = [scene(i, tools) for i in incidents]
    held = [g for g in goals if g is not None]
    table: list[list[float | None]] = [[None] * len(incidents) for _ in teams]
    columns = [n for n, g in enumerate(goals) if g is not None]
    for by_air in (False, True):
        rows = [k for k, t in enumerate(teams) if t.moves_by_air == by_air]
        starts = [p for k in rows if (p := _start(situation, teams[k]))]
        rows = [k for k in rows if _start(situation, teams[k])]
        if not rows or not held:
            continue
        found = tools.travel.minutes(starts, held, by_air=by_air, closures=shut)
        for k, values in zip(rows, found, strict=True):
            for n, value in zip(columns, values, strict=True):
                table[k][n] = value
    return table


def _start(situation: Situation, team: Team) -> Point | None:
    """Where a team is."""
    at = situation.team_position(team.id)
    return (at.lon, at.lat) if at else None


def _shut(situation: Situation) -> list[dict[str, Any]]:
    """Closures in force."""
    return [
        z.geometry
        for z in situation.zones.values()
        if z.kind == "closure" and (z.until is None or z.until > situation.at)
    ]


def depot_minutes(
    situation: Situation, depots: Sequence[str], incidents: Sequence[Incident], tools: Tools
) -> tuple[tuple[float | None, ...], ...]:
    """Minutes from the order until a depot's lorry is at each incident, loading included."""
    goals = [scene(i, tools) or (0.0, 0.0) for i in incidents]
    starts = [(d.lon or 0.0, d.lat or 0.0) for d in (situation.depots[key] for key in depots)]
    found = tools.travel.minutes(starts, goals, closures=_shut(situation))
    return tuple(
        tuple(None if v is None else round(v + LOADING_MINUTES, 1) for v in row) for row in found
    )


def county_cover(
    situation: Situation, teams: Sequence[Team], ready: dict[str, float], tools: Tools
) -> tuple[tuple[County, ...], tuple[tuple[float | None, ...], ...]]:
    """Every county with the minutes each free team needs to reach its seat."""
    counties = [a for a in tools.areas.areas.values() if a.is_county and a.lon is not None]
    goals = [(a.lon or 0.0, a.lat or 0.0) for a in counties]
    starts = [_start(situation, t) or (0.0, 0.0) for t in teams]
    found = tools.travel.minutes(starts, goals, closures=_shut(situation))
    rows = tuple(
        tuple(None if v is None else v + ready[t.id] for v in row)
        for t, row in zip(teams, found, strict=True)
    )
    return tuple(County(id=a.code, risk=COUNTY_RISK) for a in counties), rows
