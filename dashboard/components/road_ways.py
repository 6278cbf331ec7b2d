"""What may be closed that goes by a name: roads of the graph, and the last stretch into a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import cos, radians
from typing import Any

import shapely
from shapely.affinity import scale
from shapely.geometry import mapping
from shapely.ops import substring

from dashboard.place_index import search_places
from data.center import Center
from data.domain.org import Actor, Area

MOST_ROADS, MOST_PLACES, SEATS = 8, 4, 3
KM = 111.2  # a degree of latitude
STRETCH_KM, SPARED_KM = 5.0, 0.8  # closed before a place, and left open at the place itself
SPARED = 0.2  # of a short way: as much of it stays open at either end
ALONG = 0.002  # degrees to each side, some two hundred metres
PLACES = frozenset({"place", "incident"})
TAILS = ("道路", "公路", "路段", "路")


@dataclass(frozen=True, kw_only=True)
class Way:
    """One thing to close: a road by its id, or a narrow area over a stretch."""

    name: str
    detail: str
    road: str = ""
    geometry: Mapping[str, Any] = field(default_factory=dict)


def find(center: Center, viewer: Actor, text: str) -> list[Way]:
    """Roads whose name holds every word, then the ways into places of that name. Blocking."""
    words = text.split()
    if not words:
        return []
    edges = center.travel.edges()
    roads = [Way(name=e["name"], detail="按路段封闭", road=e["id"])
             for e in edges if all(w in e["name"] for w in words)]  # fmt: skip
    return [*roads[:MOST_ROADS], *_into_places(center, viewer, words)]


def _into_places(center: Center, viewer: Actor, words: list[str]) -> list[Way]:
    """The ways into the places that the words name: 大河镇, 黄梅 大河镇, 大河镇 道路."""
    wanted = [w for w in map(_bare, words) if w]
    found: dict[tuple[float, float], Mapping[str, Any]] = {}
    for word in wanted:
        for hit in search_places(center, viewer, word):
            said = hit["name"] + hit["detail"]
            at = hit["lon"], hit["lat"]
            fits = hit["kind"] in PLACES and all(w in said for w in wanted)
            if fits and (at not in found or hit["kind"] == "place"):
                found[at] = hit
    scenes = [
        (i.lon, i.lat) for i in center.queries.situation(viewer).open_incidents()
        if i.lon is not None and i.lat is not None
    ]  # fmt: skip
    nearest = sorted(found, key=lambda at: min((_apart(at, s) for s in scenes), default=0.0))
    return [w for at in nearest[:MOST_PLACES] for w in _into(center, found[at])]


def _bare(word: str) -> str:
    """A word without what a road ends in: 大河镇道路 is 大河镇."""
    for tail in TAILS:
        if word.endswith(tail):
            return word.removesuffix(tail)
    return word


def _into(center: Center, place: Mapping[str, Any]) -> list[Way]:
    """The last stretch of the way from each of the nearest county seats."""
    goal = (float(place["lon"]), float(place["lat"]))
    made: dict[str, Way] = {}
    for seat in _nearest(center.areas.areas.values(), goal):
        way = center.travel.route((float(seat.lon or 0), float(seat.lat or 0)), goal)
        if len(way) < 2 or (stretch := last_stretch(way)) is None:  # noqa: PLR2004 - a line
            continue
        area = stretch.buffer(ALONG)
        name = f"{seat.short_name or seat.name}—{place['name']}"
        detail = f"{place['detail']} · 进入该地的末段 {_km(stretch, goal[1]):.1f} 公里"
        if not any(area.equals_exact(shapely.geometry.shape(w.geometry), 1e-6)
                   for w in made.values()):  # fmt: skip
            made[name] = Way(name=name, detail=detail, geometry=mapping(area))
    return list(made.values())


def _nearest(areas: Iterable[Area], goal: tuple[float, float]) -> list[Area]:
    """The county seats nearest a place, those that it is itself left out."""
    away = [
        (_apart((a.lon, a.lat), goal), a.code, a) for a in areas
        if a.is_county and a.lon is not None and a.lat is not None
    ]  # fmt: skip
    return [a for km, _, a in sorted(away, key=lambda x: x[:2]) if km > SPARED_KM][:SEATS]


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two places."""
    east = cos(radians(b[1]))
    return float(KM * ((a[0] - b[0]) ** 2 * east**2 + (a[1] - b[1]) ** 2) ** 0.5)


def last_stretch(way: list[tuple[float, float]]) -> shapely.LineString | None:
    """The end of a way, some kilometres of it, but for what lies at the place itself."""
    east = cos(radians(way[-1][1]))
    line = scale(shapely.LineString(way), KM * east, KM, origin=(0, 0))
    if not line.length:
        return None
    end = line.length - min(SPARED_KM, SPARED * line.length)
    begin = max(line.length - STRETCH_KM, SPARED * line.length)
    cut = substring(line, begin, end)
    return scale(cut, 1 / (KM * east), 1 / KM, origin=(0, 0))


def _km(line: shapely.LineString, lat: float) -> float:
    flat = scale(line, KM * cos(radians(lat)), KM, origin=(0, 0))
    return float(flat.length)
