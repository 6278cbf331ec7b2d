"""The plan view as pure functions: edits in order, bans, releases, what changed, how it looks."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.components import (
    dispatch,
    draft_edits,
    drafting,
    plan,
    plan_head,
    plan_pool,
    plan_rows,
    plan_view,
)
from dashboard.components.flat import flat
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Assignment, AssignmentState, Authority, Dispatch, Plan
from data.domain.incident import Incident, Zone
from data.domain.situation import Situation
from data.domain.team import Team, TeamState
from data.errors import Conflict

NOW = datetime(2020, 7, 8, 0, 30, tzinfo=UTC)
A, B = "I-0001", "I-0002"
LONG = "湖北省黄冈市黄梅县大河镇袁山村地质灾害应急救援与防汛抢险联合突击第一先遣分队"


def incident(letter, key, **more):
    """An open incident that needs fifty searchers."""
    facts = {"needs": ({"capability": "搜救", "amount": 50},), **more}
    return Incident(
        id=key, letter=letter, name=f"{letter}事件", short_name=f"{letter}事件", lat=30.1,
        lon=115.9, type="landslide", area_code="421127", received_at=NOW, opened_at=NOW, **facts,
    )  # fmt: skip


def team(key, name="队", **more):
    """A plannable team that stands by."""
    facts = {
        "people": 30, "lon": 115.0, "lat": 30.0, "provides": {"搜救": 30.0}, "version": 1,
        "state": TeamState.STANDBY, "area_code": "420200", **more,
    }  # fmt: skip
    return Team(id=key, name=name, **facts)


def world(count=2, **more):
    """A situation with so many open incidents, four free teams and one ordered to 乙."""
    letters = (("甲", A), ("乙", B), ("丙", "I-0003"))[:count]
    teams = [
        team("T1", "黄石搜救队"), team("T2", "武汉搜救队", area_code="420100"), team("T3", LONG),
        team("T4", "排涝队", provides={"排涝": 3000.0}),
        team("T5", "在途队", state=TeamState.DEPARTED),
    ]  # fmt: skip
    order = Assignment(
        id="A-1", dispatch_id="D-1", team_id="T5", incident_id=B, state=AssignmentState.DEPARTED,
        times={"ordered": NOW - timedelta(hours=1)}, eta=NOW + timedelta(minutes=20),
    )  # fmt: skip
    paper = Dispatch(
        id="D-1", number="0708-0001", issued_by="周敏", authorised_by=Authority(name="周敏"),
        issued_at=NOW, org="420000",
    )  # fmt: skip
    held = {
        "incidents": {key: incident(letter, key) for letter, key in letters},
        "teams": {t.id: t for t in teams},
        "depots": {"D1": Depot(id="D1", name="黄冈库", lon=114.9, lat=30.4)},
        "items": {"M1": Item(id="M1", name="救灾帐篷", unit="顶")},
        "lots": {"L1": Lot(id="L1", depot_id="D1", item_id="M1", on_hand=100, keep=20, version=3)},
        "assignments": {"A-1": order} if count > 1 else {}, "dispatches": {"D-1": paper},
    }  # fmt: skip
    return Situation(revision=1, at=NOW, **{**held, **more})


TABLE = {
    "T1": {A: 60.0, B: 90.0}, "T2": {A: 120.0, B: 30.0}, "T3": {A: 70.0, B: 80.0},
    "T4": {A: 45.0, B: None},
}  # fmt: skip


def made(key, *rows, **answer):
    """A stored plan that sends these teams."""
    listed = [
        {"team": t, "incident": i, "minutes": TABLE[t][i] + 5, "reason": f"{t} 最近"}
        for t, i in rows
    ]
    return Plan(
        id=key, created_at=NOW, created_by="duty", org="420000", request={}, seen={A: 0, B: 0},
        answer={"assignments": listed, "transfers": [], **answer},
    )  # fmt: skip


def pressed(draft, *acts, plans=()):
    """The draft after these presses, numbered as the browser numbers them."""
    numbered = [{"seq": n, **act} for n, act in enumerate(acts, start=draft["applied"] + 1)]
    return draft_edits.apply_all(draft, numbered, A, lambda _: 1, {p.id: p for p in plans})


def proposed(*rows, **answer):
    """A draft that holds a plan with these rows."""
    return drafting.fill(drafting.blank("duty"), made("P-1", *rows, **answer))


def text(draft, seen=None, answer=None, table=None):
    """The columns of a draft as markup."""
    seen = seen or world()
    return flat(plan.shown_columns(seen, draft, answer or {}, TABLE if table is None else table))


def test_a_banned_team_leaves_the_draft_and_no_plan_may_send_it_there():
    """The ban stands in the request, in the draft and among the removable limits."""
    draft = pressed(proposed(("T1", A), ("T2", B)), {"do": "ban", "team": "T1", "incident": A})
    assert [r["team"] for r in draft["teams"]] == ["T2"]
    assert drafting.request(draft, [A, B])["bans"] == [["T1", A]]
    assert "黄石搜救队 不派甲" in flat(plan_head.limits(world(), draft))
    back = pressed(draft, {"do": "unban", "team": "T1", "incident": A})
    assert "bans" not in drafting.request(back, [A, B])


def test_a_team_left_out_is_banned_everywhere_until_it_is_placed_again():
    """Dropping on the pool keeps a team for later; dropping on a column lifts that ban."""
    out = pressed(proposed(("T1", A)), {"do": "place", "team": "T1", "incident": A, "to": ""})
    assert drafting.request(out, [A, B])["bans"] == [["T1", A], ["T1", B]]
    again = pressed(out, {"do": "place", "team": "T1", "incident": "", "to": B})
    assert "bans" not in drafting.request(again, [A, B])
    assert drafting.locks(again) == [["T1", B]]


def test_a_released_team_may_be_taken_by_the_plan_and_is_no_trouble():
    """Dragging a team under way elsewhere releases and locks it; undo takes both back."""
    act = {"do": "place", "team": "T5", "incident": "", "to": A, "standing": True}
    draft = pressed(drafting.blank("duty"), act)
    assert drafting.request(draft, [A, B])["release"] == ["T5"]
    assert "已由" not in text(draft)
    assert drafting.undo(draft)["release"] == []
    kept = pressed(draft, {"do": "unrelease", "team": "T5"})
    assert (kept["release"], kept["teams"]) == ([], [])


def test_presses_sent_again_are_applied_once_and_a_late_one_is_not_lost():
    """Every message carries the last presses: what a draft has seen it does not take twice."""
    lock = {"do": "lock", "team": "T1", "incident": A, "seq": 5}
    ban = {"do": "ban", "team": "T2", "incident": B, "seq": 6}
    draft = proposed(("T1", A), ("T2", B))
    both = draft_edits.apply_all(draft, [lock, ban], None, lambda _: None, {})
    one = draft_edits.apply_all(draft, [lock], None, lambda _: None, {})
    assert draft_edits.apply_all(one, [lock, ban], None, lambda _: None, {})["bans"] == [["T2", B]]
    assert drafting.locks(both) == [["T1", A]]
    assert draft_edits.apply_all(both, [lock, ban], None, lambda _: None, {}) == both


def test_only_the_answer_to_the_last_question_fills_the_draft():
    """A plan worked out for an edit of before is left aside; the newest one counts."""
    draft = pressed(proposed(("T1", A)), {"do": "lock", "team": "T1", "incident": A, "solve": True})
    old = draft["ask"]
    draft = pressed(draft, {"do": "ban", "team": "T2", "incident": A, "solve": True})
    late = made("P-2", ("T2", A))
    stale = pressed(draft, {"do": "filled", "plan": "P-2", "for": old}, plans=[late])
    assert stale["plan_id"] == "P-1"
    new = made("P-3", ("T3", A))
    filled = pressed(draft, {"do": "filled", "plan": "P-3", "for": draft["ask"]}, plans=[new])
    assert (filled["plan_id"], filled["ask"]) == ("P-3", 0)
    assert len(filled["past"]) == len(draft["past"]), "the edit and its plan are one step for undo"


def test_a_second_plan_says_what_it_changed():
    """新 what came, 改 what went elsewhere, 保 what stayed, and those withdrawn by name."""
    draft = proposed(("T1", A), ("T2", B), ("T3", A))
    draft = drafting.fill(draft, made("P-2", ("T1", A), ("T2", A), ("T4", A)))
    assert {r["team"]: r["mark"] for r in draft["teams"]} == {"T1": "保", "T2": "改", "T4": "新"}
    line = flat(plan_head.change_line(draft))
    assert "较上一方案：新增 1 队，改派 1 队，撤出 1 队" in line
    shown = text(draft)
    assert "自乙移来" in shown
    assert "撤" in shown
    assert LONG in shown


def test_a_plan_asked_again_keeps_near_the_last_one():
    """The request names the plan before it, its locks and no more."""
    asked = drafting.request(proposed(("T1", A)), [A, B])
    assert asked == {"incidents": [{"id": A}, {"id": B}], "locks": [], "previous": "P-1"}


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_the_view_stands_with_any_number_of_incidents(count):
    """From an empty center to three incidents each has its column, its shortfalls first."""
    seen = world(count)
    shown = text(drafting.blank("duty"), seen)
    assert shown.count('data-into="') == count
    assert ("没有进行中的事件" in shown) == (count == 0)
    if count:
        assert shown.index("缺口") < shown.index("需求 ")


def test_shortfalls_are_the_plans_own_while_the_draft_is_the_plan():
    """A team's people serve one role at a time: what the plan says is short is shown, not a sum."""
    short = [{"incident": A, "capability": "搜救", "amount": 7.0, "why": "全域 9 支能搜救"}]
    needs = {A: [{"capability": "搜救", "amount": 50}]}
    draft = proposed(("T1", A), ("T3", A), shortfalls=short)
    answer = {**made("P", ("T1", A), ("T3", A)).answer, "shortfalls": short, "needs": needs}
    column = plan_rows.columns(world(), draft, answer, TABLE)[0]
    assert [n.gap for n in column.needs] == [7.0]
    assert column.lacking == ("搜救：全域 9 支能搜救",)
    assert "全域 9 支能搜救" in text(draft, answer=answer)
    moved = pressed(draft, {"do": "exclude", "things": ["T3"]})
    edited = plan_rows.columns(world(), moved, answer, TABLE)[0]
    assert [n.gap for n in edited.needs] == [20.0]
    assert not edited.lacking


