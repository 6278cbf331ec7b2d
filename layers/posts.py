"""Command posts: a square with 指 in the colour of their incident."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "name", "place", "incident", "commander", "phone", "colour", "char", "mark",
)  # fmt: skip


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Standing posts of open incidents whose position is known."""
    rows = []
    for post in situation.posts.values():
        incident = situation.incidents.get(post.incident_id)
        if incident is None or incident.status != "open" or post.state != "open":
            continue
        if post.lon is None or post.lat is None:
            continue
        rows.append(
            {
                "kind": "post", "id": post.id, "name": post.name, "place": post.place,
                "incident": f"{incident.letter} {incident.short_name}",
                "commander": post.commander.words() if post.commander else None,
                "phone": post.phone, "colour": palette.identity(incident.letter), "char": "指",
                "mark": "演练" if post.origin == "exercise" else None,
                "geometry": Point(post.lon, post.lat),
            }
        )  # fmt: skip
    return frame_of(rows, COLUMNS)


LAYER = Layer(
    id="posts", title="现场指挥部", frame=frame,
    style=Style(
        shape="square", stroke_by="colour", weight=2.0, fill="#0b1220", size=22, char_by="char"
    ),
    popup=(
        ("name", ""), ("incident", "事件"), ("place", "位置"), ("commander", "指挥长"),
        ("phone", "电话"), ("mark", ""),
    ),
)  # fmt: skip
