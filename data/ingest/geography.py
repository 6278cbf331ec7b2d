"""The geometry and the road graph of the province, made from the shipped reference tables."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

import shapely

from data.allocation.osrm import OsrmTravel
from data.allocation.roadfile import road_travel
from data.allocation.travel import Expressway, Seat, Travel, TravelSource
from data.domain.spatial import Spatial
from data.errors import Unavailable
from data.ingest import reference
from data.ingest.seeding import area_tree

_log = logging.getLogger(__name__)
TOUCH_DEGREES = 0.002  # simplified neighbours may stand this far apart


@cache
def build_spatial() -> Spatial:
    """The county polygons with an index over them and their population."""
    frame = reference.read_boundaries("full")
    counties = frame[frame["level"] == "county"]
    population = {row["code"]: row["pop2020"] for row in reference.read_areas()}
    return Spatial.of_frame(counties, population)


@cache
def neighbours() -> tuple[tuple[str, str], ...]:
    """Pairs of counties that share a boundary."""
    spatial = build_spatial()
    tree = shapely.STRtree(spatial.polygons)
    left, right = tree.query(spatial.polygons, predicate="dwithin", distance=TOUCH_DEGREES)
    return tuple(
        (spatial.codes[a], spatial.codes[b]) for a, b in zip(left, right, strict=True) if a < b
    )


def build_travel(roads: Path | None = None, osrm: str | None = None) -> TravelSource:
    """The best source of travel times at hand.

    An OSRM server when one is named, else the imported road graph when the file `roads` is
    there, else the shipped table. A graph that cannot be read stops nobody: the table stands in
    and says so in every plan.
    """
    local: TravelSource
    try:
        local = road_travel(roads) if roads and roads.exists() else table_travel()
    except Unavailable as error:
        _log.warning("%s；暂用内置示意路网", error.detail)
        local = table_travel(f"{error.detail}；暂用：")
    return OsrmTravel(osrm, local) if osrm else local


def table_travel(note: str = "") -> Travel:
    """Travel times over county seats, expressway sequences and neighbouring counties.

    `note` goes before what the times are said to rest on.
    """
    areas = area_tree()
    seats = {
        code: Seat(area.lon, area.lat, areas.prefecture_of(code) or "", area.short_name)
        for code, area in areas.areas.items()
        if area.is_county and area.lon is not None and area.lat is not None
    }
    ways = [
        Expressway(row["code"], row["name"], tuple(row["seats"]))
        for row in reference.read_expressways()
    ]
    return Travel(seats, ways, neighbours(), note)
