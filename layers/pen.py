"""A pen for pictures: text that is cut to its room, boxes and signs, all in design pixels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

CUT_MARK = "…"
Colour = str
Point = tuple[float, float]


@cache
def _font(path: Path, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """One size in pixels and weight (100 to 900) of a variable font."""
    made = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    made.set_variation_by_axes([weight])
    return made


class Pen:
    """Draws on an image whose design pixel is `unit` real ones."""

    def __init__(self, image: Image.Image, unit: float, font: Path) -> None:
        self.image, self.unit, self.path = image, unit, font
        self.draw = ImageDraw.Draw(image, "RGBA")

    def font(self, size: float, weight: int = 400) -> ImageFont.FreeTypeFont:
        """The face at a size in design pixels."""
        return _font(self.path, max(1, round(size * self.unit)), weight)

    def wide(self, text: str, size: float, weight: int = 400) -> float:
        """How wide a text is, in design pixels."""
        return float(self.font(size, weight).getlength(text)) / self.unit

    def cut(self, text: str, size: float, most: float, weight: int = 400) -> str:
        """The text as far as it fits in `most` design pixels, with … where it was cut."""
        if self.wide(text, size, weight) <= most:
            return text
        kept = text
        while kept and self.wide(kept + CUT_MARK, size, weight) > most:
            kept = kept[:-1]
        return kept.rstrip() + CUT_MARK

    def lines(
        self, text: str, size: float, most: float, number: int, weight: int = 400
    ) -> list[str]:
        """The text in at most `number` lines; the last one is cut."""
        found: list[str] = []
        rest = text
        while rest and len(found) < number - 1:
            fits = len(rest)
            while fits > 1 and self.wide(rest[:fits], size, weight) > most:
                fits -= 1
            found.append(rest[:fits])
            rest = rest[fits:].lstrip()
        return [*found, self.cut(rest, size, most, weight)] if rest else found

    def text(
        self, at: Point, text: str, size: float, colour: Colour, *, weight: int = 400,
        anchor: str = "lm", most: float | None = None, halo: Colour | None = None,
    ) -> float:  # fmt: skip
        """Write a text and return its width; `anchor` as Pillow has it, the middle by default."""
        shown = text if most is None else self.cut(text, size, most, weight)
        x, y = at[0] * self.unit, at[1] * self.unit
        edge = round(size * 0.13 * self.unit) if halo else 0
        self.draw.text(
            (x, y), shown, colour, self.font(size, weight), anchor,
            stroke_width=edge, stroke_fill=halo,
        )  # fmt: skip
        return self.wide(shown, size, weight)

    def box(
        self, at: tuple[float, float, float, float], fill: Colour | None = None, *,
        line: Colour | None = None, width: float = 1.0, radius: float = 0.0,
    ) -> None:  # fmt: skip
        """A box (left, top, right, bottom), rounded where asked."""
        self.draw.rounded_rectangle(
            [v * self.unit for v in at], radius * self.unit, fill, line,
            max(1, round(width * self.unit)) if line else 0,
        )  # fmt: skip

    def rule(self, start: Point, end: Point, colour: Colour, width: float = 1.0) -> None:
        """A straight line."""
        self.draw.line(
            [start[0] * self.unit, start[1] * self.unit, end[0] * self.unit, end[1] * self.unit],
            colour, max(1, round(width * self.unit)),
        )  # fmt: skip


def rings(shape: Any) -> Iterable[Any]:
    """The outlines of any geometry; holes are left out, the province's lakes lie on the land."""
    if shape.geom_type == "Polygon":
        yield shape.exterior.coords
    elif shape.geom_type in {"LineString", "LinearRing"}:
        yield shape.coords
    elif hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from rings(part)
