"""The county risk layer's data: worked out when asked for, remembered per journal number."""

import asyncio
from collections import OrderedDict
from threading import Lock
from typing import Any

import geopandas as gpd
from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, moment
from dashboard.geo_frames import reference_frames
from dashboard.packed import Packed, packed
from data.center import Center
from data.domain.county_risk import county_risks
from data.domain.org import AreaTree
from data.domain.situation import Situation
from layers import county_risk
from layers.base import CRS, Frames, blank

_KEPT = 16


def risk_frames(seen: Situation, areas: AreaTree) -> Frames:
    """The reference frames and, as "county-risk", the county polygons with their risk."""
    frames = reference_frames()
    units = frames["boundaries_wall"]
    counties = units[units["level"] == "county"]
    shapes = dict(zip(counties["code"], counties.geometry, strict=True))
    # the calm first, so that a grave county's outline lies over its neighbours'
    rows = [
        {**county_risk.looks(risk), "geometry": shapes[risk.code]}
        for risk in reversed(county_risks(seen, areas))
        if risk.code in shapes
    ]
    table = gpd.GeoDataFrame(
        rows, columns=[*county_risk.COLUMNS, "geometry"], geometry="geometry", crs=CRS
    )
    return {**frames, county_risk.ID: table}


def risk_body(seen: Situation, areas: AreaTree) -> dict[str, Any]:
    """What the browser colours its county polygons with; calm counties are left out."""
    table = county_risk.LAYER.table(seen, risk_frames(seen, areas))
    drawn = ("name", "colour", "opacity", "label", "tip", "state")
    return {
        "revision": seen.revision,
        "counties": {
            row["id"]: {k: None if blank(row[k]) else row[k] for k in drawn}
            for row in table.to_dict("records")
            if not blank(row["colour"])
        },
    }


def risk_router(center: Center) -> APIRouter:
    """Route ``/api/v1/map/risk``."""
    router = APIRouter()
    kept: OrderedDict[tuple[Any, ...], Packed] = OrderedDict()
    lock = Lock()

    def body(viewer: Any, at: Any) -> Packed:
        seen = center.queries.situation(viewer, at)
        key = (viewer.org, seen.revision, at)
        with lock:
            if key in kept:
                return kept[key]
        made = packed(risk_body(seen, center.areas), level=4)
        with lock:
            kept[key] = made
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        return made

    @router.get("/api/v1/map/risk")
    async def risk(request: Request, at: str | None = None) -> Response:
        """How the county risk layer colours each county that is not calm."""
        found = await asyncio.to_thread(body, actor_of(request), moment(at))
        return found.answer(request)

    return router
