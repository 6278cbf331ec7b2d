"""Cover: counties by minutes from the nearest able team, and what a plan would take from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from data.domain.coverage import LOSS_WORDS, REACH, WITHIN, band
from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, blank, frame_of

# What the frame "coverage" brings: county polygons with their cover; `planned` is true when the
# figures are those a plan would leave, and `lost` says what the county loses by it.
GIVEN = (
    "code", "name", "minutes", "team", "teams", "population", "risk", "planned", "before_minutes",
    "before_teams", "lost", "scene",
)  # fmt: skip
COLUMNS = (
    "kind", "id", "name", "minutes", "band", "lost", "colour", "opacity", "stroke", "weight",
    "dash", "label", "reached", "near", "was", "loss", "here", "people",
    "population", "dangers",
)  # fmt: skip
BANDS = (*(f"≤ {limit} 分" for limit in WITHIN), f"> {REACH} 分", "无队可达")
_NO_WAY = len(BANDS) - 1
_QUIET, _STRONG = 0.45, 1.0  # a county that a plan leaves as it was, and any other
_LOOKS: Mapping[str, tuple[str, float, str | None]] = {
    "last": (palette.CUT_TEXT, 3.0, None),
    "second": (palette.CUT_TEXT, 2.2, "6 4"),
    "later": (palette.WHITE, 1.4, "2 3"),
}
_SHORT = {"last": "无人覆盖", "second": "仅剩 1 支"}
_TEN_THOUSAND = 10_000


def frame(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Every county of the frame "coverage"; empty where nobody asked for cover."""
    given = frames.get("coverage")
    if given is None:
        return frame_of([], COLUMNS)
    return frame_of([_row(row) for row in given.to_dict("records")], COLUMNS)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    minutes = None if blank(row["minutes"]) else float(row["minutes"])
    klass = band(minutes)
    lost = None if blank(row["lost"]) else str(row["lost"])
    stroke, weight, dash = _line(klass, lost)
    return {
        "kind": "coverage", "id": row["code"], "name": row["name"], "minutes": minutes,
        "band": BANDS[klass], "lost": lost, "colour": palette.COVER[klass],
        "opacity": _STRONG if lost or not row["planned"] else _QUIET,
        "stroke": stroke, "weight": weight, "dash": dash,
        "label": _SHORT.get(lost or ""),
        "reached": _reached(minutes), "near": row["team"],
        "was": _reached(row["before_minutes"]) if lost else None,
        "loss": f"{LOSS_WORDS[lost]}，{row['before_teams']} → {row['teams']} 支" if lost else None,
        "here": None if blank(row["scene"]) else f"{row['scene']} 事发地，派来的队伍在此",
        "people": _people(row["population"]), "population": row["population"],
        "dangers": row["risk"] or None,
        "geometry": row["geometry"],
    }  # fmt: skip


def _line(klass: int, lost: str | None) -> tuple[str, float, str | None]:
    """The outline: what is lost first, then where no way leads; else a quiet county line."""
    if lost:
        return _LOOKS[lost]
    if klass == _NO_WAY:
        return palette.CUT_TEXT, 1.2, "3 3"
    return palette.COUNTY_LINE, 0.9, None


def _reached(minutes: Any) -> str:
    """Minutes in words."""
    return "无队可达" if blank(minutes) else f"{round(minutes)} 分"


def _people(population: Any) -> str:
    """A population in words; unknown is said."""
    if blank(population):
        return "未知"
    return f"{population / _TEN_THOUSAND:.1f} 万（2020 年）"


def key(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """The lines of the legend, in order: look, words, counties, and people as far as known."""
    rows = table.to_dict("records")
    lines = [
        _entry(text, palette.COVER[k], _line(k, None), [r for r in rows if r["band"] == text])
        for k, text in enumerate(BANDS)
    ]
    for lost, text in LOSS_WORDS.items():
        mine = [row for row in rows if row["lost"] == lost]
        if mine:
            lines.append(_entry(text, None, _LOOKS[lost], mine))
    return lines


def _entry(
    text: str,
    fill: str | None,
    line: tuple[str, float, str | None],
    rows: list[Any],
) -> dict[str, Any]:
    """One line of the legend."""
    stroke, weight, dash = line
    known = [row["population"] for row in rows if not blank(row["population"])]
    return {
        "text": text, "fill": fill, "stroke": stroke, "weight": weight, "dash": dash,
        "counties": len(rows), "people": sum(known) if known or not rows else None,
    }  # fmt: skip


LAYER = Layer(
    id="coverage", title="覆盖范围", frame=frame, default_on=False, label="label",
    style=Style(
        shape="area", stroke_by="stroke", weight_by="weight", dash_by="dash", fill_by="colour",
        fill_opacity=0.72, opacity_by="opacity",
    ),
    popup=(
        ("name", ""), ("reached", "最近队伍"), ("near", ""), ("was", "方案前"),
        ("loss", ""), ("here", ""), ("people", "人口"), ("dangers", "风险点"),
    ),
)  # fmt: skip
