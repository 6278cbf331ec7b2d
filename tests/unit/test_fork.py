"""What-if forks and the leaders' plan as pure functions: changes, requests, keeping, views."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dashboard.components import draft_edits, drafting, fork_view, fork_work, forking, plan_compare
from dashboard.components.flat import flat
from data.domain.dispatch import Plan
from data.domain.incident import Incident
from data.domain.situation import Situation
from data.domain.team import Team, TeamState
from data.errors import Invalid
from data.services import asking
from data.services.comparing import compare_plans

NOW = datetime(2020, 7, 8, 0, 30, tzinfo=UTC)
A, B, C = "I-0001", "I-0002", "假设-1"
BASE = {"incidents": [{"id": A}, {"id": B}], "locks": [["T1", A]], "release": ["T9"]}
AT = {"name": "英山县", "lon": 115.68, "lat": 30.74}


def incident(letter, key, needs=True, **more):
    """An open incident that needs fifty searchers within two hours."""
    stated = ({"capability": "搜救", "amount": 50.0, "by": 120},) if needs else ()
    return Incident(
        id=key, letter=letter, name=f"{letter}事件", short_name=f"{letter}事件", lat=30.1,
        lon=115.9, type="landslide", area_code="421127", received_at=NOW, opened_at=NOW,
        needs=stated, version=4, **more,
    )  # fmt: skip


def world():
    """甲 with stated needs, 乙 with its template, two teams and a helicopter."""
    def team(key, name, **more):
        facts = {"people": 30, "lon": 115.0, "lat": 30.0, "provides": {"搜救": 30.0},
                 "version": 1, "state": TeamState.STANDBY, "area_code": "420200",
                 **more}  # fmt: skip
        return Team(id=key, name=name, **facts)

    teams = [team("T1", "黄石搜救队"), team("T2", "武汉搜救队"),
             team("H1", "直升机组", provides={"航空救援": 1.0})]  # fmt: skip
    return Situation(
        revision=1, at=NOW, teams={t.id: t for t in teams},
        incidents={A: incident("甲", A), B: incident("乙", B, needs=False)},
    )  # fmt: skip


def forked(*changes):
    """A fork with these changes."""
    state = forking.blank("duty")
    for change in changes:
        state = forking.put(state, change)
    return state


def made(key, *rows, request=None, **answer):
    """A stored plan that sends (team, incident, minutes)."""
    listed = [
        {"team": t, "incident": i, "minutes": m, "people": 30, "name": f"{t}队"}
        for t, i, m in rows
    ]
    return Plan(
        id=key, created_at=NOW, created_by="duty", org="420000", request=request or {}, seen={},
        answer={"assignments": listed, "transfers": [], "shortfalls": [], **answer},
    )  # fmt: skip


ROAD = {"kind": "road", "road": "G50:421127-421182", "name": "沪渝高速 黄梅—武穴"}
DOUBLED = {"kind": "need", "incident": A, "capability": "搜救", "amount": 100.0, "before": 50.0}
THIRD = {"kind": "incident", "id": C, "name": "英山滑坡", "type": "landslide", "level": "III",
         "lon": 115.68, "lat": 30.74, "place": "英山县"}  # fmt: skip


def test_every_change_stands_in_the_request_and_the_center_can_read_it():
    """Incident, road, doubled need, released team and no flying, on top of the draft's limits."""
    state = forked(THIRD, ROAD, DOUBLED, {"kind": "release", "team": "T2"}, {"kind": "grounded"})
    asked = forking.request(world(), BASE, state["changes"])
    read = asking.read(asked)
    assert (read.what_if, read.flying, read.closed_roads) == (True, False, (ROAD["road"],))
    assert (read.release, read.locks) == (("T9", "T2"), (("T1", A),))
    assert [s.name for s in read.extra] == ["英山滑坡"]
    assert read.incidents[0].needs == [{"capability": "搜救", "amount": 100.0, "by": 120}]
    assert read.incidents[1].needs is None
    assert BASE["incidents"] == [{"id": A}, {"id": B}], "the draft's own question is untouched"


