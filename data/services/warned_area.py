"""The area of a warning: units or a drawing, cut to what the body may warn, and its counties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry import mapping

from data.domain.geojson import drawn_area
from data.domain.org import PROVINCE, AreaTree
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.errors import Invalid
from data.services import checks
from data.services.tools import Tools
from data.store.unit_of_work import Unit

SLIVER_KM2, SLIVER_SHARE = 0.2, 0.001  # a drawing that only grazes a county does not warn it
MOST_POINTS = 2000
DIGITS = 6  # decimals of a degree kept, about 0.1 m


def put(
    unit: Unit, tools: Tools, warning: Warning, *, areas: tuple[str, ...] | None = None,
    geometry: dict[str, Any] | None = None, clear: bool = False,
) -> Warning:  # fmt: skip
    """The warning with its area; a drawing takes the place of units, and units of a drawing.

    Raises
    ------
    Invalid
        Unknown or foreign units, or a drawing that is none or lies outside one's own area.
    """
    if geometry is not None:
        return _drawn(unit, tools, warning, geometry)
    if areas is None and clear:
        areas = warning.areas
    codes = checks.known_areas(tools, areas or ())
    for code in codes:
        if not tools.areas.covers(unit.actor.org, code):
            raise Invalid.field(
                "areas", f"{tools.areas.name(code)}不在本辖区", "请只选本辖区；跨辖区的请报上级发布"
            )
    counties = counties_of(tools.areas, codes)
    return replace(
        warning, areas=codes, counties=counties, geometry=None,
        area_code=common(tools.areas, codes),
    )  # fmt: skip


def _drawn(unit: Unit, tools: Tools, warning: Warning, drawing: dict[str, Any]) -> Warning:
    """A drawing: the part of it that lies where the body may warn."""
    polygon = _polygon(drawing)
    if unit.actor.org != PROVINCE:
        own = tools.areas.subtree(unit.actor.org)
        mine = [p for c, p in zip(tools.spatial.codes, tools.spatial.polygons, strict=True)
                if c in own]  # fmt: skip
        polygon = _areal(shapely.intersection(polygon, shapely.union_all(mine)))
    counties = touched_counties(tools, polygon)
    if not counties:
        raise Invalid.field("geometry", "画的范围不在本辖区内", "请在地图上重新画")
    return replace(
        warning, areas=(), counties=counties, geometry=rounded(polygon),
        area_code=common(tools.areas, counties),
    )  # fmt: skip


def touched_counties(tools: Tools, polygon: Any) -> tuple[str, ...]:
    """Counties that a polygon does more than graze, the most touched first."""
    found = tools.spatial.touched_units(polygon) if not polygon.is_empty else []
    return tuple(t.code for t in found if t.area_km2 >= SLIVER_KM2 or t.share >= SLIVER_SHARE)


def _polygon(drawing: dict[str, Any]) -> Any:
    """A valid polygon of GeoJSON.

    Raises
    ------
    Invalid
        When it is none.
    """
    try:
        made = drawn_area(drawing)
    except ValueError as error:
        raise Invalid.field("geometry", "看不懂画的范围", "请给出 GeoJSON 多边形") from error
    if not _on_earth(made):
        raise Invalid.field("geometry", "画的范围不是多边形", "请在地图上重新画")
    if shapely.get_num_coordinates(made) > MOST_POINTS:
        raise Invalid.field("geometry", f"范围超过 {MOST_POINTS} 个点", "请画得简略一些")
    return made if made.is_valid else _areal(shapely.make_valid(made))


def _on_earth(made: Any) -> bool:
    west, south, east, north = (float(side) for side in made.bounds)
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90  # noqa: PLR2004


def _areal(made: Any) -> Any:
    """The areas of a geometry; lines and points that an intersection leaves are dropped."""
    if made.geom_type in ("Polygon", "MultiPolygon"):
        return made
    parts = [p for p in getattr(made, "geoms", ()) if p.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def rounded(polygon: Any) -> dict[str, Any]:
    """A polygon as GeoJSON with the decimals that are kept."""
    made = mapping(shapely.set_precision(polygon, 10**-DIGITS))
    return {"type": made["type"], "coordinates": _lists(made["coordinates"])}


def _lists(value: Any) -> Any:
    if isinstance(value, int | float):
        return round(float(value), DIGITS)
    return [_lists(part) for part in value]


def counties_of(areas: AreaTree, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Every county in the units."""
    wide = frozenset().union(*(areas.subtree(code) for code in codes)) if codes else frozenset()
    return tuple(sorted(c for c in wide if areas.areas[c].is_county))


def common(areas: AreaTree, codes: tuple[str, ...]) -> str | None:
    """The smallest unit that holds all the codes."""
    paths = [areas.path(code) for code in codes if code in areas.areas]
    if not paths:
        return None
    shared = [
        step for n, step in enumerate(paths[0]) if all(p[n : n + 1] == (step,) for p in paths)
    ]
    return shared[-1] if shared else PROVINCE
