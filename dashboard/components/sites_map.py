"""A picture of a queue: counties behind, one numbered line a team, sites as numbered points.

It is a picture file in the page, so it names nothing: the rows beside it do, by the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import cos, radians
from typing import Any
from urllib.parse import quote

from shapely import clip_by_rect
from shapely.geometry.base import BaseGeometry

WIDE, HIGH, EDGE = 760.0, 470.0, 34.0
TINTS = ("#74b9ff", "#9be7c4", "#d8b4fe", "#f5deb3", "#9fd3dd", "#e3b7c8", "#b8c4d8", "#c9d69a")
GROUND, LINE, INK = "#0b1220", "#2a3a58", "#e8eefb"
Point = tuple[float, float]


def tint(number: int) -> str:
    """The colour of a team's line; its number stands beside it everywhere."""
    return TINTS[number % len(TINTS)]


def picture(
    routes: Sequence[Mapping[str, Any]], starts: Mapping[str, Point],
    left: Iterable[Point], units: Iterable[BaseGeometry],
) -> str:  # fmt: skip
    """The picture as an address an `img` takes; empty when there is nothing to show."""
    ways = [
        [*([starts[r["team"]]] if r["team"] in starts else []),
         *((s["lon"], s["lat"]) for s in r["stops"])]
        for r in routes
    ]  # fmt: skip
    left = list(left)
    points = [p for way in ways for p in way] + left
    if not points:
        return ""
    at, box = _fitted(points)
    parts = [f'<rect width="{WIDE:g}" height="{HIGH:g}" fill="{GROUND}"/>']
    parts += [_outline(clip_by_rect(unit, *box), at) for unit in units]
    for n, (route, way) in enumerate(zip(routes, ways, strict=True)):
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, way))
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{tint(n)}" stroke-width="2.5"/>'
        )
        if route["team"] in starts:
            x, y = at(way[0])
            parts.append(
                f'<rect x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18" fill="{tint(n)}"/>'
                + _text(x, y, str(n + 1), GROUND)
            )
        for m, stop in enumerate(route["stops"], 1):
            x, y = at((stop["lon"], stop["lat"]))
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="{GROUND}" stroke="{tint(n)}"'
                f' stroke-width="2"/>' + _text(x, y, f"{n + 1}.{m}", INK, 10)
            )
    for x, y in map(at, left):
        parts.append(
            f'<path d="M{x - 7:.1f} {y - 7:.1f}l14 14m0 -14l-14 14" stroke="#ff9d9d"'
            ' stroke-width="3"/>'
        )
    body = "".join(parts)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {HIGH:g}">{body}</svg>'
    return f"data:image/svg+xml,{quote(svg)}"


def _fitted(points: Sequence[Point]) -> tuple[Any, tuple[float, float, float, float]]:
    """How degrees become places of the picture, and the degrees it shows."""
    wests, souths = [p[0] for p in points], [p[1] for p in points]
    west, east, south, north = min(wests), max(wests), min(souths), max(souths)
    narrow = cos(radians((south + north) / 2))
    scale = min(
        (WIDE - 2 * EDGE) / max(0.02, (east - west) * narrow),
        (HIGH - 2 * EDGE) / max(0.02, north - south),
    )
    mid = ((west + east) / 2, (south + north) / 2)

    def at(point: Point) -> Point:
        return (
            WIDE / 2 + (point[0] - mid[0]) * narrow * scale, HIGH / 2 - (point[1] - mid[1]) * scale
        )  # fmt: skip

    half = WIDE / 2 / scale / narrow, HIGH / 2 / scale
    return at, (mid[0] - half[0], mid[1] - half[1], mid[0] + half[0], mid[1] + half[1])


def _outline(shape: BaseGeometry, at: Any) -> str:
    """A county's border within the picture."""
    parts = getattr(shape, "geoms", [shape])
    rings = [
        "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in (at(p[:2]) for p in part.exterior.coords))
        for part in parts
        if not part.is_empty and part.geom_type == "Polygon"
    ]
    return f'<path d="{"".join(rings)}" fill="none" stroke="{LINE}"/>' if rings else ""


def _text(x: float, y: float, words: str, colour: str, size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y + size * 0.36:.1f}" fill="{colour}" font-size="{size}"'
        f' font-family="sans-serif" font-weight="700" text-anchor="middle">{words}</text>'
    )
