"""The reference geography as frames for the layers, read once."""

from functools import cache

import geopandas as gpd
from shapely.geometry import LineString, Point

from data.ingest import reference
from layers.base import CRS, Frames, frame_of

_AREA = ("code", "name", "short_name", "is_prefecture", "is_county", "population")
_PLACE = ("name_zh", "name_en", "other_names", "area_code")


@cache
def reference_frames() -> Frames:
    """Every reference frame the static layers draw from, in EPSG:4326."""
    return {
        "boundaries_wall": reference.read_boundaries("wall"),
        "boundaries_full": reference.read_boundaries("full"),
        "rivers": reference.read_rivers(),
        "lakes": reference.read_lakes(),
        "expressways": _expressways(),
        "areas": _areas(),
        "places": _places(),
    }


def _areas() -> gpd.GeoDataFrame:
    """Area seats as points; units whose seat is unknown are left out."""
    rows = [
        {**row, "population": row["pop2020"], "geometry": Point(row["lon"], row["lat"])}
        for row in reference.read_areas()
        if row["lon"] is not None and row["lat"] is not None
    ]
    return frame_of(rows, _AREA)


def _places() -> gpd.GeoDataFrame:
    rows = [
        {**row, "geometry": Point(row["lon"], row["lat"])}
        for row in reference.read_places()
        if row["lon"] is not None and row["lat"] is not None
    ]
    return frame_of(rows, _PLACE)


def _expressways() -> gpd.GeoDataFrame:
    """Straight lines from seat to seat, as the sequence of counties says."""
    seats = {r["code"]: (r["lon"], r["lat"]) for r in reference.read_areas() if r["lon"]}
    rows = []
    for road in reference.read_expressways():
        points = [seats[code] for code in road["seats"] if code in seats]
        if len(points) > 1:
            rows.append(
                {"code": road["code"], "name": road["name"], "geometry": LineString(points)}
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
