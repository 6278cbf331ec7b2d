"""Every refusal is one sentence made from the numbers that decided, and never a phrase for all."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from data.allocation import Problem, solve
from data.allocation.explain import Reasons
from data.allocation.figures import figures
from data.allocation.roles import choice_of
from tests.unit.test_allocation_properties import problems

ENDED = "求解到 1 秒时限停止（距最优至多 2.00%）"


def _problem(**changes: Any) -> Problem:
    told = {
        "capabilities": [{"id": c, "unit": "人", "people": True} for c in ("搜救", "破拆")],
        "teams": [
            {"id": "near", "name": "近队", "people": 20, "provides": {"搜救": 20}},
            {"id": "far", "name": "远队", "people": 20, "provides": {"搜救": 20}},
        ],
        "incidents": [{"id": "i1", "name": "滑坡", "weight": 1,
                       "needs": [{"capability": "搜救", "amount": 20}]}],
        "minutes": [[20], [40]],
    } | changes  # fmt: skip
    return Problem.from_json(json.dumps(told, ensure_ascii=False))


def _why(problem: Problem, sent: dict[int, int]) -> dict[str, str]:
    """Why each team that stays does, under a choice that may be a poor one."""
    arrays = figures(problem)
    reasons = Reasons(problem, arrays, choice_of(problem, sent, {}, arrays), ENDED)
    return {str(row["team"]): str(row["why"]) for row in reasons.refused()}


def test_a_change_that_would_pay_is_told_with_what_it_saves_and_what_ended_the_search() -> None:
    """The far team goes: the near one would save so much, and the clock is why it does not."""
    why = _why(_problem(), {1: 0})["near"]
    assert "不换下远队（40 分钟）" in why
    assert "换它可省 800 人·分（行程代价 -800），求解到 1 秒时限停止（距最优至多 2.00%）" in why


def test_a_team_that_would_fill_a_gap_at_a_gain_is_told_so_too() -> None:
    """Nobody goes: who would come first is told what that would save, term by term."""
    why = _why(_problem(), {})["near"]
    assert why.startswith("20 分钟可到，能补搜救 20 人")
    assert "加派可省" in why
    assert "缺口代价 -57,600" in why


def test_the_last_plan_is_kept_for_less_than_leaving_it_costs() -> None:
    """The far team went before: the saving is set against what a change costs."""
    problem = _problem(previous=[["far", "i1"]], weights={"steady": 3000})
    assert "换它省 800 人·分，不抵改动上一方案的代价 3,000" in _why(problem, {1: 0})["near"]


def test_a_hand_that_put_somebody_there_is_named() -> None:
    """The officer's lock, not arithmetic, is why the nearer team stays."""
    why = _why(_problem(locks=[["far", "i1"]]), {1: 0})["near"]
    assert why.endswith("；远队（40 分钟）为人工指定")


def test_a_county_both_teams_guard_is_no_reason() -> None:
    """Whichever goes the county keeps the other; where only the near one guards, it is told."""
    counties = [{"id": "c1", "name": "甲县", "risk": 30}]
    both = _problem(counties=counties, cover_minutes=[[10], [10]])
    assert "换它可省" in _why(both, {1: 0})["near"]
    alone = _problem(counties=counties, cover_minutes=[[10], [None]])
    assert "留守：调走则甲县 90 分钟内再无搜救队伍，代价 4,500" in _why(alone, {1: 0})["near"]


def test_cover_is_a_reason_only_as_far_as_it_weighs() -> None:
    """A county that is worth little does not keep a team from a gap."""
    poor = _problem(counties=[{"id": "c1", "risk": 0.1}], cover_minutes=[[10], [None]])
    assert "加派可省" in _why(poor, {})["near"]
    dear = _problem(counties=[{"id": "c1", "risk": 900}], cover_minutes=[[10], [None]])
    assert "多于补上后可省的" in _why(dear, {})["near"]


def test_people_who_cannot_do_both_at_once_are_tried_out() -> None:
    """Enough of each, but twenty people for forty: what the exchange would cost is worked out."""
    teams = [
        {"id": "near", "name": "近队", "people": 20, "provides": {"搜救": 20, "破拆": 20}},
        {"id": "far", "name": "远队", "people": 40, "provides": {"搜救": 20, "破拆": 20}},
    ]
    needs = [{"capability": c, "amount": 20} for c in ("搜救", "破拆")]
    problem = _problem(teams=teams, incidents=[{"id": "i1", "name": "滑坡", "needs": needs}])
    why = _why(problem, {1: 0})["near"]
    assert "缺口代价 +57,600" in why
    assert "合计 +" in why


@settings(max_examples=40, deadline=None)
@given(problems(supplies=False))
def test_in_a_proven_plan_no_reason_says_that_time_ended(problem: Problem) -> None:
    """What would still pay cannot be there; every sentence names a number or a hand."""
    plan = solve(problem, time_limit_s=60.0, work_s=0.5)
    assert plan.objective["optimal"]
    said = [r["why"] for r in [*plan.refused, *plan.shortfalls, *plan.kept_back]]
    said += [r["reason"] for r in plan.assignments]
    assert all(said)
    assert not [words for words in said if "可省" in words and "未及排入" in words]
