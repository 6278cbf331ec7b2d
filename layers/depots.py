"""Depots: a house where supplies are stored."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "name", "owner_level", "depot_kind", "lots", "stock_summary", "coord_note",
    "assumption",
)  # fmt: skip
STAND_IN = "库址为城镇中心代用坐标"


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Depots that are open and whose place is known."""
    counts: dict[str, int] = {}
    for lot in situation.lots.values():
        counts[lot.depot_id] = counts.get(lot.depot_id, 0) + 1
    rows = [
        {
            "kind": "depot", "id": d.id, "name": d.name, "owner_level": d.owner_level,
            "depot_kind": d.kind, "lots": counts.get(d.id), "stock_summary": d.stock_summary,
            "coord_note": STAND_IN if d.coord_is_stand_in else None,
            "assumption": f"演练假定：{d.assumption}" if d.assumption else None,
            "geometry": Point(d.lon, d.lat),
        }
        for d in situation.depots.values()
        if d.live and d.lon is not None and d.lat is not None
    ]  # fmt: skip
    return frame_of(rows, COLUMNS)


LAYER = Layer(
    id="depots", title="储备库", frame=frame,
    style=Style(shape="house", stroke=palette.QUIET, weight=1.6, fill="#182640", size=16),
    popup=(
        ("name", ""), ("owner_level", "级别"), ("depot_kind", "类别"), ("lots", "批次"),
        ("stock_summary", "库存"), ("coord_note", ""), ("assumption", ""),
    ),
)  # fmt: skip
