"""The dispatch side of the desk as pure functions: roster, draft, order, following, supplies."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.components import (
    dispatch,
    dispatch_refusal,
    draft_edits,
    draft_sides,
    draft_view,
    drafting,
    follow,
    roster_rows,
    stock_left,
    supplies,
)
from dashboard.components.flat import flat
from dashboard.components.ledger_transfers import actions_view
from data.domain.authority import Limit
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import (
    Assignment,
    AssignmentState,
    Authority,
    Dispatch,
    Plan,
    Transfer,
    TransferState,
)
from data.domain.incident import Incident
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.stock import StockNorm
from data.domain.team import Team, TeamState
from data.errors import Conflict, Forbidden, Invalid

NOW = datetime(2020, 7, 8, 0, 30, tzinfo=UTC)
LONG = "湖北省黄冈市黄梅县大河镇袁山村地质灾害应急救援与防汛抢险联合突击第一先遣分队"


def words(shown):
    """Everything written in a component, as one text."""
    return json.dumps(shown, cls=PlotlyJSONEncoder, ensure_ascii=False)


def incident(letter, key, lon=115.9):
    """An open incident."""
    return Incident(
        id=key, letter=letter, name=f"{letter}事件", short_name=f"{letter}事件", lat=30.1, lon=lon,
        type="landslide", area_code="421127", received_at=NOW, opened_at=NOW,
        needs=({"capability": "搜救", "amount": 50},),
    )  # fmt: skip


def team(key, name="队", **more):
    """A plannable team that stands by."""
    facts = {
        "people": 30, "lon": 115.0, "lat": 30.0, "provides": {"搜救": 30.0}, "version": 1,
        "state": TeamState.STANDBY, **more,
    }  # fmt: skip
    return Team(id=key, name=name, **facts)


LETTERS = (("甲", "I-0001"), ("乙", "I-0002"), ("丙", "I-0003"))


def world(count=2, **more):
    """A situation with so many open incidents and four teams."""
    teams = [
        team("T1", "黄石搜救队"), team("T2", "武汉搜救队", lon=114.3),
        team("T3", LONG, state=TeamState.UNPLANNABLE, people=None, provides={}),
        team("T4", "排涝队", provides={"排涝": 3000.0}),
    ]  # fmt: skip
    lot = Lot(id="L1", depot_id="D1", item_id="M1", on_hand=100, keep=20, version=3)
    held = {
        "incidents": {key: incident(letter, key) for letter, key in LETTERS[:count]},
        "teams": {t.id: t for t in teams},
        "depots": {"D1": Depot(id="D1", name="黄冈库", lon=114.9, lat=30.4)},
        "items": {"M1": Item(id="M1", name="救灾帐篷", unit="顶")},
        "lots": {"L1": lot},
    }
    return Situation(revision=1, at=NOW, **{**held, **more})


def bound(state=AssignmentState.DEPARTED, **more):
    """A situation where T1 was ordered to 乙 by another officer."""
    seen = world(**more)
    order = Assignment(
        id="A-1", dispatch_id="D-1", team_id="T1", incident_id="I-0002", state=state,
        times={"ordered": NOW - timedelta(hours=1)}, eta=NOW - timedelta(minutes=5),
    )  # fmt: skip
    paper = Dispatch(
        id="D-1", number="0708-0001", issued_by="周敏", authorised_by=Authority(name="周敏"),
        issued_at=NOW, org="420000",
    )  # fmt: skip
    teams = {**seen.teams, "T1": replace(seen.teams["T1"], state=TeamState.DEPARTED)}
    return replace(seen, assignments={"A-1": order}, dispatches={"D-1": paper}, teams=teams)


TABLE = {
    "T1": {"I-0001": 60.0, "I-0002": 90.0}, "T2": {"I-0001": 120.0, "I-0002": 30.0},
    "T4": {"I-0001": 45.0, "I-0002": None},
}  # fmt: skip


def shown(seen, draft):
    """The draft's view as text."""
    return words(draft_view.view(seen, draft, draft_sides.sides(seen, draft, TABLE)))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_every_view_stands_with_any_number_of_incidents(count):
    """Nothing breaks from an empty center to three incidents, and each letter has its place."""
    seen, draft = world(count), drafting.blank("duty")
    at_hand = next(iter(seen.sided()), None)
    listed = roster_rows.rows(seen, TABLE, {}, roster_rows.NO_FILTER, at_hand=at_hand)
    head = words(roster_rows.head(seen, {}, at_hand))
    text = words(roster_rows.body(seen, listed, {}, at_hand)) + shown(seen, draft)
    words([follow.view(seen), supplies.body(seen, []), supplies.sent(seen)])
    for letter, _ in LETTERS[:count]:
        assert f"到{letter}" in head
        assert f"＋{letter}" in text
    assert ("没有进行中的事件" in text) == (count == 0)


