"""Units at a point, and what an area touches."""

from __future__ import annotations

import pytest
from shapely.geometry import box, mapping

from data.domain.spatial import ESTIMATE, Spatial, area_m2, touched_points

UNITS = Spatial(["a", "b"], [box(114, 30, 115, 31), box(115, 30, 116, 31)], {"a": 1000, "b": None})


def test_a_point_lies_in_one_unit():
    """Inside, on the border (the lowest code), outside."""
    assert UNITS.unit_at(115.5, 30.5) == "b"
    assert UNITS.unit_at(115.0, 30.5) == "a"
    assert UNITS.unit_at(120, 30) is None


def test_an_area_touches_units_by_share():
    """Half of one unit is half of its people, as an estimate; unknown people stay unknown."""
    touched = UNITS.touched_units(mapping(box(114.5, 30, 115.1, 31)))
    assert [t.code for t in touched] == ["a", "b"]
    assert [t.share for t in touched] == pytest.approx([0.5, 0.1])
    assert [t.people for t in touched] == [500, None]
    assert touched[0].basis == ESTIMATE


def test_a_shared_edge_touches_nothing():
    """A unit that only borders the area is not touched."""
    assert [t.code for t in UNITS.touched_units(box(113, 30, 114, 31))] == []


def test_area_is_true():
    """A degree square at 30 N has the area that the ellipsoid gives it (about 10 630 km²)."""
    assert area_m2(box(114, 30, 115, 31)) / 1e6 == pytest.approx(10_626, rel=0.01)


def test_points_in_an_area():
    """Points inside and on the edge count, others do not."""
    points = {"in": (114.5, 30.5), "edge": (114, 30.5), "out": (113, 30)}
    assert touched_points(mapping(box(114, 30, 115, 31)), points) == ["in", "edge"]
    assert touched_points(box(114, 30, 115, 31), {}) == []


def test_what_is_no_polygon_is_refused():
    """A line is no affected area."""
    with pytest.raises(ValueError, match="多边形"):
        UNITS.touched_units({"type": "LineString", "coordinates": [[114, 30], [115, 30]]})
