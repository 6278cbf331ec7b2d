"""Hazards that still wait for somebody: told, true, or being put right; what is late stands out."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point

from data.domain.hazard import URGENCIES, HazardReport
from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "name", "hazard_kind", "urgency", "state", "late", "mark", "colour", "weight",
)  # fmt: skip


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Open hazards whose place is known."""
    rows = []
    for hazard in situation.hazards.values():
        if not hazard.now.open or hazard.lon is None or hazard.lat is None:
            continue
        late = _late(situation, hazard)
        rows.append(
            {
                "kind": "hazard", "id": hazard.id, "name": hazard.title,
                "hazard_kind": hazard.kind_name, "urgency": URGENCIES[hazard.urgency].word,
                "state": hazard.now.word, "late": late,
                "mark": "演练" if hazard.origin == "exercise" else None,
                "colour": palette.CUT if late else palette.QUIET,
                "weight": 2.5 if late or hazard.urgency == "now" else 1.5,
                "geometry": Point(hazard.lon, hazard.lat),
            }
        )  # fmt: skip
    return frame_of(rows, COLUMNS)


def _late(situation: Situation, hazard: HazardReport) -> str | None:
    """What is past its time about it, in words."""
    if hazard.overdue(situation.at):
        return "超时未核实"
    held = situation.rectifications.get(hazard.rectification_id or "")
    return "超期未整改" if held is not None and held.overdue(situation.at) else None


LAYER = Layer(
    id="hazards", title="隐患", frame=frame, min_zoom=8,
    style=Style(
        shape="triangle", fill=palette.INK, stroke_by="colour", weight_by="weight", size=13
    ),
    popup=(
        ("id", "隐患"), ("name", ""), ("hazard_kind", "类别"), ("urgency", "紧急"),
        ("state", "状态"), ("late", ""), ("mark", ""),
    ),
)  # fmt: skip
