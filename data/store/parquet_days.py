"""Older days as Parquet files, sorted by sensor and time: statistics find a sensor's rows."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.store.hot import CHUNK_US, Bucket, Row

GROUP_ROWS = 262_144  # rows read to get at one sensor; larger is smaller on disk
HOUR_US = 6 * CHUNK_US
MOST_OPEN = 256  # footers kept in memory
RAW = pa.schema(
    [
        pa.field("sensor", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ]
)
HOUR = pa.schema(
    [
        pa.field("sensor", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        *(pa.field(name, pa.float64(), nullable=False) for name in ("low", "high", "total")),
        pa.field("count", pa.int64(), nullable=False),
        pa.field("last", pa.float64(), nullable=False),
    ]
)
_PACKED = {"value": "BYTE_STREAM_SPLIT", "at": "DELTA_BINARY_PACKED"}


@dataclass(frozen=True)
class _Footer:
    """An open file, and the first and last sensor of each of its row groups."""

    file: pq.ParquetFile
    stamp: int
    firsts: list[str]
    lasts: list[str]

    @classmethod
    def of(cls, path: Path) -> _Footer:
        """Read a file's footer."""
        file = pq.ParquetFile(path, memory_map=True)
        held = file.metadata
        stats = [held.row_group(n).column(0).statistics for n in range(held.num_row_groups)]
        return cls(file, path.stat().st_mtime_ns, [s.min for s in stats], [s.max for s in stats])

    def groups(self, sensor: str) -> list[int]:
        """The row groups that may hold a sensor."""
        return list(range(bisect_left(self.lasts, sensor), bisect_right(self.firsts, sensor)))


class Archive:
    """Two folders of Parquet files, one a day: `raw` has every row, `hour` hourly sums."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for form in ("raw", "hour"):
            (folder / form).mkdir(parents=True, exist_ok=True)
        self._open: OrderedDict[Path, _Footer] = OrderedDict()
        self._lock = Lock()

    def days(self, form: str = "raw") -> list[date]:
        """The days held in a form, oldest first."""
        found = (self.folder / form).glob("????-??-??.parquet")
        return sorted(date.fromisoformat(p.stem) for p in found)

    def path(self, form: str, day: date) -> Path:
        """Where a day lies."""
        return self.folder / form / f"{day.isoformat()}.parquet"

    def raw(self, day: date, sensor: str, since: int, until: int) -> list[tuple[int, float]]:
        """A sensor's rows of [since, until], by time."""
        table = self._of(self.path("raw", day), sensor, since, until)
        if table is None:
            return []
        at = table.column("at").cast(pa.int64()).to_pylist()
        return list(zip(at, table.column("value").to_pylist(), strict=True))

    def hours(self, day: date, sensor: str, since: int, until: int) -> list[Bucket]:
        """A sensor's hours that begin in [since, until)."""
        table = self._of(self.path("hour", day), sensor, since, until - 1)
        if table is None:
            return []
        columns = [table.column("at").cast(pa.int64())]
        columns += [table.column(name) for name in ("low", "high", "total", "count", "last")]
        return list(zip(*(c.to_pylist() for c in columns), strict=True))

    def newest(self, day: date, until: int, most: int) -> list[Row]:
        """Each sensor's newest row up to an instant; beyond `most` rows of whole hours only."""
        form = "raw" if self.rows(day) <= most else "hour"
        path = self.path(form, day)
        if not path.exists():
            return []
        table = pq.read_table(path)
        at = table.column("at").cast(pa.int64())
        ends = at if form == "raw" else pc.add(at, HOUR_US)
        table = table.set_column(1, "at", at).filter(pc.less_equal(ends, until))
        name = "value" if form == "raw" else "last"
        found = table.group_by("sensor", use_threads=False).aggregate(
            [("at", "last"), (name, "last")]
        )
        columns = (found.column("sensor"), found.column("at_last"), found.column(f"{name}_last"))
        return list(zip(*(c.to_pylist() for c in columns), strict=True))

    def rows(self, day: date) -> int:
        """How many rows a day has."""
        footer = self._footer(self.path("raw", day))
        return footer.file.metadata.num_rows if footer else 0

    def size(self, day: date, form: str = "raw") -> int:
        """Bytes of a day's file."""
        path = self.path(form, day)
        return path.stat().st_size if path.exists() else 0

    def drop(self, form: str, day: date) -> None:
        """Delete a day's file."""
        path = self.path(form, day)
        with self._lock:
            self._open.pop(path, None)
        path.unlink(missing_ok=True)

    def _of(self, path: Path, sensor: str, since: int, until: int) -> pa.Table | None:
        footer = self._footer(path)
        groups = footer.groups(sensor) if footer else []
        if footer is None or not groups:
            return None
        table = footer.file.read_row_groups(groups, use_threads=False)
        mine = pc.equal(table.column("sensor"), sensor)
        at = table.column("at").cast(pa.int64())
        within = pc.and_(pc.greater_equal(at, since), pc.less_equal(at, until))
        return table.filter(pc.and_(mine, within))

    def _footer(self, path: Path) -> _Footer | None:
        """A file's footer, read once until the file changes."""
        try:
            stamp = path.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        with self._lock:
            held = self._open.get(path)
            if held is None or held.stamp != stamp:
                held = self._open[path] = _Footer.of(path)
                while len(self._open) > MOST_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(path)
            return held


class Written:
    """A Parquet file being written beside its place; put there whole, or not at all."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.partial = path.with_suffix(".partial")
        self.schema = schema
        plain = [n for n in schema.names if n != "sensor"]
        self.writer = pq.ParquetWriter(
            self.partial, schema, compression="zstd", use_dictionary=["sensor"],
            column_encoding={n: _PACKED.get(n, _default(schema, n)) for n in plain},
            write_statistics=["sensor", "at"],
        )  # fmt: skip

    def add(self, columns: dict[str, Any]) -> None:
        """Write one row group."""
        self.writer.write_table(pa.table(columns, schema=self.schema), row_group_size=1 << 30)

    def finish(self) -> None:
        """Make it durable and put it in its place."""
        self.writer.close()
        with self.partial.open("rb") as file:
            os.fsync(file.fileno())
        self.partial.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self.writer.close()
        self.partial.unlink(missing_ok=True)


def _default(schema: pa.Schema, name: str) -> str:
    """How a column is packed: integers as differences, floats by their bytes."""
    return "BYTE_STREAM_SPLIT" if schema.field(name).type == pa.float64() else "DELTA_BINARY_PACKED"
