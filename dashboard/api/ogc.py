"""OGC API – Features: every map layer as a collection, with absolute links, for GIS programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from shapely.geometry import box, shape

from dashboard.api.common import actor_of, answer, bounds, moment
from dashboard.geo_cover import cover_frames
from dashboard.geo_frames import reference_frames
from dashboard.geo_gaps import gap_frames
from dashboard.geo_risk import risk_frames
from data.center import Center
from data.errors import NotFound
from layers import county_risk, coverage, supply_gaps
from layers.base import Layer
from layers.catalog import LAYERS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}"
    for part in ("core", "geojson", "oas30")
)
BY_ID = {layer.id: layer for layer in LAYERS}
MOST = 10_000


def build(center: Center) -> APIRouter:
    """The router under /ogc."""
    router = APIRouter(tags=["ogc"])

    @router.get("/")
    async def landing(request: Request) -> Response:
        """Where to go from here."""
        actor_of(request)
        root = _root(request)
        links = [
            _link(f"{root}/", "self", "application/json"),
            _link(f"{root}/conformance", "conformance", "application/json"),
            _link(f"{root}/collections", "data", "application/json"),
            _link(
                f"{_host(request)}/api/openapi.json", "service-desc",
                "application/vnd.oai.openapi+json;version=3.0",
            ),
        ]  # fmt: skip
        return answer({"title": "湖北省应急指挥中心", "links": links})

    @router.get("/conformance")
    async def conformance(request: Request) -> Response:
        """What this service conforms to."""
        actor_of(request)
        return answer({"conformsTo": _CONFORMS})

    @router.get("/collections")
    async def collections(request: Request) -> Response:
        """Every layer."""
        actor_of(request)
        root = _root(request)
        return answer(
            {
                "links": [_link(f"{root}/collections", "self", "application/json")],
                "collections": [_collection(root, layer) for layer in LAYERS],
            }
        )

    @router.get("/collections/{layer_id}")
    async def collection(request: Request, layer_id: str) -> Response:
        """One layer."""
        actor_of(request)
        return answer(_collection(_root(request), _layer(layer_id)))

    _items(router, center)
    return router


def _items(router: APIRouter, center: Center) -> None:
    @router.get("/collections/{layer_id}/items")
    async def items(
        request: Request,
        layer_id: str,
        bbox: str | None = None,
        limit: int = 1000,
        offset: int = 0,
        datetime: str | None = None,
    ) -> Response:
        """A layer's features now, or as known at an instant."""
        actor, layer = actor_of(request), _layer(layer_id)
        asked, window = moment(_instant(datetime)), bounds(bbox)
        limit, offset = max(1, min(limit, MOST)), max(0, offset)
        found = await center.ask(_features, center, actor, layer, asked)
        kept = [f for f in found if window is None or _meets(f, window)]
        here = f"{_root(request)}/collections/{layer.id}/items"
        links = [_link(here, "self", "application/geo+json")]
        if offset + limit < len(kept):
            more = request.url.include_query_params(offset=offset + limit, limit=limit).query
            links.append(_link(f"{here}?{more}", "next", "application/geo+json"))
        page = kept[offset : offset + limit]
        body = {
            "type": "FeatureCollection", "features": page, "links": links,
            "numberMatched": len(kept), "numberReturned": len(page),
        }  # fmt: skip
        return _geojson(body)

    @router.get("/collections/{layer_id}/items/{feature_id}")
    async def item(request: Request, layer_id: str, feature_id: str) -> Response:
        """One feature by its id."""
        actor, layer = actor_of(request), _layer(layer_id)
        found = await center.ask(_features, center, actor, layer, None)
        one = next((f for f in found if str(f["id"]) == feature_id), None)
        if one is None:
            raise NotFound(f"图层 {layer.title} 中没有 {feature_id}")
        return _geojson(one)


def _features(center: Center, actor: Any, layer: Layer, at: int | datetime | None) -> list[Any]:
    """A layer's GeoJSON features for a viewer, each with an id."""
    seen = center.queries.situation(actor, at)
    frames = reference_frames()
    if layer is supply_gaps.LAYER:
        frames = gap_frames(seen, center.areas, actor.org)
    elif layer is coverage.LAYER:
        frames = cover_frames(center.coverage(actor, at=at))
    elif layer.id == county_risk.LAYER.id:
        frames = risk_frames(seen, center.areas)
    found = layer.features(seen, frames, digits=6)["features"]
    for number, feature in enumerate(found):
        known = feature.get("properties") or {}
        feature["id"] = str(known.get("id") or known.get("code") or number)
    return list(found)


def _meets(feature: dict[str, Any], window: tuple[float, float, float, float]) -> bool:
    return bool(feature.get("geometry")) and shape(feature["geometry"]).intersects(box(*window))


def _instant(text: str | None) -> str | None:
    """The later end of a `datetime` interval, or the instant itself; an open end is now."""
    end = (text or "").split("/")[-1]
    return None if end in {"", ".."} else end


def _layer(layer_id: str) -> Layer:
    if layer_id not in BY_ID:
        raise NotFound(f"没有图层 {layer_id}；可用：{'、'.join(BY_ID)}")
    return BY_ID[layer_id]


def _collection(root: str, layer: Layer) -> dict[str, Any]:
    here = f"{root}/collections/{layer.id}"
    return {
        "id": layer.id, "title": layer.title, "itemType": "feature", "crs": [CRS84],
        "extent": {"spatial": {"bbox": [[108.3, 29.0, 116.2, 33.3]], "crs": CRS84}},
        "links": [
            _link(here, "self", "application/json"),
            _link(f"{here}/items", "items", "application/geo+json"),
        ],
    }  # fmt: skip


def _host(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _root(request: Request) -> str:
    return f"{_host(request)}/ogc"


def _link(href: str, rel: str, media: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media}


def _geojson(body: dict[str, Any]) -> Response:
    made = answer(body)
    made.headers["content-type"] = "application/geo+json"
    return made
