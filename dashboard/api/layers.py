"""Layers as files: GeoJSON, and CSV that no table program takes for formulas."""

from __future__ import annotations

import csv
import io
from typing import Any

from fastapi import APIRouter, Request, Response
from shapely.geometry import shape

from dashboard.api.common import actor_of, answer, moment
from dashboard.api.ogc import layer_of
from dashboard.layer_features import LayerFeatures
from data.center import Center
from data.ingest.tables import safe_cell
from layers.base import Layer
from layers.catalog import LAYERS

BOM = "\ufeff"
_DRAWN = frozenset({"tip"})  # what only a map needs


def build(center: Center) -> APIRouter:
    """The router of layer files."""
    router = APIRouter(tags=["layers"])
    features = LayerFeatures(center)

    @router.get("/layers")
    async def listed(request: Request) -> Response:
        """Every layer with its two files."""
        actor_of(request)
        items = [
            {
                "id": layer.id, "title": layer.title,
                "geojson": f"/api/v1/layers/{layer.id}.geojson",
                "csv": f"/api/v1/layers/{layer.id}.csv",
            }
            for layer in LAYERS
        ]  # fmt: skip
        return answer({"items": items})

    @router.get("/layers/{layer_id}.geojson")
    async def geojson(request: Request, layer_id: str, at: str | None = None) -> Response:
        """A layer now, or as known at a moment, as one GeoJSON file in WGS 84."""
        layer = layer_of(layer_id)
        found = await center.ask(features.of, actor_of(request), layer, moment(at))
        made = answer({"type": "FeatureCollection", "name": layer.id, "features": found})
        return _file(made, layer, "geojson", "application/geo+json")

    @router.get("/layers/{layer_id}.csv")
    async def table(request: Request, layer_id: str, at: str | None = None) -> Response:
        """The same as CSV, UTF-8 with a mark: points with lon and lat, the rest as WKT."""
        layer = layer_of(layer_id)
        found = await center.ask(features.of, actor_of(request), layer, moment(at))
        text = await center.ask(as_csv, found)
        return _file(Response(text.encode()), layer, "csv", "text/csv; charset=utf-8")

    return router


def as_csv(found: list[dict[str, Any]]) -> str:
    """Features as a table: id, properties, then lon and lat, or WKT where not all are points."""
    names = list(dict.fromkeys(n for f in found for n in f["properties"] if n not in _DRAWN))
    names = [n for n in names if n not in {"id", "lon", "lat", "wkt"}]
    points = all(f["geometry"]["type"] == "Point" for f in found)
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["id", *names, *(["lon", "lat"] if points else ["wkt"])])
    for feature in found:
        cells = [feature["id"], *(feature["properties"].get(n) for n in names)]
        writer.writerow([*map(_cell, cells), *_where(feature, points=points)])
    return out.getvalue()


def _where(feature: dict[str, Any], *, points: bool) -> list[str]:
    if points:
        return [f"{degrees:.6f}" for degrees in feature["geometry"]["coordinates"][:2]]
    return [shape(feature["geometry"]).wkt]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if isinstance(value, int | float) else safe_cell(str(value))


def _file(made: Response, layer: Layer, suffix: str, media: str) -> Response:
    made.headers["content-type"] = media
    made.headers["content-disposition"] = f'attachment; filename="{layer.id}.{suffix}"'
    return made
