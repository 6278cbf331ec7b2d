"""The joint allocation problem and its plan: values, JSON shapes and what a choice costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

TEAM_COST = 30.0  # person-minutes for sending one more team at all
EQUIVALENT = 20.0  # people that a whole need not counted in people stands for
KAPPA = 20.0  # people that a whole demand for one item stands for
TRIP_COST = 10.0


@dataclass(frozen=True, kw_only=True)
class AskedCapability:
    """A capability and whether its amount is people, who cannot be in two roles."""

    id: str
    unit: str = ""
    people: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A team: people, what it provides, and the incident it is bound to already."""

    id: str
    people: float = 0.0
    provides: dict[str, float] = field(default_factory=dict)
    busy_with: str | None = None


@dataclass(frozen=True, kw_only=True)
class Need:
    """An amount of a capability wanted within `by` minutes from now."""

    capability: str
    amount: float
    by: float = 120.0
    people_equivalent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Demand:
    """An amount of an item wanted within `by` minutes from now."""

    item: str
    amount: float
    by: float = 240.0


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One incident: its weight, needs and demands."""

    id: str
    weight: float = 1.0
    needs: tuple[Need, ...] = ()
    supplies: tuple[Demand, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stock:
    """A lot: `free` less the `reserve` kept is what may go."""

    id: str
    depot: str
    item: str
    free: float
    reserve: float = 0.0
    unit_weight_t: float | None = None
    expires: str | None = None


@dataclass(frozen=True, kw_only=True)
class Store:
    """A depot; vehicles None means that its transport is not known and not limited."""

    id: str
    vehicles: int | None = None
    vehicle_t: float | None = None


@dataclass(frozen=True, kw_only=True)
class County:
    """A county whose cover is watched, with its risk."""

    id: str
    risk: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What is paid, in person-minutes, for what is not done."""

    unmet: float = 2880.0
    cover_last: float = 375.0
    cover_second: float = 150.0
    steady: float = 0.0


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
    weights: Weights = field(default_factory=Weights)

    @classmethod
    def from_json(cls, text: str | bytes) -> Problem:
        """A problem from its JSON.

        Raises
        ------
        ValueError
            When a field is missing, of the wrong type, or the matrices do not fit.
        """
        found = msgspec.json.decode(text, type=cls)
        rows = (found.minutes, len(found.teams), len(found.incidents), "minutes")
        store_rows = (found.depot_minutes, len(found.depots), len(found.incidents), "depot_minutes")
        for matrix, height, width, name in (rows, store_rows):
            if len(matrix) != height or any(len(row) != width for row in matrix):
                raise ValueError(f"{name} must be {height} rows of {width}")
        return found

    def to_json(self) -> str:
        """The problem as JSON."""
        return msgspec.json.encode(self).decode()

    @cached_property
    def people_capabilities(self) -> frozenset[str]:
        """Capabilities counted in people."""
        return frozenset(c.id for c in self.capabilities if c.people)

    @cached_property
    def fixed(self) -> dict[int, int]:
        """Teams that are where they are: bound already, or locked by the officer."""
        team = {t.id: k for k, t in enumerate(self.teams)}
        incident = {ask.id: i for i, ask in enumerate(self.incidents)}
        held = {
            k: incident[t.busy_with]
            for k, t in enumerate(self.teams)
            if t.busy_with is not None and t.busy_with in incident
        }
        for team_id, incident_id in self.locks:
            k, i = team.get(team_id), incident.get(incident_id)
            if k is None or i is None or self.teams[k].busy_with is not None:
                continue
            if self.minutes[k][i] is not None:
                held.setdefault(k, i)
        return held

    @cached_property
    def eligible(self) -> dict[tuple[int, int], float]:
        """Pairs that may be made, with their minutes; fixed teams only where they are."""
        banned = set(self.bans)
        pairs: dict[tuple[int, int], float] = {}
        for k, team in enumerate(self.teams):
            if k in self.fixed:
                i = self.fixed[k]
                pairs[k, i] = self.minutes[k][i] or 0.0
                continue
            if team.busy_with is not None:
                continue
            for i, ask in enumerate(self.incidents):
                minutes = self.minutes[k][i]
                fits = any(team.provides.get(n.capability, 0) > 0 for n in ask.needs)
                if minutes is not None and fits and (team.id, ask.id) not in banned:
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
        groups: dict[tuple[int, str], set[int]] = {}
        for k, team in enumerate(self.teams):
            if team.busy_with is not None or not self.cover_minutes:
                continue
            for j, minutes in enumerate(self.cover_minutes[k]):
                if minutes is not None and minutes <= self.cover_within:
                    for name in team.provides:
                        groups.setdefault((j, name), set()).add(k)
        return [(self.counties[j].risk, frozenset(ks)) for (j, _), ks in sorted(groups.items())]

    def cover_cost(self, sent: Mapping[int, int]) -> float:
        """What the cover taken away by the teams sent costs."""
        rates = sorted((self.weights.cover_last, self.weights.cover_second))
        total = 0.0
        for risk, ks in self.cover:
            left = len(ks) - sum(k in sent for k in ks)
            lost = max(0, min(2, len(ks)) - left)
            total += risk * sum(rates[:lost])
        return total


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
    lacking: dict[tuple[int, str], float] = {}
    for i, ask in enumerate(problem.incidents):
        for demand in ask.supplies:
            got = sum(
                f
                for (g, to), f in choice.loads.items()
                if to == i and problem.lots[g].item == demand.item
            )
            if demand.amount - got > 1e-6:  # noqa: PLR2004
                lacking[i, demand.item] = demand.amount - got
    return lacking


def terms(problem: Problem, choice: Choice) -> dict[str, float]:
    """The objective split by term; `value` is their sum."""
    gaps, short = unmet(problem, choice), unsupplied(problem, choice)
    parts = {"travel": sum(problem.arc_cost(k, i) for k, i in choice.sent.items())}
    parts["unmet"] = sum(
        problem.unmet_rate(ask, need) * gaps.get((i, need.capability), 0.0)
        for i, ask in enumerate(problem.incidents)
        for need in ask.needs
    )
    parts["cover"] = problem.cover_cost(choice.sent)
    parts["steady"] = problem.weights.steady * sum(
        team.busy_with is not None and k in problem.fixed and choice.sent.get(k) != problem.fixed[k]
        for k, team in enumerate(problem.teams)
    )
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    supply = TRIP_COST * sum(choice.trips.values())
    for i, ask in enumerate(problem.incidents):
        for demand in ask.supplies:
            rate = ask.weight * KAPPA / demand.amount
            supply += rate * problem.weights.unmet * short.get((i, demand.item), 0.0)
            supply += rate * sum(
                f * (problem.depot_minutes[depot[problem.lots[g].depot]][i] or 0.0)
                for (g, to), f in choice.loads.items()
                if to == i and problem.lots[g].item == demand.item
            )
    parts["supplies"] = supply
    return {"value": sum(parts.values()), **parts}
