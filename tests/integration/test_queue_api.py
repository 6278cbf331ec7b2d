"""Many small sites and few teams: queued on both engines and over HTTP, nothing ordered by it."""

from datetime import datetime, timedelta

import pytest

from data.domain.org import Actor
from data.errors import Forbidden, Invalid
from tests.integration import api_world as api
from tests.integration import plan_world as w

PLACES = (
    ("分路镇", 115.86, 30.02), ("孔垄镇", 115.90, 29.92), ("小池镇", 115.98, 29.78),
    ("大河镇", 115.83, 30.09), ("苦竹乡", 115.86, 30.20), ("停前镇", 115.97, 30.21),
)  # fmt: skip
SITES = [
    {"id": f"点{n}", "name": name, "lon": lon, "lat": lat, "weight": 1 + n % 5,
     "needs": ["搜救"], "minutes": 30}
    for n, (name, lon, lat) in enumerate(PLACES)
]  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request, tmp_path_factory):
    """Two incidents and the exercise's forces, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with w.opened(tmp_path_factory.mktemp("var"), server) as center:
        yield center


@pytest.fixture(scope="module")
def few(world):
    """Two free search teams on the ground."""
    bound = {a.team_id for a in w.seen(world).assignments.values() if a.active}
    free = [
        t.id
        for t in w.seen(world).available_teams()
        if "搜救" in t.provides and not t.moves_by_air and t.id not in bound
    ]
    assert len(free) >= 2
    return sorted(free)[:2]


def test_two_teams_serve_six_sites_in_turn(world, few):
    """Each site once; instants follow from the minutes; a reason each; nothing is ordered."""
    before = w.seen(world)
    told = world.queue_sites(w.DUTY, {"sites": SITES, "teams": few})
    assert sorted(s["site"] for r in told["routes"] for s in r["stops"]) == [
        s["id"] for s in SITES
    ]  # fmt: skip
    assert told["unserved"] == []
    assert all(c["ok"] for c in told["checks"])
    for route in told["routes"]:
        now = route["leave"]
        assert now - told["at"] == timedelta(
            minutes=route["ready_minutes"] + route["approval_minutes"]
        )
        for stop in route["stops"]:
            arrive = now + timedelta(minutes=stop["travel_minutes"])
            assert abs(arrive - stop["arrive"]) < timedelta(seconds=6)
            now = stop["finish"]
            assert now - stop["arrive"] == timedelta(minutes=30)
            assert f"权重 {stop['weight']:g}" in stop["reason"]
        assert route["finish"] == now
    own = sum(s["weight"] * s["finish_minutes"] for r in told["routes"] for s in r["stops"])
    assert own == pytest.approx(told["objective"]["value"], rel=1e-3)
    after = w.seen(world)
    assert after.revision == before.revision
    assert after.assignments == before.assignments


def test_open_incidents_are_sites_with_what_is_assumed_said(world, few):
    """What an incident does not state is assumed in words; who could come instead is told."""
    rows = [{"id": key} for key in w.incidents(world)]
    told = world.queue_sites(w.DUTY, {"incidents": rows})
    assert {s["incident"] for r in told["routes"] for s in r["stops"]} == set(w.incidents(world))
    assert any("60 分钟" in line for line in told["assumptions"])
    assert told["teams"]["considered"] <= told["teams"]["free"]


def test_a_site_nobody_can_serve_is_told_with_the_remedy(world, few):
    """Two search teams cannot pump: the site stays, with what is missing."""
    sites = [SITES[0], {**SITES[1], "needs": ["航空救援"]}]
    told = world.queue_sites(w.DUTY, {"sites": sites, "teams": few})
    (left,) = told["unserved"]
    assert left["site"] == "点1"
    assert "航空救援" in left["why"]
    assert "上级" in left["why"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sites": []}, "sites"),
        ({"colour": 1}, "colour"),
        ({"teams": ["没有此队"]}, "teams"),
        ({"sites": [SITES[0], SITES[0]]}, "sites"),
        ({"sites": [{**SITES[0], "needs": ["飞天"]}]}, "sites[0].needs"),
        ({"sites": [{**SITES[0], "lon": 80.0}]}, "sites[0].lon"),
        ({"sites": [SITES[0], {**SITES[1], "minutes": float("nan")}]}, "sites[1].minutes"),
        ({"sites": [{**SITES[0], "weight": -1}]}, "sites[0].weight"),
        ({"sites": [{**SITES[0], "colour": 1}]}, "sites[0].colour"),
        ({"incidents": [{"id": "没有"}]}, "incidents[0].id"),
        ({"time_limit_s": 0}, "time_limit_s"),
    ],
)  # fmt: skip
def test_faults_name_field_and_remedy(world, change, field):
    """The field that is wrong, and what to do."""
    with pytest.raises(Invalid) as caught:
        world.queue_sites(w.DUTY, {"sites": SITES, **change})
    (fault,) = caught.value.errors
    assert fault["field"] == field
    assert fault["remedy"]


def test_areas_and_permission_are_kept(world):
    """A county queues its own sites with its own teams; a screen on the wall queues nothing."""
    away = {"id": "汉", "lon": 114.30, "lat": 30.60, "minutes": 30}
    with pytest.raises(Invalid, match="不在本辖区"):
        world.queue_sites(w.COUNTY, {"sites": [away]})
    foreign = next(
        t.id for t in w.seen(world).available_teams() if not (t.area_code or "").startswith("4211")
    )
    with pytest.raises(Invalid) as caught:
        world.queue_sites(w.COUNTY, {"sites": SITES[:1], "teams": [foreign]})
    assert caught.value.errors[0]["field"] == "teams"
    told = world.queue_sites(w.COUNTY, {"sites": [{**SITES[0], "needs": []}]})
    teams = w.seen(world).teams
    assert all(teams[r["team"]].area_code == "421127" for r in told["routes"])
    with pytest.raises(Forbidden):
        world.queue_sites(Actor.of("wall", "wall", "420000"), {"sites": SITES})


def test_a_queue_over_http(exercise_server):
    """The answer over HTTP carries instants; faults are problems with fields; leaders may ask."""
    with exercise_server.client("leader") as leader:
        told = api.post(leader, "/plans/queue", {"sites": SITES, "key": "desk"}, status=200)
        stop = told["routes"][0]["stops"][0]
        assert datetime.fromisoformat(stop["finish"]) > datetime.fromisoformat(stop["arrive"])
        body = leader.post("/api/v1/plans/queue", json={"sites": [{"lon": 114, "lat": 30}]})
        assert "minutes" in api.problem(body, 422)["errors"][0]["field"]
        body = leader.post("/api/v1/plans/queue", json={"sites": SITES, "teams": ["没有此队"]})
        assert api.problem(body, 422)["errors"][0]["field"] == "teams"
