"""Closures that another body tells of, as the traffic police: closed, changed, opened again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from data.domain.clock import SHANGHAI
from data.domain.incident import Zone
from data.domain.messages import Command, DrawZone
from data.domain.messages.sharing import TakeClosure
from data.domain.org import Permission
from data.errors import Invalid
from data.services import zones
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

NEAR_DEGREES = 0.15  # some fifteen kilometres: as far as the shipped table's lines are off
LONGEST_LABEL = 100


def take_closure(unit: Unit, command: TakeClosure, tools: Tools) -> dict[str, Any]:
    """Close what a body closed, or open it; told again with other words, the later ones hold.

    Raises
    ------
    Forbidden
    Invalid
        When nothing says where, no such road is near, or what is opened was never closed.
    """
    unit.actor.require(Permission.ZONE)
    known = [z for z in unit.find(Zone, kind="closure") if z.foreign == command.subject]
    held = next((z for z in known if z.until is None), None)
    if command.does == "open":
        if not known:
            raise Invalid.field("id", "没有收到过这条封路，无从解除", "请对方先报封路，或核对编号")
        return {"zone": _ended(unit, held, command.body) if held else known[-1]}
    roads, geometry = _closed(command, tools)
    draw = DrawZone(kind="closure", label=_label(command, tools, roads), roads=roads,
                    geometry=geometry)  # fmt: skip
    if held is not None:
        _ended(unit, held, command.body, "，改报")
    return {"zone": zones.drawn(unit, draw, tools, foreign=command.subject)["zone"]}


def _ended(unit: Unit, held: Zone, body: str, more: str = "") -> Zone:
    unit.tell(f"解除管制区：{held.label}（{body}{more}）", area=held.org)
    return unit.put(replace(held, until=unit.now))


def _closed(command: TakeClosure, tools: Tools) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The roads a body closed by id, or the area it closed.

    Raises
    ------
    Invalid
    """
    if command.roads:
        return command.roads, {}
    if command.lon is None or command.lat is None:
        remedy = "请在映射文件里写 lon、lat，或用 codes 把对方的路段对应到 roads"
        raise Invalid.field("lon", "没有写封在哪里", remedy)
    place = shapely.Point(command.lon, command.lat)
    if command.road:
        return (_nearest(command.road, place, tools),), {}
    return (), _around(place, zones.ALONG_DEGREES)


def _nearest(road: str, place: BaseGeometry, tools: Tools) -> str:
    """The stretch of the road of that name or number that is nearest to a place."""
    found: list[tuple[float, str]] = [
        (shapely.LineString(e["line"]).distance(place), e["id"])
        for e in tools.travel.edges([_around(place, NEAR_DEGREES)])
        if len(e["line"]) > 1 and (road in e["name"] or e["id"].partition(":")[0] == road)
    ]
    if not found or min(found)[0] > NEAR_DEGREES:
        remedy = "请用 codes 对应成路网的叫法，或不写 road 只按位置封闭"
        raise Invalid.field("road", f"路网里此处附近没有“{road[:40]}”", remedy)
    return min(found)[1]


def _around(place: BaseGeometry, degrees: float) -> dict[str, Any]:
    return dict(mapping(place.buffer(degrees)))


def _label(command: TakeClosure, tools: Tools, roads: tuple[str, ...]) -> str:
    """What people read: the road, why, until when as the body says, and which body."""
    edges = (tools.travel.edge(road) for road in roads)
    names = "、".join(e["name"] for e in edges if e) or command.road
    why = "，".join(x for x in (command.name, command.reason) if x)
    until = f"预计 {command.until.astimezone(SHANGHAI):%m-%d %H:%M} 恢复" if command.until else ""
    more = "，".join(x for x in (until, command.body) if x)
    return f"封闭 {'：'.join(x for x in (names, why) if x)}（{more}）"[:LONGEST_LABEL]


HANDLERS: Mapping[type[Command], Handler] = {TakeClosure: take_closure}
