"""Names on the map: prefectures at province zoom, counties closer, towns closest."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from shapely.geometry import Point

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = ("name", "rank", "min_zoom", "population", "code", "name_en")
PREFECTURE_ZOOM, COUNTY_ZOOM, TOWN_ZOOM = 0.0, 9.0, 11.0


def frame(_situation: Situation, frames: Frames) -> gpd.GeoDataFrame:
    """Area seats and towns with the zoom from which their names are written, gravest first."""
    rows = [*_seats(frames), *_towns(frames)]
    rows.sort(key=lambda row: (row["rank"], -(row["population"] or 0)))
    return frame_of(rows, COLUMNS)


def _seats(frames: Frames) -> list[dict[str, Any]]:
    areas = frames.get("areas")
    rows = []
    for area in [] if areas is None else areas.to_dict("records"):
        shape = area["geometry"]
        if shape is None or shape.is_empty or not (area["is_prefecture"] or area["is_county"]):
            continue
        high = bool(area["is_prefecture"])
        rows.append(
            {
                "name": area["short_name"], "rank": 0 if high else 1, "code": area["code"],
                "min_zoom": PREFECTURE_ZOOM if high else COUNTY_ZOOM,
                "population": area.get("population"), "name_en": None, "geometry": shape,
            }
        )  # fmt: skip
    return rows


def _towns(frames: Frames) -> list[dict[str, Any]]:
    towns = frames.get("places")
    return [
        {
            "name": town["name_zh"], "rank": 2, "min_zoom": TOWN_ZOOM, "population": None,
            "code": town["area_code"], "name_en": town["name_en"],
            "geometry": Point(town["geometry"].x, town["geometry"].y),
        }
        for town in ([] if towns is None else towns.to_dict("records"))
    ]  # fmt: skip


LAYER = Layer(
    id="places", title="地名", frame=frame, static=True, label="name",
    style=Style(shape="label", size=14, text=palette.LABEL, fill=palette.CALM_STATION),
)  # fmt: skip
