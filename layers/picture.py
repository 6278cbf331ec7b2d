"""The map as a picture: the same layers and styles as on the wall, drawn without a browser."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor, ImageDraw

from data.domain.situation import Situation
from layers import (
    boundaries,
    closures,
    depots,
    incidents,
    palette,
    places,
    posts,
    routes,
    sensors,
    teams,
    warning_areas,
    water,
)
from layers.base import Frames, Layer, blank
from layers.catalog import CREDITS
from layers.lacking import rows_of, said
from layers.pen import Pen, Point, rings

PROVINCE = (108.3, 29.0, 116.2, 33.35)  # degrees: west, south, east, north
SMOOTH = 2  # drawn so much larger and made small again: Pillow's polygons have no soft edges
SIGN = 1.43  # signs and names on the wall against the desk
PATHS = (warning_areas.LAYER, closures.AFFECTED, closures.CLOSURES, routes.LAYER)
DASH_PX = 9.0
SCALE_KM = 50
TOGETHER = 44.0  # design pixels within which teams of one state stand as one sign
NOTHING = Situation(revision=0, at=datetime(1970, 1, 1, tzinfo=UTC))


class Projection:
    """Degrees to pixels of a picture that shows the whole province, as Leaflet does (Mercator)."""

    def __init__(self, width: float, height: float) -> None:
        west, south, east, north = PROVINCE
        left, bottom = self._world(west, south)
        right, top = self._world(east, north)
        self.scale = min(width / (right - left), height / (bottom - top)) * 0.97
        self.x0 = width / 2 - (left + right) / 2 * self.scale
        self.y0 = height / 2 - (top + bottom) / 2 * self.scale

    @staticmethod
    def _world(lon: float, lat: float) -> Point:
        return lon / 360, -math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)

    def at(self, lon: float, lat: float) -> Point:
        """Pixels of a position in degrees."""
        x, y = self._world(lon, lat)
        return self.x0 + x * self.scale, self.y0 + y * self.scale


def map_picture(
    situation: Situation, frames: Frames, size: tuple[int, int], unit: float, font: Path
) -> Image.Image:
    """The situation on the land, `size` in real pixels, `unit` of them a design pixel."""
    width, height = size[0] * SMOOTH, size[1] * SMOOTH
    missing: list[str] = []
    image = _land(width, height, frames, missing).copy()
    lay = Projection(width, height)
    thick = unit * SMOOTH * SIGN
    for layer in PATHS:
        for row in rows_of(layer, situation, frames, missing):
            _path(image, lay, layer, row, thick)
    image = image.resize(size, Image.Resampling.LANCZOS)
    pen = Pen(image, unit, font)
    lay = Projection(size[0] / unit, size[1] / unit)
    _signs(pen, lay, situation, frames, missing)
    _furniture(pen, lay, size[0] / unit, size[1] / unit)
    pen.text((20, 24), said(missing), 20, palette.CUT_TEXT)
    return image


def _furniture(pen: Pen, lay: Projection, width: float, height: float) -> None:
    """The key, a scale of 50 km, and the credits."""
    pen.box((16, height - 82, 300, height - 12), "#0a0f1acc", radius=8)
    pen.text((30, height - 62), "▣ 队伍（备 接 出 到 展 返）", 20, "#c9d5e8")
    _sign(pen, "house", (40, height - 32), 10, "#182640", palette.QUIET)
    pen.text((58, height - 32), "储备库", 20, "#c9d5e8")
    _sign(pen, "triangle", (150, height - 32), 10, palette.CALM_STATION, palette.INK)
    pen.text((168, height - 32), "监测点", 20, "#c9d5e8")
    pen.text((width - 12, height - 18), CREDITS, 20, "#8496b3", anchor="rm", most=width - 330)
    x0, _ = lay.at(112, 31)
    x1, _ = lay.at(112 + SCALE_KM / (math.cos(math.radians(31)) * 111.32), 31)
    right, y = width - 14, height - 40
    pen.rule((right - (x1 - x0), y), (right, y), "#8fa3c4")
    for x in (right, right - (x1 - x0)):
        pen.rule((x, y - 8), (x, y), "#8fa3c4")
    pen.text((right - (x1 - x0) / 2, y - 14), f"{SCALE_KM} km", 20, "#c9d5e8", anchor="mm")


_LANDS: dict[tuple[int, int], Image.Image] = {}


def _land(width: int, height: int, frames: Frames, missing: list[str]) -> Image.Image:
    """What never moves, drawn once a size and kept when it is whole."""
    made = _LANDS.get((width, height)) or _drawn_land(width, height, frames, missing)
    if not missing:
        _LANDS[width, height] = made
    return made


def _drawn_land(width: int, height: int, frames: Frames, missing: list[str]) -> Image.Image:
    image = Image.new("RGB", (width, height), palette.GROUND)
    lay, thick = Projection(width, height), width / 1040 * SIGN
    for layer in (boundaries.LAYER, water.LAKES, water.RIVERS):
        for row in rows_of(layer, NOTHING, frames, missing):
            _path(image, lay, layer, row, thick)
    return image


def _own(row: Mapping[str, Any], column: str | None, constant: Any) -> Any:
    value = row.get(column) if column else None
    return constant if blank(value) else value


def _rgba(colour: str, opacity: float) -> tuple[int, ...]:
    return (*ImageColor.getrgb(colour)[:3], round(255 * max(0.0, min(1.0, opacity))))


def _path(
    image: Image.Image, lay: Projection, layer: Layer, row: Mapping[str, Any], thick: float
) -> None:
    """One area or line in its layer's style."""
    style = layer.style
    shape = row["geometry"]
    if shape is None or shape.is_empty:
        return
    fill, stroke = _own(row, style.fill_by, style.fill), _own(row, style.stroke_by, style.stroke)
    opacity = float(_own(row, style.opacity_by, style.opacity))
    weight = max(1, round(float(_own(row, style.weight_by, style.weight)) * thick))
    draw = ImageDraw.Draw(image, "RGBA")
    for ring in rings(shape):
        points = [lay.at(x, y) for x, y, *_ in ring]
        if style.shape == "area" and fill and len(points) > 2:  # noqa: PLR2004
            draw.polygon(points, _rgba(fill, style.fill_opacity * opacity))
        if stroke and len(points) > 1:
            ink = _rgba(stroke, opacity)
            if _own(row, style.dash_by, style.dash):
                _dashed(draw, points, ink, weight, DASH_PX * thick)
            else:
                draw.line(points, ink, weight, joint="curve")


