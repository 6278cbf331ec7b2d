"""Whole numbers and digits as people type them and as ids, cursors and lengths are written."""

from __future__ import annotations

import unicodedata

LONGEST = 18  # digits that every engine holds in one integer


def whole(text: str, longest: int = LONGEST) -> int | None:
    """The number, or None when the text is anything but plain digits, or too many of them.

    ``str.isdigit`` also takes ``²``, which ``int`` refuses; and ``int`` refuses very long ones.
    """
    if text.isascii() and text.isdigit() and len(text) <= longest:
        return int(text)
    return None


def half_width(text: str) -> str:
    """A text as typed, with the full-width digits of a Chinese keyboard as plain ones."""
    return unicodedata.normalize("NFKC", text)


def digits_of(text: str) -> str:
    """The digits 0 to 9 of a typed text, full-width ones too: of a telephone number or a code."""
    return "".join(c for c in half_width(text) if c in "0123456789")
