"""Rivers and lakes (GSHHG and WDBII)."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from data.domain.situation import Situation
from layers import palette
from layers.base import CRS, Frames, Layer, Style, picked

_OUTSIDE = 0.3
_WIDTHS = {1: 2.4, 2: 1.7, 3: 1.1}


def rivers(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """River lines, the main stem widest; outside the province they are faint."""
    table = picked(frames, "rivers", ("name", "rank"))
    table["weight"] = [_WIDTHS.get(rank, 0.8) for rank in table["rank"]]
    return _dimmed(table, frames, 0.8)


def lakes(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Lake and reservoir polygons; outside the province they are faint."""
    return _dimmed(picked(frames, "lakes", ("name", "kind", "rank")), frames, 0.7)


def _dimmed(table: gpd.GeoDataFrame, frames: Frames, opacity: float) -> gpd.GeoDataFrame:
    """The frame cut at the province's edge, with the opacity of each side."""
    bounds = frames.get("boundaries_wall")
    province = None if bounds is None else bounds[bounds["level"] == "province"]
    if province is None or province.empty:
        return table.assign(opacity=opacity)
    edge = province.to_crs(CRS).geometry.make_valid().union_all()
    inside = table.assign(geometry=table.intersection(edge), opacity=opacity)
    outside = table.assign(geometry=table.difference(edge), opacity=opacity * _OUTSIDE)
    both = gpd.GeoDataFrame(pd.concat([outside, inside], ignore_index=True), crs=CRS)
    return both[~both.geometry.is_empty]


RIVERS = Layer(
    id="rivers", title="河流", frame=rivers, static=True, label="name",
    style=Style(shape="line", stroke=palette.WATER, weight_by="weight", opacity_by="opacity"),
    popup=(("name", ""),),
)  # fmt: skip
LAKES = Layer(
    id="lakes", title="湖泊水库", frame=lakes, static=True, label="name",
    style=Style(
        shape="area", stroke=palette.WATER, weight=0.8, opacity_by="opacity", fill=palette.LAKE,
        fill_opacity=0.9,
    ),
    popup=(("name", ""),),
)  # fmt: skip
