"""The joint allocation problem and its plan: values, JSON shapes and what a choice costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from data.allocation.validity import check_problem
from data.allocation.values import (
    Ask,
    AskedCapability,
    County,
    Demand,
    Need,
    Offer,
    ProblemError,
    Stock,
    Store,
    Weights,
)

TEAM_COST = 30.0  # person-minutes for sending one more team at all
EQUIVALENT = 20.0  # people that a whole need not counted in people stands for
KAPPA = 20.0  # people that a whole demand for one item stands for
TRIP_COST = 10.0


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything the solver knows; minutes are door to scene, None where there is no way."""

    capabilities: tuple[AskedCapability, ...] = ()
    teams: tuple[Offer, ...] = ()
    incidents: tuple[Ask, ...] = ()
    minutes: tuple[tuple[float | None, ...], ...] = ()
    counties: tuple[County, ...] = ()
    cover_minutes: tuple[tuple[float | None, ...], ...] = ()
    cover_within: float = 90.0
    lots: tuple[Stock, ...] = ()
    depots: tuple[Store, ...] = ()
    depot_minutes: tuple[tuple[float | None, ...], ...] = ()
    locks: tuple[tuple[str, str], ...] = ()
    bans: tuple[tuple[str, str], ...] = ()
    previous: tuple[tuple[str, str], ...] = ()
    weights: Weights = field(default_factory=Weights)

    @classmethod
    def from_json(cls, text: str | bytes) -> Problem:
        """A problem from its JSON.

        Raises
        ------
        ProblemError
            When the text is no JSON of this shape, or `checked` refuses what it says.
        """
        try:
            found = msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise ProblemError("problem", str(error)) from error
        return found.checked()

    def checked(self) -> Problem:
        """The problem itself when it makes sense.

        Raises
        ------
        ProblemError
            Naming the first field that is wrong: an unknown or repeated id, a negative or
            non-finite number, a matrix of another shape, a lock that cannot be kept.
        """
        return self._sound

    @cached_property
    def _sound(self) -> Problem:
        check_problem(self)
        return self

    def to_json(self) -> str:
        """The problem as JSON."""
        return msgspec.json.encode(self).decode()

    @cached_property
    def people_capabilities(self) -> frozenset[str]:
        """Capabilities counted in people."""
        return frozenset(c.id for c in self.capabilities if c.people)

    def movable(self, k: int) -> bool:
        """Whether a bound team may be taken from where it is."""
        return self.teams[k].busy_with is not None and self.teams[k].movable

    @cached_property
    def kept_pairs(self) -> tuple[tuple[str, str], ...]:
        """What was ordered or planned last, one pair a team: leaving it costs `steady`."""
        teams = {t.id for t in self.teams}
        incidents = {ask.id for ask in self.incidents}
        held = {t.id: t.busy_with for t in self.teams if t.movable and t.busy_with in incidents}
        for team, incident in self.previous:
            if team in teams and incident in incidents:
                held.setdefault(team, incident)
        return tuple(sorted((k, i) for k, i in held.items() if i is not None))

    @cached_property
    def fixed(self) -> dict[int, int]:
        """Teams that are where they are: bound already, or locked by the officer."""
        team = {t.id: k for k, t in enumerate(self.teams)}
        incident = {ask.id: i for i, ask in enumerate(self.incidents)}
        held = {
            k: incident[t.busy_with]
            for k, t in enumerate(self.teams)
            if t.busy_with is not None and t.busy_with in incident and not t.movable
        }
        for team_id, incident_id in self.locks:
            k = team[team_id]
            if self.teams[k].busy_with is None or self.teams[k].movable:
                held[k] = incident[incident_id]
        return held

    @cached_property
    def eligible(self) -> dict[tuple[int, int], float]:
        """Pairs that may be made, with their minutes; fixed teams only where they are."""
        banned = set(self.bans)
        wanted = [{n.capability for n in ask.needs} for ask in self.incidents]
        pairs: dict[tuple[int, int], float] = {}
        for k, team in enumerate(self.teams):
            if k in self.fixed:
                i = self.fixed[k]
                pairs[k, i] = self.minutes[k][i] or 0.0
                continue
            if team.busy_with is not None and not team.movable:
                continue
            able = {name for name, amount in team.provides.items() if amount > 0}
            for i, ask in enumerate(self.incidents):
                minutes = self.minutes[k][i]
                if minutes is None or not able & wanted[i] or (team.id, ask.id) in banned:
                    continue
                pairs[k, i] = minutes
        return pairs

    def arc_cost(self, k: int, i: int) -> float:
        """(w s φ + 30) of sending team k to incident i, φ = t + t²/60 + lateness."""
        t, team, ask = self.eligible[k, i], self.teams[k], self.incidents[i]
        dues = [n.by for n in ask.needs if team.provides.get(n.capability, 0) > 0]
        late = max(0.0, t - min(dues)) if dues else 0.0
        return ask.weight * team.people * (t + t * t / 60 + late) + TEAM_COST

    def unmet_rate(self, ask: Ask, need: Need) -> float:
        """What one unit of a need left unmet costs."""
        people = need.capability in self.people_capabilities
        worth = need.people_equivalent
        if worth is None:
            worth = need.amount if people else EQUIVALENT
        return self.weights.unmet * ask.weight * worth / need.amount if need.amount else 0.0

    @cached_property
    def cover(self) -> list[tuple[float, frozenset[int]]]:
        """(risk, teams that reach it) of every county and capability, bound teams left out."""
        risk, _, owner, member = self._cover
        held: list[set[int]] = [set() for _ in risk]
        for group, k in zip(owner, member, strict=True):
            held[group].add(int(k))
        return [(float(r), frozenset(ks)) for r, ks in zip(risk, held, strict=True)]

    @cached_property
    def _cover(self) -> tuple[Any, Any, Any, Any]:
        """Arrays: risk and size of every group, then (group, team) for every member."""
        names = sorted({c for team in self.teams for c in team.provides})
        if not self.cover_minutes or not self.counties or not names:
            none = np.zeros(0, dtype=np.int64)
            return np.zeros(0), none, none, none
        minutes = np.nan_to_num(np.array(self.cover_minutes, dtype=float), nan=np.inf)
        free = np.array([t.busy_with is None for t in self.teams], dtype=bool)
        reach = (minutes <= self.cover_within) & free[:, None]
        has = np.array([[t.provides.get(c, 0) > 0 for c in names] for t in self.teams], dtype=bool)
        county, capability, team = np.nonzero(reach.T[:, None, :] & has.T[None])
        key, owner = np.unique(county * len(names) + capability, return_inverse=True)
        risk = np.array([c.risk for c in self.counties])[key // len(names)]
        return risk, np.bincount(owner, minlength=len(key)), owner, team

    def cover_cost(self, sent: Mapping[int, int]) -> float:
        """What the cover taken away by the teams sent costs."""
        low, high = sorted((self.weights.cover_last, self.weights.cover_second))
        lost, _ = self._lost(sent)
        return float(self._cover[0] @ np.array([0.0, low, low + high])[lost])

    def cover_lost(self, sent: Mapping[int, int]) -> tuple[int, int]:
        """How many counties and capabilities lose their last team, and how many their second."""
        lost, left = self._lost(sent)
        return int(((lost > 0) & (left == 0)).sum()), int(((lost > 0) & (left == 1)).sum())

    def _lost(self, sent: Mapping[int, int]) -> tuple[Any, Any]:
        """(how many of the first two are lost, how many are left) of every group."""
        _, size, owner, member = self._cover
        gone = np.zeros(len(self.teams), dtype=bool)
        gone[list(sent)] = True
        left = size - np.bincount(owner[gone[member]], minlength=len(size))
        return np.clip(np.minimum(2, size) - left, 0, 2), left


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Who goes where, in which role, and what lots go where; by index."""

    sent: dict[int, int] = field(default_factory=dict)
    roles: dict[tuple[int, str], float] = field(default_factory=dict)
    loads: dict[tuple[int, int], float] = field(default_factory=dict)
    trips: dict[tuple[int, int], int] = field(default_factory=dict)


def unmet(problem: Problem, choice: Choice) -> dict[tuple[int, str], float]:
    """What each need lacks under a choice; met needs left out."""
    met: dict[tuple[int, str], float] = {}
    for (k, name), amount in choice.roles.items():
        key = (choice.sent[k], name)
        met[key] = met.get(key, 0.0) + amount
    lacking: dict[tuple[int, str], float] = {}
    for i, ask in enumerate(problem.incidents):
        for need in ask.needs:
            gap = need.amount - met.get((i, need.capability), 0.0)
            if gap > 1e-6:  # noqa: PLR2004 (below any unit)
                lacking[i, need.capability] = gap
    return lacking


def unsupplied(problem: Problem, choice: Choice) -> dict[tuple[int, str], float]:
    """What each demand lacks under a choice; met demands left out."""
    got: dict[tuple[int, str], float] = {}
    for (g, i), load in choice.loads.items():
        key = (i, problem.lots[g].item)
        got[key] = got.get(key, 0.0) + load
    lacking: dict[tuple[int, str], float] = {}
    for i, ask in enumerate(problem.incidents):
        for demand in ask.supplies:
            gap = demand.amount - got.get((i, demand.item), 0.0)
            if gap > 1e-6:  # noqa: PLR2004
                lacking[i, demand.item] = gap
    return lacking


def terms(problem: Problem, choice: Choice) -> dict[str, float]:
    """The objective split by term; `value` is their sum."""
    gaps = unmet(problem, choice)
    parts = {"travel": sum(problem.arc_cost(k, i) for k, i in choice.sent.items())}
    parts["unmet"] = sum(
        problem.unmet_rate(ask, need) * gaps.get((i, need.capability), 0.0)
        for i, ask in enumerate(problem.incidents)
        for need in ask.needs
    )
    parts["cover"] = problem.cover_cost(choice.sent)
    made = {(problem.teams[k].id, problem.incidents[i].id) for k, i in choice.sent.items()}
    left = sum(pair not in made for pair in problem.kept_pairs)
    parts["steady"] = problem.weights.steady * left
    parts["supplies"] = supply_cost(problem, choice)
    return {"value": sum(parts.values()), **parts}


def supply_cost(problem: Problem, choice: Choice) -> float:
    """What the loads of a choice cost, what is missing included."""
    short = unsupplied(problem, choice)
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    supply = TRIP_COST * sum(choice.trips.values())
    waited: dict[tuple[int, str], float] = {}
    for (g, i), load in choice.loads.items():
        lot = problem.lots[g]
        minutes = problem.depot_minutes[depot[lot.depot]][i] or 0.0
        waited[i, lot.item] = waited.get((i, lot.item), 0.0) + load * minutes
    for i, ask in enumerate(problem.incidents):
        for demand in ask.supplies:
            rate = ask.weight * KAPPA / demand.amount
            missing = problem.weights.unmet * short.get((i, demand.item), 0.0)
            supply += rate * (missing + waited.get((i, demand.item), 0.0))
    return supply


__all__ = [
    "Ask", "AskedCapability", "Choice", "County", "Demand", "Need", "Offer", "Problem",
    "ProblemError", "Stock", "Store", "Weights", "supply_cost", "terms", "unmet", "unsupplied",
]  # fmt: skip
