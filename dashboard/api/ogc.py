"""OGC API – Features: every map layer as a collection, with absolute links, for GIS programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from shapely.geometry import box, shape

from dashboard.api.common import actor_of, answer, bounds, moment
from dashboard.layer_features import LayerFeatures
from data.center import Center
from data.errors import Invalid, NotFound
from layers.base import Layer
from layers.catalog import LAYERS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_SPEC = "http://www.opengis.net/spec"
_CONFORMS = (
    *(f"{_SPEC}/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson", "oas30")),
    f"{_SPEC}/ogcapi-features-3/1.0/conf/queryables",
    f"{_SPEC}/ogcapi-features-3/1.0/conf/queryables-query-parameters",
)
BY_ID = {layer.id: layer for layer in LAYERS}
MOST = 10_000
_OWN = frozenset({"bbox", "limit", "offset", "datetime", "f", "crs", "bbox-crs"})
_JSON, _GEOJSON = "application/json", "application/geo+json"
_SCHEMA = "application/schema+json"


def build(center: Center) -> APIRouter:
    """The router under /ogc."""
    router = APIRouter(tags=["ogc"])

    @router.get("", include_in_schema=False)  # QGIS asks for the address as it was typed
    @router.get("/")
    async def landing(request: Request) -> Response:
        """Where to go from here."""
        actor_of(request)
        root = _root(request)
        links = [
            _link(f"{root}/", "self", _JSON, "本页"),
            _link(f"{root}/conformance", "conformance", _JSON, "符合性"),
            _link(f"{root}/collections", "data", _JSON, "图层"),
            _link(
                f"{_host(request)}/api/openapi.json", "service-desc",
                "application/vnd.oai.openapi+json;version=3.0", "接口说明",
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
                "links": [_link(f"{root}/collections", "self", _JSON, "图层")],
                "collections": [_collection(root, layer) for layer in LAYERS],
            }
        )

    @router.get("/collections/{layer_id}")
    async def collection(request: Request, layer_id: str) -> Response:
        """One layer."""
        actor_of(request)
        return answer(_collection(_root(request), layer_of(layer_id)))

    features = LayerFeatures(center)
    _items(router, center, features)
    _queryables(router, center, features)
    return router


def _items(router: APIRouter, center: Center, features: LayerFeatures) -> None:
    @router.get("/collections/{layer_id}/items")
    async def items(
        request: Request,
        layer_id: str,
        bbox: str | None = None,
        limit: int = 1000,
        offset: int = 0,
        datetime: str | None = None,
    ) -> Response:
        """A layer's features now, or as known at an instant; any property narrows by equality."""
        actor, layer = actor_of(request), layer_of(layer_id)
        _only_crs84(request)
        asked, window = moment(_instant(datetime)), bounds(_flat(bbox))
        limit, offset = max(1, min(limit, MOST)), max(0, offset)
        found = await center.ask(features.of, actor, layer, asked)
        wanted = _wanted(request, found)
        kept = [f for f in found if _meets(f, window) and _matches(f, wanted)]
        page = kept[offset : offset + limit]
        body = {
            "type": "FeatureCollection", "features": page,
            "links": _pages(request, layer, limit, offset, len(kept)),
            "numberMatched": len(kept), "numberReturned": len(page), "timeStamp": _now(),
        }  # fmt: skip
        return _geojson(body)

    @router.get("/collections/{layer_id}/items/{feature_id}")
    async def item(request: Request, layer_id: str, feature_id: str) -> Response:
        """One feature by its id."""
        actor, layer = actor_of(request), layer_of(layer_id)
        found = await center.ask(features.of, actor, layer, None)
        one = next((f for f in found if f["id"] == feature_id), None)
        if one is None:
            raise NotFound(f"图层 {layer.title} 中没有 {feature_id}")
        here = f"{_root(request)}/collections/{layer.id}"
        links = [
            _link(f"{here}/items/{feature_id}", "self", _GEOJSON, "本要素"),
            _link(here, "collection", _JSON, layer.title),
        ]
        return _geojson({**one, "links": links})


def _queryables(router: APIRouter, center: Center, features: LayerFeatures) -> None:
    @router.get("/collections/{layer_id}/queryables")
    async def queryables(request: Request, layer_id: str) -> Response:
        """The properties by which a layer's items may be narrowed, as a JSON schema."""
        actor, layer = actor_of(request), layer_of(layer_id)
        found = await center.ask(features.of, actor, layer, None)
        here = f"{_root(request)}/collections/{layer.id}/queryables"
        body = {
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": here,
            "type": "object", "title": layer.title, "additionalProperties": False,
            "properties": {
                name: {"title": name, "type": kind} for name, kind in _types(found).items()
            },
        }  # fmt: skip
        made = answer(body)
        made.headers["content-type"] = _SCHEMA
        return made


