"""The newest values set down now and then, so that a start need not walk over whole days."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from data.domain.feeding import Latest
from data.domain.retention import bounds, micros
from data.store.hot import CHUNK_US, HotDays, Row

log = logging.getLogger("hubei.telemetry")


class Checkpoint(msgspec.Struct, frozen=True):
    """Newest values, and how often each chunk had been written when they were noted."""

    marks: dict[str, dict[int, int]]
    newest: dict[str, tuple[int, float]]


def marks_of(hot: HotDays) -> dict[str, dict[int, int]]:
    """How often each chunk of each hot day has been written."""
    return {day.isoformat(): {c.start: c.mark for c in hot.chunks(day)} for day in hot.days()}


def note(path: Path, marks: dict[str, dict[int, int]], newest: Mapping[str, Latest]) -> None:
    """Set the newest values down; `marks` must have been read before `newest` was."""
    held = Checkpoint(marks=marks, newest={k: (micros(v.at), v.value) for k, v in newest.items()})
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(held))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def rows_since(path: Path | None, hot: HotDays) -> list[Row]:
    """The noted values, and the newest rows of every chunk written since; all without a note."""
    held = _read(path) if path else None
    rows = [(k, at, value) for k, (at, value) in held.newest.items()] if held else []
    for day in hot.days():
        known = held.marks.get(day.isoformat()) if held else None
        if known is None:
            rows += hot.newest(day, *bounds(day))
        else:
            rows += _written(hot, day, known)
    return rows


def _written(hot: HotDays, day: date, known: dict[int, int]) -> list[Row]:
    rows: list[Row] = []
    for chunk in hot.chunks(day):
        if known.get(chunk.start) != chunk.mark:
            rows += hot.newest(day, chunk.start, chunk.start + CHUNK_US - 1)
    return rows


def _read(path: Path) -> Checkpoint | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, OSError):
        log.warning("%s cannot be read; the hot days are walked over instead", path)
        return None
