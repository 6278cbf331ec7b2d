"""What of a text can be printed, and held by XML: the same for papers, CAP and CoT."""

from __future__ import annotations

# Char of XML 1.0, 2.2: https://www.w3.org/TR/xml/#charsets
_KEPT, _NEVER = "\t\n", "\ufffe\uffff"
_HALVES = range(0xD800, 0xE000)  # of a character, never whole by themselves


def printable(text: str) -> str:
    """The text without control characters and without what is no character."""
    return "".join(
        c for c in text
        if (c >= " " or c in _KEPT) and c not in _NEVER and ord(c) not in _HALVES
    )  # fmt: skip
