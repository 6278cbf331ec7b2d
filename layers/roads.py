"""Expressways as straight lines through the seats they pass: schematic, and drawn so."""

from __future__ import annotations

import geopandas as gpd

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, picked

NOTE = "示意走向，非实际线位"


def frame(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Expressways with the remark that they are schematic."""
    table = picked(frames, "expressways", ("code", "name"))
    table["note"] = NOTE
    return table


LAYER = Layer(
    id="expressways", title="高速（示意）", frame=frame, static=True,
    style=Style(shape="line", stroke=palette.ROAD, weight=1.1, dash="6 4", opacity=0.85),
    popup=(("code", ""), ("name", ""), ("note", "")),
)  # fmt: skip