def test_the_price_of_deciding_otherwise_stands_at_the_row():
    """A contested team names the loser and what it would cost."""
    fight = [{"team": "T1", "wanted_by": [A, B], "given_to": A, "why": "甲更急", "price": 3200.4}]
    answer = {**made("P", ("T1", A)).answer, "contested": fight}
    assert "争用 · 乙也需 · 改派代价 +3,200 人·分" in text(proposed(("T1", A)), answer=answer)
    assert "甲、乙均需 → 甲" in flat(plan_head.contested(world(), answer))


def test_a_road_closed_since_shows_at_every_row_it_delays():
    """What takes longer now than in the plan is marked with the minutes; the cause is named."""
    slow = {**TABLE, "T1": {A: 98.0, B: 90.0}}
    draft = {**proposed(("T1", A)), "closures": []}
    assert "比方案晚 38 分" in text(draft, answer=made("P", ("T1", A)).answer, table=slow)
    zone = Zone(id="Z-1", incident_id=A, kind="closure", label="大河镇断路", geometry={}, since=NOW)
    told = flat(plan_head.since(world(zones={"Z-1": zone}), draft))
    assert "新管制“大河镇断路”" in told
    assert plan_head.since(world(), draft) is None


def test_the_pool_says_why_a_team_stays():
    """Kept back and refused teams stand first with their sentence; taken ones are not there."""
    answer = {
        "kept_back": [{"team": "T2", "county": "江汉", "price": 900.0}],
        "refused": [{"team": "T3", "incident": A, "why": "70 分钟，比所派晚 10 分"}],
    }
    free = plan_pool.free_teams(
        world(), proposed(("T1", A)), answer, TABLE, {"420100": "武汉"}, plan_pool.NO_FILTER
    )
    assert [f.team.id for f in free] == ["T3", "T2", "T4"]
    shown = flat(plan_pool.rows(world(), drafting.blank("duty"), free, TABLE))
    assert "未派甲：70 分钟，比所派晚 10 分" in shown
    assert "动用代价 +900 人·分" in shown


