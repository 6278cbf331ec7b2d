"""The minutes cover rests on: every free team to every county seat, remembered between numbers."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from data.domain.coverage import CoverCounty, Flags, Floats, Reach, able, risk_points
from data.domain.org import PROVINCE, Actor, Area
from data.domain.situation import Situation
from data.domain.team import Team, TeamState
from data.services.supposing import Shut, in_force
from data.services.tools import Tools

_KEPT_REACHES = 12  # a reach of 200 teams is 165 kB
_KEPT_ROWS = 8192  # a row of 103 counties is under 1 kB
Point = tuple[float, float]


class _Kept:
    """What is remembered of one road network: rows of minutes, and whole reaches."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.rows: OrderedDict[tuple[Any, ...], Floats] = OrderedDict()
        # the tables themselves stand beside the reach, so that their identity stays theirs
        self.reaches: OrderedDict[tuple[Any, ...], tuple[Any, Table]] = OrderedDict()


class Table:
    """A reach with the teams of its rows."""

    def __init__(self, reach: Reach, teams: tuple[Team, ...]) -> None:
        self.reach = reach
        self.teams = teams

    def chosen(self, capability: str | None, without: AbstractSet[str]) -> Flags:
        """The rows of teams that count as cover and are not taken away."""
        return np.array(
            [
                t.id not in without
                and able(t.provides.keys(), flies=t.moves_by_air, capability=capability)
                for t in self.teams
            ],
            dtype=bool,
        )


_MEMORY: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()


def table_of(
    situation: Situation,
    tools: Tools,
    actor: Actor | None,
    closures: Sequence[Any],
    closed_roads: Collection[Any],
) -> Table:
    """The reach of every free team, made once for a revision, an area and a set of closures."""
    kept = _kept(tools.travel)
    shut, closed = _shut(situation, closures, closed_roads)
    held = (
        situation.teams, situation.assignments, situation.sources, situation.sensors,
        situation.alarms, tools.areas,
    )  # fmt: skip
    org = actor.org if actor else PROVINCE
    key = (org, situation.revision, closed, *map(id, held))
    with kept.lock:
        found = kept.reaches.get(key)
    if found is None:
        found = (held, _made(situation, tools, org, (shut, closed), kept))
        with kept.lock:
            kept.reaches[key] = found
            while len(kept.reaches) > _KEPT_REACHES:
                kept.reaches.popitem(last=False)
    return found[1]


def _kept(travel: Any) -> _Kept:
    """What is remembered of a road network; a new one starts empty."""
    return _MEMORY.setdefault(travel, _Kept())


def _shut(
    situation: Situation, closures: Sequence[Any], closed_roads: Collection[Any]
) -> tuple[Shut, str]:
    """What no road may cross, in force and supposed, with a key that compares by value."""
    held = in_force(situation)
    roads = sorted({*held.roads, *closed_roads})
    shut = Shut(areas=(*held.areas, *closures), roads=tuple(roads))
    return shut, json.dumps([shut.areas, roads], sort_keys=True, default=str)


def _made(
    situation: Situation, tools: Tools, org: str, shut: tuple[Shut, str], kept: _Kept
) -> Table:
    """The reach worked out."""
    bound = {a.team_id for a in situation.assignments.values() if a.active}
    placed = [
        (team, (at.lon, at.lat))
        for team in situation.available_teams()
        if team.id not in bound
        and tools.areas.covers(org, team.area_code)
        and (at := situation.team_position(team.id)) is not None
    ]
    areas = [a for a in tools.areas.areas.values() if a.is_county]
    mine = np.array([tools.areas.covers(org, a.code) for a in areas], dtype=bool)
    teams = tuple(team for team, _ in placed)
    minutes = np.full((len(teams), len(areas)), np.inf)
    for by_air in (False, True):
        rows = [k for k, t in enumerate(teams) if t.moves_by_air == by_air]
        if rows:
            points = [placed[k][1] for k in rows]
            minutes[rows] = _rows(points, areas, tools.travel, shut, kept, by_air=by_air)
    minutes += np.array([_ready(t) for t in teams]).reshape(-1, 1)
    risk = risk_points(situation, tools.areas, tools.spatial)
    counties = tuple(
        CoverCounty(
            code=a.code, name=a.short_name or a.name, population=a.population,
            risk=risk.get(a.code, 0),
        )
        for a, here in zip(areas, mine, strict=True)
        if here
    )  # fmt: skip
    reach = Reach(
        counties=counties, teams=tuple(t.id for t in teams), minutes=minutes[:, mine],
    )  # fmt: skip
    return Table(reach, teams)


def _ready(team: Team) -> float:
    """Minutes until a team leaves: one on its way home turns round at once."""
    return team.ready_minutes if team.state == TeamState.STANDBY else 0.0


def _rows(
    points: Sequence[Point],
    areas: Sequence[Area],
    travel: Any,
    shut: tuple[Shut, str],
    kept: _Kept,
    *,
    by_air: bool,
) -> Floats:
    """Minutes from each point to every county seat; one asked for before is remembered.

    `shut` comes with its key. A county whose seat is unknown cannot be reached.
    """
    closures, closed = shut
    version = getattr(travel, "version", 0)
    keys = [(p, by_air, "" if by_air else closed, version, len(areas)) for p in points]
    with kept.lock:
        known = {key: kept.rows[key] for key in keys if key in kept.rows}
    new = list(dict.fromkeys(key for key in keys if key not in known))
    seats = [(a.lon, a.lat) for a in areas if a.lon is not None and a.lat is not None]
    sited = np.array([a.lon is not None and a.lat is not None for a in areas], dtype=bool)
    if new and seats:
        found = travel.minutes([key[0] for key in new], seats, by_air=by_air, **closures.options())
        for key, values in zip(new, found, strict=True):
            row = np.full(len(areas), np.inf)
            row[sited] = [np.inf if v is None else v for v in values]
            known[key] = row
        _remember(kept, {key: known[key] for key in new})
    blank = np.full(len(areas), np.inf)
    return np.array([known.get(key, blank) for key in keys])


def _remember(kept: _Kept, rows: dict[Any, Floats]) -> None:
    """Keep rows, the oldest going first when there are too many."""
    with kept.lock:
        kept.rows.update(rows)
        while len(kept.rows) > _KEPT_ROWS:
            kept.rows.popitem(last=False)
