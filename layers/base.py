"""A map layer: one frame, one style, and two drawings made from them."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from data.domain.situation import Situation

CRS = "EPSG:4326"
Frames = Mapping[str, gpd.GeoDataFrame]
FrameOf = Callable[[Situation, Frames], gpd.GeoDataFrame]
Shape = Literal["area", "line", "disc", "square", "house", "triangle", "dot", "label"]


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a layer looks; a ``*_by`` field names the column that overrides the constant.

    Widths and sizes are in CSS pixels of the desk (the wall scales them), opacities 0 to 1.
    """

    shape: Shape
    stroke: str | None = None
    stroke_by: str | None = None
    weight: float = 1.0
    weight_by: str | None = None
    dash: str | None = None
    dash_by: str | None = None
    opacity: float = 1.0
    opacity_by: str | None = None
    fill: str | None = None
    fill_by: str | None = None
    fill_opacity: float = 1.0
    hatch: bool = False
    size: float = 22.0
    char_by: str | None = None
    text: str = "#a9bad6"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer of the map, drawn by Leaflet in the pages and by folium in the take-away map.

    Parameters
    ----------
    frame
        Makes the layer's table from a situation and the reference frames, in EPSG:4326.
    popup
        (column, title) pairs, read out as plain text; a blank value is left out.
    label
        The column written beside the drawing, or None.
    static
        True when the frame does not depend on the situation: browsers fetch it once.
    """

    id: str
    title: str
    frame: FrameOf
    style: Style
    min_zoom: float = 0
    max_zoom: float = 24
    default_on: bool = True
    label: str | None = None
    popup: tuple[tuple[str, str], ...] = ()
    static: bool = False

    def leaflet(self) -> dict[str, Any]:
        """What the browser module needs to draw the layer: its style and its switches."""
        return {
            "id": self.id, "title": self.title, "style": asdict(self.style),
            "min_zoom": self.min_zoom, "max_zoom": self.max_zoom, "on": self.default_on,
            "label": self.label,
        }  # fmt: skip

    def table(self, situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
        """The layer's frame with a plain-text ``tip`` column for popups."""
        table = self.frame(situation, frames).copy()
        table["tip"] = [self._tip(row) for row in table.to_dict("records")]
        return table

    def features(self, situation: Situation, frames: Frames, *, digits: int = 5) -> dict[str, Any]:
        """The layer as a GeoJSON collection; coordinates keep `digits` decimals of a degree."""
        return collection(self.table(situation, frames), digits=digits)

    def folium(self, situation: Situation, frames: Frames) -> Any:
        """The layer as a folium feature group, from the same style."""
        from layers.drawing import group

        return group(self, self.table(situation, frames))

    def _tip(self, row: Mapping[str, Any]) -> str:
        lines = [(title, row.get(column)) for column, title in self.popup]
        return "\n".join(
            f"{title} {plain(value)}".strip() for title, value in lines if not blank(value)
        )


def blank(value: Any) -> bool:
    """Whether a value is unknown: None, not-a-number or empty text."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def plain(value: Any) -> str:
    """A value as plain text; whole floats lose their point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def escaped(text: str) -> str:
    """Plain text made safe inside HTML, templates and template literals; line breaks kept."""
    safe = html.escape(text, quote=True)
    for char in "`$\\{}":
        safe = safe.replace(char, f"&#{ord(char)};")
    return safe.replace("\n", "<br>")


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> gpd.GeoDataFrame:
    """A frame with exactly these columns and a geometry, even when there are no rows."""
    table = pd.DataFrame(list(rows), columns=[*columns, "geometry"], dtype=object)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=CRS)


def picked(frames: Frames, name: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """A reference frame's columns; those it lacks are blank, and a missing frame is empty."""
    frame = frames.get(name)
    if frame is None:
        return frame_of([], columns)
    table = frame.to_crs(CRS).reindex(columns=[*columns, "geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=CRS)


def collection(table: gpd.GeoDataFrame, *, digits: int = 5) -> dict[str, Any]:
    """A frame as a GeoJSON collection with rounded coordinates and None for blanks."""
    columns = [name for name in table.columns if name != "geometry"]
    features = []
    for row in table.to_dict("records"):
        shape = row["geometry"]
        if shape is None or shape.is_empty:
            continue
        properties = {name: None if blank(row[name]) else row[name] for name in columns}
        features.append(
            {
                "type": "Feature",
                "geometry": rounded(shape.__geo_interface__, digits),
                "properties": properties,
            }
        )
    return {"type": "FeatureCollection", "features": features}


def rounded(geometry: Mapping[str, Any], digits: int) -> dict[str, Any]:
    """A GeoJSON geometry with coordinates to `digits` decimals."""
    return {"type": geometry["type"], "coordinates": _round(geometry["coordinates"], digits)}


def _round(value: Any, digits: int) -> Any:
    if isinstance(value, (int, float)):
        return round(float(value), digits)
    return [_round(part, digits) for part in value]


def as_json(value: Any) -> str:
    """Compact JSON, Chinese kept as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
