"""The compiled halves of the teams block: bounds that hold, and plans that cost what they say."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.allocation import Problem
from data.allocation.board import Annealing
from data.allocation.decompose import relaxation
from data.allocation.figures import figures
from data.allocation.model import terms
from data.allocation.pricing import priced_by_needs
from data.allocation.program import build, settle
from data.allocation.roles import choice_of, sent_of
from data.allocation.search import Search

NAMES = ("搜救", "破拆", "排涝")


@st.composite
def problems(draw):
    """Small problems with shared people, odd amounts, bound and locked teams, and cover."""
    many, asks = draw(st.integers(2, 7)), draw(st.integers(1, 3))
    amount = st.one_of(st.integers(1, 40), st.sampled_from([2.5, 12.75, 700.0, 1333.3]))
    minutes = st.one_of(st.none(), st.integers(1, 300))

    def some():
        return draw(st.dictionaries(st.sampled_from(NAMES), amount, min_size=1))

    teams = [
        {"id": f"t{k}", "people": draw(st.one_of(st.integers(1, 40), st.just(7.5))),
         "provides": some(), "busy_with": draw(st.sampled_from([None, None, None, "i0"]))}
        for k in range(many)
    ]  # fmt: skip
    told = {
        "capabilities": [{"id": n, "people": n != "排涝"} for n in NAMES], "teams": teams,
        "incidents": [
            {"id": f"i{i}", "weight": draw(st.sampled_from([1, 2, 4])),
             "needs": [{"capability": n, "amount": a, "by": 60} for n, a in some().items()]}
            for i in range(asks)
        ],
        "minutes": [[draw(minutes) for _ in range(asks)] for _ in range(many)],
        "counties": [{"id": "c", "risk": draw(st.sampled_from([0, 3, 40]))}],
        "cover_minutes": [[draw(st.sampled_from([10, 200]))] for _ in range(many)],
        "locks": [],
        "weights": {"steady": draw(st.sampled_from([0, 500]))},
        "previous": [["t1", "i0"]],
    }  # fmt: skip
    if teams[0]["busy_with"] is None and told["minutes"][0][-1] is not None:
        told["locks"] = [["t0", f"i{asks - 1}"]]
    return Problem.from_json(json.dumps(told))


def _best(arrays):
    """What the best plan costs, by HiGHS over everything."""
    every = np.arange(arrays.pairs)
    groups = np.arange(len(arrays.cover_size))
    return settle(arrays, build(arrays, every, groups, arrays.pair_cost), 20.0).value


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_bound_by_needs_is_below_the_best_plan(problem):
    """Prices climbed from the relaxation's never pass the optimum, at any step."""
    arrays = figures(problem)
    if not arrays.pairs:
        return
    best = _best(arrays)
    relaxed = relaxation(arrays, np.arange(arrays.pairs))
    assert relaxed.bound <= best + 1e-3
    for steps in (5, 60):
        for near in (None, np.nonzero(relaxed.reduced <= 0)[0]):
            climbed = priced_by_needs(
                arrays, relaxed.prices, relaxed.need, best, steps, lambda: True, near
            )
            assert climbed.bound <= best + 1e-6 * abs(best) + 1e-3


def test_a_bound_team_that_nothing_is_asked_of_still_counts():
    """What keeping it earns or costs is in the bound, else the bound lies above the best plan."""
    problem = Problem.from_json(json.dumps({
        "capabilities": [{"id": "a", "people": True}, {"id": "b", "people": True}],
        "teams": [{"id": "t", "people": 30, "provides": {"a": 30}},
                  {"id": "u", "people": 7, "provides": {"a": 1}, "busy_with": "i"}],
        "incidents": [{"id": "i", "needs": [{"capability": "b", "amount": 1}]},
                      {"id": "j", "needs": [{"capability": "a", "amount": 40}]}],
        "minutes": [[60, 60], [None, None]],
        "weights": {"steady": 500}, "previous": [["u", "i"]],
    }))  # fmt: skip
    arrays = figures(problem)
    relaxed = relaxation(arrays, np.arange(arrays.pairs))
    best = _best(arrays)
    near = np.arange(arrays.pairs)[::2]
    for some in (None, near):
        climbed = priced_by_needs(
            arrays, relaxed.prices, relaxed.need, best, 40, lambda: True, some
        )
        assert climbed.bound <= best + 1e-3


def test_whole_teams_bound_more_than_parts_of_teams():
    """Where one big team must do a little work, the knapsack knows its whole way, the LP a part."""
    problem = Problem.from_json(json.dumps({
        "capabilities": [{"id": "a", "people": True}],
        "teams": [{"id": "t", "people": 30, "provides": {"a": 30}},
                  {"id": "u", "people": 30, "provides": {"a": 30}}],
        "incidents": [{"id": "i", "needs": [{"capability": "a", "amount": 40}]}],
        "minutes": [[60], [60]],
    }))  # fmt: skip
    arrays = figures(problem)
    relaxed = relaxation(arrays, np.arange(arrays.pairs))
    climbed = priced_by_needs(arrays, relaxed.prices, relaxed.need, 8000.0, 20, lambda: True)
    assert relaxed.bound == pytest.approx(2 / 3 * 7260, rel=0.02)
    assert climbed.bound == pytest.approx(7260)


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(0, 400))
def test_an_annealed_plan_costs_no_more_than_it_says(problem, steps):
    """The value kept through thousands of changes is that of the plan worked out anew."""
    arrays = figures(problem)
    annealing = Annealing(arrays, np.arange(arrays.pairs), np.zeros(0, dtype=np.int64))
    annealing.burst(steps)
    found = annealing.taken
    teams = arrays.pair_team[found].tolist()
    assert len(teams) == len(set(teams))
    assert set(np.nonzero(arrays.pair_fixed)[0].tolist()) <= set(found.tolist())
    told = terms(problem, choice_of(problem, sent_of(arrays, found), {}))["value"]
    assert told <= annealing.value + 1e-6 * abs(told) + 1e-3
    search = Search(arrays, np.arange(arrays.pairs))
    search.start(found)
    assert told == pytest.approx(search.value())
    if arrays.pairs:
        assert annealing.value >= _best(arrays) - 1e-3


@given(problems())
@settings(max_examples=20, deadline=None)
def test_steps_that_are_counted_give_the_same_plan_again(problem):
    """Two annealings of the same problem end in the same plan."""
    arrays = figures(problem)
    none, every = np.zeros(0, dtype=np.int64), np.arange(arrays.pairs)
    first, second = Annealing(arrays, every, none), Annealing(arrays, every, none)
    for annealing in (first, second):
        annealing.burst(2000)
    assert first.taken.tolist() == second.taken.tolist()
    assert first.value == second.value
