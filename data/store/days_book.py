"""The day's low, high, mean and last of each sensor, for charts over years: one small file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from threading import Lock

from data.domain.retention import DAY_US, bounds
from data.store.engine import plain_sqlite
from data.store.hot import Bucket, Row

_SCHEMA = """CREATE TABLE IF NOT EXISTS day(
  sensor TEXT NOT NULL, at INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
  total REAL NOT NULL, count INTEGER NOT NULL, last REAL NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY(sensor, at)) WITHOUT ROWID"""
DayLine = tuple[str, int, float, float, float, int, float, int]


class DaysBook:
    """One row a sensor and day, written when the day is archived."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = plain_sqlite(path)
        self._connection.execute(_SCHEMA)

    def write(self, day: date, lines: Iterable[DayLine]) -> None:
        """Keep a day's lines in place of what was there."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("DELETE FROM day WHERE at = ?", (bounds(day)[0],))
            self._connection.executemany("INSERT INTO day VALUES (?,?,?,?,?,?,?,?)", lines)
            self._connection.execute("COMMIT")

    def read(self, sensor: str, since: int, until: int) -> list[Bucket]:
        """A sensor's days that begin in [since, until)."""
        query = (
            "SELECT at, low, high, total, count, last FROM day "
            "WHERE sensor = ? AND at >= ? AND at < ? ORDER BY at"
        )
        with self._lock:
            return self._connection.execute(query, (sensor, since, until)).fetchall()  # type: ignore[no-any-return]

    def newest(self, until: int) -> list[Row]:
        """Each sensor's last value of the days that ended before an instant."""
        query = (
            "SELECT sensor, last_at, last FROM (SELECT sensor, last_at, last, max(at) FROM day "
            "WHERE at <= ? GROUP BY sensor)"
        )
        with self._lock:
            return self._connection.execute(query, (until - DAY_US,)).fetchall()  # type: ignore[no-any-return]

    def forget(self, before: date) -> None:
        """Delete the days before one."""
        with self._lock:
            self._connection.execute("DELETE FROM day WHERE at < ?", (bounds(before)[0],))

    def copy(self, path: Path) -> None:
        """Keep a copy elsewhere, whole or not at all."""
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with self._lock:
            self._connection.execute("VACUUM INTO ?", (str(part),))
        part.replace(path)

    def take(self, path: Path, before: int) -> None:
        """Take in the lines of a copy for days that began before an instant."""
        with self._lock:
            self._connection.execute("ATTACH ? AS kept", (str(path),))
            try:
                self._connection.execute(
                    "INSERT OR REPLACE INTO day SELECT * FROM kept.day WHERE at < ?", (before,)
                )
            finally:
                self._connection.execute("DETACH kept")

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._connection.close()
