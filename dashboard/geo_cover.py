"""The cover layer's data: worked out only when somebody asks, remembered per journal number."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any

import geopandas as gpd
from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, moment
from dashboard.geo_frames import reference_frames
from data.center import Center
from data.domain.capabilities import CAPABILITIES
from data.domain.org import Actor
from data.domain.situation import Situation
from layers import coverage
from layers.base import CRS, Frames, as_json, blank

_KEPT = 32
_DRAWN = ("colour", "opacity", "stroke", "weight", "dash", "label", "lost", "minutes", "tip")


def cover_frames(found: Mapping[str, Any]) -> Frames:
    """The reference frames and, as "coverage", the county polygons with an answer's figures."""
    frames = reference_frames()
    units = frames["boundaries_wall"]
    counties = units[units["level"] == "county"]
    shapes = dict(zip(counties["code"], counties.geometry, strict=True))
    planned = "after" in found
    old = {row["area_code"]: row for row in found["before"]["counties"]} if planned else {}
    lost = {row["area_code"]: row for row in found.get("losses") or ()}
    rows = [
        {
            "code": row["area_code"], "name": row["name"], "minutes": row["minutes"],
            "team": row["team_name"], "teams": row["teams"], "population": row["population"],
            "risk": row["risk"], "planned": planned,
            "before_minutes": old.get(row["area_code"], row)["minutes"],
            "before_teams": old.get(row["area_code"], row)["teams"],
            "lost": lost.get(row["area_code"], {}).get("lost"),
            "scene": lost.get(row["area_code"], {}).get("scene"),
            "geometry": shapes[row["area_code"]],
        }
        for row in (found["after"] if planned else found)["counties"]
        if row["area_code"] in shapes
    ]  # fmt: skip
    table = gpd.GeoDataFrame(
        rows, columns=[*coverage.GIVEN, "geometry"], geometry="geometry", crs=CRS
    )
    return {**frames, "coverage": table}


def cover_body(found: Mapping[str, Any], seen: Situation) -> dict[str, Any]:
    """What the browser colours its county polygons with, and the legend."""
    table = coverage.LAYER.table(seen, cover_frames(found))
    counties = {
        row["id"]: {k: None if blank(row[k]) else row[k] for k in _DRAWN}
        for row in table.to_dict("records")
    }
    return {
        "revision": found["revision"], "capability": found["capability"],
        "plan": found.get("plan"), "capabilities": list(CAPABILITIES),
        "key": coverage.key(table), "counties": counties,
    }  # fmt: skip


class CoverCache:
    """Keeps the drawn cover of a scope at a journal number."""

    def __init__(self, center: Center) -> None:
        self.center = center
        self._kept: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
        self._lock = Lock()

    def body(
        self, viewer: Actor, capability: str | None, plan: str | None, at: int | datetime | None
    ) -> bytes:
        """The layer's JSON for a viewer; blocking.

        Raises
        ------
        Forbidden, Invalid, NotFound
        """
        seen = self.center.queries.situation(viewer, at)
        found = self.center.coverage(viewer, capability, plan, at)
        key = (viewer.org, found["revision"], capability, plan, at)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = as_json(cover_body(found, seen)).encode()
            with self._lock:
                self._kept[key] = kept
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return kept


def cover_router(center: Center) -> APIRouter:
    """Route ``/api/v1/map/coverage``."""
    router = APIRouter()
    cached = CoverCache(center)

    @router.get("/api/v1/map/coverage")
    async def drawn(
        request: Request,
        capability: str | None = None,
        plan: str | None = None,
        at: str | None = None,
    ) -> Response:
        """How the cover layer colours each county, without the polygons, and its legend."""
        viewer = actor_of(request)
        body = await asyncio.to_thread(cached.body, viewer, capability, plan, moment(at))
        return Response(body, media_type="application/json", headers={"cache-control": "no-store"})

    return router
