"""A plan for when no solver process runs: the nearest teams, incident by incident, and says so."""

from __future__ import annotations

from dataclasses import replace

from data.allocation import lacking, telling
from data.allocation.answer import Allocation
from data.allocation.baselines import compare, nearest_first
from data.allocation.check import verify
from data.allocation.explain import Reasons
from data.allocation.figures import figures
from data.allocation.holding_back import kept_back
from data.allocation.model import Problem, terms

METHOD, KEY = "nearest-first", "nearest_first"


def makeshift(problem: Problem) -> Allocation:
    """Nearest first in order of arrival: in time, checked, but neither joint nor proven.

    What is locked, banned or under way holds as in any plan. The objective has no bound, and its
    `method` says how the plan was made. Milliseconds; needs no other process.

    Raises
    ------
    ProblemError
        A ValueError that names the field that makes no sense.
    """
    problem.checked()
    arrays = figures(problem)
    best = nearest_first(problem, arrays)
    parts = {name: round(part, 6) for name, part in terms(problem, best).items()}
    cost = parts.pop("value")
    reasons, compared = Reasons(problem, arrays, best), compare(problem, {KEY: best})
    base = compared[KEY]
    told = Allocation(
        assignments=tuple(reasons.assignments()),
        transfers=tuple(telling.transfers(problem, best)),
        shortfalls=tuple(lacking.shortfalls(reasons)), contested=(),
        kept_back=tuple(kept_back(reasons)), refused=(),
        objective={
            "value": cost, "bound": None, "gap": None, "optimal": False, "terms": parts,
            "method": METHOD,
        },
        baseline={"value": base["value"], "shortfalls": base["shortfalls"], "method": METHOD},
        comparison={"plan": base, **compared}, diff=telling.difference(problem, best),
    )  # fmt: skip
    return replace(told, certificate=tuple(verify(problem.to_json(), told.to_json())))
