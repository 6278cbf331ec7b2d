"""One hot day as a SQLite file: its tables, its two connections, the numbers of its sensors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from data.store.engine import plain_sqlite

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sensor(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS reading(
  at INTEGER NOT NULL, sensor INTEGER NOT NULL, value REAL NOT NULL,
  PRIMARY KEY(at, sensor)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunk(
  start INTEGER PRIMARY KEY, rows INTEGER NOT NULL, mark INTEGER NOT NULL,
  rolled INTEGER NOT NULL DEFAULT 0);
"""
# In a file of its own, so that rolling up never holds up a writer; it can be made again.
_ROLLED = """
CREATE TABLE IF NOT EXISTS rolled.minute(
  at INTEGER NOT NULL, sensor INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
  total REAL NOT NULL, count INTEGER NOT NULL, last REAL NOT NULL,
  PRIMARY KEY(at, sensor)) WITHOUT ROWID;
"""


class Day:
    """One open day: a connection that writes, one that reads, and the numbers of its sensors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = plain_sqlite(path)
        self.writer.executescript(_SCHEMA)
        self.reader = plain_sqlite(path)
        self.reading, self.writing = Lock(), Lock()
        self.closed = False
        rolled = rolled_path(path)
        lost = not rolled.exists()
        self.reader.execute("ATTACH ? AS rolled", (str(rolled),))
        self.reader.execute("PRAGMA rolled.journal_mode=WAL")
        self.reader.execute("PRAGMA rolled.synchronous=NORMAL")
        self.reader.executescript(_ROLLED)
        if lost:
            self.writer.execute("UPDATE chunk SET rolled = 0")
        self.ids: dict[str, int] = {}
        self.learn()
        self._file = path.stat().st_ino

    @property
    def here(self) -> bool:
        """Whether its file is still the one at its place: another program may have archived it."""
        try:
            return self.path.stat().st_ino == self._file
        except FileNotFoundError:
            return False

    def learn(self) -> None:
        """Read the numbers of the sensors again."""
        self.ids = {name: n for n, name in self.writer.execute("SELECT id, name FROM sensor")}

    def close(self, *, wait: bool = True) -> bool:
        """Give the connections back; without waiting, only when nobody uses them."""
        if not self.reading.acquire(blocking=wait):
            return False
        try:
            if not self.writing.acquire(blocking=wait):
                return False
            try:
                self.closed = True
                self.writer.close()
                self.reader.close()
            finally:
                self.writing.release()
        finally:
            self.reading.release()
        return True


def rolled_path(path: Path) -> Path:
    """Where the roll-ups of a day's file lie."""
    return path.with_suffix(".rolled")


@contextmanager
def whole(day: Day) -> Iterator[None]:
    """Commit; what was learnt of a transaction that failed is forgotten."""
    try:
        yield
        day.writer.execute("COMMIT")
    except BaseException:
        if day.writer.in_transaction:
            day.writer.execute("ROLLBACK")
        day.learn()
        raise
