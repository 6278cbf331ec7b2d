"""Rivers and lakes round Hubei from GSHHG and WDBII, named where a check point proves the name."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from data.reference.build.common import GSHHG, METRIC, OUT

BOX = shapely.box(107.5, 28.5, 117.0, 33.8)
OUTLINE_OF_DOUBLE_RIVERS = "6"  # the same ring stands among the polygons
# First record of each rank in the rivers file, which WDBII keeps in order of rank.
RANKS = ((2436, 1), (6874, 2), (14427, 3))
DOUBLE_RIVER = "187112"


def build() -> None:
    """Write `rivers.fgb` and `lakes.fgb`."""
    names = _names()
    rivers: list[dict[str, object]] = [
        {"part": part, "name": names.get(part), "rank": _rank(int(part)), "geometry": line}
        for part, line in _lines()
    ]
    lakes = list(_lakes(names))
    _save("rivers", rivers)
    _save("lakes", lakes)


def _save(name: str, rows: list[dict[str, object]]) -> None:
    """Clip to the box, thin by about 60 m, and write."""
    frame = gpd.GeoDataFrame(rows, crs=4326).clip(BOX, keep_geom_type=True)
    frame = frame.sort_values(["rank", "part"]).reset_index(drop=True)
    frame["geometry"] = frame.geometry.simplify(0.0006)
    frame["length_km" if name == "rivers" else "area_km2"] = _measure(frame, name)
    frame.to_file(OUT / f"{name}.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")


def _measure(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoSeries[float]:
    """Length in km of lines, area in km² of polygons."""
    flat = frame.to_crs(METRIC)
    return (flat.length / 1e3 if name == "rivers" else flat.area / 1e6).round(1)


def _names() -> dict[str, str]:
    """Name of each part, from `water_names.csv`."""
    with (OUT / "water_names.csv").open(encoding="utf-8", newline="") as file:
        return {part: row["name"] for row in csv.DictReader(file) for part in row["parts"].split()}


def _rank(number: int) -> int:
    """1 for the greatest rivers to 4 for the least."""
    return next((rank for below, rank in RANKS if number < below), 4)


def _records(kind: str) -> Iterator[tuple[list[str], np.ndarray]]:
    """Metadata and coordinates of each record that meets the box."""
    west, south, east, north = BOX.bounds
    with Path(GSHHG / f"{kind}_f.dat").open("rb") as data:
        for line in Path(GSHHG / f"{kind}meta_f.dat").read_text().splitlines():
            meta = line.split()
            if float(meta[4]) < south or float(meta[3]) > north:
                continue
            data.seek(int(meta[5]))
            points = np.frombuffer(data.read(int(meta[6])), "<f4").reshape(-1, 2).astype(float)
            if points[:, 0].max() >= west and points[:, 0].min() <= east:
                yield meta, points.round(5)


def _lines() -> Iterator[tuple[str, shapely.LineString]]:
    """The river lines."""
    for meta, points in _records("rivers"):
        if meta[7] != OUTLINE_OF_DOUBLE_RIVERS:
            yield meta[7], shapely.LineString(points)


def _lakes(names: dict[str, str]) -> Iterator[dict[str, object]]:
    """The lakes, and the lower Yangtze drawn as a surface, islands cut out."""
    found = [(meta, shapely.Polygon(points)) for meta, points in _records("gshhs")]
    islands = shapely.union_all([shape for meta, shape in found if meta[0] == "3"])
    for meta, shape in found:
        if meta[0] == "2":
            double = meta[7] == DOUBLE_RIVER
            yield {
                "part": meta[7],
                "name": names.get(meta[7]),
                "kind": "river" if double else "lake",
                "rank": 1 if double or shape.area > 0.02 else 2,  # noqa: PLR2004
                "geometry": shape.difference(islands),
            }