def test_a_need_put_back_to_its_amount_is_no_change_and_one_changed_twice_is_one():
    """×2 and ×2 again state the same; the amount of before takes the change out."""
    state = forking.set_need(forking.blank("duty"), world(), A, "搜救", 100)
    again = forking.set_need(state, world(), A, "搜救", 120)
    assert [c["amount"] for c in again["changes"]] == [120]
    assert forking.set_need(again, world(), A, "搜救", 50)["changes"] == []


def test_an_incident_taken_out_takes_its_needs_with_it():
    """What was stated for a supposed incident does not outlive it."""
    state = forked(THIRD, {**DOUBLED, "incident": C}, ROAD)
    left = forking.drop(state, forking.key_of(THIRD))
    assert [c["kind"] for c in left["changes"]] == ["road"]


def test_a_supposed_incident_needs_a_place_and_gets_a_name():
    """Without a place the press is refused with the remedy; the next id is never used twice."""
    typed = ("", "fire", "none")
    with pytest.raises(Invalid) as refused:
        fork_work.changed(world(), forking.blank("duty"), {"do": "incident"}, typed)
    assert "选一项" in refused.value.errors[0]["remedy"]
    state = {**forking.blank("duty"), "at": AT}
    one = fork_work.changed(world(), state, {"do": "incident"}, typed)
    assert (one["changes"][0]["name"], one["changes"][0]["level"]) == ("英山县 火灾", None)
    two = fork_work.changed(world(), {**one, "at": AT}, {"do": "incident"}, typed)
    assert [c["id"] for c in two["changes"]] == ["假设-1", "假设-2"]


@pytest.mark.parametrize("amount", [None, "x", -1])
def test_an_amount_that_is_none_is_refused(amount):
    """A need takes a number from nought up."""
    act = {"do": "need", "incident": A, "capability": "搜救", "amount": amount}
    with pytest.raises(Invalid):
        fork_work.changed(world(), forking.blank("duty"), act, ("", "fire", "III"))


def test_keeping_a_real_change_carries_it_and_nothing_else():
    """A doubled need becomes the incident's need; the draft is solved anew without locks."""
    diff = {"added": [{"team": "T2", "incident": A}], "moved": [], "dropped": []}
    kept = forking.consequences(world(), [DOUBLED], {"assignments": []}, diff)
    assert kept.needs == {A: [{"capability": "搜救", "amount": 100.0, "by": 120}]}
    assert (kept.locks, kept.bans, kept.left) == ([], [], [])
    assert "需求 甲 搜救 50 → 100 人" in flat(fork_view.keeping(kept))


def test_keeping_a_fork_with_inventions_keeps_teams_back_and_says_what_stays_behind():
    """Nothing supposed reaches the draft; teams it would take stay, others are locked."""
    answer = {"assignments": [{"team": "T1", "incident": C}, {"team": "T2", "incident": B}]}
    diff = {"added": [{"team": "T1", "incident": C}], "dropped": [],
            "moved": [{"team": "T2", "from": A, "to": B}]}  # fmt: skip
    kept = forking.consequences(world(), [THIRD, ROAD], answer, diff)
    assert (kept.locks, kept.bans) == ([["T2", B]], [["T1", "*"]])
    words = flat(fork_view.keeping(kept))
    assert "假设事件、假设断路不能下达" in words
    assert "英山滑坡" in words
    assert "沪渝高速" in words
    only_road = forking.consequences(world(), [ROAD], {"assignments": []}, {})
    assert only_road.is_empty


def test_the_draft_takes_a_kept_fork_as_one_edit():
    """Locks replace, bans take out, releases add; one undo brings all of it back."""
    start = drafting.fill(drafting.blank("duty"), made("P-1", ("T1", A, 30), ("T2", A, 40)))
    act = {"do": "carry", "solve": True, "seq": 7,
           "request": {"locks": [["T2", B]], "bans": [["T1", "*"]], "release": ["T9"]}}  # fmt: skip
    after = draft_edits.apply_all(start, [act], None, lambda _: None, {})
    assert drafting.locks(after) == [["T2", B]]
    assert [r["team"] for r in after["teams"]] == ["T2"]
    assert (after["bans"], after["release"], after["ask"]) == ([["T1", "*"]], ["T9"], 7)
    assert [r["incident"] for r in drafting.undo(after)["teams"]] == [A, A]


