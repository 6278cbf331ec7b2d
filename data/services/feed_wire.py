"""Reads a batch off the wire: a JSON list, or lines of JSON as they arrive, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from data.domain.feeding import Reading
from data.errors import Invalid

LONGEST_LINE = 65_536  # bytes; a reading has about a hundred
BLOCK = 131_072  # bytes of lines taken together
_list = msgspec.json.Decoder(list[Reading]).decode
_one = msgspec.json.Decoder(Reading)
_parts = msgspec.json.Decoder(list[msgspec.Raw]).decode
_BROKEN = (msgspec.DecodeError, RecursionError, UnicodeError)


class TooLong(msgspec.Struct, frozen=True):
    """The beginning of a line that is too long to be a reading."""

    head: bytes


def rows_of_list(text: bytes) -> list[Any]:
    """The rows of a JSON list; one that is no reading stays as text, to be refused by its place.

    Raises
    ------
    Invalid
        When the whole is no JSON list: no row can be told from the next.
    """
    try:
        return _list(text)
    except _BROKEN:
        pass
    try:
        parts = _parts(text)
    except _BROKEN as error:
        raise Invalid.field("body", "不是有效的 JSON 列表", "请核对格式后重发") from error
    return [_row(bytes(part)) for part in parts]


def rows_of_lines(text: bytes) -> list[Any]:
    """The rows of lines; a line that is no reading stays as text, to be refused by its number."""
    try:
        return _one.decode_lines(text)
    except _BROKEN:
        return [_row(line) for line in text.splitlines()]


def _row(text: bytes) -> Any:
    if len(text) > LONGEST_LINE:
        return TooLong(text[:200])
    try:
        return _one.decode(text)
    except _BROKEN:
        return text


class Lines:
    """Cuts a stream of bytes into blocks of whole lines; never holds more than a block and a line.

    A line that grows too long is given out as `TooLong` at once, and its rest is passed over.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._skipping = False

    def add(self, piece: bytes) -> Iterator[list[Any]]:
        """Take what arrived; the rows of every block that is full."""
        if self._skipping:
            end = piece.find(b"\n")
            if end < 0:
                return
            piece, self._skipping = piece[end + 1 :], False
        self._held += piece
        while len(self._held) >= BLOCK:
            cut = self._held.rfind(b"\n", 0, BLOCK) + 1
            if cut:
                yield self._cut(cut)
                continue
            yield [TooLong(bytes(self._held[:200]))]
            end = self._held.find(b"\n")
            self._skipping = end < 0
            del self._held[: end + 1 if end >= 0 else len(self._held)]

    def rest(self) -> list[Any]:
        """The rows of what is left at the end of the stream."""
        return self._cut(len(self._held))

    def _cut(self, end: int) -> list[Any]:
        block = bytes(self._held[:end])
        del self._held[:end]
        # an empty line is no row; numbers count the lines that hold something
        return rows_of_lines(block.strip(b"\r\n "))
