"""Positions from phones and Chinese maps come out in WGS 84."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import Invalid
from data.ingest.coordinates import geometry_to_wgs84, to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from data.services.zones import checked_polygon

LON = st.floats(108, 117)
LAT = st.floats(28.5, 34)


@given(LON, LAT)
def test_gcj02_comes_back(lon, lat):
    """The inverse of GCJ-02 is exact to 1e-7 degrees."""
    assert to_wgs84(*wgs84_to_gcj02(lon, lat), "GCJ02") == pytest.approx((lon, lat), abs=1e-7)


@given(LON, LAT)
def test_bd09_comes_back(lon, lat):
    """The inverse of BD-09 is exact to 1e-7 degrees."""
    assert to_wgs84(*wgs84_to_bd09(lon, lat), "BD09") == pytest.approx((lon, lat), abs=1e-7)


@given(LON, LAT)
def test_the_shift_is_hundreds_of_metres(lon, lat):
    """Taking GCJ-02 for WGS 84 would err by 0.1 to 1 km: the shift is really applied."""
    east, north = wgs84_to_gcj02(lon, lat)
    assert 0.001 < abs(east - lon) + abs(north - lat) < 0.02


@given(LON, LAT)
def test_wgs84_and_cgcs2000_pass(lon, lat):
    """What is already right is left alone."""
    assert to_wgs84(lon, lat, "WGS84") == to_wgs84(lon, lat, "CGCS2000") == (lon, lat)


def test_outside_china_passes():
    """Shifted systems exist only in China."""
    assert to_wgs84(2.35, 48.85, "GCJ02") == (2.35, 48.85)


@pytest.mark.parametrize(
    ("lon", "lat", "crs", "says"),
    [(30.6, 114.3, "WGS84", "填反"), (999, 30, "WGS84", "超出范围"),
     (float("nan"), 30, "BD09", "不是数字"), (114, 30, "XY", "坐标系")],
)  # fmt: skip
def test_nonsense_is_refused_in_words(lon, lat, crs, says):
    """The message tells the operator what to put right."""
    with pytest.raises(ValueError, match=says):
        to_wgs84(lon, lat, crs)


def test_a_number_that_no_machine_holds_is_no_coordinate():
    """JSON may hold 10^400; a float may not: refused as a place, not failed over."""
    huge = {"type": "Polygon", "coordinates": [[[10**400, 30.0], [115.0, 30.1], [115.1, 30.2]]]}
    with pytest.raises(ValueError, match="数字太大"):
        geometry_to_wgs84(huge, "GCJ02")
    with pytest.raises(Invalid) as refused:
        checked_polygon(huge)
    assert refused.value.errors[0]["field"] == "geometry"
