"""Why something stays missing: each sentence is made from where the teams and lots are."""

from __future__ import annotations

import json
from typing import Any

from data.allocation import Problem, solve


def _why(**changes: Any) -> list[str]:
    """The sentences of the shortfalls of a small problem, changed."""
    told = {
        "capabilities": [{"id": "搜救", "unit": "人", "people": True}, {"id": "犬", "unit": "只"}],
        "teams": [{"id": "t1", "name": "一队", "people": 20, "provides": {"搜救": 20}}],
        "incidents": [
            {"id": "i1", "name": "滑坡", "weight": 4,
             "needs": [{"capability": "搜救", "amount": 50}]}
        ],
        "minutes": [[30]],
    } | changes  # fmt: skip
    plan = solve(Problem.from_json(json.dumps(told, ensure_ascii=False)), time_limit_s=5.0)
    assert all(c["ok"] for c in plan.certificate)
    return [r["why"] for r in plan.shortfalls]


def test_nobody_has_it() -> None:
    """A capability that no team has is said to be nowhere."""
    asks = [{"id": "i1", "needs": [{"capability": "犬", "amount": 2}]}]
    assert _why(incidents=asks) == ["全域没有能犬的队伍"]


def test_all_who_have_it_are_here_or_elsewhere() -> None:
    """Teams are counted where they are: here, at the other incident, bound, banned, cut off."""
    teams = [
        {"id": f"t{n}", "name": f"{n}队", "people": 20, "provides": {"搜救": 20}} for n in range(5)
    ]
    teams[2]["busy_with"] = "elsewhere"
    (found,) = _why(
        teams=teams, minutes=[[30, 600], [600, 30], [30, 30], [30, 30], [None, None]],
        incidents=[
            {"id": "i1", "name": "滑坡", "weight": 4,
             "needs": [{"capability": "搜救", "amount": 50}]},
            {"id": "i2", "name": "洪水", "weight": 4,
             "needs": [{"capability": "搜救", "amount": 20}]},
        ],
        bans=[["t3", "i1"], ["t3", "i2"]],
    )  # fmt: skip
    assert found.startswith("全域 5 支能搜救：1 支已派此处、1 支用于洪水、1 支在执行别的任务")
    assert found.endswith("、1 支人工指定不派、1 支路不通")


def test_a_team_too_far_is_told_with_what_it_would_cost() -> None:
    """Who could come and does not is named, with minutes and both sides of the reckoning."""
    teams = [
        {"id": "t1", "name": "一队", "people": 20, "provides": {"搜救": 20}},
        {"id": "t2", "name": "远队", "people": 40, "provides": {"搜救": 2}},
    ]
    (why,) = _why(teams=teams, minutes=[[30], [900]])
    assert "1 支已派此处" in why
    assert "远队 900 分钟可到，能补搜救 2 人，但行程代价" in why


def test_goods_run_short_of_stock_of_ways_or_of_lorries() -> None:
    """Stock, ways and lorries are told apart."""
    base: dict[str, Any] = {
        "incidents": [{"id": "i1", "supplies": [{"item": "帐篷", "amount": 100}]}],
        "depots": [{"id": "d", "vehicles": 1, "vehicle_t": 1}], "depot_minutes": [[60]],
    }
    lot = {"id": "g", "depot": "d", "item": "帐篷", "unit_weight_t": 0.05}
    short = _why(**base, lots=[lot | {"free": 60, "reserve": 20}])
    assert short == ["各库可调 40（另留底 20），各方共要 100"]
    full = _why(**base, lots=[lot | {"free": 200, "reserve": 0}])
    assert full == ["各库可调 200，够，但 1/1 个库的车辆已派完"]
    shut = _why(**base | {"depot_minutes": [[None]]}, lots=[lot | {"free": 200, "reserve": 0}])
    assert shut == ["存有的 1 个库都没有路到现场"]
    assert _why(**base, lots=[]) == ["各库都没有这种物资"]
