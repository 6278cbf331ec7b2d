"""What every source of travel times answers, and what they share: flights and plain tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypedDict

import numpy as np

from data.allocation.closing import Closures, Floats, Point
from data.allocation.graph import distance_km

AIR_KMH = 200.0  # assumption: cruising speed of a medium rescue helicopter
AIR_START_MINUTES = 15.0  # assumption: from the order to take-off


class RoadEdge(TypedDict):
    """A road of the graph for the map: `id` names it in `closed_roads`."""

    id: str
    name: str
    cls: str
    line: list[Point]


class TravelSource(Protocol):
    """Whatever knows how long it takes: the shipped table, an imported road graph, a server."""

    def minutes(
        self,
        origins: Sequence[Point],
        targets: Sequence[Point],
        *,
        by_air: bool = False,
        closures: Closures = (),
        closed_roads: Iterable[str] = (),
    ) -> list[list[float | None]]:
        """Minutes from each origin (row) to each target (column); None where no way is open.

        `closures` are polygons (shapely or GeoJSON, EPSG:4326) that cut every road they meet;
        one that holds an end of the journey itself lets rescuers in and out. One may name
        roads instead, `{"roads": [id…]}`, as `closed_roads` does: ids of `edges`; an unknown
        one closes nothing. Flights ignore both.
        """

    def route(
        self,
        origin: Point,
        target: Point,
        closures: Closures = (),
        closed_roads: Iterable[str] = (),
    ) -> list[Point]:
        """The points of the way from origin to target, both included; empty where none is open."""

    def edges(self, near: Closures | None = None) -> list[RoadEdge]:
        """Roads that may be closed: the main ones, or every one that meets some area.

        At most 20,000, the larger ones first to stay.
        """

    def edge(self, road_id: str) -> RoadEdge | None:
        """The road an id names; None when there is none."""

    def describe(self) -> str:
        """What the times rest on, in one Chinese line."""

    @property
    def fault(self) -> str:
        """Why the times rest on something else than they should at the moment; blank if not."""


def air_minutes(starts: Floats, ends: Floats) -> list[list[float | None]]:
    """Minutes by helicopter, take-off included."""
    km = distance_km(starts[:, None, :], ends[None, :, :])
    return plain(km / AIR_KMH * 60 + AIR_START_MINUTES)


def plain(matrix: Floats) -> list[list[float | None]]:
    """A matrix as lists, infinite as None, to a tenth of a minute."""
    rows: list[list[float | None]] = np.round(matrix, 1).tolist()
    if np.isfinite(matrix).all():
        return rows
    return [[None if v == np.inf else v for v in row] for row in rows]
