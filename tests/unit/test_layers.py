"""Every layer makes one frame, and both drawings follow its style."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from dashboard import geo
from dashboard.geo import map_body
from dashboard.geo_frames import reference_frames
from data.domain.org import Actor
from layers import teams, water
from layers.base import blank, escaped
from layers.boundaries import LAYER as BOUNDARIES
from layers.catalog import LAYERS, MOVING, POINTS, map_features
from layers.drawing import glyph, path_style
from layers.routes import LAYER as ROUTES
from layers.sensors import LAYER as STATIONS
from tests.map_world import A, B, world

_CASES = [pytest.param(layer, id=layer.id) for layer in LAYERS]


@pytest.mark.parametrize("layer", _CASES)
def test_frame_is_wgs84_with_the_columns_its_style_names(layer):
    """A frame stands in EPSG:4326 and has every column its style, label and popup ask for."""
    table = layer.table(world(), reference_frames())
    named = {value for key, value in layer.leaflet()["style"].items() if key.endswith("_by")}
    asked = {*named, layer.label, *(column for column, _ in layer.popup)} - {None}
    assert table.crs.to_epsg() == 4326
    assert asked <= set(table.columns)


@pytest.mark.parametrize("layer", _CASES)
def test_empty_center_draws(layer):
    """A center with nothing in it still has every layer, and folium draws it."""
    empty = replace(world(), incidents={}, teams={}, assignments={}, zones={}, sensors={},
                    depots={}, positions={}, readings={}, alarms={})  # fmt: skip
    assert layer.folium(empty, {}) is not None


def test_team_wears_its_incidents_colour():
    """A bound team has its incident's identity colour; one in reserve is grey."""
    table = teams.LAYER.table(world(), {}).set_index("id")
    assert table.loc["TM-0001", "colour"] == "#74e0bf"
    assert table.loc["TM-0004", "colour"] == "#c6a4ff"
    assert table.loc["TM-1000", "colour"] == "#aebdd6"
    assert table.loc["TM-0002", "char"] == "出"
    assert (table.loc["TM-0002"].geometry.x, table.loc["TM-0002"].geometry.y) == (115.4, 30.25)
    assert "代用坐标" in table.loc["TM-1000", "tip"]


def test_route_is_dashed_until_departure():
    """Ordered is dashed, departed is solid and strong, arrived is faint."""
    table = ROUTES.table(world(), {}).set_index("team")
    assert table.loc["TM-0003", "dash"] == "8 5"
    assert table.loc["TM-0002", "dash"] is None
    assert table.loc["TM-0001", "opacity"] < table.loc["TM-0002", "opacity"]


def test_station_is_coloured_only_over_its_rung():
    """Over 警戒 is yellow with 黄, over 保证 orange with 橙, below both grey without a word."""
    table = STATIONS.table(world(), {}).set_index("id")
    assert list(table.loc["S-1", ["colour", "char"]]) == ["#ffd84d", "黄"]
    assert list(table.loc["S-2", ["colour", "char"]]) == ["#ff9c3a", "橙"]
    assert list(table.loc["S-3", ["colour", "char"]]) == ["#8fa3c4", None]


def test_both_drawings_share_the_style():
    """What folium paints is what the style sent to the browser says, row by row."""
    style = BOUNDARIES.leaflet()["style"]
    rows = BOUNDARIES.table(world(), reference_frames()).to_dict("records")
    for row in (rows[0], rows[-1]):
        drawn = path_style(BOUNDARIES.style, row)
        assert drawn["fill"] is (not blank(row[style["fill_by"]]))
        assert drawn["weight"] == row[style["weight_by"]]
    team = teams.LAYER.table(world(), {}).to_dict("records")[0]
    assert team[teams.LAYER.leaflet()["style"]["stroke_by"]] in glyph(teams.LAYER.style, team)


def test_map_body_is_plain_geojson():
    """Every moving layer but the points is a collection of features with a kind and an id."""
    missing = []
    body = map_features(world(), {}, missing)
    assert missing == []
    assert set(body) == {layer.id for layer in MOVING if layer not in POINTS}
    for data in body.values():
        assert all({"kind", "id", "tip"} <= set(f["properties"]) for f in data["features"])
    assert {f["properties"]["incident"] for f in body["routes"]["features"]} == {A, B}


def test_a_layer_that_fails_is_named_and_takes_no_other_with_it(monkeypatch):
    """The map shows the rest and says which one is missing."""

    def broken(*_):
        raise ValueError("a shape that is none")

    moving = tuple(replace(x, frame=broken) if x is teams.LAYER else x for x in MOVING)
    monkeypatch.setattr("layers.catalog.MOVING", moving)
    body = map_body(world())
    assert body["missing"] == [teams.LAYER.title]
    assert "teams" not in body["layers"]
    assert body["layers"]["incidents"]["features"]


def test_a_file_of_the_ground_that_fails_is_named_and_the_others_keep_their_addresses(monkeypatch):
    """Rivers that cannot be read take neither the boundaries nor what moves with them."""
    files = geo._FILES | {"rivers": (replace(water.RIVERS, frame=_broken), 4)}
    monkeypatch.setattr(geo, "_FILES", files)
    geo.geo_file.cache_clear()
    body = map_body(world())
    geo.geo_file.cache_clear()
    assert body["missing"] == [water.RIVERS.title]
    assert "rivers" not in body["geo"]
    assert "boundaries-wall" in body["geo"]
    assert body["layers"]["incidents"]["features"]


def _broken(*_):
    raise ValueError("a shape that is none")


def test_escaped_text_is_inert():
    """Markup, template braces and template literals lose their meaning."""
    assert not set("<>`${}\\") & set(escaped("<b>`${1}\\{{x}}"))


def test_a_map_with_a_hole_is_kept_for_seconds_and_then_drawn_again(monkeypatch):
    """Many pages that ask at once cost one drawing; a whole map is kept for good."""
    seen, now, drawn = world(), [100.0], []
    missing = ["队伍"]

    def body(_situation):
        drawn.append(list(missing))
        return {"missing": list(missing)}

    monkeypatch.setattr(geo, "map_body", body)
    monkeypatch.setattr(geo, "monotonic", lambda: now[0])
    center = SimpleNamespace(queries=SimpleNamespace(situation=lambda *_: seen))
    cache, viewer = geo.MapCache(center), Actor.of("duty", "duty", "420000")
    assert cache.body(viewer, None) == cache.body(viewer, None)
    assert len(drawn) == 1
    missing.clear()
    now[0] += geo.HOLE_S
    assert cache.body(viewer, None) == b'{"missing":[]}'
    now[0] += 1e6
    cache.body(viewer, None)
    assert len(drawn) == 2
