"""Hot days as SQLite files, one a day: deleting a day is deleting a file."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from data.store.engine import plain_sqlite
from data.store.hot import CHUNK_US, MINUTE_US, Bucket, Chunk, Row, Split, marked

MOST_OPEN = 12  # day files held open; a flood of odd dates costs files, not handles
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
_INSERT = "INSERT OR IGNORE INTO reading VALUES (?, ?, ?)"
_COUNT = """INSERT INTO chunk(start, rows, mark) VALUES (?, ?, 1)
ON CONFLICT(start) DO UPDATE SET rows = rows + excluded.rows, mark = mark + 1"""
_ROLL = f"""INSERT INTO rolled.minute
SELECT g.minute, g.sensor, g.low, g.high, g.total, g.count, r.value FROM (
  SELECT at - at % {MINUTE_US} AS minute, sensor, min(value) AS low, max(value) AS high,
    sum(value) AS total, count(*) AS count, max(at) AS last_at
  FROM reading WHERE at >= ? AND at < ? GROUP BY minute, sensor) AS g
JOIN reading AS r ON r.at = g.last_at AND r.sensor = g.sensor"""  # noqa: S608 - a constant
_MINUTES = f"""WITH RECURSIVE step(at) AS (
  VALUES(?) UNION ALL SELECT at + {MINUTE_US} FROM step WHERE at + {MINUTE_US} < ?)
