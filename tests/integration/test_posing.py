"""How a situation becomes a problem: who may go and when, what is kept back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from data.allocation import solve
from data.domain.depot import Item
from data.domain.dispatch import Transfer, TransferState
from data.domain.messages import EditIncident, IssueDispatch
from data.domain.needs import supplies_of
from data.domain.org import Actor
from data.errors import Forbidden, Invalid
from data.services.flying import BESIDE
from data.services.planning import propose
from data.services.posing import pose
from tests.integration import plan_world as w


def test_a_closed_road_lengthens_somebodys_way(world):
    """A road named by its id is closed for the plan alone; an unknown one is refused by name."""
    edge = next(e for e in world.tools.travel.edges() if "421127" in e["id"])
    plain = pose(w.seen(world), w.ask(world), world.tools, w.DUTY).problem.minutes
    asked = w.ask(world, what_if=True, closed_roads=[edge["id"]])
    cut = pose(w.seen(world), asked, world.tools, w.DUTY).problem.minutes
    pairs = [(a, b) for x, y in zip(plain, cut, strict=True) for a, b in zip(x, y, strict=True)]
    assert all(b is None or b >= a for a, b in pairs if a is not None)
    assert any(b is None or b > a for a, b in pairs if a is not None)
    with pytest.raises(Invalid, match="没有路段“天路”"):
        world.propose(w.DUTY, w.ask(world, what_if=True, closed_roads=["天路"]))


def test_what_a_request_cannot_name_is_refused_by_name(world):
    """Unknown teams and incidents, teams bound elsewhere, other areas' teams, closed doors."""
    here, there = w.incidents(world)
    free = next(t for t in w.seen(world).available_teams() if not t.moves_by_air)
    w.bound(world, free.id, here)
    for more, words in (
        ({"locks": [["没有", here]]}, "队伍 没有 不存在"),
        ({"locks": [[free.id, "没有"]]}, "事件 没有 不在本方案内"),
        ({"bans": [["没有", here]]}, "队伍 没有 不存在"),
        ({"release": ["没有"]}, "队伍 没有 不存在"),
        ({"locks": [[free.id, there]]}, f"{free.name} 已派往"),
        ({"incidents": [{"id": "没有"}]}, "事件 没有 不存在或已结束"),
        ({"incidents": [{"id": here, "supplies": [{"item": "龙", "amount": 1}]}]}, "品类“龙”"),
    ):
        with pytest.raises(Invalid, match=words):
            world.propose(w.DUTY, {**w.ask(world), **more})
    other = next(t for t in w.seen(world).available_teams() if t.area_code == "420100")
    with pytest.raises(Invalid, match=r"不存在或不在本辖区|不属本辖区"):
        world.propose(w.COUNTY, {**w.ask(world), "locks": [[other.id, here]]})
    with pytest.raises(Forbidden):
        world.propose(Actor.of("wall", "wall", "420000"), w.ask(world))


def test_cover_is_kept_for_ones_own_area_by_default(world):
    """A county weighs itself alone, the province all its counties; it can be left out."""
    own = pose(world.queries.situation(w.COUNTY), w.ask(world), world.tools, w.COUNTY).problem
    assert [c.id for c in own.counties] == ["421127"]
    whole = pose(w.seen(world), w.ask(world), world.tools, w.DUTY).problem
    risks = [c.risk for c in whole.counties]
    assert sum(risks) / len(risks) == pytest.approx(1.0, abs=1e-3)
    assert min(risks) < 0.5
    assert max(risks) > 2.0
    none = pose(w.seen(world), w.ask(world, keep_back=False), world.tools, w.DUTY).problem
    assert (none.counties, none.cover) == ((), [])


def test_helicopters_keep_to_daylight_and_to_the_weather_switch(world):
    """By day they go, by night they say when the sun is up, grounded they say so, far is far."""
    day = replace(w.seen(world), at=datetime(2020, 7, 8, 2, tzinfo=UTC))
    night = replace(day, at=datetime(2020, 7, 8, 13, tzinfo=UTC))
    asked = w.ask(world)

    def flights(situation, **more):
        legs = pose(situation, asked | more, world.tools, w.DUTY).muster.legs
        return [v for k, v in legs.items() if situation.teams[k[0]].moves_by_air]

    def told(legs):
        return {"走" if leg.minutes is not None else leg.why.split()[0] for leg in legs}

    assert told(flights(day)) == {"走", "往返补给需飞"}
    assert told(flights(night)) == {"日落", "往返补给需飞"}
    assert told(flights(night, flying=True)) == {"走", "往返补给需飞"}
    assert told(flights(day, flying=False)) == {"值班员已按气象停飞"}
    early = replace(day, at=datetime(2020, 7, 7, 19, tzinfo=UTC))
    assert "日出" in told(flights(early))


def test_a_bound_team_without_a_time_of_arrival_is_estimated(world):
    """It counts from where it is, never as there already, and the plan says so."""
    here, _ = w.incidents(world)
    team = next(t for t in w.seen(world).available_teams() if t.area_code == "420100")
    key = w.bound(world, team.id, here)
    seen = w.seen(world)
    lost = replace(seen.assignments[key], eta=None)
    blind = replace(seen, assignments={**seen.assignments, key: lost})
    posed = pose(blind, w.ask(world), world.tools, w.DUTY)
    assert posed.muster.legs[team.id, here].minutes > 60
    assert any(team.name in words and "估算" in words for words in posed.assumptions)


