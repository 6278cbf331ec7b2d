"""The wall as a PNG: both incidents, the map and the pool at a moment, drawn without a browser."""

from __future__ import annotations

import io
from threading import Lock
from typing import Any

from PIL import Image

from dashboard.fonts import font_path
from dashboard.geo_frames import reference_frames
from dashboard.pages.wall import panels
from dashboard.picture import ground, side, tree
from data.center import Center
from data.domain.org import Actor
from data.domain.situation import Situation
from layers.pen import Pen
from layers.picture import map_picture

DESIGN = (1920, 1080)  # the wall's own pixels; every length below is in them
WIDTHS = (1280, 1920, 2560, 3840)
TOP, POOL, TICKER = 64.0, 190.0, 44.0
_DRAWING = Lock()  # faces are shared, and not safe to draw with from two threads


def wall_png(center: Center, viewer: Actor, seen: Situation, width: int, *, replay: bool) -> bytes:
    """The wall as the viewer may see it, as PNG of a width in pixels and 16:9. Blocking, 1 to 3 s.

    Parameters
    ----------
    seen
        The situation now or at a moment of the journal.
    replay
        Whether that moment is past; the picture says so.
    """
    unit = width / DESIGN[0]
    parts = panels(center, lambda _viewer: seen, viewer)
    with _DRAWING:
        image = Image.new("RGB", (width, round(DESIGN[1] * unit)), side.GROUND)
        pen = Pen(image, unit, font_path())
        _draw(pen, seen, parts, replay=replay)
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def _draw(pen: Pen, seen: Situation, parts: tuple[Any, ...], *, replay: bool) -> None:
    """Every part of the wall in its place."""
    left, right, strip, bars, contested, alarms = parts
    high = DESIGN[1] - TOP - POOL - TICKER
    ground.head(pen, seen, replay=replay)
    side.draw(pen, 0, TOP, high, left, seen.at)
    side.draw(pen, DESIGN[0] - side.WIDE, TOP, high, right, seen.at)
    room = DESIGN[0] - 2 * side.WIDE
    size = round(room * pen.unit), round(high * pen.unit)
    at_map = map_picture(seen, reference_frames(), size, pen.unit, pen.path)
    pen.image.paste(at_map, (round(side.WIDE * pen.unit), round(TOP * pen.unit)))
    _strip(pen, strip, TOP + high, room, seen)
    ground.pool(pen, TOP + high, bars, contested, seen.at)
    ground.ticker(pen, TOP + high + POOL, alarms, seen.at)


def _strip(pen: Pen, items: list[Any], bottom: float, room: float, seen: Situation) -> None:
    """The third and later incidents, all of them: a picture does not rotate."""
    for n, item in enumerate(reversed(items)):
        middle = bottom - 26 - 52 * n
        left, right = side.WIDE, side.WIDE + room
        pen.box((left, middle - 26, right, middle + 26), "#0d1524")
        badge, name, grade, since = tree.kids(item)
        box = (left + 20, middle - 18, left + 56, middle + 18)
        pen.box(box, line=side.WHITE, width=2, radius=8)
        pen.text((left + 38, middle), tree.words(badge, seen.at), 22, side.WHITE, weight=800,
                 anchor="mm")  # fmt: skip
        x = left + 70 + pen.text((left + 70, middle), tree.words(name, seen.at), 22, side.WHITE)
        side.chip(pen, x + 14, middle, grade, seen.at)
        pen.text((right - 20, middle), tree.words(since, seen.at), 22, side.WHITE, weight=700,
                 anchor="rm")  # fmt: skip
