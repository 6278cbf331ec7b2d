"""Serves the map: static geography as precompressed files, and what moves as one JSON."""

import asyncio
import gzip
import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import inf
from threading import Lock
from time import monotonic
from typing import Any

import brotli
from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, answer, moment
from dashboard.geo_cover import cover_router
from dashboard.geo_frames import reference_frames
from dashboard.geo_gaps import gap_router
from dashboard.geo_points import points_router
from dashboard.geo_risk import risk_router
from dashboard.place_index import search_places
from data.center import Center
from data.domain.org import Actor, Permission
from data.domain.situation import Situation
from data.errors import NotFound
from layers import boundaries, places, roads, water
from layers.base import Layer, as_json, collection
from layers.catalog import legend, map_features

# Name of the file, its layer, decimals of a degree kept (4 is about 10 m).
_FILES: dict[str, tuple[Layer, int]] = {
    "boundaries-wall": (boundaries.LAYER, 4),
    "boundaries-full": (boundaries.FULL, 5),
    "rivers": (water.RIVERS, 4),
    "lakes": (water.LAKES, 4),
    "expressways": (roads.LAYER, 4),
    "places": (places.LAYER, 4),
}
_NOTHING = Situation(revision=0, at=datetime(1970, 1, 1, tzinfo=UTC))
_KEPT = 24
HOLE_S = 5.0  # a map that lacks a layer is drawn again after so long: it may be whole then
log = logging.getLogger("hubei.layers")


@dataclass(frozen=True)
class GeoFile:
    """One static file in the encodings it is served in, named by its hash."""

    plain: bytes
    gzip: bytes
    brotli: bytes
    etag: str


@cache
def geo_file(name: str) -> GeoFile:
    """A static geography file, made and compressed once in the life of the process.

    Raises
    ------
    NotFound
        When there is no file of that name.
    """
    if name not in _FILES:
        raise NotFound(f"没有名为 {name} 的地图数据")
    layer, digits = _FILES[name]
    table = layer.frame(_NOTHING, reference_frames())
    text = as_json(collection(table, digits=digits)).encode()
    return GeoFile(
        plain=text,
        gzip=gzip.compress(text, 9, mtime=0),
        brotli=brotli.compress(text, quality=9),
        etag=f'"{hashlib.sha256(text).hexdigest()[:20]}"',
    )


def geo_hashes(missing: list[str]) -> dict[str, str]:
    """Every static file's short hash, for addresses that may be cached for ever.

    A file that cannot be made is left out and its title added to `missing`.
    """
    held = {}
    for name, (layer, _) in _FILES.items():
        try:
            held[name] = geo_file(name).etag.strip('"')
        except Exception:  # whatever it is, it must not take the map with it
            log.exception("the file %s could not be made", name)
            if layer.title not in missing:
                missing.append(layer.title)
    return held


class MapCache:
    """Keeps the map of a scope at a journal number; positions are put in fresh."""

    def __init__(self, center: Center) -> None:
        self.center = center
        self._kept: OrderedDict[tuple[Any, ...], tuple[bytes, float]] = OrderedDict()
        self._lock = Lock()

    def body(self, viewer: Actor, at: int | datetime | None) -> bytes:
        """The map's JSON for a viewer, now or at a moment; blocking.

        Raises
        ------
        Forbidden
            When the viewer may not read.
        """
        situation = self.center.queries.situation(viewer, at)
        key = (viewer.org, situation.revision, at, _freshness(situation))
        with self._lock:
            kept, until = self._kept.get(key, (b"", 0.0))
        if monotonic() >= until:
            made = map_body(situation)
            kept, until = as_json(made).encode(), monotonic() + HOLE_S if made["missing"] else inf
            with self._lock:
                self._kept[key] = kept, until
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return kept


def _freshness(situation: Situation) -> tuple[Any, ...]:
    """What telemetry has changed since: it moves without a journal number."""
    places_at = max((p.at for p in situation.positions.values()), default=None)
    return places_at, situation.today


def map_body(situation: Situation) -> dict[str, Any]:
    """One situation's moving layers with the styles they are drawn in."""
    missing: list[str] = []
    moving = map_features(situation, reference_frames(), missing)
    return {
        "revision": situation.revision,
        "at": situation.at,
        "live": situation.live,
        "legend": legend(),
        "geo": geo_hashes(missing),
        "layers": moving,
        "missing": missing,
    }


def geo_router(center: Center) -> APIRouter:
    """Routes ``/geo/{name}.json``, ``/api/v1/map`` and ``/api/v1/places``."""
    router = APIRouter()
    router.include_router(cover_router(center))
    router.include_router(gap_router(center))
    router.include_router(points_router(center))
    router.include_router(risk_router(center))
    cached = MapCache(center)

    @router.get("/geo/{name}.json", include_in_schema=False)
    async def geo(name: str, request: Request) -> Response:
        actor_of(request)
        return _static(await asyncio.to_thread(geo_file, name), request)

    @router.get("/api/v1/map")
    async def live(request: Request, at: str | None = None) -> Response:
        """Every moving layer as GeoJSON, with the styles they are drawn in."""
        viewer = actor_of(request)
        body = await asyncio.to_thread(cached.body, viewer, moment(at))
        return Response(body, media_type="application/json", headers={"cache-control": "no-store"})

    @router.get("/api/v1/places")
    async def found(request: Request, q: str = "") -> Response:
        """Places, areas, teams, depots and incidents whose name or pinyin begins with ``q``."""
        viewer = actor_of(request)
        viewer.require(Permission.READ)
        items = await asyncio.to_thread(search_places, center, viewer, q)
        return answer({"items": items})

    return router


def _static(file: GeoFile, request: Request) -> Response:
    """The file in the best encoding the browser takes, or 304 when it has it."""
    hashed = request.query_params.get("v") == file.etag.strip('"')
    age = "private, max-age=31536000, immutable" if hashed else "private, no-cache"
    headers = {"etag": file.etag, "cache-control": age, "vary": "Accept-Encoding"}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    taken = request.headers.get("accept-encoding", "")
    body = file.plain
    for encoding, packed in (("br", file.brotli), ("gzip", file.gzip)):
        if encoding in taken:
            headers["content-encoding"] = encoding
            body = packed
            break
    return Response(body, media_type="application/geo+json", headers=headers)
