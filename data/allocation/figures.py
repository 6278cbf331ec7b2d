"""The teams block as arrays, in an order of its own, so that the order of the input is nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data.allocation.model import TEAM_COST, Problem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Several lists end to end: list n is `items[start[n]:start[n + 1]]`."""

    start: Ints
    items: Ints

    @classmethod
    def of(cls, owners: Ints, items: Ints, count: int) -> Lists:
        """Lists by owner, the items of each in the order given."""
        order = np.argsort(owners, kind="stable")
        start = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(owners, minlength=count), out=start[1:])
        return cls(start=start, items=np.ascontiguousarray(items[order]))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Teams k, incidents i, needs n, pairs p = (k, i) that may be made, and roles r of a pair.

    `teams` and `incidents` give the index in the problem of each row here. A role is what a pair
    can give to one need; roles counted in people share `people` of the team. Cover groups are the
    counties and capabilities whose last or second team could go, those with the same teams
    taken together.
    """

    teams: Ints
    incidents: Ints
    people: Floats
    weights: Floats
    need_incident: Ints
    need_capability: Ints
    need_amount: Floats
    need_rate: Floats
    pair_team: Ints
    pair_incident: Ints
    pair_cost: Floats
    pair_fixed: Flags
    pair_kept: Flags
    role_start: Ints
    role_need: Ints
    role_amount: Floats
    role_people: Flags
    cover_risk: Floats
    cover_size: Ints
    cover_teams: Lists
    team_covers: Lists
    rates: tuple[float, float]
    constant: float

    def __post_init__(self) -> None:
        """Every array in one piece: one with gaps is of another type, compiled for anew."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, field.name, np.ascontiguousarray(value))

    @property
    def pairs(self) -> int:
        """How many pairs may be made."""
        return len(self.pair_team)

    @cached_property
    def people_roles(self) -> Ints:
        """How many roles of each pair are counted in people; worked out once."""
        counted: Ints = np.concatenate([[0], np.cumsum(self.role_people)]).astype(np.int64)
        return np.diff(counted[self.role_start])

    def only(self, pairs: Ints) -> Figures:
        """Some pairs, numbered anew, with no cover and no constant."""
        none = np.zeros(0, dtype=np.int64)
        nobody = np.zeros(len(self.teams) + 1, dtype=np.int64)
        return replace(
            self.among(pairs), cover_risk=np.zeros(0), cover_size=none,
            cover_teams=Lists(start=np.zeros(1, dtype=np.int64), items=none),
            team_covers=Lists(start=nobody, items=none), constant=0.0,
        )  # fmt: skip

    def among(self, pairs: Ints) -> Figures:
        """Some pairs, numbered anew."""
        sizes = np.diff(self.role_start)[pairs]
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        shift = np.repeat(self.role_start[pairs] - start[:-1], sizes)
        roles = shift + np.arange(len(shift))
        return replace(
            self, pair_team=self.pair_team[pairs], pair_incident=self.pair_incident[pairs],
            pair_cost=self.pair_cost[pairs], pair_fixed=self.pair_fixed[pairs],
            pair_kept=self.pair_kept[pairs], role_start=start,
            role_need=self.role_need[roles], role_amount=self.role_amount[roles],
            role_people=self.role_people[roles],
        )  # fmt: skip


def figures(problem: Problem) -> Figures:
    """The arrays of a problem; a tenth of a second for 2,000 teams and 20 incidents."""
    teams = _order([t.id for t in problem.teams])
    incidents = _order([a.id for a in problem.incidents])
    names = capability_names(problem)
    number = {name: c for c, name in enumerate(names)}
    provides = np.zeros((len(teams), len(names)))
    for row, k in enumerate(teams):
        for name, amount in problem.teams[k].provides.items():
            provides[row, number[name]] = amount
    people = np.array([problem.teams[k].people for k in teams], dtype=float)
    counted = np.array([name in problem.people_capabilities for name in names], dtype=bool)
    asks = [problem.incidents[i] for i in incidents]
    needs = [
        (i, number[n.capability], n.amount, problem.unmet_rate(ask, n), n.by)
        for i, ask in enumerate(asks)
        for n in sorted(ask.needs, key=lambda n: n.capability)
    ]
    table = np.array(needs, dtype=float).reshape(-1, 5)
    minutes = np.array(problem.minutes, dtype=float).reshape(-1, len(problem.incidents))
    minutes = minutes[np.ix_(teams, incidents)] if len(incidents) else np.zeros((len(teams), 0))
    may, stays = _may(problem, teams, incidents)
    wanted = np.zeros((len(asks), len(names)))
    by = np.full((len(asks), len(names)), np.inf)
    wanted[table[:, 0].astype(int), table[:, 1].astype(int)] = table[:, 2]
    by[table[:, 0].astype(int), table[:, 1].astype(int)] = table[:, 4]
    fits = (provides > 0).astype(float) @ (wanted > 0).astype(float).T > 0
    pair_team, pair_incident = np.nonzero(stays | (may & fits & np.isfinite(minutes)))
    weights = np.array([a.weight for a in asks], dtype=float)
    t = np.nan_to_num(minutes[pair_team, pair_incident])
    due = np.where(provides[pair_team] > 0, by[pair_incident], np.inf).min(axis=1, initial=np.inf)
    late = np.where(np.isfinite(due), np.maximum(0.0, t - due), 0.0)
    cost = weights[pair_incident] * people[pair_team] * (t + t * t / 60 + late) + TEAM_COST
    kept = _kept(problem, teams, incidents, pair_team, pair_incident)
    roles = _roles(pair_team, pair_incident, provides, wanted, counted, people)
    need_of = np.full(wanted.shape, -1, dtype=np.int64)
    need_of[table[:, 0].astype(int), table[:, 1].astype(int)] = np.arange(len(table))
    owner, capability, amount = roles
    start = np.zeros(len(pair_team) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=len(pair_team)), out=start[1:])
    free = np.array([problem.teams[k].busy_with is None for k in teams], dtype=bool)
    goes = np.zeros(len(teams), dtype=bool)
    goes[pair_team] = True
    risk, size, members, of_team = _cover(problem, teams, provides, free, goes)
    low, high = sorted((problem.weights.cover_last, problem.weights.cover_second))
    return Figures(
        teams=teams, incidents=incidents, people=people, weights=weights,
        need_incident=table[:, 0].astype(np.int64), need_capability=table[:, 1].astype(np.int64),
        need_amount=table[:, 2], need_rate=table[:, 3],
        pair_team=pair_team, pair_incident=pair_incident,
        pair_cost=cost - problem.weights.steady * kept,
        pair_fixed=stays[pair_team, pair_incident], pair_kept=kept > 0,
        role_start=start, role_need=need_of[pair_incident[owner], capability],
        role_amount=amount, role_people=counted[capability],
        cover_risk=risk, cover_size=size, cover_teams=members, team_covers=of_team,
        rates=(low, high), constant=problem.weights.steady * len(problem.kept_pairs),
    )  # fmt: skip


