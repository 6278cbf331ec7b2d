"""Incidents: a disc in the incident's own colour with its letter, and a ring."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "letter", "name", "short_name", "grade", "place", "colour", "outline",
    "coord_note", "mark",
)  # fmt: skip


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Open incidents whose place is known."""
    rows = [
        {
            "kind": "incident", "id": i.id, "letter": i.letter, "name": i.name,
            "short_name": i.short_name, "grade": i.grading.label, "place": i.place,
            "colour": palette.identity(i.letter), "outline": i.letter not in palette.IDENTITY,
            "coord_note": i.coord_note, "mark": "演练" if i.origin == "exercise" else None,
            "geometry": Point(i.lon, i.lat),
        }
        for i in situation.open_incidents()
        if i.lon is not None and i.lat is not None
    ]  # fmt: skip
    return frame_of(rows, COLUMNS)


LAYER = Layer(
    id="incidents", title="事件", frame=frame, label="short_name",
    style=Style(shape="disc", fill_by="colour", stroke_by="colour", size=34, char_by="letter"),
    popup=(
        ("letter", "事件"), ("name", ""), ("grade", "等级"), ("place", "地点"),
        ("coord_note", "坐标"), ("mark", ""),
    ),
)  # fmt: skip
