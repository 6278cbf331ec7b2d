"""What was really ordered of a plan is checked again, with what it costs beside the plan."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from data.allocation import Problem, solve
from data.allocation.check_order import verify_order
from data.allocation.model import terms
from data.allocation.roles import choice_of
from tests.unit.test_allocation_properties import problems

TEXT = json.dumps(
    {
        "capabilities": [{"id": "搜救", "people": True}, {"id": "冲锋舟"}],
        "teams": [
            {"id": "t1", "people": 30, "provides": {"搜救": 30}},
            {"id": "t2", "people": 20, "provides": {"搜救": 20}},
            {"id": "t3", "people": 6, "provides": {"冲锋舟": 3}},
        ],
        "incidents": [
            {"id": "i1", "weight": 4, "needs": [{"capability": "搜救", "amount": 30}],
             "supplies": [{"item": "袋", "amount": 50}]},
            {"id": "i2", "weight": 1, "needs": [{"capability": "搜救", "amount": 20}]},
        ],
        "minutes": [[40, 50], [60, 90], [None, 30]],
        "lots": [{"id": "l1", "depot": "d1", "item": "袋", "free": 60, "unit_weight_t": 1}],
        "depots": [{"id": "d1", "vehicles": 1, "vehicle_t": 50}], "depot_minutes": [[30, 30]],
        "bans": [["t2", "i1"]],
    }
)  # fmt: skip


def _plan():
    return json.loads(solve(Problem.from_json(TEXT), time_limit_s=60, work_s=1).to_json())


def _failed(told):
    return {c["check"]: c["detail"] for c in told["checks"] if not c["ok"]}


def test_an_order_as_planned_costs_what_the_plan_costs():
    """Nothing departs, nothing fails."""
    plan = _plan()
    told = verify_order(TEXT, plan, [("t1", "i1"), ("t2", "i2")], [("l1", "i1", 50)])
    assert _failed(told) == {}
    assert abs(told["objective"]["value"] - plan["objective"]["value"]) < 1e-3
    assert told["shortfalls"] == []


def test_what_a_hand_leaves_out_is_missing_and_dearer():
    """A team and half of the stock left out: the gaps, and the price of them."""
    plan = _plan()
    told = verify_order(TEXT, plan, [("t1", "i1")], [("l1", "i1", 25)])
    assert _failed(told) == {}
    lacks = {(r["incident"], r.get("capability") or r["item"]): r["amount"]
             for r in told["shortfalls"]}  # fmt: skip
    assert lacks == {("i2", "搜救"): 20, ("i1", "袋"): 25}
    assert told["objective"]["value"] > plan["objective"]["value"]


def test_the_rules_a_hand_broke_are_named():
    """A banned pair, a way that is none, too much on one lorry, and what the plan never knew."""
    plan = _plan()
    told = verify_order(TEXT, plan, [("t2", "i1"), ("t3", "i1"), ("t9", "i1")], [("l1", "i1", 60)])
    failed = _failed(told)
    assert "t9" in failed["名称均在问题中"]
    assert "t2" in failed["在执行、指定与禁用均遵守"]
    assert "t3" in failed["时间对得上"]
    assert "d1" in failed["车次不超运力"]


@settings(max_examples=40, deadline=None)
@given(problems(supplies=False), st.data())
def test_an_order_by_hand_costs_no_less_than_its_teams_best_put_to_work(problem, data):
    """Whoever is sent, the checker's figure is never below the true cost, and rules hold."""
    plan = json.loads(solve(problem, time_limit_s=60, work_s=0.5).to_json())
    pairs = sorted(problem.eligible)
    picked = dict(data.draw(st.lists(st.sampled_from(pairs), max_size=4)) if pairs else [])
    ids = [(problem.teams[k].id, problem.incidents[i].id) for k, i in picked.items()]
    told = verify_order(problem.to_json(), plan, ids, [])
    assert _failed(told) == {}
    least = terms(problem, choice_of(problem, picked, {}))["value"]
    assert told["objective"]["value"] >= least - 1e-3
    assert told["objective"]["bound"] is None or told["objective"]["bound"] <= least + 1e-3
