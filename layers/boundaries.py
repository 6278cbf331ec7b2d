"""Administrative boundaries: province, prefectures and counties (CGCS2000)."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from data.domain.situation import Situation
from layers import palette
from layers.base import CRS, Frames, Layer, Style, picked

COLUMNS = ("code", "name", "short_name", "level")
_LINES = {
    "province": (palette.PROVINCE_LINE, 2.0),
    "prefecture": (palette.PREFECTURE_LINE, 1.5),
    "county": (palette.COUNTY_LINE, 0.9),
}
_DRAW_ORDER = {"county": 0, "prefecture": 1, "province": 2}


def frame(_situation: Situation, frames: Frames, *, full: bool = False) -> gpd.GeoDataFrame:
    """The land first, then county, prefecture and province lines, each with colour and width."""
    lines = picked(frames, "boundaries_full" if full else "boundaries_wall", COLUMNS)
    lines = lines.sort_values("level", key=lambda s: s.map(_DRAW_ORDER), kind="stable")
    land = lines[lines["level"] == "province"].assign(level="land")
    table = gpd.GeoDataFrame(pd.concat([land, lines], ignore_index=True), crs=CRS)
    looks = [_LINES.get(level, (None, 0.0)) for level in table["level"]]
    table["stroke"] = [colour for colour, _ in looks]
    table["weight"] = [width for _, width in looks]
    table["fill"] = [palette.LAND if level == "land" else None for level in table["level"]]
    return table


def full_frame(situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """The detailed boundaries, for close zoom."""
    return frame(situation, frames, full=True)


_STYLE = Style(shape="area", stroke_by="stroke", weight_by="weight", fill_by="fill")
LAYER = Layer(
    id="boundaries", title="行政区划", frame=frame, style=_STYLE, static=True,
    popup=(("name", ""),),
)  # fmt: skip
FULL = Layer(
    id="boundaries-full", title="行政区划（详）", frame=full_frame, style=_STYLE, static=True,
    min_zoom=9, popup=(("name", ""),),
)  # fmt: skip