def test_the_nearest_stands_first_and_the_unknown_last():
    """The default order is the time to the incident at hand; a team without one comes last."""
    seen = world()
    order = [
        [r.team.id for r in roster_rows.rows(
            seen, TABLE, {}, roster_rows.NO_FILTER, at_hand=seen.incidents[key])]
        for key in ("I-0001", "I-0002")
    ]  # fmt: skip
    assert order == [["T4", "T1", "T2"], ["T2", "T1", "T4"]]


def test_filters_narrow_by_state_capability_words_and_distance():
    """Each filter leaves only what fits it."""
    seen, none = world(), roster_rows.NO_FILTER
    at_hand = seen.incidents["I-0001"]

    def ids(text="", km=None, **kept):
        rows = roster_rows.rows(seen, TABLE, {}, {**none, **kept}, text, km, at_hand)
        return {r.team.id for r in rows}

    assert ids(cap="排涝") == {"T4"}
    assert ids(text="武汉") == {"T2"}
    assert ids(km=100) == {"T1", "T4"}
    near = min(TABLE[team]["I-0001"] for team in ("T1", "T2", "T4") if TABLE[team]["I-0001"])
    assert ids(km=-near) == {"T4"}
    assert ids(state="unplannable") == {"T3"}
    assert ids(state="all") == {"T1", "T2", "T3", "T4"}


def test_a_team_nobody_can_plan_with_says_what_is_missing_and_offers_the_form():
    """不可规划 is listed with what to fill in, and has no button into the draft."""
    seen = world()
    kept = {**roster_rows.NO_FILTER, "state": "unplannable"}
    rows = roster_rows.rows(seen, TABLE, {}, kept)
    text = words(roster_rows.body(seen, rows, {}, None))
    assert "缺人数、专业能力" in text
    assert "补录" in text
    assert LONG in text
    assert "＋甲" not in text


def test_pressing_a_column_twice_turns_its_order():
    """The second press on the same head turns the order; another head starts upwards."""
    once = roster_rows.turned(None, {"do": "sort", "value": "name"})
    twice = roster_rows.turned(once, {"do": "sort", "value": "name"})
    other = roster_rows.turned(twice, {"do": "sort", "value": "state"})
    assert [once["down"], twice["down"], other["down"]] == [False, True, False]


def test_what_is_missing_is_told_before_anything_else():
    """The gap counts committed and drafted teams against the need, and comes first."""
    seen = world()
    draft = drafting.add_team(drafting.blank("duty"), "T1", "I-0001", 1)
    side = draft_sides.sides(seen, draft, TABLE)[0]
    assert [n.gap for n in side.needs] == [20.0]
    text = shown(seen, draft)
    assert text.index("缺口") < text.index("黄石搜救队")


def test_a_team_wanted_by_both_is_named_as_contested():
    """The same team for two incidents is trouble in both, until one lets go."""
    seen, draft = world(), drafting.blank("duty")
    for key in ("I-0001", "I-0002"):
        draft = drafting.add_team(draft, "T1", key)
    troubles = draft_sides.troubles(draft_sides.sides(seen, draft, TABLE))
    assert [line.trouble for line in troubles] == ["乙、甲 同时需要，只能派往一处"] * 2
    after = drafting.remove(draft, "team", "T1", "I-0002")
    assert not draft_sides.troubles(draft_sides.sides(seen, after, TABLE))


