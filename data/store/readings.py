"""Readings: the newest in memory, hot days written, older days archived, one way to ask for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Lock

from data.domain.feeding import Columns, Latest, Reading
from data.domain.history import History
from data.domain.retention import MICRO, Retention, bounds, instant, micros
from data.store.checkpoint import marks_of, note, rows_since
from data.store.days_book import DaysBook
from data.store.history import Past
from data.store.hot import CHUNK_US, HotDays, Row, Stored, in_days
from data.store.newest import NEVER, Newest, in_seconds
from data.store.parquet_days import Archive

_LARGE_DAY = 3_000_000  # rows; beyond this a day is not walked over from end to end
_LOOK_BACK = 2  # chunks of a large day that are walked over for its newest values


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where older days go; only a store that has a folder has one."""

    folder: Path
    archive: Archive
    book: DaysBook

    @property
    def checkpoint(self) -> Path:
        """Where the newest values are set down."""
        return self.folder / "newest.json"

    @classmethod
    def of(cls, folder: Path) -> Shelf:
        """Open, or make, a shelf in a folder."""
        return cls(folder=folder, archive=Archive(folder), book=DaysBook(folder / "days.db"))


class Readings:
    """Stores readings, each once, and answers for any span or instant."""

    def __init__(self, hot: HotDays, shelf: Shelf | None, retention: Retention) -> None:
        self.hot = hot
        self.shelf = shelf
        self.retention = retention
        self.past = Past(hot, shelf.archive if shelf else None, shelf.book if shelf else None)
        self.writing = Lock()
        self._foreign = self._marks()
        self._newest = Newest(self._start())

    def store(self, readings: Columns) -> Stored:
        """Store readings; they are durable when this returns.

        The same sensor, instant and value again is a duplicate; another value at an instant that
        has one is a conflict, and what stands stays.
        """
        stored = Stored(rows=len(readings))
        if not readings:
            return stored
        with self.writing:
            ahead, behind = self._ahead(readings)
            known = self.hot.insert(in_days(readings, behind))
            self._newest.take(_last(readings, behind), ahead)
        for place, standing in known.items():
            if standing == readings.values[place]:
                stored.duplicates.add(place)
            else:
                stored.conflicts[place] = standing
        stored.late = behind - known.keys()
        return stored

    def _ahead(self, readings: Columns) -> tuple[dict[str, float], set[int]]:
        """The newest instant by sensor of what is newer than all known; places of the others."""
        ahead: dict[str, float] = {}
        behind: set[int] = set()
        known, own = self._newest.seconds.get, ahead.get
        for place, (sensor, at) in enumerate(zip(readings.sensors, readings.seconds, strict=True)):
            if at > (own(sensor) or known(sensor, NEVER)):
                ahead[sensor] = at
            else:
                behind.add(place)
        return ahead, behind

    def newest(self) -> Mapping[str, Latest]:
        """The newest reading of each sensor; a snapshot that never changes."""
        return self._newest.snapshot()

    def newest_at(self, at: datetime) -> dict[str, Latest]:
        """The newest reading of each sensor as known at an instant.

        In a day of more than three million rows a sensor silent for twenty minutes shows its last
        value of the day before; in an archived day of that size values are those of the last full
        hour.
        """
        us = micros(at)
        rows = self.shelf.book.newest(us) if self.shelf else []
        for day in sorted({*self.hot.days(), *self._archived()}):
            first, end = bounds(day)
            if first <= us:
                rows += self._newest_of(day, first, min(us, end - 1))
        return latest_of(rows)

    def _archived(self) -> list[date]:
        return self.shelf.archive.days() if self.shelf else []

    def _newest_of(self, day: date, first: int, until: int) -> list[Row]:
        rows: list[Row] = []
        if self.shelf and until < bounds(day)[1] - 1:  # a whole day stands in the book
            rows += self.shelf.archive.newest(day, until, most=_LARGE_DAY)
        if sum(c.rows for c in self.hot.chunks(day)) > _LARGE_DAY:
            first = max(first, until - _LOOK_BACK * CHUNK_US)
        return rows + self.hot.newest(day, first, until)

    def _start(self) -> dict[str, Latest]:
        """The newest of all days at the start, from the checkpoint and what came after it."""
        rows = self.shelf.book.newest(1 << 62) if self.shelf else []
        return latest_of(rows + rows_since(self.shelf.checkpoint if self.shelf else None, self.hot))

    def _marks(self) -> dict[int, int]:
        """How often the chunks of the last two days were written before this start."""
        return {c.start: c.mark for day in self.hot.days()[-2:] for c in self.hot.chunks(day)}

    def refresh(self) -> None:
        """Take in what other programs wrote: chunks written more often than by this one."""
        rows: list[Row] = []
        for day in self.hot.days()[-2:]:
            for chunk in self.hot.chunks(day):
                foreign = chunk.mark - self.hot.own[chunk.start]
                if self._foreign.get(chunk.start, 0) != foreign:
                    self._foreign[chunk.start] = foreign
                    rows += self.hot.newest(day, chunk.start, chunk.start + CHUNK_US - 1)
        with self.writing:
            newer = {
                key: latest
                for key, latest in latest_of(rows).items()
                if (held := self._newest.held.get(key)) is None or held.at < latest.at
            }
            self._newest.take(newer, in_seconds(newer))

    def note(self) -> None:
        """Set the newest values down for the next start."""
        if self.shelf:
            marks = marks_of(self.hot)
            note(self.shelf.checkpoint, marks, self.newest())

    def series(self, sensor: str, since: datetime, until: datetime) -> list[Reading]:
        """A sensor's readings between two instants, oldest first, as far as raw rows are kept."""
        return [
            Reading(sensor=sensor, value=value, at=instant(at))
            for at, value in self.past.rows(sensor, micros(since), micros(until))
        ]

    def history(self, sensor: str, since: datetime, until: datetime, buckets: int) -> History:
        """A sensor's span in so many buckets, from whatever form is finest and quick enough."""
        first, last = micros(since), micros(until)
        width = max(1, -(-(last - first) // max(1, buckets)))
        made, forms = self.past.buckets(sensor, first, last, width)
        return History(
            sensor=sensor, since=since, until=until, width_s=width * MICRO.total_seconds(),
            forms=forms, buckets=tuple(made),
        )  # fmt: skip

    def close(self) -> None:
        """Give the connections back."""
        self.hot.close()
        if self.shelf:
            self.shelf.book.close()


def _last(readings: Columns, behind: set[int]) -> dict[str, Reading]:
    """The last of each sensor's rows, but for those behind: the newest, for each is newer."""
    if not behind:
        return dict(zip(readings.sensors, readings.rows, strict=True))
    return {r.sensor: r for place, r in enumerate(readings) if place not in behind}


def latest_of(rows: Sequence[Row]) -> dict[str, Latest]:
    """The newest of rows by sensor."""
    found: dict[str, tuple[int, float]] = {}
    for sensor, at, value in rows:
        if sensor not in found or found[sensor][0] <= at:
            found[sensor] = (at, value)
    return {s: Reading(sensor=s, value=value, at=instant(at)) for s, (at, value) in found.items()}
