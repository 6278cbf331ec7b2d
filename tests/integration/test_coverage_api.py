"""Cover over HTTP: now, after a plan, by capability, within one's own area."""

import pytest

from tests.integration import api_world as w
from tests.serving import Running


@pytest.fixture(scope="module")
def running(exercise_server) -> Running:
    """The exercise with its forces."""
    return exercise_server


@pytest.fixture(scope="module")
def duty(running):
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


@pytest.fixture(scope="module")
def plan(duty):
    """A plan for one landslide."""
    asked = {"incidents": [{"id": w.incident(duty)}]}
    return w.post(duty, "/plans", asked)


def test_every_county_is_there_with_people_and_risk(duty):
    """103 counties, sums that grow with the minutes, and what is known beside what is not."""
    found = w.get(duty, "/coverage")
    assert len(found["counties"]) == 103
    people = found["population_within"]
    assert 0 < people["30"] < people["60"] <= people["90"] <= found["population_known"]
    assert found["population_unknown"] == sum(c["population"] is None for c in found["counties"])
    near = min(found["counties"], key=lambda c: c["minutes"])
    team = next(t for t in w.get(duty, "/teams", limit=1000)["items"] if t["id"] == near["team"])
    assert team["state"] == "standby"


def test_capability_narrows_the_teams(duty):
    """One capability never covers more than any rescue does; an unknown one is refused."""
    anything, dogs = w.get(duty, "/coverage"), w.get(duty, "/coverage", capability="搜救")
    pairs = zip(anything["counties"], dogs["counties"], strict=True)
    assert all(
        b["minutes"] is None or a["minutes"] <= b["minutes"] for a, b in pairs
    )
    w.problem(duty.get("/api/v1/coverage", params={"capability": "变魔术"}), 422)


def test_a_plan_shows_before_and_after(duty, plan):
    """After the plan no county is reached sooner, and what got worse is listed with its kind."""
    found = w.get(duty, "/coverage", plan=plan["id"], capability="搜救")
    assert found["plan"] == plan["id"]
    pairs = list(zip(found["before"]["counties"], found["after"]["counties"], strict=True))
    assert all(a["minutes"] is None or b["minutes"] <= a["minutes"] for b, a in pairs)
    fewer = {b["area_code"] for b, a in pairs if b["teams"] > 1 >= a["teams"]}
    lost = {r["area_code"] for r in found["losses"] if r["lost"] in {"last", "second"}}
    assert fewer <= lost
    assert any(b["teams"] > a["teams"] for b, a in pairs)


def test_a_city_sees_its_own_counties_and_no_foreign_plan(running, plan):
    """黄冈 has its own counties; a plan of the province does not exist there; nor a made-up one."""
    with running.client("duty.421100") as city:
        names = {c["name"] for c in w.get(city, "/coverage")["counties"]}
        assert "黄梅" in names
        assert "江岸" not in names
        w.problem(city.get("/api/v1/coverage", params={"plan": plan["id"]}), 404)
        w.problem(city.get("/api/v1/coverage", params={"plan": "P-none"}), 404)


def test_strangers_get_nothing(running):
    """Signed out, there is no cover to see."""
    with running.client() as nobody:
        w.problem(nobody.get("/api/v1/coverage"), 401)


def test_the_past_is_as_it_was(duty, running):
    """At a journal number the answer is stamped with it."""
    assert w.get(duty, "/coverage", at=3)["revision"] == 3


def test_the_layer_colours_every_county_without_polygons(duty, plan):
    """The map gets how to draw each county and the legend; with a plan, what it marks."""
    now = w.get(duty, "/map/coverage")
    assert len(now["counties"]) == 103
    assert sum(line["counties"] for line in now["key"]) == 103
    assert "搜救" in now["capabilities"]
    after = w.get(duty, "/map/coverage", plan=plan["id"])
    marked = sum(row["lost"] is not None for row in after["counties"].values())
    assert marked == sum(line["counties"] for line in after["key"] if line["fill"] is None)
    assert marked == len(w.get(duty, "/coverage", plan=plan["id"])["losses"])


def test_gis_programs_and_the_take_away_map_get_it_too(duty):
    """The collection has every county with its polygon and minutes; the offline map its switch."""
    found = duty.get("/ogc/collections/coverage/items").json()
    assert found["numberMatched"] == 103
    assert all(f["geometry"] and f["properties"]["band"] for f in found["features"])
    assert "覆盖范围（最近队伍到县城）" in duty.get("/api/v1/takeaway.html").text


def test_a_plan_carries_the_cover_it_would_leave(duty, plan):
    """What the plan's answer keeps is what is asked for afterwards."""
    kept = plan["coverage"]
    found = w.get(duty, "/coverage", plan=plan["id"])
    assert kept["after"]["population_within"] == found["after"]["population_within"]
    assert kept["losses"] == found["losses"]
