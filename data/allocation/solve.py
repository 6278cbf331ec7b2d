"""One plan for all incidents together: a quick answer, a proof when time allows, its reasons."""

from __future__ import annotations

from time import monotonic

from data.allocation import explain
from data.allocation.answer import Allocation
from data.allocation.check import verify
from data.allocation.exact import solve_exact
from data.allocation.greedy import (
    nearest_first,
    plan_loads,
    plan_teams,
    value,
    with_roles,
)
from data.allocation.model import Choice, Problem, terms

_PROOF = 1e-6  # relative gap that counts as none
_GREEDY_SHARE = 0.2  # of the time limit, at most, before the exact solver starts


def solve(problem: Problem, time_limit_s: float = 1.0) -> Allocation:
    """A joint plan; `optimal` is said only when the bound proves it. Blocking.

    Raises
    ------
    ValueError
        When a locked or bound team cannot be where it is said to be.
    """
    began = monotonic()
    sent = plan_teams(problem, began + time_limit_s * _GREEDY_SHARE)
    base = nearest_first(problem)
    loads = plan_loads(problem)
    tried = (with_roles(problem, sent, loads), with_roles(problem, base.sent, loads))
    best = min(tried, key=lambda choice: value(problem, choice))
    found = solve_exact(problem, time_limit_s - (monotonic() - began))
    if found.choice is not None and value(problem, found.choice) < value(problem, best) - _PROOF:
        best = found.choice
    return _told(problem, best, base, found.bound, began)


def _told(
    problem: Problem, best: Choice, base: Choice, bound: float | None, began: float
) -> Allocation:
    """The choice with its numbers and reasons, checked again from its own rows."""
    parts = {name: round(part, 6) for name, part in terms(problem, best).items()}
    cost = parts.pop("value")
    gap = None if bound is None else max(0.0, cost - bound) / max(abs(cost), 1.0)
    plan = Allocation(
        assignments=tuple(explain.assignments(problem, best)),
        transfers=tuple(explain.transfers(problem, best)),
        shortfalls=tuple(explain.shortfalls(problem, best)),
        contested=tuple(explain.contested(problem, best)),
        kept_back=tuple(explain.kept_back(problem, best)),
        objective={
            "value": cost, "bound": None if bound is None else round(min(bound, cost), 6),
            "gap": None if gap is None else round(gap, 6),
            "optimal": gap is not None and gap <= _PROOF,
            "seconds": round(monotonic() - began, 3), "terms": parts,
        },
        baseline={
            "value": round(value(problem, base), 6),
            "shortfalls": explain.shortfalls(problem, base), "method": "nearest-first",
        },
    )  # fmt: skip
    return Allocation(
        assignments=plan.assignments, transfers=plan.transfers, shortfalls=plan.shortfalls,
        contested=plan.contested, kept_back=plan.kept_back, objective=plan.objective,
        baseline=plan.baseline, certificate=tuple(verify(problem.to_json(), plan.to_json())),
    )  # fmt: skip
