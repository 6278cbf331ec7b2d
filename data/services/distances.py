"""How far everything is in a situation: teams and depots to incidents."""

from __future__ import annotations

from collections.abc import Sequence

from data.domain.incident import Incident
from data.domain.situation import Situation
from data.domain.team import Team
from data.services.orders import LOADING_MINUTES, Point, scene
from data.services.supposing import Shut, in_force
from data.services.tools import Tools


def minutes_table(
    situation: Situation,
    teams: Sequence[Team],
    incidents: Sequence[Incident],
    tools: Tools,
    shut: Shut | None = None,
) -> list[list[float | None]]:
    """Minutes of travel from where each team is to each incident; helicopters fly.

    `shut` is what no road may cross, the closures in force where nothing is said.
    """
    shut = in_force(situation) if shut is None else shut
    goals = [scene(i, tools) for i in incidents]
    held = [g for g in goals if g is not None]
    table: list[list[float | None]] = [[None] * len(incidents) for _ in teams]
    columns = [n for n, g in enumerate(goals) if g is not None]
    for by_air in (False, True):
        rows = [k for k, t in enumerate(teams) if t.moves_by_air == by_air]
        starts = [p for k in rows if (p := start_of(situation, teams[k]))]
        rows = [k for k in rows if start_of(situation, teams[k])]
        if not rows or not held:
            continue
        found = tools.travel.minutes(starts, held, by_air=by_air, **shut.options())
        for k, values in zip(rows, found, strict=True):
            for n, value in zip(columns, values, strict=True):
                table[k][n] = value
    return table


def start_of(situation: Situation, team: Team) -> Point | None:
    """Where a team is."""
    at = situation.team_position(team.id)
    return (at.lon, at.lat) if at else None


def depot_minutes(
    situation: Situation,
    depots: Sequence[str],
    incidents: Sequence[Incident],
    tools: Tools,
    shut: Shut,
) -> tuple[tuple[float | None, ...], ...]:
    """Minutes from the order until a depot's lorry is at each incident, loading included."""
    goals = [scene(i, tools) for i in incidents]
    columns = [n for n, g in enumerate(goals) if g is not None]
    starts = [(d.lon or 0.0, d.lat or 0.0) for d in (situation.depots[key] for key in depots)]
    table: list[list[float | None]] = [[None] * len(incidents) for _ in depots]
    held = [g for g in goals if g is not None]
    if held and starts:
        found = tools.travel.minutes(starts, held, **shut.options())
        for row, values in zip(table, found, strict=True):
            for n, value in zip(columns, values, strict=True):
                row[n] = None if value is None else round(value + LOADING_MINUTES, 1)
    return tuple(tuple(row) for row in table)
