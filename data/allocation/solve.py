"""One plan for all incidents together: a quick answer, a proof when time allows, its reasons."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from time import monotonic
from typing import Any

from data.allocation import contests, lacking, telling
from data.allocation.answer import Allocation
from data.allocation.baselines import compare, nearest_first, severity_first, severity_trimmed
from data.allocation.check import verify
from data.allocation.effort import Effort
from data.allocation.explain import Reasons
from data.allocation.figures import Figures, figures
from data.allocation.holding_back import kept_back
from data.allocation.mending import TeamPlan
from data.allocation.model import Choice, Problem, supply_cost, terms
from data.allocation.roles import choice_of, sent_of
from data.allocation.supplies import Loaded, best_loads, quick_loads, trips_of
from data.allocation.teams import solve_teams
from data.allocation.warming import warm

PROOF = 1e-6  # relative gap that counts as none
_SOLVING = 0.9  # share of the time limit for solving; the rest is for reasons and checks
_TELLING_S = 0.25  # but no more than this is kept for them
_TOLD_S = 1.0  # and no more than this (or the limit) is given to the prices of what is contested


def solve(problem: Problem, time_limit_s: float = 1.0, work_s: float | None = None) -> Allocation:
    """A joint plan; `optimal` is said only when the bound proves it. Blocking.

    The work is counted (`work_s`, in seconds of the machine it was measured on; the time limit
    where nothing is said), so that the same problem gives the same plan on every machine and
    whatever the order of its lists: then the objective says `stopped_by` work. Where the clock had
    to cut it short it says clock, and the plan is as good as the machine was fast.

    Raises
    ------
    ProblemError
        A ValueError that names the field that makes no sense.
    """
    warm()
    began = monotonic()
    problem.checked()
    until = began + max(_SOLVING * time_limit_s, time_limit_s - _TELLING_S)
    arrays = figures(problem)
    effort = Effort(time_limit_s if work_s is None else work_s, until)
    with (
        ThreadPoolExecutor(1, thread_name_prefix="load") as beside,
        ThreadPoolExecutor(2, thread_name_prefix="send") as pool,
    ):
        loading = beside.submit(best_loads, problem, until - monotonic())
        plan = solve_teams(arrays, effort, pool)
        loads = _loads(problem, loading)
    best = choice_of(problem, sent_of(arrays, plan.taken), loads.loads, arrays)
    return _told(problem, arrays, best, plan, loads, began, time_limit_s)


def _loads(problem: Problem, loading: Future[Loaded]) -> Loaded:
    """The better of what HiGHS found and the nearest depots first."""
    found, quick = loading.result(), quick_loads(problem)
    if _supplies(problem, quick) < _supplies(problem, found.loads) - PROOF:
        return replace(found, loads=quick)
    return found


def _supplies(problem: Problem, loads: dict[tuple[int, int], float]) -> float:
    """What loading so costs, what is missing included."""
    return supply_cost(problem, Choice(loads=loads, trips=trips_of(problem, loads)))


def _told(
    problem: Problem, arrays: Figures, best: Choice, plan: TeamPlan, loads: Loaded, began: float,
    limit_s: float,
) -> Allocation:  # fmt: skip
    """The choice with its numbers and reasons, checked again from its own rows."""
    solved = monotonic()
    parts = {name: round(part, 6) for name, part in terms(problem, best).items()}
    cost = parts.pop("value")
    pricing = Effort(until=solved + max(_TOLD_S, limit_s))
    fought = contests.contested(problem, arrays, best, pricing)
    choices = {
        "plan": best, "nearest_first": nearest_first(problem, arrays),
        "severity_first": severity_first(problem, arrays),
        "severity_trimmed": severity_trimmed(problem, arrays),
    }  # fmt: skip
    compared = compare(problem, choices)
    base = compared["nearest_first"]
    cut = plan.cut or loads.cut or pricing.cut
    goal = _objective(cost, parts, plan, loads, began, solved)
    reasons = Reasons(problem, arrays, best, _ended(goal["gap"], limit_s if plan.cut else None))
    told = Allocation(
        assignments=tuple(reasons.assignments()),
        transfers=tuple(telling.transfers(problem, best)),
        shortfalls=tuple(lacking.shortfalls(reasons)),
        contested=tuple(fought),
        kept_back=tuple(kept_back(reasons)),
        refused=tuple(reasons.refused()),
        objective=goal
        | {"stopped_by": "clock" if cut else "work"}
        | {"first": _first(problem, plan, began)},
        baseline={
            "value": base["value"], "shortfalls": base["shortfalls"], "method": "nearest-first",
        },
        comparison=compared,
        diff=telling.difference(problem, best),
    )  # fmt: skip
    told = _marked(told)
    return replace(told, certificate=tuple(verify(problem.to_json(), told.to_json())))


def _ended(gap: float | None, cut_s: float | None) -> str:
    """What ended the search, and how far from the best the plan may be, in words."""
    why = "限定的求解步数已用完" if cut_s is None else f"求解到 {cut_s:g} 秒时限停止"
    return why if gap is None else f"{why}（距最优至多 {gap:.2%}）"


def _marked(told: Allocation) -> Allocation:
    """Assignments that were contested say so."""
    fought = {row.get("team") for row in told.contested}
    rows = tuple({**row, "contested": row["team"] in fought} for row in told.assignments)
    return replace(told, assignments=rows)


def _objective(
    cost: float, parts: dict[str, float], plan: TeamPlan, loads: Loaded, began: float, solved: float
) -> dict[str, Any]:
    """The value with its bound, gap and terms."""
    bound = None if loads.bound is None else plan.bound + loads.bound
    if bound is not None and not bound > float("-inf"):
        bound = None
    gap = None if bound is None else max(0.0, cost - bound) / max(abs(cost), 1.0)
    return {
        "value": cost, "bound": None if bound is None else round(min(bound, cost), 6),
        "gap": None if gap is None else round(gap, 6),
        "optimal": gap is not None and gap <= PROOF,
        "seconds": round(solved - began, 3), "terms": parts,
    }  # fmt: skip


def _first(problem: Problem, plan: TeamPlan, began: float) -> dict[str, float]:
    """The first answer: what it cost and when it was there."""
    quick = quick_loads(problem)
    value = plan.first_value + _supplies(problem, quick)
    return {"value": round(value, 6), "seconds": round(plan.first_at - began, 4)}
