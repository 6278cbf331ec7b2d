"""Charts for papers, drawn with the product's own font; a paper needs no browser."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from dashboard.documents.face import REGULAR, cut_face

WIDTH, ROW, LEFT, RIGHT = 1560, 64, 420, 200
INK, BAR, LATE, RULE = "#14100a", "#4a6fa5", "#b3261e", "#8a8272"


def bars_png(rows: Sequence[tuple[str, float, float | None]], unit: str) -> bytes:
    """Horizontal bars, each with its target as a mark; those beyond it in red.

    Parameters
    ----------
    rows
        (word, value, target or None), values in `unit`.
    """
    text = "".join(word for word, _, _ in rows) + unit + "目标0123456789."
    font = ImageFont.truetype(io.BytesIO(cut_face(text, REGULAR)), 28)
    image = Image.new("RGB", (WIDTH, ROW * max(1, len(rows)) + 20), "white")
    draw = ImageDraw.Draw(image)
    most = max((max(value, target or 0) for _, value, target in rows), default=1) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    for n, (word, value, target) in enumerate(rows):
        top = n * ROW + 14
        late = target is not None and value > target
        draw.text((LEFT - 20, top + 18), word, INK, font, anchor="rm")
        draw.rectangle((LEFT, top, LEFT + max(2, value * scale), top + 36), LATE if late else BAR)
        draw.text((LEFT + value * scale + 14, top + 18), f"{value:.0f} {unit}", INK, font, "lm")
        if target is not None:
            x = LEFT + target * scale
            draw.line((x, top - 6, x, top + 42), RULE, 4)
    packed = io.BytesIO()
    image.save(packed, "PNG", optimize=True)
    return packed.getvalue()
