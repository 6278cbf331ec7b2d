"""The small map a grid worker's phone keeps: outlines and places of the own area, as plain numbers.

It is fetched once while there is a link and lies on the phone from then on; a county is a few
kilobytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from dashboard.geo_frames import reference_frames
from data.domain.org import AreaTree

TOLERANCE_DEG = 0.002  # about 200 m: a finger is wider at county zoom
DIGITS = 4


def ground(areas: AreaTree, org: str) -> dict[str, Any]:
    """Outlines as rings of [lon, lat] and places with their names, of an area and all below it."""
    inside = areas.subtree(org)
    shown = frozenset(c for c in inside if areas.areas[c].is_county) or inside
    return _ground(shown, inside)


@cache
def _ground(shown: frozenset[str], inside: frozenset[str]) -> dict[str, Any]:
    frames = reference_frames()
    outlines = [
        {"code": row["code"], "name": row["name"], "rings": _rings(row["geometry"])}
        for row in frames["boundaries_full"].to_dict("records")
        if row["code"] in shown
    ]
    places = [
        {"name": row["name_zh"], "lon": round(row["geometry"].x, DIGITS),
         "lat": round(row["geometry"].y, DIGITS)}
        for row in frames["places"].to_dict("records")
        if row["area_code"] in inside
    ]  # fmt: skip
    seats = [
        {"name": row["name"], "lon": round(row["geometry"].x, DIGITS),
         "lat": round(row["geometry"].y, DIGITS)}
        for row in frames["areas"].to_dict("records")
        if row["code"] in inside
    ]  # fmt: skip
    return {"outlines": outlines, "places": [*seats, *places]}


def _rings(shape: Any) -> list[list[list[float]]]:
    """The outer rings of a polygon or of several, made coarse."""
    coarse = shape.simplify(TOLERANCE_DEG)
    parts = coarse.geoms if isinstance(coarse, MultiPolygon) else [coarse]
    return [
        [[round(x, DIGITS), round(y, DIGITS)] for x, y in part.exterior.coords]
        for part in parts
        if isinstance(part, Polygon) and not part.is_empty
    ]