def _dashed(
    draw: ImageDraw.ImageDraw, points: list[Point], ink: Any, weight: int, dash: float
) -> None:
    """A line in dashes of so many pixels."""
    on, left = True, dash
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        done = 0.0
        while done < length:
            step = min(left, length - done)
            a, b = done / length, (done + step) / length
            if on:
                draw.line(
                    [x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b,
                     y0 + (y1 - y0) * b], ink, weight,
                )  # fmt: skip
            done, left = done + step, left - step
            if left <= 0:
                on, left = not on, dash


def _signs(
    pen: Pen, lay: Projection, situation: Situation, frames: Frames, missing: list[str]
) -> None:
    """Depots below; incidents where they are; stations and teams beside what was there first."""
    room = _Room(pen.image.width / pen.unit, pen.image.height / pen.unit)
    rows = rows_of(incidents.LAYER, situation, frames, missing)
    for row in rows:
        x, y = lay.at(row["geometry"].x, row["geometry"].y)
        room.take(x, y, 34 * SIGN / 2)
    for row in rows_of(depots.LAYER, situation, frames, missing):
        x, y = lay.at(row["geometry"].x, row["geometry"].y)
        if room.free(x, y, 16 * SIGN / 2):
            room.quiet.append(_stamp(pen, depots.LAYER, row, (x, y), 16))
    stations = rows_of(sensors.LAYER, situation, frames, missing)
    grave = [r for r in stations if not sensors.is_calm(r["state"])]
    for layer, held, size in (
        (sensors.LAYER, grave, 25.0),
        (posts.LAYER, rows_of(posts.LAYER, situation, frames, missing), 22.0),
    ):
        for row in held:
            home = lay.at(row["geometry"].x, row["geometry"].y)
            _stamp(pen, layer, row, room.spot(*home, size * SIGN / 2), size)
    _teams(pen, lay, rows_of(teams.LAYER, situation, frames, missing), room)
    for row in rows:
        home = lay.at(row["geometry"].x, row["geometry"].y)
        _stamp(pen, incidents.LAYER, row, home, 34)
    _names(pen, lay, frames, room)


