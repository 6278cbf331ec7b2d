"""Answers a sensor's past from whatever is finest and quick enough: raw, minute, hour or day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np

from data.domain.history import HistoryBucket
from data.domain.retention import DAY_US, bounds, day_of, instant
from data.store.days_book import DaysBook
from data.store.hot import CHUNK_US, MINUTE_US, Bucket, HotDays
from data.store.parquet_days import HOUR_US, Archive

RAW_ROWS = 1_000_000  # rows of all sensors that one chart may walk over in a hot day
FORMS = ("raw", "minute", "hour", "day")


class Past:
    """The forms of the past joined: each day is read from one of them."""

    def __init__(self, hot: HotDays, archive: Archive | None, book: DaysBook | None) -> None:
        self.hot = hot
        self.archive = archive
        self.book = book

    def rows(self, sensor: str, since: int, until: int) -> list[tuple[int, float]]:
        """Every row of [since, until] that is kept, by time, each once."""
        found: dict[int, float] = {}
        for day in self._days(since, until):
            # hot first: a day is archived before its hot file goes
            hot = {at: value for _, at, value in self.hot.raw(day, since, until, sensor)}
            kept = self.archive.raw(day, sensor, since, until) if self.archive else []
            found |= hot | dict(kept)
        return sorted(found.items())

    def buckets(
        self, sensor: str, since: int, until: int, width: int
    ) -> tuple[list[HistoryBucket], tuple[str, ...]]:
        """Buckets of `width` µs from `since` on, and the forms they were made from."""
        hot = set(self.hot.days())
        held = hot | set(self.archive.days("hour") if self.archive else ())
        by_day = width >= DAY_US and self.book is not None
        parts = self._book(sensor, since, until, hot if by_day else held)
        used = {"day"} if parts else set()
        for day in sorted(hot if by_day else held):
            if day_at(since) <= day <= day_at(until):
                form, found = self._day(day, sensor, since, until, width, hot=day in hot)
                parts += found
                used |= form if found else set()
        return together(parts, since, width), tuple(f for f in FORMS if f in used)

    def _book(self, sensor: str, since: int, until: int, but: set[date]) -> list[Bucket]:
        """Whole days of the book, except those that are read finer."""
        if self.book is None:
            return []
        found = self.book.read(sensor, bounds(day_at(since))[0], until)
        return [b for b in found if day_at(b[0]) not in but]

    def _day(
        self, day: date, sensor: str, since: int, until: int, width: int, *, hot: bool
    ) -> tuple[set[str], list[Bucket]]:
        first, end = bounds(day)
        since, until = max(since, first), min(until, end - 1)
        archive = self.archive
        if archive is None or not archive.path("hour", day).exists():
            return self._hot(day, sensor, since, until, width)
        if hot:  # late rows beside the archive: joined row by row, so that none counts twice
            return {"raw"}, plain(self.rows(sensor, since, until))
        if width < HOUR_US and archive.path("raw", day).exists():
            return {"raw"}, plain(archive.raw(day, sensor, since, until))
        return {"hour"}, archive.hours(day, sensor, since - since % HOUR_US, until + 1)

    def _hot(
        self, day: date, sensor: str, since: int, until: int, width: int
    ) -> tuple[set[str], list[Bucket]]:
        """Raw where few rows are walked over, else minutes, and raw where those are not made."""
        span = [c for c in self.hot.chunks(day) if c.start <= until and c.start + CHUNK_US > since]
        if width < MINUTE_US or sum(c.rows for c in span) <= RAW_ROWS:
            found = self.hot.raw(day, since, until, sensor)
            return {"raw"}, plain((at, value) for _, at, value in found)
        parts = [
            b
            for b in self.hot.minutes(day, sensor, since - since % MINUTE_US, until + 1)
            if b[0] - b[0] % CHUNK_US not in {c.start for c in span if c.dirty}
        ]
        forms = {"minute"} if parts else set()
        for chunk in span:
            if chunk.dirty:
                ends = (max(since, chunk.start), min(until, chunk.start + CHUNK_US - 1))
                rows = self.hot.raw(day, *ends, sensor)
                parts += plain((at, value) for _, at, value in rows)
                forms.add("raw")
        return forms, parts

    def _days(self, since: int, until: int) -> list[date]:
        """The days of a span of which rows are held."""
        held = set(self.hot.days()) | set(self.archive.days() if self.archive else ())
        return sorted(d for d in held if day_at(since) <= d <= day_at(until))


def day_at(us: int) -> date:
    """The Beijing day of an instant in microseconds."""
    return day_of(instant(us))


def plain(rows: Iterable[tuple[int, float]]) -> list[Bucket]:
    """Rows as buckets of one reading."""
    return [(at, value, value, value, 1, value) for at, value in rows]


def together(parts: list[Bucket], since: int, width: int) -> list[HistoryBucket]:
    """Sums put into buckets of `width` µs counted from `since`."""
    if not parts:
        return []
    parts.sort(key=lambda b: b[0])
    at, low, high, total, count, last = (np.array(c) for c in zip(*parts, strict=True))
    bucket = np.maximum(at - since, 0) // width
    edge = np.ones(len(bucket), dtype=bool)
    edge[1:] = bucket[1:] != bucket[:-1]
    start = np.flatnonzero(edge)
    counts = np.add.reduceat(count, start)
    columns: tuple[Any, ...] = (
        (bucket[start] * width + since).tolist(), np.minimum.reduceat(low, start).tolist(),
        np.maximum.reduceat(high, start).tolist(),
        (np.add.reduceat(total, start) / counts).tolist(),
        last[np.append(start[1:], len(bucket)) - 1].tolist(), counts.tolist(),
    )  # fmt: skip
    return [
        HistoryBucket(at=instant(a), low=lo, high=hi, mean=mean, last=la, count=n)
        for a, lo, hi, mean, la, n in zip(*columns, strict=True)
    ]
