"""Keeps the readings in order: rolls up, archives, deletes by rule; a pass a minute."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from time import monotonic, time

from filelock import FileLock, Timeout

from data.domain.retention import Retention, day_of, micros
from data.store.compacting import compact
from data.store.copies import Copies
from data.store.days_book import DaysBook
from data.store.history import RAW_ROWS
from data.store.hot import CHUNK_US, HotDays, Row, marked
from data.store.parquet_days import Archive
from data.store.readings import Readings, Shelf

log = logging.getLogger("hubei.telemetry")
PASS_S = 60.0
DAY_S = 86_400
REFRESH_S = 2.0  # other servers' readings are seen after this long at most
GRACE_US = 60_000_000  # a chunk is rolled up once it has been over for a minute
INLINE_ROWS = 300_000  # a smaller day is archived here, a larger one in a process of its own
SLICE_ROWS = 400_000  # read at a time while archiving
_ROOT = Path(__file__).resolve().parents[2]


class Keeper:
    """Does what keeps the store small and quick; every step may be broken off and done again.

    Parameters
    ----------
    url
        The database of hot days, None when they lie in the shelf's folder.
    copies
        Who else archives the days of that database.
    moved
        Asked every two seconds to see where teams went that reported to another server.
    """

    def __init__(
        self,
        readings: Readings,
        url: str | None,
        copies: Copies | None = None,
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        self.readings = readings
        self.url = url
        self.copies = copies
        self.moved = moved
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, now: Callable[[], datetime]) -> None:
        """Begin to keep order in a thread, by the center's clock."""
        if self._thread is None:
            self._thread = Thread(target=self._go, args=(now,), name="telemetry", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End after the step at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _go(self, now: Callable[[], datetime]) -> None:
        due = monotonic() + PASS_S
        while not self._stop.wait(REFRESH_S):
            try:
                self.readings.refresh()
                self.moved()
                if monotonic() >= due:
                    due = monotonic() + PASS_S
                    self.keep(now())
            except Exception:
                log.exception("the telemetry store was not put in order; tried again in a minute")

    def keep(self, now: datetime) -> None:
        """One pass: roll up, archive, delete. Two programs on one store take turns."""
        shelf = self.readings.shelf
        if shelf is None:
            self.roll(now)
            return
        try:
            with FileLock(str(shelf.folder / "keeper.lock"), timeout=0):
                if self.copies is not None:
                    self.copies.seen()
                self.roll(now)
                self.archive(now, shelf)
                forget(shelf, self.readings.retention, day_of(now))
                self.readings.note()
        except Timeout:
            return

    def roll(self, now: datetime) -> None:
        """Roll up what was written since it was last rolled up, where a chart would need it."""
        hot, over = self.readings.hot, micros(now) - GRACE_US
        for day in hot.days():
            chunks = hot.chunks(day)
            if sum(c.rows for c in chunks) <= RAW_ROWS:
                continue  # few enough to be walked over
            for chunk in chunks:
                if chunk.dirty and chunk.start + CHUNK_US <= over and not self._stop.is_set():
                    hot.roll(day, chunk)

    def archive(self, now: datetime, shelf: Shelf) -> None:
        """Archive the days that are hot no longer, then delete their hot form."""
        hot, last = self.readings.hot, day_of(now) - timedelta(days=self.readings.retention.hot)
        for day in hot.days():
            if day > last or self._stop.is_set():
                continue
            before = hot.chunks(day)
            mark = marked(before)
            if self.copies is None or self.copies.held(day) != mark:
                if sum(c.rows for c in before) <= INLINE_ROWS:
                    archive_day(hot, shelf.archive, shelf.book, day)
                else:
                    self._elsewhere(shelf, day)
            if self.copies is not None and not self.copies.note(day, mark):
                continue  # another machine has yet to archive it
            with self.readings.writing:
                # a late row that came meanwhile keeps the day hot until the next pass
                hot.drop(day, mark)

    def _elsewhere(self, shelf: Shelf, day: date) -> None:
        """Archive a large day in a process that runs when the machine has nothing better to do."""
        asked = json.dumps({"folder": str(shelf.folder), "url": self.url, "day": day.isoformat()})
        subprocess.run(
            [sys.executable, "-m", "data.store.archiving"], input=asked, text=True, check=True,
            cwd=_ROOT,
        )  # fmt: skip


def archive_day(hot: HotDays, archive: Archive, book: DaysBook, day: date) -> None:
    """Write a hot day's rows, hours and day line; repeating it changes nothing."""
    book.write(day, compact(archive, day, hot.sensors(day), slices(hot, day)))


def slices(hot: HotDays, day: date) -> Iterator[Sequence[Row]]:
    """A day's rows in pieces that fit in memory."""
    for chunk in hot.chunks(day):
        parts = -(-chunk.rows // SLICE_ROWS) or 1
        edges = [chunk.start + CHUNK_US * n // parts for n in range(parts + 1)]
        for since, until in pairwise(edges):
            yield hot.raw(day, since, until - 1)


def forget(shelf: Shelf, retention: Retention, today: date) -> None:
    """Delete what is older than the rule keeps it, counted from its day and from its arrival.

    History of years ago that is fed today is therefore kept as long as what is measured today.
    """
    for form, days in (("raw", retention.raw), ("hour", retention.hour)):
        for day in shelf.archive.days(form):
            written = shelf.archive.path(form, day).stat().st_mtime
            if day <= today - timedelta(days=days) and time() - written >= days * DAY_S:
                shelf.archive.drop(form, day)
    shelf.book.forget(today - timedelta(days=retention.day))
