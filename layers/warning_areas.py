"""Areas under a person's warning; empty until warnings are issued here."""

from __future__ import annotations

import geopandas as gpd

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of, picked

COLUMNS = ("kind", "id", "label", "char", "colour")


def frame(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Warning areas handed in as the frame ``warning_areas``; none without it."""
    if "warning_areas" not in frames:
        return frame_of([], COLUMNS)
    return picked(frames, "warning_areas", COLUMNS)


LAYER = Layer(
    id="warning_areas", title="预警区域", frame=frame, label="label",
    style=Style(
        shape="area", stroke_by="colour", weight=1.6, fill_by="colour", fill_opacity=0.12,
        char_by="char", text=palette.WHITE,
    ),
    popup=(("char", "预警"), ("label", "")),
)  # fmt: skip
