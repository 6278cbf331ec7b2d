"""Draws a layer's frame with folium, from the same style the live map uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import folium
import geopandas as gpd

from layers import palette
from layers.base import Layer, Style, blank, collection, escaped

_GLYPHS = frozenset({"disc", "square", "house", "triangle", "dot", "label"})


def group(layer: Layer, table: gpd.GeoDataFrame) -> folium.FeatureGroup:
    """A switchable folium group of everything in the frame."""
    made = folium.FeatureGroup(name=escaped(layer.title), show=layer.default_on)
    if layer.style.shape in _GLYPHS:
        for row in table.to_dict("records"):
            _marker(layer, row).add_to(made)
    elif len(table):
        _shapes(layer, table).add_to(made)
    return made


def path_style(style: Style, row: Mapping[str, Any]) -> dict[str, Any]:
    """A line's or area's Leaflet path options, the row's own columns first."""
    fill = _own(row, style.fill_by, style.fill)
    stroke = _own(row, style.stroke_by, style.stroke)
    return {
        "color": stroke or palette.QUIET,
        "stroke": stroke is not None,
        "weight": _own(row, style.weight_by, style.weight),
        "opacity": _own(row, style.opacity_by, style.opacity),
        "dashArray": _own(row, style.dash_by, style.dash),
        "fill": fill is not None and style.shape == "area",
        "fillColor": fill or palette.LAND,
        "fillOpacity": style.fill_opacity * _own(row, style.opacity_by, 1.0),
    }


def _own(row: Mapping[str, Any], column: str | None, constant: Any) -> Any:
    value = row.get(column) if column else None
    return constant if blank(value) else value


def _shapes(layer: Layer, table: gpd.GeoDataFrame) -> folium.GeoJson:
    style = asdict(layer.style)
    used = sorted({style[key] for key in style if key.endswith("_by") and style[key]})
    data = collection(table[[*used, "tip", "geometry"]], digits=4)
    for feature in data["features"]:
        feature["properties"]["tip"] = escaped(feature["properties"]["tip"] or "")
    tips = any(feature["properties"]["tip"] for feature in data["features"])
    silent = layer.static
    shown = tips and not silent
    return folium.GeoJson(
        data,
        style_function=lambda f, s=layer.style: path_style(s, f["properties"]),
        tooltip=folium.GeoJsonTooltip(fields=["tip"], labels=False) if shown else None,
        interactive=not silent,
        control=False,
    )


def _marker(layer: Layer, row: Mapping[str, Any]) -> folium.Marker:
    size = round(layer.style.size)
    icon = folium.DivIcon(
        html=glyph(layer.style, row),
        icon_size=(size, size),
        icon_anchor=(size // 2, -size // 2 if layer.style.shape == "house" else size // 2),
        class_name=f"glyph glyph-{layer.id}",
    )
    tip = folium.Tooltip(escaped(row["tip"])) if row.get("tip") else None
    point = row["geometry"]
    return folium.Marker((point.y, point.x), icon=icon, tooltip=tip)


def glyph(style: Style, row: Mapping[str, Any]) -> str:
    """One point's drawing as safe HTML: its shape and its character."""
    fill = _own(row, style.fill_by, style.fill) or "none"
    stroke = _own(row, style.stroke_by, style.stroke) or "none"
    char = escaped(str(_own(row, style.char_by, "") or ""))
    size = style.size
    if style.shape == "label":
        return f'<span class="name">{escaped(str(row.get("name") or ""))}</span>'
    if style.shape == "disc":
        hollow = row.get("outline") is True
        back, ink = (palette.INK, stroke) if hollow else (fill, palette.INK)
        return _svg(size, f'<circle cx="12" cy="12" r="11" {_paint(back, stroke, 2)}/>', char, ink)
    if style.shape == "square":
        box = f'<rect x="1.5" y="1.5" width="21" height="21" rx="4" {_paint(fill, stroke, 2)}/>'
        return _svg(size, box, char, stroke)
    if style.shape == "house":
        walls = f'<path d="M3 22h18V10L12 2 3 10z" {_paint(fill, stroke, 2.2)}/>'
        return _svg(size, walls, "", stroke)
    if style.shape == "triangle":
        body = f'<path d="M12 22 1 3h22z" {_paint(fill, stroke, 1)}/>'
        return _svg(size, body, "", stroke) + (
            f'<b class="rung" style="color:{fill}">{char}</b>' if char else ""
        )
    return _svg(size, f'<circle cx="12" cy="12" r="9" {_paint(fill, stroke, 3)}/>', "", stroke)


def _paint(fill: str, stroke: str, width: float) -> str:
    return f'fill="{fill}" stroke="{stroke}" stroke-width="{width}"'


def _svg(size: float, shape: str, char: str, ink: str) -> str:
    text = (
        f'<text x="12" y="17" font-size="14" font-weight="800" text-anchor="middle" '
        f'fill="{ink}">{char}</text>'
        if char
        else ""
    )
    return f'<svg viewBox="0 0 24 24" width="{size}" height="{size}">{shape}{text}</svg>'
