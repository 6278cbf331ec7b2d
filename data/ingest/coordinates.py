"""Brings GCJ-02 and BD-09 positions to WGS 84, once, at the door."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

Crs = Literal["WGS84", "CGCS2000", "GCJ02", "BD09"]

# The Krasovsky ellipsoid that GCJ-02 is built on.
SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BD_TURN = math.pi * 3000.0 / 180.0
CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north
EXACT_DEG = 1e-9


def to_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """A position in WGS 84 degrees; outside China every system is taken as WGS 84.

    Parameters
    ----------
    lon, lat
        Degrees.
    crs
        What the position came in. CGCS2000 differs from WGS 84 by less than a metre.

    Raises
    ------
    ValueError
        When the numbers are no position or the system is unknown.
    """
    if crs not in get_args(Crs):
        raise ValueError(f"不认识的坐标系“{crs}”，请填 WGS84、CGCS2000、GCJ02 或 BD09")
    _check(lon, lat)
    if crs in ("WGS84", "CGCS2000") or not in_china(lon, lat):
        return lon, lat
    return _inverse(wgs84_to_gcj02 if crs == "GCJ02" else wgs84_to_bd09, lon, lat)


def geometry_to_wgs84(geometry: Mapping[str, Any], crs: Crs) -> dict[str, Any]:
    """A GeoJSON geometry in WGS 84, position by position.

    Raises
    ------
    ValueError
        When it is no geometry or the system is unknown.
    """
    body = geometry if isinstance(geometry, Mapping) else {}
    return {"type": body.get("type"), "coordinates": _positions(body.get("coordinates"), crs)}


def _positions(value: Any, crs: Crs) -> Any:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("看不懂坐标，请给出 GeoJSON 的 coordinates")
    if isinstance(value[0], int | float):
        if len(value) < 2 or not all(isinstance(n, int | float) for n in value):  # noqa: PLR2004
            raise ValueError("看不懂坐标，请写成 [经度, 纬度]")
        try:
            return list(to_wgs84(float(value[0]), float(value[1]), crs))
        except OverflowError as error:
            raise ValueError("坐标的数字太大，请写成 [经度, 纬度]") from error
    return [_positions(part, crs) for part in value]


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """A WGS 84 position as Amap and Tencent show it."""
    x, y = lon - 105.0, lat - 35.0
    phi = math.radians(lat)
    bend = 1 - ECCENTRICITY_SQUARED * math.sin(phi) ** 2
    root = math.sqrt(bend)
    meridian_m = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / (bend * root)
    east = math.degrees(_shift_lon(x, y) / (SEMI_MAJOR_M / root * math.cos(phi)))
    return lon + east, lat + math.degrees(_shift_lat(x, y) / meridian_m)


def wgs84_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """A WGS 84 position as Baidu shows it."""
    x, y = wgs84_to_gcj02(lon, lat)
    z = math.hypot(x, y) + 0.00002 * math.sin(y * BD_TURN)
    theta = math.atan2(y, x) + 0.000003 * math.cos(x * BD_TURN)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def in_china(lon: float, lat: float) -> bool:
    """Whether a position lies in the rectangle in which the shifted systems are used."""
    west, south, east, north = CHINA
    return west <= lon <= east and south <= lat <= north


def _check(lon: float, lat: float) -> None:
    """Refuse what is no position."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise ValueError("经纬度不是数字，请填十进制度，例如 114.305, 30.593")
    if abs(lat) > 90 and abs(lon) <= 90:  # noqa: PLR2004
        raise ValueError(f"经度 {lon}、纬度 {lat} 可能填反了，请交换后重填")
    if abs(lon) > 180 or abs(lat) > 90:  # noqa: PLR2004
        raise ValueError(f"经度 {lon}、纬度 {lat} 超出范围，请填十进制度，例如 114.305, 30.593")


def _inverse(
    forward: Callable[[float, float], tuple[float, float]], lon: float, lat: float
) -> tuple[float, float]:
    """The position that `forward` takes to (lon, lat), by fixed-point iteration."""
    x, y = lon, lat
    for _ in range(40):
        east, north = forward(x, y)
        dx, dy = lon - east, lat - north
        x, y = x + dx, y + dy
        if abs(dx) < EXACT_DEG and abs(dy) < EXACT_DEG:
            break
    return x, y


def _waves(x: float) -> float:
    """The short waves that both shifts share."""
    return (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0


def _shift_lat(x: float, y: float) -> float:
    """Shift north, metres."""
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    shift += _waves(x)
    shift += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    long_wave = 160.0 * math.sin(y / 12.0 * math.pi) + 320 * math.sin(y * math.pi / 30.0)
    return shift + long_wave * 2.0 / 3.0


def _shift_lon(x: float, y: float) -> float:
    """Shift east, metres."""
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    shift += _waves(x)
    shift += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    long_wave = 150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)
    return shift + long_wave * 2.0 / 3.0