def test_a_team_taken_meanwhile_says_by_whom_and_what_to_take_instead():
    """The draft names the holder, the incident and the nearest free team of that capability."""
    draft = drafting.add_team(drafting.blank("duty"), "T1", "I-0001")
    text = shown(bound(), draft)
    assert "已由 周敏 派往 乙" in text
    assert "改用 武汉搜救队" in text


def test_more_of_a_lot_than_is_free_is_told():
    """Both incidents' amounts count against the lot; the reserve floor is kept."""
    seen, draft = world(), drafting.blank("duty")
    draft = drafting.add_lot(draft, "L1", "I-0001", 50)
    assert not draft_sides.troubles(draft_sides.sides(seen, draft, TABLE))
    draft = drafting.add_lot(draft, "L1", "I-0002", 40)
    troubles = draft_sides.troubles(draft_sides.sides(seen, draft, TABLE))
    assert {line.trouble for line in troubles} == {"可调 80 顶，草案共要 90 顶"}


def test_the_draft_says_what_its_lots_would_leave():
    """Both sides' amounts of an item are one order; the way to the ledger carries it along."""
    draft = drafting.add_lot(drafting.blank("duty"), "L1", "I-0001", 50)
    draft = drafting.add_lot(draft, "L1", "I-0002", 20)
    seen = world(norms={"N": StockNorm(id="N", area_code=None, item_id="M1", least=15)})
    shown_left = flat(stock_left.of_draft(seen, draft["lots"]))
    assert "<td>80 顶</td><td>70 顶</td><td><b>10 顶</b></td>" in shown_left
    assert "低于省级清单" in shown_left
    assert f"/supplies?order={quote('救灾帐篷 70')}#3" in shown_left
    assert shown_left in flat(draft_view.view(seen, draft, draft_sides.sides(seen, draft, TABLE)))
    assert stock_left.of_draft(seen, []) is None


def test_every_edit_can_be_undone_and_makes_a_new_request():
    """Undo goes back edit by edit to the empty draft; no two contents share a request id."""
    drafts = [drafting.blank("duty")]
    drafts.append(drafting.add_team(drafts[-1], "T1", "I-0001"))
    drafts.append(drafting.move(drafts[-1], "team", "T1", "I-0001", "I-0002"))
    drafts.append(drafting.swap(drafts[-1], "team", "T1", "T2"))
    assert len({d["request_id"] for d in drafts}) == len(drafts)
    back = drafts[-1]
    for before in reversed(drafts[:-1]):
        back = drafting.undo(back)
        assert back["teams"] == before["teams"]
    assert drafting.is_empty(back)


def test_a_draft_belongs_to_one_account():
    """Another account at the same browser starts with an empty draft."""
    draft = drafting.add_team(drafting.blank("duty"), "T1", "I-0001")
    assert drafting.mine(draft, "duty")["teams"]
    assert drafting.is_empty(drafting.mine(draft, "duty2"))


def test_a_plan_keeps_what_was_chosen_by_hand_and_marks_the_rest():
    """锁 is what the officer chose, 改 what the plan decided otherwise, 新 what it added."""
    draft = drafting.add_team(drafting.blank("duty"), "T1", "I-0001")
    free = drafting.lock(drafting.add_team(draft, "T4", "I-0001"), "T4", "I-0001")
    rows = [("T1", "I-0001"), ("T4", "I-0002"), ("T2", "I-0002"), ("T9", "I-0002")]
    made = Plan(
        id="P-1", created_at=NOW, created_by="duty", org="420000", request={}, seen={"T1": 1},
        answer={"assignments": [{"team": t, "incident": i} for t, i in rows], "transfers": []},
    )  # fmt: skip
    assert drafting.locks(free) == [["T1", "I-0001"]]
    filled = drafting.fill(free, made, {("T9", "I-0002")})
    assert {r["team"]: r["mark"] for r in filled["teams"]} == {"T1": "锁", "T4": "改", "T2": "新"}


