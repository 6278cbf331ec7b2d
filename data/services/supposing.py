"""What-if: the situation with incidents, closures and closed roads that are only supposed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.domain.incident import Grading, Incident
from data.domain.org import PROVINCE
from data.domain.situation import Situation
from data.errors import Invalid
from data.services.asking import PlanRequest, Supposed
from data.services.tools import Tools

LETTER = "假"


@dataclass(frozen=True, kw_only=True)
class Shut:
    """What no road may cross: closures as GeoJSON or by roads, and roads closed, by id."""

    areas: tuple[dict[str, Any], ...] = ()
    roads: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        """The options of `Travel.minutes` and `Travel.route`."""
        return {"closures": self.areas, "closed_roads": self.roads}


def in_force(situation: Situation) -> Shut:
    """The closures in force."""
    held = [
        z
        for z in situation.zones.values()
        if z.kind == "closure" and (z.until is None or z.until > situation.at)
    ]
    return Shut(areas=tuple(z.closure for z in held if z.closure))


def shut_of(situation: Situation, request: PlanRequest, tools: Tools) -> Shut:
    """The closures in force and the supposed ones.

    Raises
    ------
    Invalid
        When a closed road is no road of the graph.
    """
    for road in request.closed_roads:
        if tools.travel.edge(road) is None:
            raise Invalid.field("closed_roads", f"没有路段“{road}”", "请在地图上点选路段")
    held = in_force(situation)
    return Shut(areas=(*held.areas, *request.closures), roads=(*held.roads, *request.closed_roads))


def supposed(situation: Situation, request: PlanRequest, tools: Tools) -> Situation:
    """The situation with the supposed incidents in it, as open ones."""
    if not request.extra:
        return situation
    extra = {s.wanted.id: _incident(s, situation.at, tools) for s in request.extra}
    return replace(situation, incidents={**situation.incidents, **extra})


def _incident(given: Supposed, at: datetime, tools: Tools) -> Incident:
    """A supposed incident; its area is the county it lies in, else the province."""
    return Incident(
        id=given.wanted.id, letter=LETTER, name=given.name, short_name=given.name,
        type=given.type, area_code=tools.spatial.unit_at(given.lon, given.lat) or PROVINCE,
        lon=given.lon, lat=given.lat, received_at=at, opened_at=at,
        grading=Grading(level=given.level, word="假设", basis="推演假设"),
        assumption="推演假设，并未发生",
    )  # fmt: skip
