"""Solver processes: the same plan as here, ended by a newer question, replaced when dead."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from data.allocation import Problem, solve
from data.allocation import pool as pools
from data.allocation.makeshift import makeshift
from data.allocation.pool import SolverPool
from data.allocation.queueing import Site, Sites, Unit
from data.errors import Superseded, Unavailable
from data.services import plan_desk
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


def waited(condition, limit_s=60.0):
    """Return once the condition holds; fail where it does not come to hold."""
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until, "it did not come to hold"
        time.sleep(0.02)


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
    asked = Event()
    plain = pools._Worker.ask

    def slow(worker, body, patience_s):
        if not asked.is_set():
            asked.set()
            worker.process.wait(60)  # as a long solve would: until somebody ends it
        return plain(worker, body, patience_s)

    monkeypatch.setattr(pools._Worker, "ask", slow)
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
    monkeypatch.setattr(pools, "REVIVE_S", 0.05)
    good = pools.PROGRAM
    monkeypatch.setattr(pools, "PROGRAM", [sys.executable, "-c", ""])
    with pytest.raises(Unavailable, match="手工选队"):
        pool.solve(problem)
    assert pool.fault == "求解进程异常退出"
    monkeypatch.setattr(pools, "PROGRAM", good)
    waited(lambda: not pool.fault)
    assert pool.solve(problem).objective["optimal"]


@pytest.fixture
def held_up(tmp_path, monkeypatch):
    """A process that loads until the file given here is there."""
    gate = tmp_path / "loaded"
    program = (
        "import pathlib, runpy, time\n"
        f"while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)\n"
        "runpy.run_module('data.allocation.worker', run_name='__main__')"
    )
    monkeypatch.setattr(pools, "PROGRAM", [sys.executable, "-c", program])
    return gate


def test_nobody_waits_long_for_the_first_process_to_load(pool, problem, held_up, monkeypatch):
    """It is said, the nearest go meanwhile, and once it has loaded plans are joint again."""
    monkeypatch.setattr(pools, "LOADING_S", 0.05)
    monkeypatch.setattr(plan_desk, "common_pool", lambda: pool)
    pool.warm()
    with pytest.raises(Unavailable, match="装载"):
        pool.solve(problem)
    assert "装载" in pool.fault
    assert plan_desk._solved(problem, 1.0).objective["method"] == "nearest-first"
    held_up.touch()
    waited(lambda: not pool.fault)
    assert plan_desk._solved(problem, 1.0).objective["optimal"]


def test_what_is_asked_while_the_first_process_loads_waits_for_it(problem, monkeypatch):
    """Not for one of its own that would load beside it."""
    monkeypatch.setattr(pools, "LOADING_S", 120.0)
    pool = SolverPool(workers=2)
    try:
        pool.warm()
        assert pool.solve(problem).objective["optimal"]
        assert pool._started == 1
    finally:
        pool.close()


def test_closing_ends_a_process_that_still_loads(pool, held_up):
    """No process outlives the center by the half minute that compiling takes."""
    pool.warm()
    waited(lambda: pool._by_key)
    (worker,) = pool._by_key.values()
    pool.close()
    assert not held_up.exists()
    waited(lambda: not worker.alive)


def test_a_first_process_that_cannot_start_is_said_before_anybody_asks(pool, monkeypatch):
    """The header names it while nobody has planned yet."""
    monkeypatch.setattr(pools, "PROGRAM", [sys.executable, "-c", ""])
    pool.warm()
    waited(lambda: pool.fault == "求解进程异常退出")


@pytest.mark.parametrize("seed", range(3))
def test_without_a_solver_the_nearest_go_and_the_plan_says_so(seed):
    """Every check of the certificate holds for what is made without a solver."""
    made = province(seed, SIZES["A"], contested=True)
    plan = makeshift(made)
    assert [c for c in plan.certificate if not c["ok"]] == []
    assert plan.objective["method"] == "nearest-first"
    assert plan.objective["bound"] is None
    assert plan.objective["value"] >= solve(made).objective["value"] - 1e-6
