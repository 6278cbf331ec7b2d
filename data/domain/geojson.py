"""Polygons of GeoJSON that people and programs send, looked at before any geometry library is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

FEWEST = 4  # positions of a ring, RFC 7946 3.1.6
_FAULTS = (shapely.errors.ShapelyError, ArithmeticError, LookupError, TypeError, AttributeError)


def drawn_area(drawing: Any) -> BaseGeometry:
    """The polygon, or polygons, of a geometry or a feature; it may cross itself, but is not empty.

    GEOS ends the whole process over an empty ring where a hole should be, so each ring is counted
    and each number looked at here. Heights are left out.

    Raises
    ------
    ValueError
        When it is anything else.
    """
    body = drawing.get("geometry", drawing) if isinstance(drawing, Mapping) else {}
    kind = body.get("type") if isinstance(body, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError("不是多边形")
    given = body.get("coordinates")
    polygons = [given] if kind == "Polygon" else _listed(given)
    rings = [[_ring(ring) for ring in _listed(polygon)] for polygon in polygons]
    try:
        made: BaseGeometry = shape(
            {"type": kind, "coordinates": rings[0] if kind == "Polygon" else rings}
        )
    except _FAULTS as error:
        raise ValueError("不是多边形") from error
    if made.is_empty:
        raise ValueError("多边形是空的")
    return made


def _listed(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("多边形缺少坐标")
    return value


def _ring(value: Any) -> list[tuple[float, float]]:
    ring = [_position(each) for each in _listed(value)]
    if len(ring) < FEWEST:
        raise ValueError(f"多边形的一圈只有 {len(ring)} 个点")
    return ring


def _position(value: Any) -> tuple[float, float]:
    numbers = value[:2] if isinstance(value, list | tuple) else ()
    good = len(numbers) == 2 and all(  # noqa: PLR2004
        isinstance(n, int | float) and not isinstance(n, bool) for n in numbers
    )
    if not good:
        raise ValueError("坐标不是 [经度, 纬度]")
    try:
        lon, lat = (float(n) for n in numbers)
    except OverflowError as error:
        raise ValueError("坐标不是 [经度, 纬度]") from error
    if not (isfinite(lon) and isfinite(lat)):
        raise ValueError("坐标不是 [经度, 纬度]")
    return lon, lat
