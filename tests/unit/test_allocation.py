"""The joint plan: worked example, no team twice, honest bounds, and a checker that catches."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.allocation import Problem, solve
from data.allocation.baselines import nearest_first, severity_trimmed
from data.allocation.check import verify
from data.allocation.figures import figures
from data.allocation.flow import first_pairs
from data.allocation.model import terms
from data.allocation.roles import choice_of, sent_of
from data.allocation.search import Search

EXAMPLE = {
    "capabilities": [{"id": "搜救", "unit": "人", "people": True}],
    "teams": [
        {"id": "t1", "people": 30, "provides": {"搜救": 30}, "busy_with": None},
        {"id": "t2", "people": 20, "provides": {"搜救": 20}, "busy_with": None},
    ],
    "incidents": [
        {"id": "i1", "weight": 4, "needs": [{"capability": "搜救", "amount": 30, "by": 120}],
         "supplies": [{"item": "编织袋", "amount": 100, "by": 240}]},
        {"id": "i2", "weight": 1, "needs": [{"capability": "搜救", "amount": 20, "by": 120}],
         "supplies": []},
    ],
    "minutes": [[40, 50], [60, 90]],
    "lots": [{"id": "l1", "depot": "d1", "item": "编织袋", "free": 80, "reserve": 10},
             {"id": "l2", "depot": "d2", "item": "编织袋", "free": 80, "reserve": 0}],
    "depots": [{"id": "d1"}, {"id": "d2"}],
    "depot_minutes": [[30, 30], [90, 90]],
}  # fmt: skip


def _problem(**changes):
    return Problem.from_json(json.dumps(EXAMPLE | changes))


def _plain(**changes):
    """The worked example without supplies."""
    asks = [{**i, "supplies": []} for i in EXAMPLE["incidents"]]
    bare = {"incidents": asks, "lots": [], "depots": [], "depot_minutes": []}
    return _problem(**(bare | changes))


def test_the_worked_example():
    """t1 to i1 and t2 to i2 for 12,560, proven."""
    plan = solve(_plain())
    assert {(a["team"], a["incident"]) for a in plan.assignments} == {("t1", "i1"), ("t2", "i2")}
    assert plan.objective["value"] == pytest.approx(12560)
    assert plan.objective["optimal"]
    assert plan.objective["bound"] == pytest.approx(12560)


def test_locks_bans_and_bound_teams_are_kept():
    """A lock is obeyed, a banned pair is not made, a bound team stays."""
    assert _where(solve(_plain(locks=[["t1", "i2"]])))["t1"] == "i2"
    assert _where(solve(_plain(bans=[["t1", "i1"]]))).get("t1") != "i1"
    bound = [EXAMPLE["teams"][0] | {"busy_with": "i2"}, EXAMPLE["teams"][1]]
    assert _where(solve(_plain(teams=bound)))["t1"] == "i2"


def test_a_team_bound_elsewhere_is_not_used():
    """A team bound to an incident outside the problem is left alone; locking it is refused."""
    bound = [EXAMPLE["teams"][0] | {"busy_with": "i9"}, EXAMPLE["teams"][1]]
    assert "t1" not in _where(solve(_plain(teams=bound)))
    with pytest.raises(ValueError, match=r"locks\[0\]: 't1' is bound to 'i9'"):
        _plain(teams=bound, locks=[["t1", "i1"]])


def test_a_team_ordered_moves_only_when_released_and_when_it_pays():
    """A movable team is taken away where that saves more than the price of steadiness."""
    bound = EXAMPLE["teams"][0] | {"busy_with": "i2"}
    freed = [bound | {"movable": True}, EXAMPLE["teams"][1]]
    assert _where(solve(_plain(teams=[bound, EXAMPLE["teams"][1]])))["t1"] == "i2"
    moved = solve(_plain(teams=freed, weights={"steady": 3000}))
    assert _where(moved)["t1"] == "i1"
    assert moved.objective["terms"]["steady"] == 3000
    assert _where(solve(_plain(teams=freed, weights={"steady": 1e6})))["t1"] == "i2"


def test_what_changed_against_the_last_plan_is_told():
    """A plan re-solved after the last one tells who stayed, came, went and moved."""
    plan = solve(_plain(previous=[["t1", "i2"]]))
    assert plan.diff == {
        "kept": [], "added": [{"team": "t2", "incident": "i2"}], "dropped": [],
        "moved": [{"team": "t1", "from": "i2", "to": "i1"}],
    }  # fmt: skip
    assert solve(_plain()).diff is None


def test_nearest_depot_gives_first_and_keeps_its_floor():
    """The near lot gives all but what it keeps, the far one the rest."""
    plan = solve(_problem())
    assert [(t["lot"], t["amount"]) for t in plan.transfers] == [("l1", 70), ("l2", 30)]


def test_cover_holds_a_team_back():
    """A dear last cover keeps a team at home, and the plan says so."""
    plan = solve(
        _plain(counties=[{"id": "c", "risk": 5000}], cover_minutes=[[10], [999]], cover_within=90)
    )
    assert "t1" not in _where(plan)
    assert plan.kept_back[0]["team"] == "t1"


def test_what_is_lacking_is_said():
    """With one team banned everywhere its people show as a shortfall."""
    plan = solve(_plain(bans=[["t2", "i1"], ["t2", "i2"]]))
    assert plan.shortfalls


def _where(plan):
    return {a["team"]: a["incident"] for a in plan.assignments}


@st.composite
def problems(draw):
    """Small problems with two roles of people and one of things."""
    teams, asks = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    names = ("搜救", "破拆", "工程机械")
    amount = st.integers(1, 60)
    minutes = st.one_of(st.none(), st.integers(1, 300))

    def provides():
        return draw(st.dictionaries(st.sampled_from(names), amount, min_size=1))

    return Problem.from_json(
        json.dumps(
            {
                "capabilities": [
                    {"id": n, "unit": "", "people": n != "工程机械"} for n in names
                ],
                "teams": [
                    {"id": f"t{k}", "people": draw(amount), "provides": provides()}
                    for k in range(teams)
                ],
                "incidents": [
                    {
                        "id": f"i{i}", "weight": draw(st.sampled_from([1, 2, 4])),
                        "needs": [
                            {"capability": n, "amount": a, "by": 120}
                            for n, a in provides().items()
                        ],
                    }
                    for i in range(asks)
                ],
                "minutes": [[draw(minutes) for _ in range(asks)] for _ in range(teams)],
            }
        )
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(problems())
def test_every_plan_holds_every_rule(problem):
    """No team twice, no more than it has; the bound lies below; the checker agrees."""
    plan = solve(problem, time_limit_s=0.3)
    teams = [a["team"] for a in plan.assignments]
    assert len(teams) == len(set(teams))
    assert [c for c in plan.certificate if not c["ok"]] == []
    assert plan.objective["bound"] <= plan.objective["value"] + 1e-3
    assert plan.objective["value"] <= plan.baseline["value"] + 1e-6


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_quick_plan_never_doubles_a_team(problem):
    """The first answer sends a team to one incident it can reach, no worse than sending none."""
    arrays = figures(problem)
    every = np.arange(arrays.pairs)
    search = Search(arrays, every)
    search.start(first_pairs(arrays, every))
    search.improve()
    sent = sent_of(arrays, search.taken)
    assert all(pair in problem.eligible for pair in sent.items())
    none, first = choice_of(problem, {}, {}), choice_of(problem, sent, {})
    assert terms(problem, first)["value"] == pytest.approx(search.value())
    assert terms(problem, first)["value"] <= terms(problem, none)["value"] + 1e-6
    assert nearest_first(problem).sent.keys() <= {k for k, _ in problem.eligible}


@settings(max_examples=40, deadline=None)
@given(problems())
def test_trimming_sends_home_only_who_is_not_needed(problem):
    """The trimmed baseline meets every need as well as the untrimmed one, with no more teams."""
    whole, trimmed = (solve_of(problem, name) for name in ("severity_first", "severity_trimmed"))
    assert trimmed["unmet"] == pytest.approx(whole["unmet"])
    assert trimmed["teams"] <= whole["teams"]
    assert severity_trimmed(problem).sent.keys() <= {k for k, _ in problem.eligible}


def solve_of(problem, name):
    """One plan of the comparison."""
    return solve(problem, time_limit_s=0.3).comparison[name]


def _broken(change):
    problem = _problem()
    plan = json.loads(solve(problem).to_json())
    change(plan)
    return [c["check"] for c in verify(problem.to_json(), json.dumps(plan)) if not c["ok"]]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("名称均在问题中", lambda p: p["assignments"][0].update(team="nobody")),
        ("一队不派两处", lambda p: p["assignments"].append(p["assignments"][0])),
        ("能力与人数相符", lambda p: p["assignments"][0]["roles"].update({"搜救": 31})),
        ("时间对得上", lambda p: p["assignments"][0].update(minutes=1)),
        ("批次不超库存", lambda p: p["transfers"][0].update(amount=71)),
        ("缺口如实", lambda p: p["transfers"].pop()),
        ("目标值对得上", lambda p: p["objective"].update(value=1)),
    ],
)  # fmt: skip
def test_the_checker_names_the_broken_rule(rule, change):
    """A plan broken in one way is refused under that rule's name."""
    assert rule in _broken(change)


