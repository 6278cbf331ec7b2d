"""What holds for every joint plan, however the problem is drawn."""

import json
import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.allocation import Problem, solve
from data.allocation.check import verify
from data.allocation.figures import figures
from data.allocation.model import terms
from data.allocation.roles import choice_of

PEOPLE, THINGS = ("搜救", "破拆"), ("冲锋舟",)
ITEMS = ("编织袋", "帐篷")
PATIENT = {"time_limit_s": 60.0, "work_s": 0.5}  # counted work ends it, not a busy machine's clock


def _amounts(names, most):
    return st.dictionaries(st.sampled_from(names), st.integers(1, most), max_size=3)


@st.composite
def problems(draw, most_teams=6, *, supplies=True, cover=True):
    """Small provinces: people with several roles, boats, counties, lots, lorries."""
    teams, asks = draw(st.integers(0, most_teams)), draw(st.integers(1, 3))
    counties = draw(st.integers(0, 3)) if cover else 0
    depots = draw(st.integers(0, 3)) if supplies else 0
    minutes = st.one_of(st.none(), st.integers(1, 300))

    def table(rows, columns):
        return [[draw(minutes) for _ in range(columns)] for _ in range(rows)]

    lots = [
        {"id": f"l{d}{item}", "depot": f"d{d}", "item": item, "free": draw(st.integers(0, 200)),
         "reserve": draw(st.integers(0, 60)), "unit_weight_t": draw(st.sampled_from([None, 0.05]))}
        for d in range(depots)
        for item in draw(st.lists(st.sampled_from(ITEMS), unique=True))
    ]  # fmt: skip
    return Problem.from_json(
        json.dumps(
            {
                "capabilities": [{"id": c, "unit": "", "people": c in PEOPLE}
                                 for c in PEOPLE + THINGS],
                "teams": [
                    {"id": f"t{k}", "people": draw(st.integers(0, 60)),
                     "provides": draw(_amounts(PEOPLE + THINGS, 60))}
                    for k in range(teams)
                ],
                "incidents": [
                    {
                        "id": f"i{i}", "weight": draw(st.sampled_from([1, 2, 4])),
                        "needs": [{"capability": c, "amount": a, "by": draw(st.integers(0, 240))}
                                  for c, a in draw(_amounts(PEOPLE + THINGS, 90)).items()],
                        "supplies": [{"item": c, "amount": a, "by": 240}
                                     for c, a in draw(_amounts(ITEMS, 300)).items()],
                    }
                    for i in range(asks)
                ],
                "minutes": table(teams, asks),
                "counties": [{"id": f"c{j}", "risk": draw(st.integers(0, 5))}
                             for j in range(counties)],
                "cover_minutes": table(teams, counties), "lots": lots,
                "depots": [
                    {"id": f"d{d}", "vehicles": draw(st.sampled_from([None, 0, 1, 3])),
                     "vehicle_t": draw(st.sampled_from([None, 2.0]))}
                    for d in range(depots)
                ],
                "depot_minutes": table(depots, asks),
            }
        )
    )  # fmt: skip


def _where(plan):
    return {row["team"]: row["incident"] for row in plan.assignments}


@settings(max_examples=60, deadline=None)
@given(problems())
def test_every_plan_keeps_every_rule_and_its_numbers(problem):
    """The checker, which shares nothing with the solver, finds every rule kept and every term."""
    plan = solve(problem, **PATIENT)
    assert [c for c in plan.certificate if not c["ok"]] == []
    assert [c for c in verify(problem.to_json(), plan.to_json()) if not c["ok"]] == []
    assert len(_where(plan)) == len(plan.assignments)
    goal = plan.objective
    assert goal["optimal"]
    assert goal["bound"] <= goal["value"] + 1e-6
    assert goal["value"] <= plan.comparison["severity_trimmed"]["value"] + 1e-6
    assert goal["value"] <= goal["first"]["value"] + 1e-6