class _Room:
    """Where signs already stand; a new one goes to the nearest free spot round its own."""

    def __init__(self, width: float, height: float) -> None:
        self.edge = width, height
        self.taken: list[tuple[float, float, float, float]] = []
        self.quiet: list[tuple[float, float, float, float]] = []

    def free(self, x: float, y: float, half: float) -> bool:
        """Whether a square stands clear of all others, and wholly in the picture."""
        box = (x - half, y - half, x + half, y + half)
        inside = min(box) >= 0 and box[2] <= self.edge[0] and box[3] <= self.edge[1]
        return inside and not any(_meet(box, other) for other in self.taken)

    def take(self, x: float, y: float, half: float) -> None:
        """A square is taken."""
        self.taken.append((x - half, y - half, x + half, y + half))

    def spot(self, x: float, y: float, half: float) -> Point:
        """The nearest free place, taken; its own one when all round is full."""
        for ring in range(9):
            for step in range(max(1, ring * 8)):
                turn = 2 * math.pi * step / max(1, ring * 8)
                dx, dy = ring * half * math.cos(turn), ring * half * math.sin(turn)
                if self.free(x + dx, y + dy, half):
                    self.take(x + dx, y + dy, half)
                    return x + dx, y + dy
        return x, y


def _teams(pen: Pen, lay: Projection, rows: list[dict[str, Any]], room: _Room) -> None:
    """Teams that are out, those of one place and state behind one sign with their number."""
    stacks: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if not row["standby"]:
            x, y = lay.at(row["geometry"].x, row["geometry"].y)
            key = round(x / TOGETHER), round(y / TOGETHER), row["incident"], row["state"]
            stacks.setdefault(key, []).append(row)
    for stack in stacks.values():
        row, half = stack[0], 22 * SIGN / 2
        x, y = room.spot(*lay.at(row["geometry"].x, row["geometry"].y), half)
        _stamp(pen, teams.LAYER, row, (x, y), 22)
        if len(stack) > 1:
            pen.box((x + 6, y - 26, x + 27, y - 6), row["colour"], radius=10)
            pen.text((x + 16.5, y - 16), str(len(stack)), 17, palette.INK, weight=700, anchor="mm")


def _stamp(
    pen: Pen, layer: Layer, row: Mapping[str, Any], middle: Point, size: float
) -> tuple[float, float, float, float]:
    """One sign in its layer's shape; returns the box it fills."""
    style, half = layer.style, size * SIGN / 2
    x, y = middle
    fill = _own(row, style.fill_by, style.fill) or palette.INK
    stroke = _own(row, style.stroke_by, style.stroke) or palette.QUIET
    char, ink = str(_own(row, style.char_by, "") or ""), stroke
    at = (x - half, y - half, x + half, y + half)
    if style.shape == "disc":
        pen.box(at, fill, line=stroke, width=2, radius=half)
        ink = palette.INK
    elif style.shape == "square":
        pen.box(at, palette.INK, line=stroke, width=2.5, radius=5)
    else:
        _sign(pen, style.shape, middle, half, fill, stroke)
        ink = "#14100a"
    if char:
        low = style.shape == "triangle"
        pen.text((x, y + half * (0.3 if low else 0)), char, size * SIGN * (0.48 if low else 0.62),
                 ink, weight=800, anchor="mm")  # fmt: skip
    return at


def _sign(pen: Pen, shape: str, middle: Point, half: float, fill: str, line: str) -> None:
    """A triangle or a house."""
    tips = _TIPS["triangle" if shape == "triangle" else "house"]
    corners = [
        ((middle[0] + a * half) * pen.unit, (middle[1] + b * half) * pen.unit) for a, b in tips
    ]
    pen.draw.polygon(corners, fill, line, max(1, round(2 * pen.unit)))


# Corners of signs in halves of their size, right and down.
_TIPS: Mapping[str, tuple[Point, ...]] = {
    "triangle": ((-1, 0.9), (1, 0.9), (0, -1)),
    "house": ((-1, 1), (-1, -0.2), (0, -1), (1, -0.2), (1, 1)),
}  # fmt: skip


def _names(pen: Pen, lay: Projection, frames: Frames, room: _Room) -> None:
    """The prefectures' names where they cover no sign and no other name."""
    taken = [*room.taken, *room.quiet]
    for row in places.LAYER.table(NOTHING, frames).to_dict("records"):
        if row["rank"] != 0:
            continue
        x, y = lay.at(row["geometry"].x, row["geometry"].y)
        size, half = 21.0, pen.wide(str(row["name"]), 21.0) / 2
        for dx, dy in ((0, -18), (0, 18), (half + 14, 0), (-half - 14, 0), (0, -36), (0, 36)):
            box = (x + dx - half, y + dy - 11, x + dx + half, y + dy + 11)
            if not any(_meet(box, other) for other in taken):
                taken.append(box)
                pen.text((x + dx, y + dy), str(row["name"]), size, "#c3d0e6", anchor="mm",
                         halo=palette.INK)  # fmt: skip
                break


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