def _types(found: list[dict[str, Any]]) -> dict[str, str]:
    """Each property's JSON type, by what stands in it."""
    kinds: dict[str, str] = {}
    for feature in found:
        for name, value in feature["properties"].items():
            if value is not None and name not in kinds:
                kinds[name] = _type(value)
    return kinds


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"


def _wanted(request: Request, found: list[dict[str, Any]]) -> dict[str, str]:
    """The properties asked for; what is neither a parameter nor a property is refused."""
    asked = {k: v for k, v in request.query_params.items() if k not in _OWN}
    known = {name for feature in found for name in feature["properties"]} if asked else set()
    for name in asked:
        if found and name not in known:
            raise Invalid.field(name, f"没有属性 {name[:40]}", "请用 queryables 列出的属性")
    return asked


def _matches(feature: dict[str, Any], wanted: dict[str, str]) -> bool:
    def text(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    return all(text(feature["properties"].get(k)) == v for k, v in wanted.items())


def _meets(feature: dict[str, Any], window: tuple[float, float, float, float] | None) -> bool:
    if window is None:
        return True
    return bool(feature.get("geometry")) and shape(feature["geometry"]).intersects(box(*window))


def _flat(bbox: str | None) -> str | None:
    """A box with heights, as some programs send it, without them."""
    parts = (bbox or "").split(",")
    return ",".join([*parts[:2], *parts[3:5]]) if len(parts) == 6 else bbox  # noqa: PLR2004


def _only_crs84(request: Request) -> None:
    for name in ("crs", "bbox-crs"):
        if request.query_params.get(name, CRS84) != CRS84:
            raise Invalid.field(name, "坐标系不支持", f"本服务只用 {CRS84}（WGS 84，经度在前）")


def _instant(text: str | None) -> str | None:
    """The later end of a `datetime` interval, or the instant itself; an open end is now."""
    end = (text or "").split("/")[-1]
    return None if end in {"", ".."} else end


def layer_of(layer_id: str) -> Layer:
    """A layer by its id.

    Raises
    ------
    NotFound
    """
    if layer_id not in BY_ID:
        raise NotFound(f"没有图层 {layer_id}；可用：{'、'.join(BY_ID)}")
    return BY_ID[layer_id]


def _collection(root: str, layer: Layer) -> dict[str, Any]:
    here = f"{root}/collections/{layer.id}"
    files = f"{root.removesuffix('/ogc')}/api/v1/layers/{layer.id}"
    return {
        "id": layer.id, "title": layer.title, "itemType": "feature", "crs": [CRS84],
        "storageCrs": CRS84,
        "extent": {"spatial": {"bbox": [[108.3, 29.0, 116.2, 33.3]], "crs": CRS84}},
        "links": [
            _link(here, "self", _JSON, layer.title),
            _link(f"{here}/items", "items", _GEOJSON, f"{layer.title} 要素"),
            _link(
                f"{here}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                _SCHEMA, "可查属性",
            ),
            _link(f"{files}.geojson", "enclosure", _GEOJSON, "GeoJSON 文件"),
            _link(f"{files}.csv", "enclosure", "text/csv", "CSV 文件"),
        ],
    }  # fmt: skip


def _pages(
    request: Request, layer: Layer, limit: int, offset: int, total: int
) -> list[dict[str, str]]:
    """The page itself, the one before and the one after, each with all that was asked."""
    here = f"{_root(request)}/collections/{layer.id}"

    def at(where: int) -> str:
        query = request.url.include_query_params(offset=where, limit=limit).query
        return f"{here}/items?{query}"

    links = [
        _link(str(request.url), "self", _GEOJSON, "本页"),
        _link(here, "collection", _JSON, layer.title),
    ]
    if offset + limit < total:
        links.append(_link(at(offset + limit), "next", _GEOJSON, "下一页"))
    if offset > 0:
        links.append(_link(at(max(0, offset - limit)), "prev", _GEOJSON, "上一页"))
    return links


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _host(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _root(request: Request) -> str:
    return f"{_host(request)}/ogc"


def _link(href: str, rel: str, media: str, title: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media, "title": title}


def _geojson(body: dict[str, Any]) -> Response:
    made = answer(body)
    made.headers["content-type"] = _GEOJSON
    return made