def capability_names(problem: Problem) -> list[str]:
    """The capabilities anybody has or wants, in the order the arrays number them."""
    have = {c for t in problem.teams for c in t.provides}
    return sorted(have | {n.capability for a in problem.incidents for n in a.needs})


def _order(ids: list[str]) -> Ints:
    """Positions by id, so that the order of the input does not matter."""
    return np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)


def _may(problem: Problem, teams: Ints, incidents: Ints) -> tuple[Flags, Flags]:
    """Which pairs are open to choice, and which are given: bound or locked teams stay put."""
    row = {problem.teams[k].id: n for n, k in enumerate(teams)}
    column = {problem.incidents[i].id: n for n, i in enumerate(incidents)}
    may = np.ones((len(teams), len(incidents)), dtype=bool)
    stays = np.zeros_like(may)
    for n, k in enumerate(teams):
        may[n] = problem.teams[k].busy_with is None or problem.movable(int(k))
    for team, incident in problem.bans:
        if team in row and incident in column:
            may[row[team], column[incident]] = False
    back = {int(i): n for n, i in enumerate(incidents)}
    place = {int(k): n for n, k in enumerate(teams)}
    for k, i in problem.fixed.items():
        may[place[k]] = False
        stays[place[k], back[i]] = True
    return may, stays


def _kept(
    problem: Problem, teams: Ints, incidents: Ints, pair_team: Ints, pair_incident: Ints
) -> Floats:
    """1.0 for every pair of the last plan, which is worth keeping."""
    row = {problem.teams[k].id: n for n, k in enumerate(teams)}
    column = {problem.incidents[i].id: n for n, i in enumerate(incidents)}
    before = np.zeros((len(teams), len(incidents)))
    for team, incident in problem.kept_pairs:
        before[row[team], column[incident]] = 1.0
    return before[pair_team, pair_incident]


def _roles(
    pair_team: Ints, pair_incident: Ints, provides: Floats, wanted: Floats, counted: Flags,
    people: Floats,
) -> tuple[Ints, Ints, Floats]:  # fmt: skip
    """(pair, capability, amount) of everything a pair can give, pairs in order."""
    amounts = np.minimum(provides[pair_team], wanted[pair_incident])
    amounts = np.where(counted[None], np.minimum(amounts, people[pair_team, None]), amounts)
    owner, capability = np.nonzero(amounts > 0)
    return owner, capability, amounts[owner, capability]


def _cover(
    problem: Problem, teams: Ints, provides: Floats, free: Flags, goes: Flags
) -> tuple[Floats, Ints, Lists, Lists]:
    """Cover groups: risk, how many teams reach, the teams of each, the groups of each team."""
    if not problem.cover_minutes or not problem.counties:
        none = np.zeros(0, dtype=np.int64)
        return (
            np.zeros(0), none, Lists.of(none, none, 0), Lists.of(none, none, len(teams)),
        )  # fmt: skip
    minutes = np.array(problem.cover_minutes, dtype=float)[teams]
    reach = np.where(np.isfinite(minutes), minutes, np.inf) <= problem.cover_within
    reach &= free[:, None]
    counties = _order([c.id for c in problem.counties])
    held: dict[bytes, int] = {}
    risks: list[float] = []
    rows: list[Ints] = []
    for c in range(provides.shape[1]):
        having = provides[:, c] > 0
        if not (having & goes).any():
            continue
        for j in counties:
            mask = reach[:, j] & having
            if not (mask & goes).any():
                continue
            key = mask.tobytes()
            if key not in held:
                held[key] = len(rows)
                rows.append(np.nonzero(mask)[0])
                risks.append(0.0)
            risks[held[key]] += problem.counties[j].risk
    sizes = np.array([len(r) for r in rows], dtype=np.int64)
    owners = np.repeat(np.arange(len(rows)), sizes)
    members = np.concatenate(rows).astype(np.int64) if rows else np.zeros(0, dtype=np.int64)
    return (
        np.array(risks), sizes, Lists.of(owners, members, len(rows)),
        Lists.of(members, owners, len(teams)),
    )  # fmt: skip