def test_an_untouched_plan_passes():
    """The plan as solved breaks nothing."""
    assert _broken(lambda _: None) == []


def test_a_disobeyed_lock_is_caught():
    """The checker sees a lock that was not obeyed, a ban that was made, a bound team moved."""
    plan = solve(_plain()).to_json()
    for changes in (
        {"locks": [["t1", "i2"]]},
        {"bans": [["t1", "i1"]]},
        {"teams": [EXAMPLE["teams"][0] | {"busy_with": "i2"}, EXAMPLE["teams"][1]]},
    ):
        checks = verify(_plain(**changes).to_json(), plan)
        assert [c["check"] for c in checks if not c["ok"]] == ["在执行、指定与禁用均遵守"]


def test_a_depot_without_enough_vehicles_is_caught():
    """Two trips from a depot with one lorry are refused."""
    lots = [{**x, "unit_weight_t": 0.1} for x in EXAMPLE["lots"]]
    plan = solve(_problem(lots=lots)).to_json()
    depots = [{"id": "d1", "vehicles": 1, "vehicle_t": 5}, {"id": "d2"}]
    checks = verify(_problem(lots=lots, depots=depots).to_json(), plan)
    assert next(c["check"] for c in checks if not c["ok"]) == "车次不超运力"


def test_the_command_exits_by_what_it_finds(tmp_path):
    """0 for a sound plan; 1 with the rule's name for a broken one."""
    problem = _problem()
    plan = json.loads(solve(problem).to_json())
    (tmp_path / "problem.json").write_text(problem.to_json(), encoding="utf-8")

    def run():
        (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        names = [str(tmp_path / n) for n in ("problem.json", "plan.json")]
        return subprocess.run(
            [sys.executable, "-m", "data.allocation.check", *names],
            capture_output=True, check=False, encoding="utf-8", env={"PYTHONIOENCODING": "utf-8"},
            timeout=120,
        )  # fmt: skip

    assert run().returncode == 0
    plan["transfers"][0]["amount"] = 500
    broken = run()
    assert broken.returncode == 1
    assert "批次不超库存" in broken.stderr


def test_a_matrix_that_does_not_fit_is_refused():
    """A problem whose minutes lack a row cannot be read."""
    with pytest.raises(ValueError, match="minutes"):
        _problem(minutes=[[1, 2]])
