"""Zones: affected areas and closures drawn on the map, and what they touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from data.domain.depot import Depot
from data.domain.geojson import drawn_area
from data.domain.incident import Incident, Zone
from data.domain.messages import DrawZone, EndZone
from data.domain.org import PROVINCE, Permission
from data.domain.sensor import Sensor
from data.domain.spatial import ESTIMATE, area_m2, touched_points
from data.domain.team import Team
from data.errors import IllegalMove, Invalid
from data.services import checks
from data.services.tools import Tools
from data.store.unit_of_work import Unit

MAX_VERTICES = 2000
ALONG_DEGREES = 0.002  # some two hundred metres to each side of a closed road
MAX_KM2 = 50_000.0
NEIGHBOURHOOD = shapely.box(107.0, 28.0, 117.5, 34.5)  # Hubei and a day's drive around it
_REDRAW = "请在地图上重新画一个范围"
WORDS = {"affected": "受影响范围", "closure": "管制区"}


def draw_zone(unit: Unit, command: DrawZone, tools: Tools) -> dict[str, Any]:
    """Draw a zone and say which units, teams, depots and stations it touches."""
    return drawn(unit, command, tools)


def drawn(unit: Unit, command: DrawZone, tools: Tools, foreign: str = "") -> dict[str, Any]:
    """The same for a zone that another body told of; it is then its places' own to lift."""
    unit.actor.require(Permission.ZONE)
    incident = None
    if command.incident_id is not None:
        incident = checks.open_incident_of(unit, tools, command.incident_id)
    roads = _roads(command, tools)
    polygon = _along(roads) if roads else checked_polygon(command.geometry)
    effects = _effects(unit, polygon, tools)
    if roads:
        effects["roads"] = [r["id"] for r in roads]
    codes = [u["code"] for u in effects["units"]]
    tools.areas.require(unit.actor.org, incident.all_areas if incident else codes)
    zone = unit.put(
        Zone(
            id=unit.next_id("zone"), incident_id=command.incident_id, kind=command.kind,
            label=command.label.strip() or _label(command, roads),
            geometry=dict(mapping(polygon)), since=unit.now, effects=effects,
            org=_org(codes, tools) if foreign else unit.actor.org, foreign=foreign,
            origin=incident.origin if incident else "real",
        )
    )  # fmt: skip
    area = incident.area_code if incident else None
    unit.tell(
        f"划定{WORDS[zone.kind]}：{zone.label}，{_touches(effects)}",
        incident_id=command.incident_id, area=zone.org if foreign else area,
    )  # fmt: skip
    return {"zone": zone, "effects": effects}


def _org(codes: list[str], tools: Tools) -> str:
    """The lowest body in whose area all units lie."""
    paths = [tools.areas.path(code) for code in codes]
    shared = [steps[0] for steps in zip(*paths, strict=False) if len(set(steps)) == 1]
    return shared[-1] if shared else PROVINCE


def _label(command: DrawZone, roads: list[dict[str, Any]]) -> str:
    """What a zone is called when nobody said."""
    names = "、".join(dict.fromkeys(r["name"] or r["id"] for r in roads))
    return f"封闭 {names}"[:60] if roads else WORDS[command.kind]


def _roads(command: DrawZone, tools: Tools) -> list[dict[str, Any]]:
    """The roads a closure names.

    Raises
    ------
    Invalid
        When an affected area names roads, or one is no road of the graph.
    """
    if command.roads and command.kind != "closure":
        raise Invalid.field("roads", "受影响范围不能按路段划定", "请画一个范围，或改为管制")
    found = []
    for road in dict.fromkeys(command.roads):
        edge = tools.travel.edge(road)
        if edge is None or len(edge["line"]) < 2:  # noqa: PLR2004 - a ramp inside its town
            raise Invalid.field("roads", f"没有路段“{road}”", "请在地图上点选路段")
        found.append(edge)
    return found


def _along(roads: list[dict[str, Any]]) -> BaseGeometry:
    """A narrow area along roads, to draw them by; it closes nothing itself."""
    lines = [shapely.LineString(r["line"]) for r in roads]
    return shapely.union_all([line.buffer(ALONG_DEGREES) for line in lines])