def test_the_pool_says_who_did_what_a_further_team_could_have_done():
    """No capable team stays without a sentence: those further away, and those out by hand."""
    rows = [{"team": "T1", "incident": A, "minutes": 65.0, "roles": {"搜救": 50.0}},
            {"team": "T2", "incident": B, "minutes": 35.0, "roles": {"搜救": 20.0}}]  # fmt: skip
    answer = {
        "assignments": rows, "needs": {A: [{"capability": "搜救", "amount": 50}]},
        "refused": [{"team": "T3", "incident": B, "why": "80 分钟可到，搜救已有 20/20 人"}],
    }  # fmt: skip

    def said(draft, told=answer):
        found = plan_pool.free_teams(world(), draft, told, TABLE, {}, plan_pool.NO_FILTER)
        return {f.team.id: f.said for f in found}

    whole = proposed(("T1", A), ("T2", B))
    (far,) = said(whole, answer | {"refused": []})["T3"]
    assert far == "未派甲：搜救已有 50/50，最晚 65 分钟到场，本队单是路上 70 分钟"
    assert said(whole)["T3"] == ("未派乙：80 分钟可到，搜救已有 20/20 人",)
    assert said(whole)["T4"] == ()
    fewer = said(proposed(("T1", A)))
    assert fewer["T2"] == ("原方案派乙（35 分钟到场），由人工移出草案",)
    assert fewer["T3"][0].endswith("（原方案的理由；此后人工移出乙 1 队，重新求解即更新）")


