"""A static cut of the product's own Chinese font, holding just what one paper says."""

from __future__ import annotations

import io
import string

from dashboard.fonts import font_path

REGULAR, BOLD = 400, 700
_POSTSCRIPT_NAME = 6
# always in the cut, so that page numbers and blanks never miss a glyph
_ALWAYS = string.printable.strip() + " —　·"


def cut_face(text: str, weight: int) -> bytes:
    """A TrueType font of one weight (100 to 900) with the characters of `text`; takes a second.

    Characters that the font lacks are left out and show as a box.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(text=text + _ALWAYS)
    with TTFont(font_path(), lazy=True) as font:
        subsetter.subset(font)
        packed = io.BytesIO()
        fixed = instantiateVariableFont(font, {"wght": weight})
        for record in list(fixed["name"].names):
            if record.nameID == _POSTSCRIPT_NAME:  # two weights in one file need two names
                fixed["name"].setName(
                    f"NotoSansSC-{weight}", _POSTSCRIPT_NAME, record.platformID, record.platEncID,
                    record.langID,
                )  # fmt: skip
        fixed.save(packed)
    return packed.getvalue()