def end_zone(unit: Unit, command: EndZone, tools: Tools) -> dict[str, Any]:
    """Lift a zone."""
    unit.actor.require(Permission.ZONE)
    zone = unit.get(Zone, command.zone_id)
    incident = unit.get(Incident, zone.incident_id) if zone.incident_id else None
    tools.areas.require(unit.actor.org, incident.all_areas if incident else [zone.org])
    if zone.until is not None:
        raise IllegalMove(f"{zone.label} 已解除")
    zone = unit.put(replace(zone, until=unit.now))
    unit.tell(
        f"解除{WORDS[zone.kind]}：{zone.label}",
        incident_id=zone.incident_id, area=incident.area_code if incident else None,
    )  # fmt: skip
    return {"zone": zone}


def checked_polygon(geometry: Mapping[str, Any]) -> BaseGeometry:
    """A valid polygon near Hubei of a sensible size.

    Raises
    ------
    Invalid
        Naming what is wrong with it.
    """
    try:
        polygon = drawn_area(geometry)
    except ValueError as error:
        raise Invalid.field("geometry", "范围不是有效的 GeoJSON 多边形", _REDRAW) from error
    vertices = int(shapely.get_num_coordinates(polygon))
    if vertices > MAX_VERTICES:
        raise Invalid.field("geometry", f"顶点 {vertices} 个，超过 {MAX_VERTICES}", "请简化边线")
    if not polygon.is_valid:
        raise Invalid.field("geometry", "边线自相交或未闭合", _REDRAW)
    if not NEIGHBOURHOOD.contains(polygon):
        raise Invalid.field("geometry", "范围不在湖北及周边", "请核对坐标和坐标系")
    if (km2 := area_m2(polygon) / 1e6) >= MAX_KM2:
        raise Invalid.field("geometry", f"面积 {km2:.0f} 平方公里过大", "请缩小范围或分片绘制")
    return polygon


def _effects(unit: Unit, polygon: BaseGeometry, tools: Tools) -> dict[str, Any]:
    """What an area touches; people are an estimate and labelled so."""
    touched = tools.spatial.touched_units(polygon)
    units = [
        {
            "code": t.code, "name": tools.areas.name(t.code), "share": round(t.share, 4),
            "area_km2": round(t.area_km2, 2), "people": t.people,
        }
        for t in touched
    ]  # fmt: skip
    known = [t.people for t in touched if t.people is not None]
    return {
        "area_km2": round(area_m2(polygon) / 1e6, 2),
        "units": units,
        "people": sum(known) if known else None,
        "people_basis": ESTIMATE,
        "teams": _inside(unit, Team, polygon, tools),
        "depots": _inside(unit, Depot, polygon, tools),
        "sensors": _inside(unit, Sensor, polygon, tools),
    }


def _inside(
    unit: Unit, cls: type[Any], polygon: BaseGeometry, tools: Tools
) -> list[dict[str, Any]]:
    """Things the actor may see whose position lies in an area."""
    org = unit.actor.org
    things = {
        t.id: t
        for t in unit.find(cls)
        if t.lon is not None and t.lat is not None
        and (org == PROVINCE or tools.areas.covers(org, t.area_code))
    }  # fmt: skip
    hits = touched_points(polygon, {i: (t.lon, t.lat) for i, t in things.items()})
    return [
        {"id": i, "name": things[i].name, "stand_in": things[i].coord_is_stand_in} for i in hits
    ]


def _touches(effects: Mapping[str, Any]) -> str:
    """What a zone touches, in one phrase."""
    names = [u["name"] for u in effects["units"]]
    where = "、".join(names[:3]) + (f"等 {len(names)} 个县（市、区）" if len(names) > 3 else "")  # noqa: PLR2004
    people = effects["people"]
    said = f"，估算涉及 {people} 人" if people is not None else ""
    return f"{effects['area_km2']:g} 平方公里{'，' + where if where else ''}{said}"
