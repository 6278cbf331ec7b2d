"""Polygons of GeoJSON: those that are, and everything else before GEOS sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.domain.geojson import drawn_area
from data.errors import Invalid
from data.services.warned_area import _polygon
from data.services.zones import checked_polygon

RING = [[115.8, 30.0], [115.9, 30.0], [115.9, 30.1], [115.8, 30.0]]
HOLE = [[115.88, 30.01], [115.89, 30.01], [115.89, 30.02], [115.88, 30.01]]
NONE = [
    None, [], "x", 7, {}, {"type": "Polygon"}, {"type": "Point", "coordinates": [115.8, 30.0]},
    {"type": "Polygon", "coordinates": []}, {"type": "Polygon", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": [RING, []]},  # GEOS ends the process over this one
    {"type": "MultiPolygon", "coordinates": [[RING], []]},
    {"type": "MultiPolygon", "coordinates": [[RING, []]]},
    {"type": "Polygon", "coordinates": [RING[:3]]},
    {"type": "Polygon", "coordinates": [[*RING[:3], [115.8]]]},
    {"type": "Polygon", "coordinates": [[*RING[:3], [115.8, "30"]]]},
    {"type": "Polygon", "coordinates": [[*RING[:3], [115.8, True]]]},
    {"type": "Polygon", "coordinates": [[*RING[:3], [115.8, float("nan")]]]},
    {"type": "Polygon", "coordinates": [[*RING[:3], [10**400, 30.0]]]},
    {"type": "Polygon", "coordinates": RING},
    {"geometry": None},
]  # fmt: skip


@pytest.mark.parametrize("given_", NONE, ids=lambda g: f"{g!r:.40}")
def test_what_is_no_polygon_is_refused_by_every_door(given_):
    """By its name, by the doors for zones and for warnings alike; the process goes on."""
    with pytest.raises(ValueError, match=r"多边形|坐标"):
        drawn_area(given_)
    for door in (checked_polygon, _polygon):
        with pytest.raises(Invalid) as refused:
            door(given_)
        assert refused.value.errors[0]["field"] == "geometry"


@pytest.mark.parametrize(
    "given_",
    [
        {"type": "Polygon", "coordinates": [RING, HOLE]},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]}},
        {"type": "MultiPolygon", "coordinates": [[[[x, y, 12.0] for x, y in RING]]]},
    ],
)
def test_what_is_one_is_read(given_):
    """With holes, as a feature, with heights, which are left out."""
    made = drawn_area(given_)
    assert made.bounds == (115.8, 30.0, 115.9, 30.1)
    assert not made.has_z


SCRAPS = st.recursive(
    st.one_of(st.floats(), st.integers(), st.none(), st.just(115.8), st.text(max_size=2)),
    lambda inner: st.lists(inner, max_size=5), max_leaves=30,
)  # fmt: skip


@given(st.sampled_from(["Polygon", "MultiPolygon"]), SCRAPS, st.integers(0, 3))
def test_scraps_in_any_place_end_nothing(kind, scrap, place):
    """Lists, numbers and texts where rings and positions should be: read, or refused."""
    rings = [[*RING], [*HOLE]]
    rings[place % 2] = scrap if place < 2 else [*RING[:place], scrap, *RING[place:]]
    body = {"type": kind, "coordinates": rings if kind == "Polygon" else [rings]}
    try:
        checked_polygon(body)
    except Invalid:
        return
