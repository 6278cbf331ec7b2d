"""Two plans side by side, from their answers alone."""

from datetime import UTC, datetime

from data.domain.dispatch import Plan
from data.services.comparing import compare_plans, diff


def _row(team, incident, minutes, people=10):
    return {
        "team": team, "incident": incident, "name": f"{team}队", "minutes": minutes,
        "people": people, "eta": f"2020-07-08T00:{minutes:02d}:00+00:00",
    }  # fmt: skip


def _plan(key, rows, standing=(), shortfalls=(), value=0.0):
    answer = {
        "assignments": rows, "standing": list(standing), "shortfalls": list(shortfalls),
        "objective": {"value": value, "terms": {"travel": value}},
    }  # fmt: skip
    return Plan(
        id=key, created_at=datetime(2020, 7, 8, tzinfo=UTC), created_by="duty", org="420000",
        request={}, answer=answer, seen={},
    )  # fmt: skip


def test_a_diff_says_who_stays_comes_goes_and_moves():
    """Every team of either plan is told exactly once."""
    old = [("a", "1"), ("b", "1"), ("c", "2")]
    new = [("a", "1"), ("b", "2"), ("d", "2")]
    assert diff(old, new) == {
        "kept": ["a"], "added": [{"team": "d", "incident": "2"}],
        "dropped": [{"team": "c", "incident": "2"}],
        "moved": [{"team": "b", "from": "1", "to": "2"}],
    }  # fmt: skip


def test_a_plan_against_itself_changes_nothing():
    """No difference, and each figure twice."""
    plan = _plan("p", [_row("a", "1", 30)], value=5.0)
    told = compare_plans(plan, plan)
    assert told["diff"] == {"kept": ["a"], "added": [], "dropped": [], "moved": []}
    assert told["shortfall_changes"] == []
    assert told["terms"] == {"travel": [5.0, 5.0]}
    assert told["people_minutes"] == [300.0, 300.0]


def test_figures_stand_in_the_order_of_the_plans():
    """Of the first, then of the second; standing teams count as kept but arrive no more."""
    lacking = [{"incident": "1", "capability": "搜救", "amount": 4}]
    a = _plan("p", [_row("a", "1", 30)], shortfalls=lacking)
    b = _plan("q", [_row("b", "2", 50, people=5)], standing=[_row("a", "1", 30)])
    told = compare_plans(a, b)
    assert told["plans"] == ["p", "q"]
    assert told["diff"]["kept"] == ["a"]
    assert told["diff"]["added"] == [{"team": "b", "incident": "2", "name": "b队"}]
    assert told["last_arrival_minutes"] == [30, 50]
    assert told["people_minutes"] == [300.0, 250.0]
    assert told["shortfall_changes"] == [
        {"incident": "1", "capability": "搜救", "name": "搜救", "before": 4, "after": 0.0}
    ]


def test_plans_without_anything_compare_too():
    """Empty answers are no error."""
    told = compare_plans(_plan("p", []), _plan("q", []))
    assert told["last_arrival"] == [None, None]
    assert told["teams"] == [0, 0]
