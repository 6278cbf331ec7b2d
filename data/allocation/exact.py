"""The problem as a mixed integer programme: a bound for every plan, a proof if time allows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from data.allocation.model import KAPPA, TRIP_COST, Choice, Problem

_SMALL = 1e-6


@dataclass
class _Rows:
    """Columns and rows of the programme as they are collected."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def column(self, cost: float, upper: float, *, whole: bool = False) -> int:
        """A new variable from 0 to `upper`."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(int(whole))
        return len(self.cost) - 1

    def row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        """A new constraint."""
        self.entries += [(len(self.low), column, value) for column, value in terms]
        self.low.append(low)
        self.high.append(high)


@dataclass(frozen=True)
class Found:
    """What the programme gave: a choice if any, and a bound below every plan's cost."""

    choice: Choice | None
    bound: float | None
    proven: bool


def solve_exact(problem: Problem, time_limit_s: float) -> Found:
    """Solve within a time limit; blocking, one thread (SciPy's HiGHS)."""
    rows = _Rows()
    x = {pair: rows.column(problem.arc_cost(*pair), 1.0, whole=True) for pair in problem.eligible}
    roles = _teams(problem, rows, x)
    fixed_cost = _cover(problem, rows, x)
    loads, trips = _supplies(problem, rows)
    if not rows.cost:
        return Found(Choice(), 0.0, proven=True)
    lower = np.zeros(len(rows.cost))
    for k, i in problem.fixed.items():
        lower[x[k, i]] = 1.0
    matrix = csr_array(
        (
            [v for _, _, v in rows.entries],
            ([r for r, _, _ in rows.entries], [c for _, c, _ in rows.entries]),
        ),
        shape=(len(rows.low), len(rows.cost)),
    )
    found = milp(
        np.array(rows.cost),
        integrality=np.array(rows.whole),
        bounds=Bounds(lower, np.array(rows.upper)),
        constraints=LinearConstraint(matrix, np.array(rows.low), np.array(rows.high)),
        options={"time_limit": max(time_limit_s, 0.01), "mip_rel_gap": 0.0},
    )
    bound = getattr(found, "mip_dual_bound", None)
    if bound is None and found.status == 0:  # nothing to branch on: solved outright
        bound = found.fun
    bound = float(bound) + fixed_cost if bound is not None and np.isfinite(bound) else None
    if found.x is None:
        return Found(None, bound, proven=False)
    values = found.x
    sent = {k: i for (k, i), c in x.items() if values[c] > 0.5}  # noqa: PLR2004 (0 or 1)
    chosen = Choice(
        sent=sent,
        roles={
            (k, name): float(_amount(values, part))
            for (k, i, name), part in roles.items()
            if sent.get(k) == i and _amount(values, part) > _SMALL
        },
        loads={key: float(values[c]) for key, c in loads.items() if values[c] > _SMALL},
        trips={key: round(values[c]) for key, c in trips.items() if values[c] > _SMALL},
    )
    return Found(chosen, bound, proven=found.status == 0)


def _amount(values: np.ndarray, part: tuple[int, float]) -> float:
    """A role's amount: its own variable, or a multiple of x."""
    column, factor = part
    return float(values[column]) * factor


def _teams(
    problem: Problem, rows: _Rows, x: dict[tuple[int, int], int]
) -> dict[tuple[int, int, str], tuple[int, float]]:
    """A team to one incident at most; roles within what it provides and its people."""
    by_team: dict[int, list[int]] = {}
    for (k, _), column in x.items():
        by_team.setdefault(k, []).append(column)
    for columns in by_team.values():
        rows.row([(c, 1.0) for c in columns], 0.0, 1.0)
    roles: dict[tuple[int, int, str], tuple[int, float]] = {}
    for (k, i), column in x.items():
        roles |= _roles(problem, rows, k, i, column)
    for i, ask in enumerate(problem.incidents):
        for need in ask.needs:
            lacking = rows.column(problem.unmet_rate(ask, need), need.amount)
            serving = [
                roles[k, i, need.capability]
                for (k, at) in x
                if at == i and (k, i, need.capability) in roles
            ]
            rows.row([*serving, (lacking, 1.0)], need.amount, np.inf)
    return roles