def test_the_order_carries_the_versions_that_were_shown():
    """Versions on the screen win over older ones; things no longer in the draft are left out."""
    draft = drafting.add_team(drafting.blank("duty"), "T1", "I-0001", 1)
    draft = drafting.add_lot({**draft, "seen": {"T1": 1, "T7": 4}}, "L1", "I-0001", 5)
    command = dispatch.order(draft, {"T1": 2, "L1": 3}, Authority(name="张"))
    assert command.seen == {"T1": 2, "L1": 3}
    assert [(t.team, t.incident) for t in command.assignments] == [("T1", "I-0001")]
    assert [t.amount for t in command.transfers] == [5.0]


def test_the_authority_is_the_officer_unless_somebody_else_is_named():
    """An empty form means the signed-in officer; a typed name never gets the officer's post."""
    own = dispatch.authority_of(None, None, None, "王一", "值班员")
    other = dispatch.authority_of("李二", "", "电话", "王一", "值班员")
    assert (own.name, own.post, own.way) == ("王一", "值班员", "系统")
    assert (other.name, other.post, other.way) == ("李二", "", "电话")


def test_a_typed_time_is_the_latest_such_time():
    """HH:MM is Beijing time and never in the future; nonsense is refused by name."""
    assert dispatch.clock_typed("", NOW) is None
    assert dispatch.clock_typed("08：20", NOW) == NOW - timedelta(minutes=10)
    assert dispatch.clock_typed("08:40", NOW) == NOW - timedelta(hours=23, minutes=50)
    with pytest.raises(Invalid, match="不是时刻"):
        dispatch.clock_typed("25:00", NOW)


def test_a_refused_order_says_who_holds_it_and_offers_the_next_best():
    """Each taken thing: by whom, since when, where to, and a button for what is free instead."""
    draft = drafting.add_team(drafting.blank("duty"), "T1", "I-0001")
    best = [{"team": "T2", "name": "武汉搜救队", "eta_minutes": 130}]
    row = {
        "thing": "team", "id": "T1", "name": "黄石搜救队", "held_by": "周敏（调派 0708-0001）",
        "incident_letter": "乙", "incident_name": "乙事件", "since": NOW.isoformat(),
        "message": "", "next_best": best,
    }  # fmt: skip
    text = words(dispatch_refusal.refusal(Conflict("x", holders=[row]), draft))
    assert "已由 周敏（调派 0708-0001） 于 08:30 派往 乙 乙事件" in text
    assert "改用 武汉搜救队（2 时 10 分到）" in text
    assert "整单未下达" in text
    swapped = draft_edits.apply(draft, {"do": "swap", "team": "T1", "to": "T2"}, None, None)
    assert swapped["teams"][0]["team"] == "T2"


def test_a_refused_order_without_an_alternative_says_what_to_do():
    """With nothing to take instead the panel still tells the next step."""
    row = {"thing": "team", "id": "T1", "name": "黄石搜救队", "message": "现为停勤，不能调派"}
    text = words(dispatch_refusal.refusal(Conflict("x", holders=[row]), drafting.blank("duty")))
    assert "现为停勤" in text
    assert "请求上级支援" in text


def test_any_refusal_is_shown_in_words():
    """A refusal without holders or fields still says what it is."""
    text = words(dispatch_refusal.refusal(Forbidden("T9 不属本辖区"), drafting.blank("duty")))
    assert "T9 不属本辖区" in text


@pytest.mark.parametrize(
    ("state", "offered", "kept_back"),
    [
        ("ordered", ["接令", "不能执行", "改派…", "撤销"], ["到场"]),
        ("departed", ["到场", "结束", "改派…"], ["撤销"]),
        ("working", ["结束", "改派…"], ["撤销", "接令"]),
    ],
)
def test_only_moves_the_state_allows_have_a_button(state, offered, kept_back):
    """The buttons of an assignment are the moves of its state, none else."""
    seen = bound(AssignmentState(state))
    order = seen.assignments["A-1"]
    others = [i for i in seen.sided() if i.id != order.incident_id]
    buttons = [b.children for b in follow._moves(order, others)]
    assert all(word in buttons for word in offered)
    assert not any(word in buttons for word in kept_back)


