"""Which unit a point lies in, and what an area touches and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.domain.geojson import drawn_area

ESTIMATE = "按面积比例估算，非统计数"
RADIUS_M = 6371007.181  # of the sphere with the area of the GRS 80 ellipsoid
ECCENTRICITY = 0.0818191910428158


class UnitFrame(Protocol):
    """A table with a `code` column and polygons: a GeoDataFrame, without asking for one."""

    @property
    def geometry(self) -> Iterable[BaseGeometry]:
        """The polygons, degrees, WGS 84."""

    def __getitem__(self, key: str) -> Iterable[Any]:
        """One column."""


@dataclass(frozen=True, kw_only=True)
class TouchedUnit:
    """A unit that an area touches; `people` is an estimate and says so in `basis`."""

    code: str
    share: float
    area_km2: float
    people: int | None
    basis: str = ESTIMATE


class Spatial:
    """Polygons of units with an index over them, in WGS 84 degrees."""

    def __init__(
        self,
        codes: Sequence[str],
        polygons: Sequence[BaseGeometry],
        population: Mapping[str, int | None] | None = None,
    ) -> None:
        self.codes = tuple(codes)
        self.polygons = np.asarray(polygons, dtype=object)
        self.population = dict(population or {})
        self._tree = shapely.STRtree(self.polygons)
        shapely.prepare(self.polygons)

    @classmethod
    def of_frame(
        cls, units: UnitFrame, population: Mapping[str, int | None] | None = None
    ) -> Spatial:
        """From a table of units with `code` and polygons."""
        return cls(list(units["code"]), list(units.geometry), population)

    def unit_at(self, lon: float, lat: float) -> str | None:
        """The code of the unit a point lies in; None outside. On a border, the lowest code."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return min((self.codes[i] for i in hits), default=None)

    def touched_units(self, area: Mapping[str, Any] | BaseGeometry) -> list[TouchedUnit]:
        """Units an area touches, the most touched first, with an estimate of people."""
        polygon = _polygon(area)
        found = []
        for i in self._tree.query(polygon, predicate="intersects"):
            part_m2 = area_m2(polygon.intersection(self.polygons[i]))
            share = min(part_m2 / area_m2(self.polygons[i]), 1.0)
            if part_m2 > 0:
                people = self.population.get(self.codes[i])
                found.append(
                    TouchedUnit(
                        code=self.codes[i],
                        share=share,
                        area_km2=part_m2 / 1e6,
                        people=None if people is None else round(people * share),
                    )
                )
        return sorted(found, key=lambda t: (-t.area_km2, t.code))


def unit_at(lon: float, lat: float, counties: UnitFrame) -> str | None:
    """The code of the county a point lies in; for many points keep a `Spatial`."""
    return Spatial.of_frame(counties).unit_at(lon, lat)


def touched_points(
    area: Mapping[str, Any] | BaseGeometry, points: Mapping[str, tuple[float, float]]
) -> list[str]:
    """Ids of the points (id -> (lon, lat)) that lie in an area or on its edge."""
    polygon = _polygon(area)
    ids = list(points)
    xy = np.asarray([points[i] for i in ids], dtype=float).reshape(-1, 2)
    hits = shapely.intersects_xy(polygon, xy[:, 0], xy[:, 1])
    return [i for i, hit in zip(ids, np.atleast_1d(hits), strict=True) if hit]


def area_m2(geometry: BaseGeometry) -> float:
    """Area in m² of a geometry in degrees, by an equal-area cylinder on the ellipsoid."""
    return float(shapely.transform(geometry, _equal_area).area)


def _equal_area(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude to metres in which areas are true (authalic latitude)."""
    pole = float(_authalic(np.asarray([1.0]))[0])
    sine = _authalic(np.sin(np.radians(degrees[:, 1]))) / pole
    return np.column_stack((RADIUS_M * np.radians(degrees[:, 0]), RADIUS_M * sine))


def _authalic(sine: NDArray[np.float64]) -> NDArray[np.float64]:
    """The function q of the sine of a latitude (Snyder, Map Projections, eq. 3-12)."""
    e = ECCENTRICITY
    log = np.log((1 - e * sine) / (1 + e * sine)) / (2 * e)
    result: NDArray[np.float64] = (1 - e * e) * (sine / (1 - (e * sine) ** 2) - log)
    return result


def _polygon(area: Mapping[str, Any] | BaseGeometry) -> BaseGeometry:
    """A valid polygon from GeoJSON (geometry or feature) or a geometry.

    Raises
    ------
    ValueError
        When it is no polygon.
    """
    geometry = area if isinstance(area, BaseGeometry) else drawn_area(area)
    if geometry.is_empty or geometry.geom_type not in ("Polygon", "MultiPolygon"):
        raise ValueError("影响范围不是多边形，请在地图上重新画")
    if not all(math.isfinite(v) for v in geometry.bounds):
        raise ValueError("影响范围含无效坐标，请重新画")
    return geometry if geometry.is_valid else shapely.make_valid(geometry)
