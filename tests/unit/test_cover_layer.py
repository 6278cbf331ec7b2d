"""The cover layer: counties by class, what a plan takes marked, drawn alike by both maps."""

from itertools import pairwise

import pytest

from dashboard.geo_cover import cover_body, cover_frames
from dashboard.vendor import leaflet_css_inlined, leaflet_js
from layers import coverage, palette
from layers.catalog import ASKED, MOVING
from layers.drawing import path_style
from layers.takeaway import takeaway_html
from tests.map_world import WorldCenter, actor, world

SENT = tuple(t for t in world().teams if t.startswith("TM-1"))[:28]


@pytest.fixture(scope="module")
def center():
    """A center whose plan P-1 sends all but four teams."""
    made = WorldCenter()
    made.plans["P-1"] = SENT
    return made


@pytest.fixture(scope="module")
def now(center):
    """The layer's table as it is."""
    return coverage.LAYER.table(world(), cover_frames(center.coverage(actor())))


@pytest.fixture(scope="module")
def after(center):
    """The layer's table as the plan would leave it."""
    return coverage.LAYER.table(world(), cover_frames(center.coverage(actor(), plan_id="P-1")))


def test_every_county_has_the_colour_of_its_minutes(now):
    """Each class has one colour, and minutes on a limit still count within it."""
    assert len(now) == 103
    for row in now.to_dict("records"):
        klass = coverage.BANDS.index(row["band"])
        assert row["colour"] == palette.COVER[klass]
        assert row["minutes"] is None or klass == sum(row["minutes"] > m for m in (30, 60, 90))


def _lightness(colour):
    """Relative luminance of a colour (WCAG 2)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_steps_hold_by_lightness_alone():
    """Near to far grows lighter by half at least each step: no hue is needed to tell them."""
    steps = [_lightness(c) + 0.05 for c in palette.COVER[:4]]
    assert all(b / a > 1.35 for a, b in pairwise(steps))


def test_a_plan_marks_what_it_takes_and_quiets_the_rest(now, after):
    """Counties that lose cover are strong, outlined and named; the others step back."""
    assert set(now["lost"].dropna()) == set()
    assert set(now["opacity"]) == {1.0}
    rows = {row["id"]: row for row in after.to_dict("records")}
    gone = [row for row in rows.values() if row["lost"] == "last"]
    assert gone
    assert all(row["stroke"] == palette.CUT_TEXT and row["opacity"] == 1.0 for row in gone)
    assert all(row["label"] == "无人覆盖" and "失去最后一支" in row["tip"] for row in gone)
    assert {row["opacity"] for row in rows.values() if not row["lost"]} <= {0.45}


def test_lines_of_loss_differ_without_colour():
    """Last, second and later are told apart by dash and width as well as by words."""
    looks = {(line["weight"], line["dash"]) for line in coverage.key(_losses()) if not line["fill"]}
    assert len(looks) == 3


def _losses():
    """A table with a loss of each kind."""
    given = cover_frames(WorldCenter().coverage(actor()))
    table = given["coverage"].head(3).copy()
    table["lost"] = ["last", "second", "later"]
    table["scene"] = ["甲", None, None]
    return coverage.LAYER.table(world(), {"coverage": table})


def test_a_scene_says_whose_it_is():
    """A county that lost cover because an incident lies there says so, no other does."""
    tips = list(_losses()["tip"])
    assert "甲 事发地" in tips[0]
    assert not any("事发地" in tip for tip in tips[1:])


def test_unknown_people_are_said_and_never_summed():
    """A county whose people are unknown says so, and its class says unknown when all are."""
    given = cover_frames(WorldCenter().coverage(actor()))["coverage"].copy()
    given["population"] = None
    table = coverage.LAYER.table(world(), {"coverage": given})
    assert all("人口 未知" in tip for tip in table["tip"])
    people = {line["people"] for line in coverage.key(table) if line["counties"]}
    assert people == {None}


def test_the_browser_gets_no_polygons_and_every_county(center):
    """The polygons are there already: only how to colour them travels."""
    body = cover_body(center.coverage(actor(), plan_id="P-1"), world())
    assert len(body["counties"]) == 103
    assert all("geometry" not in row for row in body["counties"].values())
    assert sum(line["counties"] for line in body["key"] if line["fill"]) == 103
    assert body["plan"] == "P-1"


def test_the_layer_waits_to_be_asked():
    """It is off at first and no part of what every map fetches."""
    assert coverage.LAYER in ASKED
    assert coverage.LAYER not in MOVING
    assert not coverage.LAYER.default_on
    assert len(coverage.LAYER.table(world(), {})) == 0


def test_the_take_away_map_draws_it_alike(center, after):
    """Folium paints each row as the style says; the page has its switch and its key."""
    row = next(r for r in after.to_dict("records") if r["lost"] == "last")
    drawn = path_style(coverage.LAYER.style, row)
    assert (drawn["color"], drawn["weight"], drawn["dashArray"]) == (palette.CUT_TEXT, 3.0, None)
    assert drawn["fillColor"] == row["colour"]
    page = takeaway_html(
        world(), cover_frames(center.coverage(actor())),
        leaflet_js=leaflet_js(), leaflet_css=leaflet_css_inlined(),
    )  # fmt: skip
    assert "覆盖范围（最近队伍到县城）" in page
    assert all(text in page for text in ("无队可达", palette.COVER[0]))
