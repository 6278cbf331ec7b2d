"""Where a CAP message holds: polygons and circles (latitude first) and codes of units."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from data.ingest.coordinates import Crs, to_wgs84

NS = "urn:oasis:names:tc:emergency:cap:1.2"
EARTH_KM = 6371.0088
CIRCLE_POINTS = 64
CODE_DIGITS = 6
NOWHERE: Mapping[str, Any] = {"words": "", "geometry": None, "codes": (), "geocodes": {}}
Ring = list[list[float]]
_CODE = re.compile(r"\d{6}(?:\d{3}|\d{6})?")


def area_of(info: etree._Element, crs: Crs) -> dict[str, Any]:
    """The areas of an info block as one: words, GeoJSON in WGS 84 (lon, lat), six-digit codes."""
    rings: list[Ring] = []
    words: list[str] = []
    geocodes: dict[str, list[str]] = {}
    for area in info.findall(f"{{{NS}}}area"):
        words.append((area.findtext(f"{{{NS}}}areaDesc") or "").strip())
        rings += [polygon(node.text or "", crs) for node in area.findall(f"{{{NS}}}polygon")]
        for node in area.findall(f"{{{NS}}}circle"):
            made = circle(node.text or "", crs)
            rings += [made] if made else []
        for node in area.findall(f"{{{NS}}}geocode"):
            name = (node.findtext(f"{{{NS}}}valueName") or "").strip()
            geocodes.setdefault(name, []).append((node.findtext(f"{{{NS}}}value") or "").strip())
    return {
        "words": "；".join(w for w in words if w),
        "geometry": _geometry(rings),
        "codes": _codes(geocodes),
        "geocodes": {name: " ".join(values) for name, values in geocodes.items()},
    }


def positions(text: str) -> list[tuple[float, float]]:
    """`lat,lon lat,lon …` as (lat, lon) pairs.

    Raises
    ------
    ValueError
        When a pair cannot be read or lies outside the globe.
    """
    found = []
    for pair in text.split():
        lat, _, lon = pair.partition(",")
        point = float(lat), float(lon)
        if not (abs(point[0]) <= 90 and abs(point[1]) <= 180):  # noqa: PLR2004
            raise ValueError(f"坐标 {pair} 超出范围，CAP 写作 纬度,经度")
        found.append(point)
    return found


def polygon(text: str, crs: Crs) -> Ring:
    """A polygon's ring in GeoJSON order."""
    return [list(to_wgs84(lon, lat, crs)) for lat, lon in positions(text)]


def circle(text: str, crs: Crs) -> Ring | None:
    """A circle `lat,lon radius` (km) as a ring of 64 points; None when its radius is nought."""
    centre, radius_km = read_circle(text)
    if radius_km == 0:
        return None
    lon, lat = to_wgs84(centre[1], centre[0], crs)
    ring = [
        _away(lon, lat, radius_km, 2 * math.pi * n / CIRCLE_POINTS) for n in range(CIRCLE_POINTS)
    ]
    return [*ring, ring[0]]


def read_circle(text: str) -> tuple[tuple[float, float], float]:
    """((lat, lon), radius in km) of a CAP circle.

    Raises
    ------
    ValueError
        When it cannot be read.
    """
    parts = text.split()
    if len(parts) != 2:  # noqa: PLR2004
        raise ValueError("圆应写作 纬度,经度 半径（公里）")
    radius_km = float(parts[1])
    if not 0 <= radius_km < EARTH_KM:
        raise ValueError(f"半径 {parts[1]} 有误")
    return positions(parts[0])[0], radius_km


def _away(lon: float, lat: float, radius_km: float, bearing: float) -> list[float]:
    """The point at a distance and bearing (radians) on the sphere."""
    angle, phi = radius_km / EARTH_KM, math.radians(lat)
    north = math.asin(
        math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    )
    east = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * math.sin(north),
    )
    return [round(lon + math.degrees(east), 6), round(math.degrees(north), 6)]


def _geometry(rings: list[Ring]) -> dict[str, Any] | None:
    """One polygon, several as one, or none."""
    if not rings:
        return None
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def _codes(geocodes: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Codes of administrative units among the geocodes, townships as their county."""
    found: list[str] = []
    for name, values in geocodes.items():
        if name.upper() in ("UGC", "SAME", "FIPS6", "EMMA_ID"):
            continue
        for value in re.split(r"[\s,，、;]+", " ".join(values)):
            found += [value[:CODE_DIGITS]] if _CODE.fullmatch(value) else []
    return tuple(dict.fromkeys(found))
