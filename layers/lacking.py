"""What one layer that fails costs: itself; its name is told and the rest of the map is drawn."""

from __future__ import annotations

import logging
from typing import Any

import geopandas as gpd

from data.domain.situation import Situation
from layers.base import Frames, Layer

log = logging.getLogger("hubei.layers")


def table_of(
    layer: Layer, situation: Situation, frames: Frames, missing: list[str]
) -> gpd.GeoDataFrame | None:
    """The layer's table; None, and its title in `missing`, when it cannot be worked out."""
    try:
        return layer.table(situation, frames)
    except Exception:  # whatever it is, it must not take the map with it
        log.exception("the layer %s could not be drawn", layer.id)
        if layer.title not in missing:
            missing.append(layer.title)
        return None


def rows_of(
    layer: Layer, situation: Situation, frames: Frames, missing: list[str]
) -> list[dict[str, Any]]:
    """The rows of the layer's table; none when it cannot be worked out."""
    table = table_of(layer, situation, frames, missing)
    return [] if table is None else table.to_dict("records")


def said(missing: list[str]) -> str:
    """What stands on a map that lacks layers; blank when it lacks none."""
    return f"图层未能取得：{'、'.join(missing)}" if missing else ""