def test_the_comparison_tells_who_changes_and_what_it_costs():
    """新增、改派、撤出 by name, shortfalls before → after, and each figure with its sign."""
    short = [{"incident": A, "capability": "搜救", "amount": 20.0}]
    one = made("P-1", ("T1", A, 30), ("T2", A, 40), objective={"value": 1000.0},
               comparison={"plan": {"cover_lost_last": 2}})  # fmt: skip
    two = made("P-2", ("T2", B, 60), ("T3", A, 10), objective={"value": 900.0}, shortfalls=short,
               comparison={"plan": {"cover_lost_last": 5}})  # fmt: skip
    found = compare_plans(one, two)
    drawn = flat(fork_view.compared(world(), found, (one.answer, two.answer), stale=False))
    assert "新增 1、改派 1、撤出 1 队" in drawn
    assert "甲 → 乙" in drawn
    assert "缺 0 → 20" in drawn
    assert "−100 人·分" in drawn
    assert "+3 处" in drawn
    assert "假设已改动" not in drawn
    late = fork_view.compared(world(), found, (one.answer, two.answer), stale=True)
    assert "假设已改动" in flat(late)


def test_what_was_typed_cannot_break_the_page():
    """A name with markup in it is shown as text."""
    state = forked({**THIRD, "name": "<img src=x onerror=alert(1)>"})
    assert "<img" not in flat(fork_view.changes(world(), state))


def test_roads_are_found_by_every_word():
    """Two words narrow; nothing typed finds nothing."""
    roads = [{"id": "1", "name": "沪渝高速 黄梅—武穴"}, {"id": "2", "name": "普通公路 蕲春—黄梅"}]
    assert [r["id"] for r in fork_view.find_roads(roads, "黄梅 武穴")] == ["1"]
    assert fork_view.find_roads(roads, " ") == []


def test_leaders_see_the_ways_side_by_side_and_the_best_marked_even_when_not_ours():
    """A line nearest-first wins is marked as won by it; text of the chart is 14 px."""
    way = {"people_minutes": 10.0, "shortfalls": [], "unmet": 0.0, "cover_lost_last": 1,
           "cover_lost_second": 0, "teams": 3, "last_arrival_minutes": 88.0}  # fmt: skip
    answer = {"comparison": {
        "plan": {**way, "value": 500.0, "people_minutes": 12.0},
        "nearest_first": {**way, "value": 800.0, "shortfalls": [{}, {}]},
    }}  # fmt: skip
    drawn = flat(plan_compare.table(answer))
    assert '总代价（人·分）</th><td class="best">500</td><td class="">800</td>' in drawn
    assert '<td class="">12</td><td class="best">10</td>' in drawn
    assert "1 时 28 分" in drawn
    chart = plan_compare.chart(answer)
    assert {trace.textfont.size for trace in chart.data} == {14}
    assert "本方案" in chart.data[0].y
    assert "重新求解后显示" in flat(plan_compare.table({}))


def test_the_list_says_what_became_of_each_plan():
    """已提出, 推演 with what it supposes, and 已下达 with the order's number."""
    asked = {"what_if": True, "incidents": [{"id": A}], "extra_incidents": [{"id": C}]}
    plans = [made("P-3", request=asked), made("P-2"), made("P-1")]
    seen = world()
    seen = Situation(
        revision=1, at=NOW, incidents=seen.incidents,
        dispatches={"D-1": SimpleNamespace(plan_id="P-1", number="0708-0001")},
    )  # fmt: skip
    drawn = flat(plan_compare.plans_list(seen, plans, "P-2"))
    words = [drawn.index(w) for w in ("推演", "已提出", "已下达 0708-0001")]
    assert words == sorted(words)
    assert "甲、假设1" in drawn
