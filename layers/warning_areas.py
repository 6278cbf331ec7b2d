"""Areas under a warning in force, ours and other bodies', each in its colour with its character."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.domain.clock import SHANGHAI
from data.domain.situation import Situation
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.domain.warning_watch import active
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = ("kind", "id", "label", "char", "colour", "event", "headline", "until", "sender", "mark")


def frame(situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Every warning in force: as drawn, else its counties as one; the gravest drawn last."""
    rows = [
        row
        for warning in reversed(active(situation))
        if (row := _row(warning, frames)) is not None
    ]
    return frame_of(rows, COLUMNS)


def _row(warning: Warning, frames: Frames) -> dict[str, Any] | None:
    area = _area(warning, frames)
    if area is None:
        return None
    char = palette.WARNING_CHARS.get(warning.colour or "", "预")
    return {
        "kind": "warning", "id": warning.id, "char": char,
        "label": f"{warning.event_word} {char}", "event": warning.event_word,
        "colour": palette.WARNING_COLOURS.get(warning.colour or "", palette.QUIET),
        "headline": warning.headline,
        "until": f"{warning.expires.astimezone(SHANGHAI):%m-%d %H:%M}" if warning.expires else None,
        "sender": warning.sender_name,
        "mark": "演练" if warning.origin == "exercise" else None, "geometry": area,
    }  # fmt: skip


def _area(warning: Warning, frames: Frames) -> BaseGeometry | None:
    """The drawing, or the union of the counties where their polygons are at hand."""
    if warning.geometry is not None:
        return shape(warning.geometry)
    units = frames.get("boundaries_wall")
    if units is None or not warning.counties:
        return None
    return _union(_Units(units), frozenset(warning.counties))


class _Units:
    """A frame of units that a cache can be keyed by: there is one a process."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self.table = table

    def __hash__(self) -> int:
        return id(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Units) and other.table is self.table


@lru_cache(maxsize=256)
def _union(units: _Units, codes: frozenset[str]) -> BaseGeometry | None:
    """Polygons of the counties as one; None when none is known."""
    table = units.table
    held = table[table["code"].isin(codes) & (table["level"] == "county")]
    return shapely.union_all(held.geometry.to_numpy()) if len(held) else None


LAYER = Layer(
    id="warning_areas", title="预警区域", frame=frame, label="label",
    style=Style(
        shape="area", stroke_by="colour", weight=1.6, fill_by="colour", fill_opacity=0.12,
        char_by="char", text=palette.WHITE,
    ),
    popup=(
        ("char", "预警"), ("headline", ""), ("until", "有效至"), ("sender", "发布"), ("mark", ""),
    ),
)  # fmt: skip
