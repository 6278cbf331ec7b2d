"""The same problem gives the same plan: twice, in another process, whatever the clock does."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from data.allocation import Problem, solve
from data.allocation.board import Annealing
from data.allocation.core import cheap
from data.allocation.effort import Effort
from data.allocation.figures import figures
from tests.benchmarks.provinces import SIZES, Size, province

PATIENT_S = 120.0  # no clock cuts what is counted
CASES = [
    ("A", SIZES["A"], True, 0.4), ("B", SIZES["B"], True, 0.25), ("B", SIZES["B"], False, 0.25),
    ("many", Size(8, 700, 40, 10), True, 0.25),
]  # fmt: skip
_OTHER = """
import sys
from data.allocation import Problem, solve
from tests.unit.test_determinism import PATIENT_S, told
problem = Problem.from_json(sys.stdin.read())
sys.stdout.write(told(solve(problem, time_limit_s=PATIENT_S, work_s=float(sys.argv[1]))))
"""


def told(plan: Any) -> str:
    """All of a plan but how long it took."""
    rows = json.loads(plan.to_json())
    rows["objective"].pop("seconds")
    rows["objective"]["first"].pop("seconds")
    return json.dumps(rows, ensure_ascii=True, sort_keys=True)


@pytest.mark.parametrize(("name", "size", "contested", "work_s"), CASES)
def test_the_same_problem_gives_the_same_plan(
    name: str, size: Size, contested: bool, work_s: float
) -> None:
    """Counted work ends the search, and every sentence, price and bound comes out alike."""
    problem = province(11, size, contested=contested, supplies=name != "many")
    first, second = (solve(problem, time_limit_s=PATIENT_S, work_s=work_s) for _ in range(2))
    assert first.objective["stopped_by"] == second.objective["stopped_by"] == "work"
    assert told(first) == told(second)


def test_another_process_gives_the_same_plan() -> None:
    """Nothing that differs between processes (hash seeds, addresses) reaches the plan."""
    problem = province(12, SIZES["B"], contested=True)
    here = told(solve(problem, time_limit_s=PATIENT_S, work_s=0.25))
    asked = [sys.executable, "-c", _OTHER, "0.25"]
    there = subprocess.run(asked, input=problem.to_json(), text=True, capture_output=True,
                           check=True)  # fmt: skip
    assert there.stdout == here


def test_a_plan_cut_by_the_clock_says_so() -> None:
    """With no time at all there is a plan that keeps the rules, and it tells who stopped it."""
    problem = province(3, SIZES["B"], contested=True)
    plan = solve(problem, time_limit_s=0.02)
    assert plan.objective["stopped_by"] == "clock"
    assert plan.assignments
    assert all(c["ok"] for c in plan.certificate)


def test_more_work_is_never_a_worse_bound_or_plan() -> None:
    """Four times the work: the gap does not grow."""
    problem = province(4, SIZES["B"], contested=True, supplies=False)
    short, long = (solve(problem, time_limit_s=PATIENT_S, work_s=w) for w in (0.25, 1.0))
    assert long.objective["gap"] <= short.objective["gap"]


def test_a_slow_machine_still_cools_its_plan_to_the_end() -> None:
    """Annealing that has no time leaps on and remembers it; the plan is no worse than its first."""
    arrays = figures(Problem.from_json(province(5, SIZES["B"], contested=True).to_json()))
    annealing = Annealing(arrays, cheap(arrays), np.zeros(0, dtype=np.int64))
    before, effort = annealing.value, Effort(1.0)
    effort.until = 0.0  # long ago
    annealing.burst(50_000, effort)
    assert effort.cut
    assert annealing.value <= before
