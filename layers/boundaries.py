"""Administrative boundaries: province, prefectures and counties (CGCS2000)."""

from __future__ import annotations

import geopandas as gpd

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, picked

COLUMNS = ("code", "name", "short_name", "level")
_LINES = {
    "province": (palette.PROVINCE_LINE, 2.0),
    "prefecture": (palette.PREFECTURE_LINE, 1.5),
    "county": (palette.COUNTY_LINE, 0.9),
}
_DRAW_ORDER = {"county": 0, "prefecture": 1, "province": 2}


def frame(_situation: Situation, frames: Frames, *, full: bool = False) -> gpd.GeoDataFrame:
    """Boundaries with their line colour and width; counties first, the province on top."""
    table = picked(frames, "boundaries_full" if full else "boundaries_wall", COLUMNS)
    table = table.sort_values("level", key=lambda s: s.map(_DRAW_ORDER), kind="stable")
    table["stroke"] = [_LINES.get(level, _LINES["county"])[0] for level in table["level"]]
    table["weight"] = [_LINES.get(level, _LINES["county"])[1] for level in table["level"]]
    table["fill"] = [palette.LAND if level == "province" else None for level in table["level"]]
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
