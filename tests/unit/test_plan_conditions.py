"""What stands above a plan and changes by the hour: flights, closed roads, sites without teams."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from dashboard.components import drafting, plan_conditions, road_closing, road_ways
from dashboard.components.flat import flat
from dashboard.components.road_ways import Way
from data.domain.flight_switch import SWITCH, FlightSwitch
from data.domain.incident import Zone
from data.domain.messages import EndZone
from data.domain.org import Actor
from data.errors import Invalid, NotFound
from tests.unit.test_plan_view import NOW, made, team, world

FOG = FlightSwitch(flying=False, reason="大雾", set_at=NOW, set_by="周敏")
SHUT = Zone(
    id="Z-1", incident_id=None, kind="closure", label="大河镇 道路中断", geometry={},
    since=NOW - timedelta(hours=1),
)  # fmt: skip


def store(request=None):
    """A center whose stored plan was asked this; none where it was let go."""

    def plan(_key):
        if request is None:
            raise NotFound("没有")
        return replace(made("P-1"), request=request)

    return SimpleNamespace(database=SimpleNamespace(plan=plan))


def draft(*closures):
    """A draft with a plan that knew these closures."""
    return {**drafting.blank("duty"), "plan_id": "P-1", "closures": list(closures)}


def test_the_switch_says_what_stands_who_set_it_when_and_why():
    """One of three is pressed; who may not set it reads it."""
    shown = flat(plan_conditions.flights(world(flights={SWITCH: FOG}), editable=True))
    assert "周敏 08:30 设定：大雾" in shown
    assert shown.count('aria-pressed="true"') == 1
    assert "disabled" not in shown
    read = flat(plan_conditions.flights(world(), editable=False))
    assert "气象未作限制" in read
    assert read.count("disabled") == 3


def test_only_the_provinces_officers_set_it():
    """A leader reads, a county asks the province."""
    assert plan_conditions.may_set(Actor.of("d", "duty", "420000"))
    assert not plan_conditions.may_set(Actor.of("l", "leader", "420000"))
    assert not plan_conditions.may_set(Actor.of("c", "duty", "421127"))


def test_more_incidents_than_free_teams_point_at_the_queue():
    """Both numbers and the key; with teams enough nothing is said."""
    assert plan_conditions.queue_hint(world()) is None
    few = world(3, teams={"T1": team("T1"), "T9": team("T9", people=None)})
    said = flat(plan_conditions.queue_hint(few))
    assert "事件 3 起，多于可派" in said
    assert "F7" in said
    assert "sites-view plan-look open" in said


@pytest.mark.parametrize(
    ("closures", "flights", "request_", "known", "words"),
    [
        ({}, {}, {}, (), ""),
        ({"Z-1": SHUT}, {}, {}, (), "新封闭“大河镇 道路中断”"),
        ({"Z-1": SHUT}, {}, {}, ("Z-1",), ""),
        ({}, {}, {}, ("Z-1",), "管制已解除"),
        ({}, {SWITCH: FOG}, {}, (), "直升机改为停飞（大雾）"),
        ({}, {SWITCH: FOG}, {"flying": False}, (), ""),
        ({}, {SWITCH: FOG}, None, (), ""),
    ],
)
def test_a_plan_is_behind_when_roads_or_flights_changed(
    closures, flights, request_, known, words
):
    """What it did not know is said; a plan that was let go is judged by its roads alone."""
    seen = world(zones=closures, flights=flights)
    assert plan_conditions.moved(store(request_), seen, draft(*known)) == words


def test_a_closure_is_listed_with_its_time_and_lifted_by_two_presses():
    """What ended is not listed."""
    over = replace(SHUT, id="Z-2", label="旧的", until=NOW - timedelta(minutes=1))
    shown = flat(road_closing.closed(world(zones={"Z-1": SHUT, "Z-2": over})))
    assert "大河镇 道路中断 07:30 起" in shown
    assert "旧的" not in shown
    assert "data-confirm" in shown


def test_a_press_closes_by_road_or_by_area_and_lifts():
    """The road's id or the drawn stretch, named; what no button says is refused."""
    command = road_closing.command_of({"do": "close", "name": "黄梅—武穴", "road": "R:1"})
    assert (command.roads, command.label) == (("R:1",), "黄梅—武穴 道路中断")
    area = '{"type": "Polygon", "coordinates": []}'
    command = road_closing.command_of({"do": "close", "name": "x", "geometry": area})
    assert (command.roads, command.geometry["type"]) == ((), "Polygon")
    assert road_closing.command_of({"do": "lift", "zone": "Z-1"}) == EndZone(zone_id="Z-1")
    with pytest.raises(Invalid):
        road_closing.command_of({"do": "?"})
    shown = flat(road_closing.found([Way(name="黄梅—大河镇", detail="末段", geometry={"a": 1})]))
    assert "黄梅—大河镇" in shown
    assert "没有这样的道路" in flat(road_closing.found([]))


def test_the_last_stretch_leaves_the_place_and_its_start_open():
    """Five kilometres at most, nothing within 0.8 km of the place; a point has none."""
    way = [(115.0, 30.0), (115.0, 30.1)]  # some eleven kilometres north
    stretch = road_ways.last_stretch(way)
    km = [lat * road_ways.KM for _, lat in stretch.coords]
    top = 30.1 * road_ways.KM
    assert top - max(km) == pytest.approx(0.8)
    assert top - min(km) == pytest.approx(5.0)
    near = road_ways.last_stretch([(115.0, 30.0), (115.0, 30.01)])
    assert near.length == pytest.approx(0.006)
    assert road_ways.last_stretch([(115.0, 30.0), (115.0, 30.0)]) is None
