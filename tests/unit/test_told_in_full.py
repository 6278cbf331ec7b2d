"""What a plan promises to say and do in full: soonest expiry first, and why nobody else goes."""

import json

from data.allocation import Problem, solve


def _problem(**more):
    base = {
        "capabilities": [{"id": "搜救", "unit": "人", "people": True}], "teams": [],
        "incidents": [{"id": "i1", "weight": 1, "needs": [], "supplies": []}],
        "minutes": [], "counties": [], "cover_minutes": [], "cover_within": 90, "lots": [],
        "depots": [], "depot_minutes": [], "locks": [], "bans": [],
        "weights": {"unmet": 2880, "cover_last": 375, "cover_second": 150, "steady": 0},
    }  # fmt: skip
    return Problem.from_json(json.dumps({**base, **more}, ensure_ascii=False))


def _lot(key, expires):
    return {
        "id": key, "depot": "d1", "item": "口罩", "free": 60, "reserve": 10, "unit_weight_t": 0.0,
        "expires": expires,
    }  # fmt: skip


def test_what_expires_soonest_leaves_first():
    """Of three lots in one depot: the soonest whole, less its reserve, then the next."""
    asked = {"item": "口罩", "amount": 70, "by": 600}
    plan = solve(
        _problem(
            incidents=[{"id": "i1", "weight": 1, "needs": [], "supplies": [asked]}],
            lots=[_lot("l1", None), _lot("l2", "2029-01-01"), _lot("l3", "2027-05-01")],
            depots=[{"id": "d1", "vehicles": 2, "vehicle_t": 5}], depot_minutes=[[45]],
        )
    )
    assert {row["lot"]: row["amount"] for row in plan.transfers} == {"l3": 50, "l2": 20}


def test_every_nearer_team_that_stays_is_told_why():
    """Twenty teams stay at home, each nearer than the one that is bound to go: twenty reasons."""
    many = 21
    teams = [
        {"id": f"t{n:02}", "people": 10, "provides": {"搜救": 10}, "busy_with": None}
        for n in range(many)
    ]
    need = {"capability": "搜救", "amount": 10, "by": 120}
    plan = solve(
        _problem(
            teams=teams, minutes=[[20 + n] for n in range(many)], locks=[["t20", "i1"]],
            cover_minutes=[[] for _ in range(many)],
            incidents=[{"id": "i1", "weight": 1, "needs": [need], "supplies": []}],
        )
    )
    assert [row["team"] for row in plan.assignments] == ["t20"]
    assert {row["team"] for row in plan.refused} == {t["id"] for t in teams} - {"t20"}
    assert len({row["why"] for row in plan.refused}) == len(plan.refused)


def test_nobody_is_trimmed_who_could_have_done_what_is_missing():
    """One of two could cut or search, the other searches for both: severity order keeps both."""
    needs = [
        {"capability": "破拆", "amount": 1, "by": 120},
        {"capability": "搜救", "amount": 2, "by": 120},
    ]
    told = solve(
        _problem(
            capabilities=[
                {"id": c, "unit": "人", "people": True} for c in ("搜救", "破拆")
            ],
            teams=[
                {"id": "t0", "people": 2, "provides": {"搜救": 2}, "busy_with": None},
                {"id": "t2", "people": 1, "provides": {"搜救": 1, "破拆": 1}, "busy_with": None},
            ],
            minutes=[[1], [1]], cover_minutes=[[], []],
            incidents=[{"id": "i1", "weight": 1, "needs": needs, "supplies": []}],
        )
    ).comparison  # fmt: skip
    assert told["severity_trimmed"]["unmet"] == told["severity_first"]["unmet"] == 0
    assert told["severity_trimmed"]["teams"] == 2
