"""Solver processes: the same plan as here, ended by a newer question, replaced when dead."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from data.allocation import Problem, solve
from data.allocation.makeshift import makeshift
from data.allocation.pool import SolverPool
from data.allocation.queueing import Site, Sites, Unit
from data.errors import Superseded, Unavailable
from tests.benchmarks.provinces import SIZES, province

SMALL = {
    "capabilities": [{"id": "搜救", "unit": "人", "people": True}],
    "teams": [{"id": "t1", "people": 30, "provides": {"搜救": 30}},
              {"id": "t2", "people": 20, "provides": {"搜救": 20}}],
    "incidents": [{"id": "i1", "weight": 4, "needs": [{"capability": "搜救", "amount": 30}]},
                  {"id": "i2", "weight": 1, "needs": [{"capability": "搜救", "amount": 20}]}],
    "minutes": [[40, 50], [60, 90]],
}  # fmt: skip


@pytest.fixture
def pool():
    """A pool of its own."""
    made = SolverPool(workers=1)
    yield made
    made.close()


@pytest.fixture
def problem():
    """The worked example."""
    return Problem.from_json(json.dumps(SMALL))


def _bare(plan):
    told = json.loads(plan.to_json())
    told["objective"].pop("seconds")
    told["objective"].pop("first")
    return told


def test_a_process_solves_as_this_one_does(pool, problem):
    """The plan from the process is the plan from here, names in Chinese and all."""
    assert _bare(pool.solve(problem)) == _bare(solve(problem))


def test_a_problem_that_makes_no_sense_is_named(pool):
    """The field that is wrong reaches the caller as if it had solved here."""
    wrong = Problem.from_json(json.dumps(SMALL))
    object.__setattr__(wrong, "locks", (("nobody", "i1"),))
    with pytest.raises(ValueError, match=r"locks\[0\]: unknown team 'nobody'"):
        pool.solve(wrong)


def test_a_queue_over_sites_goes_the_same_way(pool):
    """The other kind of question: solved in the process, its faults named here all the same."""
    sites = Sites(
        units=(Unit(id="u"),), sites=(Site(id="a"), Site(id="b", weight=9.0)),
        work=((5.0, 5.0),), start=((10.0, 10.0),), between=((0.0, 1.0), (1.0, 0.0)),
    )  # fmt: skip
    found = pool.queue(sites, 0.2)
    assert [stop["site"] for stop in found.routes[0]["stops"]] == ["b", "a"]
    assert found.objective["value"] == 9 * 15 + 21
    with pytest.raises(ValueError, match="sites: empty"):
        pool.queue(Sites(), 0.2)


def test_a_dead_process_is_replaced(pool, problem):
    """A process killed between two questions costs nobody an answer."""
    pool.solve(problem)
    worker = pool._free.queue[0]
    worker.process.kill()
    worker.process.wait(20)
    assert pool.solve(problem).objective["optimal"]


def test_a_newer_question_ends_the_older(pool, problem, monkeypatch):
    """With the same key the older caller is told at once that it was overtaken."""
    from data.allocation import pool as module

    asked = Event()
    plain = module._Worker.ask

    def slow(worker, body, patience_s):
        if not asked.is_set():
            asked.set()
            worker.process.wait(60)  # as a long solve would: until somebody ends it
        return plain(worker, body, patience_s)

    monkeypatch.setattr(module._Worker, "ask", slow)
    with ThreadPoolExecutor(1) as threads:
        older = threads.submit(pool.solve, problem, 1.0, "desk")
        assert asked.wait(10)
        assert pool.solve(problem, 1.0, "desk").objective["optimal"]
        with pytest.raises(Superseded):
            older.result(10)


def test_a_closed_pool_solves_nothing(pool, problem):
    """After closing, the caller hears that the center stops."""
    pool.close()
    with pytest.raises(Unavailable):
        pool.solve(problem)


def test_a_solver_that_cannot_run_is_said_and_comes_back_by_itself(pool, problem, monkeypatch):
    """Refused at once and named while no process can start; well again when one can."""
    from data.allocation import pool as module

    monkeypatch.setattr(module, "REVIVE_S", 0.05)
    good = module.PROGRAM
    monkeypatch.setattr(module, "PROGRAM", [sys.executable, "-c", ""])
    with pytest.raises(Unavailable, match="手工选队"):
        pool.solve(problem)
    assert pool.fault == "求解进程异常退出"
    monkeypatch.setattr(module, "PROGRAM", good)
    until = time.monotonic() + 60
    while pool.fault:
        assert time.monotonic() < until, "no solver came back"
        time.sleep(0.02)
    assert pool.solve(problem).objective["optimal"]


@pytest.mark.parametrize("seed", range(3))
def test_without_a_solver_the_nearest_go_and_the_plan_says_so(seed):
    """Every check of the certificate holds for what is made without a solver."""
    made = province(seed, SIZES["A"], contested=True)
    plan = makeshift(made)
    assert [c for c in plan.certificate if not c["ok"]] == []
    assert plan.objective["method"] == "nearest-first"
    assert plan.objective["bound"] is None
    assert plan.objective["value"] >= solve(made).objective["value"] - 1e-6