def _roles(
    problem: Problem, rows: _Rows, k: int, i: int, column: int
) -> dict[tuple[int, int, str], tuple[int, float]]:
    """A pair's roles: people shared among several get variables, the rest go with x."""
    team, ask = problem.teams[k], problem.incidents[i]
    wanted = {n.capability: n.amount for n in ask.needs}
    fit = {c: min(p, wanted[c]) for c, p in team.provides.items() if c in wanted and p > 0}
    people = [c for c in fit if c in problem.people_capabilities]
    roles: dict[tuple[int, int, str], tuple[int, float]] = {}
    for name, amount in fit.items():
        if name not in people:
            roles[k, i, name] = (column, amount)
        elif len(people) == 1:
            roles[k, i, name] = (column, min(amount, team.people))
    if len(people) > 1:
        shared: list[tuple[int, float]] = []
        for name in people:
            own = rows.column(0.0, fit[name])
            rows.row([(own, 1.0), (column, -fit[name])], -np.inf, 0.0)
            roles[k, i, name] = (own, 1.0)
            shared.append((own, 1.0))
        rows.row([*shared, (column, -team.people)], -np.inf, 0.0)
    return roles


def _cover(problem: Problem, rows: _Rows, x: dict[tuple[int, int], int]) -> float:
    """Cover lost by the teams sent; returns the part that no plan can change (none)."""
    columns: dict[int, list[int]] = {}
    for (k, _), column in x.items():
        columns.setdefault(k, []).append(column)
    for risk, ks in problem.cover:
        going = [(c, -1.0) for k in ks for c in columns.get(k, [])]
        if not going:
            continue
        last = rows.column(risk * problem.weights.cover_last, 1.0)
        second = rows.column(risk * problem.weights.cover_second, 1.0)
        rows.row([*going, (last, 1.0), (second, 1.0)], min(2, len(ks)) - float(len(ks)), np.inf)
    return 0.0


def _supplies(
    problem: Problem, rows: _Rows
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """Loads within stock, trips within vehicles, and what each demand lacks."""
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    loads: dict[tuple[int, int], int] = {}
    for i, ask in enumerate(problem.incidents):
        for demand in ask.supplies:
            rate = ask.weight * KAPPA / demand.amount
            serving = []
            for g, lot in enumerate(problem.lots):
                minutes = problem.depot_minutes[depot[lot.depot]][i] if lot.depot in depot else None
                if lot.item == demand.item and minutes is not None:
                    loads[g, i] = rows.column(rate * minutes, demand.amount)
                    serving.append((loads[g, i], 1.0))
            lacking = rows.column(rate * problem.weights.unmet, demand.amount)
            rows.row([*serving, (lacking, 1.0)], demand.amount, np.inf)
    for g, lot in enumerate(problem.lots):
        mine = [(c, 1.0) for (at, _), c in loads.items() if at == g]
        if mine:
            rows.row(mine, 0.0, max(0.0, lot.free - lot.reserve))
    return loads, _trips(problem, rows, loads)


def _trips(
    problem: Problem, rows: _Rows, loads: dict[tuple[int, int], int]
) -> dict[tuple[int, int], int]:
    """Whole trips of the depots whose vehicles are known."""
    trips: dict[tuple[int, int], int] = {}
    for n, store in enumerate(problem.depots):
        if store.vehicles is None or not store.vehicle_t:
            continue
        for i in range(len(problem.incidents)):
            heavy = [
                (c, problem.lots[g].unit_weight_t or 0.0)
                for (g, at), c in loads.items()
                if at == i and problem.lots[g].depot == store.id
            ]
            if heavy:
                trips[n, i] = rows.column(TRIP_COST, float(store.vehicles), whole=True)
                rows.row([*heavy, (trips[n, i], -store.vehicle_t)], -np.inf, 0.0)
        mine = [(c, 1.0) for (at, _), c in trips.items() if at == n]
        if mine:
            rows.row(mine, 0.0, float(store.vehicles))
    return trips
