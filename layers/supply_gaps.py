"""Supply gaps: areas with a basic list, by the worst share of a line that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

# What the frame "supply_gaps" brings: polygons of areas that have a list, `missing` the worst
# share (0 to 1) of a line that is not there, `items` the lines that are short, in words.
GIVEN = ("code", "name", "missing", "lines", "short", "items")
COLUMNS = (
    "kind", "id", "name", "band", "missing", "short", "colour", "stroke", "weight", "dash",
    "label", "said", "items",
)  # fmt: skip
BANDS = ("达到清单", "缺不到三分之一", "缺三分之一以上", "缺三分之二以上")
_THIRD = 1 / 3
_FILLS = ("#24486e", "#9a957d", "#d8c79a", "#5a2630")


def band(missing: float) -> int:
    """Which step of the legend a missing share (0 to 1) stands on."""
    if missing <= 0:
        return 0
    return 1 + (missing >= _THIRD) + (missing >= 2 * _THIRD)


def frame(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Every area of the frame "supply_gaps"; empty where nobody asked."""
    given = frames.get("supply_gaps")
    if given is None:
        return frame_of([], COLUMNS)
    return frame_of([_row(row) for row in given.to_dict("records")], COLUMNS)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    step = band(float(row["missing"]))
    worst = step == len(BANDS) - 1
    return {
        "kind": "supply_gap", "id": row["code"], "name": row["name"], "band": BANDS[step],
        "missing": round(float(row["missing"]), 3), "short": int(row["short"]),
        "colour": _FILLS[step], "stroke": palette.CUT_TEXT if worst else palette.COUNTY_LINE,
        "weight": 1.8 if worst else 0.9, "dash": "5 3" if worst else None,
        "label": f"缺 {row['short']} 项" if row["short"] else None,
        "said": f"清单 {row['lines']} 项，未达 {row['short']} 项", "items": row["items"] or None,
        "geometry": row["geometry"],
    }  # fmt: skip


def key(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """The lines of the legend: look, words, and how many areas."""
    rows = table.to_dict("records")
    return [
        {"text": text, "fill": _FILLS[n], "areas": sum(r["band"] == text for r in rows)}
        for n, text in enumerate(BANDS)
    ]


LAYER = Layer(
    id="supply_gaps", title="物资缺口", frame=frame, default_on=False, label="label",
    style=Style(
        shape="area", stroke_by="stroke", weight_by="weight", dash_by="dash", fill_by="colour",
        fill_opacity=0.72,
    ),
    popup=(("name", ""), ("said", ""), ("items", "缺")),
)  # fmt: skip