def test_the_pool_is_found_by_name_place_and_capability():
    """Each filter leaves only what fits it, the nearest to the incident chosen first."""

    def ids(text="", **kept):
        held = {**plan_pool.NO_FILTER, **kept}
        found = plan_pool.free_teams(
            world(), drafting.blank("duty"), {}, TABLE, {"420100": "武汉"}, held, text
        )
        return [f.team.id for f in found]

    assert ids() == ["T4", "T1", "T3", "T2"]
    assert ids(by=1) == ["T2", "T3", "T1", "T4"]
    assert ids(cap="排涝") == ["T4"]
    assert ids("武汉") == ["T2"]
    assert ids("无此队") == []


def test_two_hundred_rows_are_one_piece_of_markup():
    """A full pool is drawn up to its limit and the rest is counted."""
    teams = {f"T{n}": team(f"T{n}", LONG) for n in range(240)}
    table = {key: {A: 10.0, B: 20.0} for key in teams}
    seen = world(teams=teams, assignments={})
    draft = drafting.blank("duty")
    free = plan_pool.free_teams(seen, draft, {}, table, {}, plan_pool.NO_FILTER)
    shown = flat(plan_pool.rows(seen, draft, free, table))
    assert shown.count("data-row=") == plan_pool.MOST_ROWS
    assert "另有 40 队" in shown


def test_a_plan_is_drawn_without_a_draft_and_cannot_be_pressed():
    """Leaders and what-ifs get the same columns, with nothing to press, drag or type."""
    answer = made("P", ("T1", A), ("T2", B)).answer
    shown = flat(plan_view.columns(world(), plan_rows.of_answer(world(), answer)))
    assert "黄石搜救队" in shown
    assert not any(word in shown for word in ("data-acts", "draggable", "<input", "data-into"))


def test_the_proof_is_said_as_it_is():
    """Proven, within a gap, or not proven; against others in percent."""
    assert plan_head.proof({"optimal": True}) == "已证最优"
    assert plan_head.proof({"gap": 0.0042}) == "与最优差距 ≤ 0.42%"
    assert "未证" in plan_head.proof({})
    answer = {"objective": {"value": 80.0}, "comparison": {"nearest_first": {"value": 100.0}}}
    assert "−20.0%" in flat(plan_head.against(answer))
    assert plan_head.against({"objective": {"value": 80.0}, "baseline": {}}) == []


def test_what_was_taken_stays_told_until_it_is_out_of_the_draft():
    """A refusal names every holder; swapping one leaves the other told, the last one ends it."""
    rows = [
        {"thing": "team", "id": key, "name": key, "held_by": "周敏", "incident_letter": "乙",
         "incident_name": "洪水", "since": NOW.isoformat(), "next_best": []}
        for key in ("T1", "T2")
    ]  # fmt: skip
    draft = proposed(("T1", A), ("T2", B))
    told = json.loads(json.dumps(dispatch.told_of(Conflict("x", holders=rows), draft)))
    one = pressed(draft, {"do": "swap", "team": "T1", "to": "T3"})
    shown = flat(dispatch.still(told, one))
    assert "T2" in shown
    assert "<b>T1</b>" not in shown
    none = pressed(one, {"do": "exclude", "things": ["T2"]})
    assert dispatch.still(told, none) is None


def test_a_closed_incidents_rows_are_named_with_a_way_out():
    """A draft that still holds teams for an incident that ended says so and lets them go."""
    draft = proposed(("T1", A), ("T2", B))
    ended = {A: incident("甲", A, status="closed"), B: incident("乙", B)}
    seen = world(incidents=ended)
    assert "甲 甲事件 已结束" in flat(plan_head.since(seen, draft))
    assert [r["team"] for r in pressed(draft, {"do": "forget", "incident": A})["teams"]] == ["T2"]
