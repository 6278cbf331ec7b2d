"""The same problem gives the same plan: twice, in another process, whatever the clock does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Self

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
                           check=True, timeout=240)  # fmt: skip
    assert there.stdout == here


class _Promise:
    """What a pool was handed: worked on at once, or only when somebody waits for it."""

    def __init__(self, work: Callable[..., Any], args: tuple[Any, ...], *, eager: bool) -> None:
        self.work, self.args = work, args
        self.kept: list[Any] = []
        if eager:
            self.result()

    def done(self) -> bool:
        """Whether it was worked on."""
        return bool(self.kept)

    def result(self) -> Any:
        """Its answer."""
        if not self.kept:
            self.kept.append(self.work(*self.args))
        return self.kept[0]


class _Pool:
    """One thread that is always the first, or always the last."""

    eager = True

    def __init__(self, *_: Any, **__: Any) -> None:
        """A pool of any size."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing waits."""

    def submit(self, work: Callable[..., Any], *args: Any) -> _Promise:
        """Work for now or for later."""
        return _Promise(work, args, eager=self.eager)

    def map(self, work: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
        """Each in turn."""
        return [work(thing) for thing in things]


class _Late(_Pool):
    """A pool that begins when it is waited for."""

    eager = False


def test_which_thread_is_the_first_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Side work done before, after and beside: the threads meet where they always meet."""
    problem = province(11, SIZES["B"], contested=True)
    plans = {told(solve(problem, time_limit_s=PATIENT_S, work_s=0.25))}
    for pool in (_Pool, _Late):
        monkeypatch.setattr(import_module("data.allocation.solve"), "ThreadPoolExecutor", pool)
        plans.add(told(solve(problem, time_limit_s=PATIENT_S, work_s=0.25)))
    assert len(plans) == 1


def test_a_plan_the_clock_touched_says_so_though_it_is_the_best(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two plans proven alike the clock may have chosen: proven or not, it is named."""
    problem = province(2, SIZES["A"], contested=False)
    assert solve(problem, time_limit_s=PATIENT_S).objective["stopped_by"] == "work"
    burst = Annealing.burst

    def cut(self: Annealing, steps: int, effort: Effort | None = None, **more: Any) -> None:
        burst(self, steps, effort, **more)
        if effort is not None:
            effort.cut = True

    monkeypatch.setattr(Annealing, "burst", cut)
    goal = solve(problem, time_limit_s=PATIENT_S).objective
    assert goal["optimal"]
    assert goal["stopped_by"] == "clock"


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
