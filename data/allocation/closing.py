"""Closures: polygons that cut roads, as values that compare, and what they cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Closures = Sequence[BaseGeometry | Mapping[str, Any]]
Areas = tuple[bytes, ...]

_KEPT = 256


def closed_by(closures: Closures, roads: Iterable[str] = ()) -> tuple[Areas, frozenset[str]]:
    """What closes roads, as keys that compare by value: areas, and ids of roads.

    A closure is a polygon (shapely or GeoJSON, EPSG:4326) or names roads: `{"roads": [id…]}`.
    """
    named = [c for c in closures if isinstance(c, Mapping) and "roads" in c]
    ids = frozenset(roads).union(*(c["roads"] for c in named))
    return areas_of([c for c in closures if not any(c is n for n in named)]), ids


def areas_of(closures: Closures) -> Areas:
    """Polygons (shapely or GeoJSON, EPSG:4326) as a key that compares by value."""
    shapes = (c if isinstance(c, BaseGeometry) else shape(dict(c)) for c in closures)
    return tuple(sorted({bytes(shapely.to_wkb(s)) for s in shapes if not s.is_empty}))


@lru_cache(maxsize=_KEPT)
def polygon_of(area: bytes) -> BaseGeometry:
    """The polygon of a key, prepared for many questions."""
    polygon: BaseGeometry = shapely.from_wkb(area)
    shapely.prepare(polygon)
    return polygon


def held(points: Floats, area: bytes) -> Bools:
    """Which points (m, 2) lie in an area."""
    found: Bools = np.atleast_1d(
        shapely.intersects_xy(polygon_of(area), points[:, 0], points[:, 1])
    )
    return found


def cut(lines: npt.NDArray[np.object_], areas: Iterable[bytes]) -> Bools:
    """Which lines some area meets."""
    found = np.zeros(len(lines), dtype=bool)
    for area in areas:
        found |= shapely.intersects(polygon_of(area), lines)
    return found


def straight(starts: Floats, ends: Floats) -> npt.NDArray[np.object_]:
    """Straight lines from each start (m, 2) to its end (m, 2)."""
    return np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)