@settings(max_examples=40, deadline=None)
@given(problems(most_teams=4, supplies=False))
def test_the_best_plan_is_the_best_of_all(problem):
    """Every way to send the teams is tried: none costs less than the plan called the best."""
    arrays = figures(problem)
    ways = [
        [None, *(i for i in range(len(problem.incidents)) if (k, i) in problem.eligible)]
        for k in range(len(problem.teams))
    ]
    least = math.inf
    for way in product(*ways):
        sent = {k: i for k, i in enumerate(way) if i is not None}
        least = min(least, terms(problem, choice_of(problem, sent, {}, arrays))["value"])
    assert solve(problem, **PATIENT).objective["value"] == pytest.approx(least, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(problem, draw):
    """Teams, incidents, lots and depots in another order give the same plan."""
    teams = draw.sample(range(len(problem.teams)), len(problem.teams))
    asks = draw.sample(range(len(problem.incidents)), len(problem.incidents))
    depots = draw.sample(range(len(problem.depots)), len(problem.depots))
    other = replace(
        problem,
        teams=tuple(problem.teams[k] for k in teams),
        incidents=tuple(problem.incidents[i] for i in asks),
        minutes=tuple(tuple(problem.minutes[k][i] for i in asks) for k in teams),
        cover_minutes=tuple(problem.cover_minutes[k] for k in teams),
        lots=tuple(draw.sample(problem.lots, len(problem.lots))),
        depots=tuple(problem.depots[d] for d in depots),
        depot_minutes=tuple(tuple(problem.depot_minutes[d][i] for i in asks) for d in depots),
    )
    one, two = solve(problem, **PATIENT), solve(other, **PATIENT)
    assert _where(one) == _where(two)
    assert {(t["lot"], t["incident"]): t["amount"] for t in one.transfers} == pytest.approx(
        {(t["lot"], t["incident"]): t["amount"] for t in two.transfers}
    )


def _without_last(problem):
    return replace(
        problem, teams=problem.teams[:-1], minutes=problem.minutes[:-1],
        cover_minutes=problem.cover_minutes[:-1],
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(problems())
def test_more_teams_never_make_it_worse(problem):
    """Without the last team the best plan costs no less, with counties to keep and without.

    A free team that stays adds one to what a county has and to what it keeps: no loss grows.
    """
    if not problem.teams:
        return
    for whole in (problem, replace(problem, counties=(), cover_minutes=())):
        fewer = _without_last(whole)
        more, less = (solve(p, **PATIENT).objective for p in (whole, fewer))
        assert more["optimal"]
        assert less["optimal"]
        assert more["value"] <= less["value"] + 1e-3


@settings(max_examples=30, deadline=None)
@given(problems(most_teams=4, supplies=False), st.data())
def test_a_team_at_home_never_makes_any_sending_dearer(problem, data):
    """Not the best plan only: whoever is sent, one more team that stays costs nothing more."""
    if not problem.teams:
        return
    fewer = _without_last(problem)
    pairs = sorted(fewer.eligible)
    sent = dict(data.draw(st.lists(st.sampled_from(pairs), max_size=4)) if pairs else [])
    before, after = (
        terms(p, choice_of(p, sent, {}, figures(p)))["value"] for p in (fewer, problem)
    )
    assert after <= before + 1e-6


def test_a_team_under_orders_may_make_it_dearer():
    """What holds is for free teams: one that is bound has its way to pay and serves as it can."""
    told = json.loads(json.dumps(SOUND))
    told["teams"][1]["busy_with"] = "i1"
    bound = Problem.from_json(json.dumps(told))
    more, less = (
        solve(p, **PATIENT).objective["value"] for p in (bound, _without_last(bound))
    )
    assert more > less


@settings(max_examples=30, deadline=None)
@given(problems(), st.data())
def test_locks_bans_and_bound_teams_are_kept(problem, data):
    """What the officer fixed, forbade or ordered before stands in every plan."""
    reach = [(k, i) for (k, i) in problem.eligible]
    if not reach:
        return
    k, i = data.draw(st.sampled_from(reach))
    team, incident = problem.teams[k].id, problem.incidents[i].id
    locked = solve(replace(problem, locks=((team, incident),)), **PATIENT)
    assert _where(locked)[team] == incident
    banned = solve(replace(problem, bans=((team, incident),)), **PATIENT)
    assert _where(banned).get(team) != incident
    bound = tuple(
        replace(t, busy_with=incident) if n == k else t for n, t in enumerate(problem.teams)
    )
    assert _where(solve(replace(problem, teams=bound), **PATIENT))[team] == incident


@settings(max_examples=30, deadline=None)
@given(problems())
def test_what_cannot_be_met_is_a_shortfall(problem):
    """With every way cut the whole need is missing, and nothing fails."""
    cut = replace(
        problem, minutes=tuple(tuple(None for _ in row) for row in problem.minutes),
        depot_minutes=tuple(tuple(None for _ in row) for row in problem.depot_minutes),
    )  # fmt: skip
    plan = solve(cut, **PATIENT)
    wanted = {(a.id, n.capability): n.amount for a in cut.incidents for n in a.needs}
    wanted |= {(a.id, d.item): d.amount for a in cut.incidents for d in a.supplies}
    missing = {
        (r["incident"], r.get("capability") or r.get("item")): r["amount"] for r in plan.shortfalls
    }
    assert missing == wanted
    assert not plan.assignments


SOUND = {
    "capabilities": [{"id": "搜救", "people": True}],
    "teams": [{"id": "t1", "people": 9, "provides": {"搜救": 9}},
              {"id": "t2", "people": 9, "provides": {"搜救": 9}}],
    "incidents": [{"id": "i1", "needs": [{"capability": "搜救", "amount": 5}],
                   "supplies": [{"item": "袋", "amount": 5}]}],
    "minutes": [[10], [20]],
    "lots": [{"id": "l1", "depot": "d1", "item": "袋", "free": 9}],
    "depots": [{"id": "d1"}], "depot_minutes": [[30]],
}  # fmt: skip


def _changed(path, value):
    told = json.loads(json.dumps(SOUND))
    at = told
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return told


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("incidents",), [], "incidents"),
        (("teams", 0, "people"), -1, r"teams\[0\].people"),
        (("teams", 0, "provides"), {"搜救": -2}, r"teams\[0\].provides"),
        (("teams", 0, "provides"), {"飞行": 2}, r"teams\[0\].provides"),
        (("teams", 1, "id"), "t1", "teams"),
        (("incidents", 0, "weight"), -1, r"incidents\[0\].weight"),
        (("incidents", 0, "needs", 0, "amount"), 0, r"incidents\[0\].needs\[0\].amount"),
        (("incidents", 0, "needs", 0, "amount"), "many", "problem"),
        (("incidents", 0, "needs", 0, "capability"), "飞行", r"incidents\[0\].needs\[0\]"),
        (("incidents", 0, "supplies", 0, "amount"), -5, r"incidents\[0\].supplies\[0\].amount"),
        (("minutes",), [[10]], "minutes"),
        (("minutes",), [[10], [-1]], r"minutes\[1\]\[0\]"),
        (("depot_minutes",), [], "depot_minutes"),
        (("lots", 0, "depot"), "d9", r"lots\[0\].depot"),
        (("lots", 0, "free"), -1, r"lots\[0\].free"),
        (("locks",), [["t9", "i1"]], r"locks\[0\]"),
        (("locks",), [["t1", "i9"]], r"locks\[0\]"),
        (("bans",), [["t9", "i1"]], r"bans\[0\]"),
        (("weights",), {"unmet": -1}, "weights.unmet"),
    ],
)
def test_a_bad_problem_is_named(path, value, field):
    """What makes no sense is refused under the name of its field."""
    with pytest.raises(ValueError, match=f"^{field}"):
        Problem.from_json(json.dumps(_changed(path, value)))


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_number_that_is_none_is_named(wrong):
    """NaN and infinity, which JSON cannot carry, are refused where they are handed in."""
    problem = Problem.from_json(json.dumps(SOUND))
    for bad, field in (
        (replace(problem, minutes=((wrong,), (20.0,))), "minutes"),
        (replace(problem, teams=(replace(problem.teams[0], people=wrong), problem.teams[1])),
         r"teams\[0\].people"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=field):
            solve(bad)


def test_an_empty_text_is_refused():
    """No problem at all is an error with a name, not a plan."""
    for text in ("", "{}", "[]", "null"):
        with pytest.raises(ValueError, match=r"problem|incidents"):
            Problem.from_json(text)
