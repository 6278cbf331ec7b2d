"""Risk sources: what may go wrong, where."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = ("kind", "id", "name", "source_kind", "grade", "organisation", "coord_note")


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Risk sources whose place is known; empty until somebody imports them."""
    rows = [
        {
            "kind": "source", "id": s.id, "name": s.name, "source_kind": s.kind,
            "grade": s.grade, "organisation": s.organisation,
            "coord_note": "代用坐标" if s.coord_is_stand_in else None,
            "geometry": Point(s.lon, s.lat),
        }
        for s in situation.sources.values()
        if s.lon is not None and s.lat is not None
    ]  # fmt: skip
    return frame_of(rows, COLUMNS)


LAYER = Layer(
    id="sources", title="风险源", frame=frame, default_on=False, min_zoom=8,
    style=Style(shape="dot", fill=palette.INK, stroke=palette.QUIET, weight=1.5, size=9),
    popup=(
        ("name", ""), ("source_kind", "类别"), ("grade", "等级"), ("organisation", "单位"),
        ("coord_note", ""),
    ),
)  # fmt: skip
