"""Every layer in drawing order, the lowest first."""

from __future__ import annotations

from typing import Any

from data.domain.situation import Situation
from layers import (
    boundaries,
    closures,
    county_risk,
    coverage,
    depots,
    hazards,
    incidents,
    places,
    posts,
    rain,
    roads,
    routes,
    sensors,
    sources,
    supply_gaps,
    teams,
    warning_areas,
    water,
)
from layers.base import Frames, Layer, collection
from layers.lacking import table_of

CREDITS = "边界 CGCS2000 · 水系 GSHHG/WDBII · 高速为示意走向 · 地名 GeoNames"

STATIC: tuple[Layer, ...] = (
    boundaries.LAYER, boundaries.FULL, water.LAKES, water.RIVERS, roads.LAYER, places.LAYER,
)  # fmt: skip
MOVING: tuple[Layer, ...] = (
    warning_areas.LAYER, closures.AFFECTED, closures.CLOSURES, routes.LAYER, rain.LAYER,
    sensors.LAYER,
    sources.LAYER, hazards.LAYER, depots.LAYER, teams.LAYER, posts.LAYER, incidents.LAYER,
)  # fmt: skip
# Drawn in the pages by the point module, from its own table and changes.
POINTS: tuple[Layer, ...] = (rain.LAYER, sensors.LAYER)
# Worked out only when somebody switches them on; drawn on the land, under the waters.
ASKED: tuple[Layer, ...] = (county_risk.LAYER, coverage.LAYER, supply_gaps.LAYER)
LAYERS: tuple[Layer, ...] = STATIC[:2] + ASKED + STATIC[2:] + MOVING


def legend() -> list[dict[str, Any]]:
    """Every layer's style and switches, for the browser module."""
    return [layer.leaflet() for layer in LAYERS]


def map_features(situation: Situation, frames: Frames, missing: list[str]) -> dict[str, Any]:
    """The moving layers as GeoJSON collections by layer id; the points travel by themselves.

    A layer that fails is left out and its title added to `missing`: the rest of the map goes on.
    """
    made: dict[str, Any] = {}
    for layer in MOVING:
        if layer in POINTS:
            continue
        table = table_of(layer, situation, frames, missing)
        if table is not None:
            made[layer.id] = collection(table)
    return made