def test_a_late_team_is_told_late_and_an_ended_one_folded_away():
    """Past its time and not there is late; a cancelled order shows its end instead of the rest."""
    assert "逾时 1" in words(follow.view(bound()))
    seen = bound(AssignmentState.CANCELLED)
    text = words(follow.view(seen))
    assert "逾时" not in text
    assert "已结束 1 队" in text
    assert "撤销" in words(follow.steps(seen, seen.assignments["A-1"]))


def test_what_lacks_of_supplies_has_a_way_to_its_last_resort():
    """One key leads to the purchase of what neither transfers nor the draft cover."""
    asked = replace(incident("甲", "I-0001"), supply_needs=({"item": "M1", "amount": 50},))
    seen = world(incidents={asked.id: asked})
    draft = drafting.add_lot(drafting.blank("duty"), "L1", "I-0001", 20)
    shown_needs = flat(supplies.needs(seen, draft))
    assert "救灾帐篷 30 顶" in shown_needs
    assert ">Shift P<" in shown_needs
    assert "/supplies?buy=M1&amp;amount=30&amp;incident=I-0001#3" in shown_needs
    covered = drafting.add_lot(drafting.blank("duty"), "L1", "I-0001", 60)
    assert supplies.needs(seen, covered) is None


def test_supplies_show_what_is_free_and_what_was_sent():
    """Free stock keeps the floor; what was sent is listed by incident with its state."""
    sent = Transfer(
        id="X-1", dispatch_id="D-1", lot_id="L1", depot_id="D1", item_id="M1",
        incident_id="I-0001", amount=12, state=TransferState.SHIPPED, times={"shipped": NOW},
    )  # fmt: skip
    seen = world(transfers={"X-1": sent})
    draft = drafting.blank("duty")
    found = supplies.stocks(seen, draft, "帐篷 黄冈", seen.incidents["I-0001"])
    assert [s.lot.free for s in found] == [80]
    assert "80" in words(supplies.body(seen, found))
    assert not supplies.stocks(seen, draft, "帐篷 襄阳", None)
    assert "12 顶" in words(supplies.sent(seen))
    assert "在途" in words(supplies.sent(seen))
    assert "已到位" in words(follow.view(seen))


def test_only_whoever_may_approve_a_large_transfer_sees_the_button_for_it():
    """Others read whose word it waits for; nothing that would be refused can be pressed."""
    sent = Transfer(
        id="X-1", dispatch_id="D-1", lot_id="L1", depot_id="D1", item_id="M1",
        incident_id="I-0001", amount=12,
    )  # fmt: skip
    limit = Limit(unit="顶", over=10, by="leader", basis="本例")

    def shown(role, needs):
        return flat(actions_view(Actor.of(role, role, "420000"), sent, needs))

    assert "审批同意" in shown("leader", limit)
    for role in ("chief", "duty", "keeper"):
        assert "待领导审批" in shown(role, limit)
        assert not {w for w in ("审批同意", "备货", "发运") if f">{w}" in shown(role, limit)}
    assert "审批同意" in shown("chief", None)
    assert "发运" in shown("keeper", None)


def test_a_team_is_known_at_home_and_where_it_is_bound_for():
    """Its own area first, then those of the incident its order names; nothing of unknown teams."""
    seen = bound()
    home = replace(seen, teams={"T1": replace(seen.teams["T1"], area_code="420200")})
    aims = seen.incidents["I-0002"].all_areas
    assert home.areas_of_team("T1") == ("420200", *aims)
    assert replace(home, assignments={}).areas_of_team("T1") == ("420200",)
    assert home.areas_of_team("T9") == ()
