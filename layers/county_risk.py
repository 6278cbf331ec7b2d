"""Risk by county: its gravest warning or alarm as colour, with the character beside it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from data.domain.county_risk import CountyRisk
from data.domain.point_state import PointState
from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "name", "state", "char", "colour", "opacity", "alarms", "waiting", "faults",
    "warnings", "sources", "label",
)  # fmt: skip
ID = "county-risk"


def looks(risk: CountyRisk) -> dict[str, Any]:
    """How one county is drawn and what is said of it; calm ones have no colour."""
    coloured = risk.stirred
    return {
        "kind": "county", "id": risk.code, "name": risk.name, "state": risk.state.word,
        "char": risk.state.char or None,
        "colour": palette.POINT_COLOURS[risk.state] if coloured else None,
        "opacity": 0.9 if risk.state > PointState.MISSING else 0.5, "alarms": risk.alarms or None,
        "waiting": risk.waiting or None, "faults": risk.faults or None,
        "warnings": risk.warnings or None, "sources": risk.sources or None,
        "label": risk.state.char or None,
    }  # fmt: skip


def frame(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """The counties of the frame "county-risk"; empty where nobody asked for it."""
    given = frames.get(ID)
    return frame_of([], COLUMNS) if given is None else given


LAYER = Layer(
    id=ID, title="县域风险", frame=frame, default_on=False, label="label",
    style=Style(
        shape="area", stroke_by="colour", weight=1.2, fill_by="colour", fill_opacity=0.28,
        opacity_by="opacity", char_by="char", text=palette.WHITE,
    ),
    popup=(
        ("name", ""), ("state", "最重"), ("warnings", "预警"), ("alarms", "报警"),
        ("waiting", "待签收"), ("faults", "数据中断或不变"), ("sources", "风险源"),
    ),
)  # fmt: skip
