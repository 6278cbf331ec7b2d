"""The supply-gap layer's data: asked for only while it is switched on."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import geopandas as gpd
from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, moment
from dashboard.geo_frames import reference_frames
from data.center import Center
from data.domain import stock_alerts
from data.domain.org import PROVINCE, AreaTree
from data.domain.situation import Situation
from layers import supply_gaps
from layers.base import CRS, Frames, as_json, blank

_DRAWN = ("colour", "stroke", "weight", "dash", "label", "missing", "tip")


def gap_frames(seen: Situation, areas: AreaTree, org: str) -> Frames:
    """The reference frames and, as "supply_gaps", every area below the province with a list."""
    frames = reference_frames()
    units = frames["boundaries_wall"]
    units = units[units["level"].isin(("prefecture", "county"))]
    shapes = dict(zip(units["code"], units.geometry, strict=True))
    listed = Counter(n.area_code or PROVINCE for n in seen.norms.values() if not n.ended)
    found = stock_alerts.gaps(seen, areas, org)
    rows = [
        {
            "code": code, "name": areas.name(code), "lines": listed[code], "short": len(short),
            "missing": max((s.gap / s.least for s in short), default=0.0),
            "items": "、".join(f"{s.item.name} {s.gap:g} {s.item.unit}" for s in short[:6]),
            "geometry": shapes[code],
        }
        # a prefecture first: its counties' own lists lie over it
        for code, short in sorted(found.items(), key=lambda pair: len(areas.path(pair[0])))
        if code in shapes
    ]  # fmt: skip
    table = gpd.GeoDataFrame(
        rows, columns=[*supply_gaps.GIVEN, "geometry"], geometry="geometry", crs=CRS
    )
    return {**frames, "supply_gaps": table}


def gap_body(seen: Situation, areas: AreaTree, org: str) -> dict[str, Any]:
    """What the browser colours its polygons with, in drawing order, and the legend."""
    table = supply_gaps.LAYER.table(seen, gap_frames(seen, areas, org))
    return {
        "revision": seen.revision,
        "key": supply_gaps.key(table),
        "areas": {
            row["id"]: {k: None if blank(row[k]) else row[k] for k in _DRAWN}
            for row in table.to_dict("records")
        },
    }


def gap_router(center: Center) -> APIRouter:
    """Route ``/api/v1/map/gaps``."""
    router = APIRouter()

    @router.get("/api/v1/map/gaps")
    async def drawn(request: Request, at: str | None = None) -> Response:
        """How the supply-gap layer colours each area that has a basic list, and its legend."""
        viewer = actor_of(request)

        def read() -> str:
            seen = center.queries.situation(viewer, moment(at))
            return as_json(gap_body(seen, center.areas, viewer.org))

        body = await asyncio.to_thread(read)
        return Response(body, media_type="application/json", headers={"cache-control": "no-store"})

    return router