SELECT m.at, m.low, m.high, m.total, m.count, m.last
FROM step CROSS JOIN rolled.minute AS m ON m.at = step.at AND m.sensor = ?"""  # noqa: S608


class _Day:
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


class SqliteDays:
    """Hot days in a folder; a day's readers wait for one another, never for its writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._open: OrderedDict[date, _Day] = OrderedDict()
        self._lock = Lock()
        self.own: Counter[int] = Counter()

    def days(self) -> list[date]:
        """The days held, oldest first."""
        return sorted(
            date.fromisoformat(p.stem) for p in self.folder.glob("????-??-??.db") if p.is_file()
        )

    def insert(self, groups: Mapping[date, Split]) -> dict[int, float]:
        """Store new rows, one commit a day; answers those that were there before."""
        known: dict[int, float] = {}
        for day, split in groups.items():
            with self._writing(day) as held, _transaction(held):
                known |= self._insert(held, split)
        self.own.update({us - us % CHUNK_US for s in groups.values() for _, _, us in s.rows})
        return known

    def _insert(self, day: _Day, split: Split) -> dict[int, float]:
        ids = self._numbers(day, split)
        write, known = day.writer, {}
        rows = [(us, ids[r.sensor], r.value) for _, r, us in split.fresh]
        before = write.total_changes
        write.executemany(_INSERT, rows)
        if write.total_changes - before != len(rows):  # another process wrote the same
            write.execute("ROLLBACK")
            write.execute("BEGIN IMMEDIATE")
            day.learn()
            return self._insert(day, Split(old=split.rows))
        new = [us for us, _, _ in rows]
        for place, r, us in split.old:
            if write.execute(_INSERT, (us, ids[r.sensor], r.value)).rowcount == 1:
                new.append(us)
                continue
            [known[place]] = write.execute(
                "SELECT value FROM reading WHERE at = ? AND sensor = ?", (us, ids[r.sensor])
            ).fetchone()
        counted = dict.fromkeys((us - us % CHUNK_US for _, _, us in split.rows), 0)
        write.executemany(_COUNT, (counted | split.chunk_rows(new)).items())
        return known

    def _numbers(self, day: _Day, split: Split) -> dict[str, int]:
        """The day's numbers of all sensors, new ones written in the same transaction."""
        unknown = {r.sensor for _, r, _ in split.rows} - day.ids.keys()
        if unknown:
            day.writer.executemany(
                "INSERT OR IGNORE INTO sensor(name) VALUES (?)", [(n,) for n in sorted(unknown)]
            )
            day.learn()
        return day.ids

    def sensors(self, day: date) -> list[str]:
        """Every sensor that has rows in a day."""
        return [name for (name,) in self._read(day, "SELECT name FROM sensor", ())]

    def raw(self, day: date, since: int, until: int, sensor: str | None = None) -> list[Row]:
        """Rows of [since, until], by time; of one sensor or of all."""
        query = "SELECT s.name, r.at, r.value FROM reading r JOIN sensor s ON s.id = r.sensor"
        where, given = " WHERE r.at BETWEEN ? AND ?", (since, until)
        if sensor is None:
            return self._read(day, query + where + " ORDER BY r.at", given)
        query = "SELECT ?, at, value FROM reading WHERE at BETWEEN ? AND ? AND sensor = "
        query += "(SELECT id FROM sensor WHERE name = ?) ORDER BY at"
        return self._read(day, query, (sensor, since, until, sensor))

    def newest(self, day: date, since: int, until: int) -> list[Row]:
        """The newest row of each sensor in [since, until]."""
        query = (
            "SELECT s.name, g.at, g.value FROM (SELECT sensor, max(at) AS at, value FROM reading "
            "WHERE at BETWEEN ? AND ? GROUP BY sensor) AS g JOIN sensor s ON s.id = g.sensor"
        )
        return self._read(day, query, (since, until))

    def chunks(self, day: date) -> list[Chunk]:
        """The ten-minute chunks of a day that have rows, oldest first."""
        query = "SELECT start, rows, mark, rolled FROM chunk ORDER BY start"
        return [Chunk(*row) for row in self._read(day, query, ())]

    def roll(self, day: date, chunk: Chunk) -> None:
        """Roll a chunk up by minute and sensor, on a connection of its own."""
        path = self._day(day).path
        span = (chunk.start, chunk.start + CHUNK_US)
        write = plain_sqlite(path)
        try:
            write.execute("ATTACH ? AS rolled", (str(rolled_path(path)),))
            write.execute("PRAGMA rolled.synchronous=NORMAL")
            write.execute("BEGIN")
            write.execute("DELETE FROM rolled.minute WHERE at >= ? AND at < ?", span)
            write.execute(_ROLL, span)
            write.execute("COMMIT")
            # only now, and only if what was rolled up is still what is there
            write.execute("UPDATE chunk SET rolled = ? WHERE start = ?", (chunk.mark, chunk.start))
        finally:
            write.close()

    def minutes(self, day: date, sensor: str, since: int, until: int) -> list[Bucket]:
        """Rolled-up minutes of a sensor that begin in [since, until)."""
        first = since - since % MINUTE_US
        [[number]] = self._read(day, "SELECT max(id) FROM sensor WHERE name = ?", (sensor,)) or [
            [0]
        ]
        return self._read(day, _MINUTES, (first, until, number)) if number else []

    def size(self, day: date) -> int:
        """Bytes of a day's file with its log, roll-ups apart."""
        path = self._path(day)
        return sum(p.stat().st_size for p in (path, Path(f"{path}-wal")) if p.exists())

    def drop(self, day: date, mark: int) -> bool:
        """Delete a day: its files; not when it was written since."""
        if marked(self.chunks(day)) != mark:
            return False
        with self._lock:
            held = self._open.pop(day, None)
        if held is not None:
            held.close()
        for path in (self._path(day), rolled_path(self._path(day))):
            for end in ("", "-wal", "-shm"):
                Path(f"{path}{end}").unlink(missing_ok=True)
        return True

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            held, self._open = list(self._open.values()), OrderedDict()
        for day in held:
            day.close()

    def _path(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.db"

    def _day(self, day: date) -> _Day:
        """A day's connections, opened at need; those used least are closed."""
        with self._lock:
            held = self._open.get(day)
            if held is None:
                held = self._open[day] = _Day(self._path(day))
                idle = [d for d in self._open if d != day][: max(0, len(self._open) - MOST_OPEN)]
                for other in idle:
                    if self._open[other].close(wait=False):
                        del self._open[other]
            self._open.move_to_end(day)
            return held

    @contextmanager
    def _writing(self, day: date) -> Iterator[_Day]:
        """A day for one writer."""
        while True:
            held = self._day(day)
            with held.writing:
                if not held.closed:
                    yield held
                    return

    def _read(self, day: date, query: str, given: tuple[Any, ...]) -> list[Any]:
        """Rows of a query over a day; nothing when there is no such day."""
        while day in self._open or self._path(day).exists():
            held = self._day(day)
            with held.reading:
                if not held.closed:
                    return held.reader.execute(query, given).fetchall()  # type: ignore[no-any-return]
        return []


def rolled_path(path: Path) -> Path:
    """Where the roll-ups of a day's file lie."""
    return path.with_suffix(".rolled")


@contextmanager
def _transaction(day: _Day) -> Iterator[None]:
    """All or nothing; what was learnt of a transaction that failed is forgotten."""
    day.writer.execute("BEGIN IMMEDIATE")
    try:
        yield
        day.writer.execute("COMMIT")
    except BaseException:
        if day.writer.in_transaction:
            day.writer.execute("ROLLBACK")
        day.learn()
        raise
