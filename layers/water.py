"""Rivers and lakes (GSHHG and WDBII)."""

from __future__ import annotations

import geopandas as gpd

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, picked

_WIDTHS = {1: 2.4, 2: 1.7, 3: 1.1}


def rivers(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """River lines; the main stem is drawn widest."""
    table = picked(frames, "rivers", ("name", "rank"))
    table["weight"] = [_WIDTHS.get(rank, 0.8) for rank in table["rank"]]
    return table


def lakes(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Lake and reservoir polygons."""
    return picked(frames, "lakes", ("name", "kind", "rank"))


RIVERS = Layer(
    id="rivers", title="河流", frame=rivers, static=True, label="name",
    style=Style(shape="line", stroke=palette.WATER, weight_by="weight", opacity=0.8),
    popup=(("name", ""),),
)  # fmt: skip
LAKES = Layer(
    id="lakes", title="湖泊水库", frame=lakes, static=True, label="name",
    style=Style(
        shape="area", stroke=palette.WATER, weight=0.8, opacity=0.7, fill=palette.LAKE,
        fill_opacity=0.9,
    ),
    popup=(("name", ""),),
)  # fmt: skip
