"""Compacts a day: sorted by sensor and time into Parquet, with its hours and its day summed up.

A day may have hundreds of millions of rows. They are read in slices, sorted in runs that fit in
memory and put aside in a scratch folder; then the runs are merged, a range of sensors at a time.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.domain.retention import DAY_US, bounds
from data.store.days_book import DayLine
from data.store.hot import Row
from data.store.parquet_days import GROUP_ROWS, HOUR, HOUR_US, RAW, Archive, Written

RUN_ROWS = 8_000_000
Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class _Run:
    """Rows sorted by sensor number and time, in memory or mapped from the scratch folder."""

    sensor: Ints
    at: Ints
    value: Floats

    def part(self, first: int, end: int) -> _Run:
        """The rows of sensors [first, end)."""
        low, high = np.searchsorted(self.sensor, [first, end])
        return _Run(self.sensor[low:high], self.at[low:high], self.value[low:high])


class _Scratch:
    """Sorted runs on disk, by the rank of a sensor's name; nothing larger than a run in memory."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="compact-", dir=folder))
        self.names = sorted(set(names))
        self.ranks = {name: rank for rank, name in enumerate(self.names)}
        self.runs: list[_Run] = []
        self._counts = np.zeros(len(self.names), dtype=np.int64)
        self._waiting: list[_Run] = []
        self._rows = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows; enough of them are sorted and put aside."""
        names, at, value = zip(*rows, strict=True) if rows else ((), (), ())
        sensor = np.fromiter((self.ranks[n] for n in names), dtype=np.int64, count=len(names))
        self._counts += np.bincount(sensor, minlength=len(self.names))
        self._waiting.append(_Run(sensor, np.array(at, dtype=np.int64), np.array(value, float)))
        self._rows += len(sensor)
        if self._rows >= RUN_ROWS:
            self.flush()

    def flush(self) -> None:
        """Sort what waits and put it on disk."""
        if not self._rows:
            return
        run, held = _sorted(self._waiting), []
        for name in ("sensor", "at", "value"):
            path = self.folder / f"{len(self.runs)}.{name}.npy"
            np.save(path, getattr(run, name))
            held.append(np.load(path, mmap_mode="r"))
        self.runs.append(_Run(*held))
        self._waiting, self._rows = [], 0

    def merged(self) -> Iterator[_Run]:
        """Ranges of sensors by name, each sorted and without repeats: the earliest row stays."""
        self.flush()
        ends = np.cumsum(self._counts)
        first = 0
        while first < len(self.names):
            before = ends[first - 1] if first else 0
            end = max(first + 1, int(np.searchsorted(ends, before + GROUP_ROWS, side="right")))
            run = _sorted([run.part(first, end) for run in self.runs])
            kept = np.ones(len(run.at), dtype=bool)
            kept[1:] = (run.sensor[1:] != run.sensor[:-1]) | (run.at[1:] != run.at[:-1])
            if kept.any():
                yield _Run(run.sensor[kept], run.at[kept], run.value[kept])
            first = end

    def close(self) -> None:
        """Leave nothing behind."""
        self.runs.clear()
        shutil.rmtree(self.folder, ignore_errors=True)


def _sorted(runs: list[_Run]) -> _Run:
    """Rows by sensor and time; of equals those of the earlier run come first."""
    sensor, at, value = (
        np.concatenate([getattr(r, name) for r in runs]) for name in ("sensor", "at", "value")
    )
    order = np.lexsort((at, sensor))
    return _Run(sensor[order], at[order], value[order])


def compact(
    archive: Archive, day: date, names: Iterable[str], slices: Iterable[Sequence[Row]]
) -> list[DayLine]:
    """Write a day's Parquet files from its hot rows, given in slices that fit in memory.

    Rows archived before (a day may be written again by what came late) are kept, and win.
    Returns the day's lines for the days' book. Doing it again changes nothing.

    Parameters
    ----------
    names
        Every sensor that occurs in the slices.
    """
    scratch = _Scratch(archive.folder, [*names, *_archived_names(archive, day)])
    try:
        for rows in _archived(archive, day):
            scratch.add(rows)
        for rows in slices:
            scratch.add(rows)
        return _write(archive, day, scratch)
    finally:
        scratch.close()


def _archived_names(archive: Archive, day: date) -> list[str]:
    path = archive.path("hour", day)
    if not path.exists():
        return []
    return pc.unique(pq.read_table(path, columns=["sensor"]).column("sensor")).to_pylist()  # type: ignore[no-any-return]


def _archived(archive: Archive, day: date) -> Iterator[Sequence[Row]]:
    """The rows of a day that is archived already, a row group at a time."""
    path = archive.path("raw", day)
    if not path.exists():
        return
    file = pq.ParquetFile(path)
    for number in range(file.metadata.num_row_groups):
        table = file.read_row_group(number)
        columns = (
            table.column("sensor"), table.column("at").cast(pa.int64()), table.column("value")
        )  # fmt: skip
        yield list(zip(*(c.to_pylist() for c in columns), strict=True))


def _write(archive: Archive, day: date, scratch: _Scratch) -> list[DayLine]:
    raw = Written(archive.path("raw", day), RAW)
    hourly = Written(archive.path("hour", day), HOUR)
    words = np.array(scratch.names, dtype=object)
    lines: list[DayLine] = []
    try:
        for run in scratch.merged():
            raw.add({"sensor": words[run.sensor], "at": run.at, "value": run.value})
            sums = summed(run, HOUR_US)
            hourly.add({**sums, "sensor": words[sums["sensor"]]})
            lines += _day_lines(words, run, bounds(day)[0])
        hourly.finish()
        raw.finish()  # last: where it stands, the hours stand too
    except BaseException:
        raw.abandon()
        hourly.abandon()
        raise
    return lines


def summed(run: _Run, width: int) -> dict[str, Any]:
    """Low, high, total, count and last of sorted rows, by sensor and bucket of `width` µs."""
    bucket = run.at - run.at % width
    edge = np.ones(len(bucket), dtype=bool)
    edge[1:] = (run.sensor[1:] != run.sensor[:-1]) | (bucket[1:] != bucket[:-1])
    start = np.flatnonzero(edge)
    end = np.append(start[1:], len(bucket)) - 1
    return {
        "sensor": run.sensor[start], "at": bucket[start],
        "low": np.minimum.reduceat(run.value, start),
        "high": np.maximum.reduceat(run.value, start),
        "total": np.add.reduceat(run.value, start), "count": end - start + 1,
        "last": run.value[end],
    }  # fmt: skip


def _day_lines(words: Any, run: _Run, start: int) -> list[DayLine]:
    sums = summed(_Run(run.sensor, run.at - start, run.value), DAY_US)
    ends = np.cumsum(sums["count"]) - 1
    columns = [words[sums["sensor"]].tolist(), [start] * len(ends)]
    columns += [sums[k].tolist() for k in ("low", "high", "total", "count", "last")]
    return list(zip(*columns, run.at[ends].tolist(), strict=True))