def test_needs_are_edited_and_go_back_to_the_template(world):
    """Stated needs replace the template, faults are named, an empty list brings it back."""
    here, _ = w.incidents(world)
    before = world.needs_of(w.DUTY, here)
    assert (before["stated"], before["needs"]) == (
        {"needs": False, "supplies": False}, before["template"]["needs"],
    )  # fmt: skip
    need = {"capability": "搜救", "amount": 33, "by": 90}
    world.handle(EditIncident(incident_id=here, needs=(need,)), w.DUTY)
    told = world.needs_of(w.DUTY, here)
    assert told["stated"]["needs"]
    assert told["needs"] == [{**need, "unit": "人"}]
    asked = pose(w.seen(world), {"incidents": [{"id": here}]}, world.tools, w.DUTY).problem
    assert [(n.capability, n.amount, n.by) for n in asked.incidents[0].needs] == [("搜救", 33, 90)]
    for change, words in (
        ({"needs": ({**need, "capability": "飞毯"},)}, "飞毯"),
        ({"needs": ({**need, "amount": -1},)}, "数量"),
        ({"supply_needs": ({"item": "龙", "amount": 1},)}, "品类“龙”"),
    ):
        with pytest.raises(Invalid, match=words):
            world.handle(EditIncident(incident_id=here, **change), w.DUTY)
    world.handle(EditIncident(incident_id=here, needs=()), w.DUTY)
    assert not world.needs_of(w.DUTY, here)["stated"]["needs"]


def test_lots_past_their_date_stay_and_lorries_out_are_counted(world):
    """What has expired never goes; a depot's lorries under way are not promised twice."""
    here, _ = w.incidents(world)
    lot = next(x for x in w.seen(world).lots.values() if x.expires and x.free > 0)
    want = [{"item": lot.item_id, "amount": 1}]
    asked = {"incidents": [{"id": here, "needs": [], "supplies": want}]}
    later = replace(w.seen(world), at=datetime(2099, 1, 1, tzinfo=UTC))
    posed = pose(later, asked, world.tools, w.DUTY)
    assert lot.id not in {x.id for x in posed.problem.lots}
    assert any("已过有效期" in words for words in posed.assumptions)
    fresh = pose(w.seen(world), asked, world.tools, w.DUTY).problem
    assert lot.id in {x.id for x in fresh.lots}
    known = {d.id: d.vehicles for d in fresh.depots if d.vehicles is not None}
    assert known
    made = world.propose(w.DUTY, {**asked, "bans": []})
    world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    sent = {r["depot"] for r in made.answer["transfers"]}
    after = {
        d.id: d.vehicles for d in pose(w.seen(world), asked, world.tools, w.DUTY).problem.depots
    }
    for depot in sent & known.keys():
        assert after[depot] == known[depot] - 1


def test_without_a_single_free_team_everything_is_a_shortfall(world):
    """No error, no team, and every need missing whole."""
    empty = replace(w.seen(world), teams={})
    problem = pose(empty, w.ask(world), world.tools, w.DUTY).problem
    found = solve(problem, 0.3)
    assert not found.assignments
    lacking = {(r["incident"], r["capability"]): r["amount"] for r in found.shortfalls}
    assert lacking == {
        (ask.id, need.capability): need.amount for ask in problem.incidents for need in ask.needs
    }


def test_a_cordoned_scene_is_reached_from_the_nearest_airfield(world):
    """No helicopter lands inside the cordon of a chemical release; the plan names the airfield."""
    day = replace(w.seen(world), at=datetime(2020, 7, 8, 2, tzinfo=UTC))
    need = [{"capability": "航空救援", "amount": 1}]
    fire = {**w.FIRE, "needs": need, "supplies": []}
    made = propose(
        day, {"what_if": True, "extra_incidents": [fire]}, world.tools, w.DUTY, "PL-X"
    )
    rows = {r["landing"]: r for r in made.answer["assignments"]}
    assert rows.keys() == {"武汉天河机场"}
    free = {**fire, "type": "flood"}
    beside = propose(
        day, {"what_if": True, "extra_incidents": [free]}, world.tools, w.DUTY, "PL-Y"
    ).answer["assignments"]
    assert {r["landing"] for r in beside} == {BESIDE}
    assert beside[0]["minutes"] < rows["武汉天河机场"]["minutes"]


def test_a_hand_picked_team_is_taken_even_where_it_brings_nothing_wanted(world):
    """The officer's choice stands; the plan shows that it serves no need."""
    _, there = w.incidents(world)
    team = next(t for t in w.seen(world).available_teams() if {*t.provides} == {"灭火", "危化处置"})
    for keep in (True, False):
        asked = w.ask(world, locks=[[team.id, there]], keep_back=keep)
        made = propose(w.seen(world), asked, world.tools, w.DUTY, "PL-Z")
        row = next(r for r in made.answer["assignments"] if r["team"] == team.id)
        assert (row["incident"], row["roles"]) == (there, {})
        assert all(c["ok"] for c in made.answer["certificate"])


def test_supplies_on_their_way_are_not_asked_for_again(world):
    """What transfers bring is taken off the need; a cancelled one brings nothing."""
    here = w.incidents(world)[0]
    seen = w.seen(world)
    need = supplies_of(seen.incidents[here])[0]
    coming = Transfer(
        id="TR-9", dispatch_id="D-9", lot_id="L", depot_id="D", item_id="X", incident_id=here,
        amount=need["amount"] / 2,
    )  # fmt: skip
    for state, share in ((TransferState.SHIPPED, 0.5), (TransferState.CANCELLED, 1.0)):
        then = replace(
            seen, items={"X": Item(id="X", name=need["item"], unit="件")},
            transfers={"TR-9": replace(coming, state=state)},
        )  # fmt: skip
        left = pose(then, {"incidents": [{"id": here}]}, world.tools, w.DUTY).supplies[here]
        assert [row["amount"] for row in left] == [pytest.approx(need["amount"] * share)]
