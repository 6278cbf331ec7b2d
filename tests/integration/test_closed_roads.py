"""Closing roads for real and on the way to 大河镇: what it does to times and routes."""

import pytest
from shapely.geometry import box, mapping

from data.center import build_center
from data.config import Settings
from data.domain.messages import DrawZone, EndZone
from data.domain.org import Actor
from data.errors import Invalid
from data.services.supposing import in_force
from tests.integration.api_world import get, post

DUTY = Actor.of("duty", "duty", "420000", "王值班")
DAHE = (115.83174, 30.09415)  # 黄梅县大河镇, where the exercise's landslide is
HUANGMEI = (115.94, 30.07)
HUANGZHOU = (114.87, 30.45)
WUXUE = (115.56, 29.85)
# Across the road from 黄梅 to 大河镇, half way, the town itself outside.
ACROSS = mapping(box(115.875, 30.05, 115.895, 30.12))
# The same, and round the south and the west: the way in from 武穴 and 蕲春 is cut as well.
ROUND = mapping(
    box(115.70, 30.00, 115.90, 30.20).difference(box(115.80, 30.06, 115.86, 30.13))
)


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """A real center, empty of incidents."""
    made = build_center(Settings(var=tmp_path_factory.mktemp("var"), scenario="none"))
    made.seed()
    yield made
    made.close()


def test_closing_the_road_to_dahe_makes_the_near_teams_go_round(center):
    """From 黄梅 it takes far longer by another way, from 武穴 hardly longer than before."""
    travel = center.travel
    (open_near,), (open_far,) = travel.minutes([HUANGMEI, WUXUE], [DAHE])
    (near,), (far,) = travel.minutes([HUANGMEI, WUXUE], [DAHE], closures=[ACROSS])
    assert 15 <= open_near <= 30
    assert near is None or near > 2.5 * open_near
    assert open_far <= far < 1.2 * open_far
    assert travel.route(HUANGMEI, DAHE) == [HUANGMEI, DAHE]
    assert len(travel.route(HUANGMEI, DAHE, [ACROSS])) > 2


def test_closed_on_every_side_dahe_is_cut_off(center):
    """A ring leaves no road; the helicopter does not mind; closed around the scene it opens."""
    travel = center.travel
    assert travel.minutes([HUANGMEI, HUANGZHOU], [DAHE], closures=[ROUND]) == [[None], [None]]
    assert travel.minutes([HUANGMEI], [DAHE], by_air=True, closures=[ROUND])[0][0] is not None
    cordon = mapping(box(115.82, 30.085, 115.845, 30.105))
    assert travel.minutes([HUANGMEI], [DAHE], closures=[cordon])[0][0] is not None


def test_a_closure_may_name_roads(center):
    """Named roads are closed, those that only cross them stay open, and lifting opens them."""
    road = center.travel.edge("G70:421127-421126")
    told = center.handle(DrawZone(kind="closure", roads=(road["id"],)), DUTY).body["zone"]
    made = center.queries.situation(DUTY).zones[told["id"]]
    try:
        assert made.closure == {"roads": [road["id"]]}
        assert "福银高速" in made.label
        shut = in_force(center.queries.situation(DUTY)).options()
        before = center.travel.minutes([HUANGMEI], [HUANGZHOU])[0]
        after = center.travel.minutes([HUANGMEI], [HUANGZHOU], **shut)[0]
        assert after[0] > before[0]
        drawn = center.travel.minutes([HUANGMEI], [HUANGZHOU], closures=[made.geometry])[0][0]
        assert drawn is None or drawn >= after[0]
    finally:
        center.handle(EndZone(zone_id=made.id), DUTY)
    assert in_force(center.queries.situation(DUTY)).areas == ()


def test_an_unknown_road_is_refused_by_name(center):
    """So is an affected area by roads, and a ramp, which lies inside its town."""
    with pytest.raises(Invalid, match="G99:1-2"):
        center.handle(DrawZone(kind="closure", roads=("G99:1-2",)), DUTY)
    with pytest.raises(Invalid, match="ramp"):
        center.handle(DrawZone(kind="closure", roads=("ramp:421127-421127",)), DUTY)
    with pytest.raises(Invalid, match="不能按路段"):
        center.handle(DrawZone(kind="affected", roads=("G50:421127-421182",)), DUTY)


def test_roads_are_listed_and_closed_over_http(exercise_server):
    """A program finds a road near a place, closes it by its id, and lifts the closure."""
    with exercise_server.client("duty") as client:
        listed = get(client, "/roads", bbox="115.5,29.8,116.0,30.1")
        ids = {r["id"] for r in listed["items"]}
        assert "R:421127-421182" in ids or "R:421182-421127" in ids
        assert "公里/时" in listed["basis"]
        assert len(listed["items"]) < len(get(client, "/roads")["items"])
        assert not listed["more"]
        body = {"kind": "closure", "roads": [min(ids)], "label": "试封"}
        zone = post(client, "/zones", body)["zone"]
        assert zone["effects"]["roads"] == [min(ids)]
        post(client, f"/zones/{zone['id']}/end", {}, status=200)
        assert get(client, "/roads", bbox="3,2,1,0", status=422)["errors"][0]["field"] == "bbox"
