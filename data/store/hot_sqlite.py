"""Hot days as SQLite files, one a day: deleting a day is deleting a file."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from filelock import FileLock

from data.store.engine import plain_sqlite
from data.store.hot import CHUNK_US, MINUTE_US, Bucket, Chunk, Row, Split, per_chunk
from data.store.hot_day import Day, rolled_path, whole

MOST_OPEN = 12  # day files held open; a flood of odd dates costs files, not handles
_INSERT = "INSERT OR IGNORE INTO reading VALUES (?, ?, ?)"
# rows of one statement: half the time of as many statements of one row, and Python's other threads
# are let in once a statement, not once a row
_MANY = {
    n: f"{_INSERT}{', (?, ?, ?)' * (n - 1)}" for n in (8000, 4000, 2000, 1000, 250, 100, 25, 5, 1)
}
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


class _OvertakenError(Exception):
    """Another program wrote rows that were new a moment ago."""


class SqliteDays:
    """Hot days in a folder; a day's readers wait for one another, never for its writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._open: OrderedDict[date, Day] = OrderedDict()
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
            known |= self._store(day, split)
        self.own.update({start for s in groups.values() for start in s.rows.chunks})
        return known

    def _store(self, day: date, split: Split) -> dict[int, float]:
        try:
            with self._writing(day) as held:
                return self._insert(held, split)
        except _OvertakenError:
            with self._writing(day) as held:
                return self._insert(held, Split(old=split.rows))

    def _insert(self, day: Day, split: Split) -> dict[int, float]:
        numbers, write, known = self._numbers(day, split.fresh.sensors), day.writer, {}
        before = write.total_changes
        _insert_many(write, split.fresh.times, numbers, split.fresh.values)
        if write.total_changes - before != len(numbers):
            raise _OvertakenError
        counted = split.fresh.chunks
        if split.old:
            new, numbers = [*split.fresh.times], self._numbers(day, split.old.sensors)
            for number, (place, _, us, value) in zip(numbers, split.old, strict=True):
                if write.execute(_INSERT, (us, number, value)).rowcount == 1:
                    new.append(us)
                    continue
                [known[place]] = write.execute(
                    "SELECT value FROM reading WHERE at = ? AND sensor = ?", (us, number)
                ).fetchone()
            counted = dict.fromkeys(split.rows.chunks, 0) | per_chunk(new)
        write.executemany(_COUNT, counted.items())
        return known

    def _numbers(self, day: Day, sensors: Sequence[str]) -> list[int]:
        """The day's numbers of sensors, new ones written in the same transaction."""
        try:
            return list(map(day.ids.__getitem__, sensors))
        except KeyError:
            unknown = sorted(set(sensors) - day.ids.keys())
        day.writer.executemany("INSERT OR IGNORE INTO sensor(name) VALUES (?)", zip(unknown))
        day.learn()
        return list(map(day.ids.__getitem__, sensors))

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
        """Delete a day: its files; not when it was written since.

        Whoever would write meanwhile, in this program or another, waits and then finds it gone.
        """
        with self._writing(day) as held:
            [now] = held.writer.execute("SELECT coalesce(sum(mark), 0) FROM chunk").fetchone()
            if now != mark:
                return False
            with self._opening():
                for path in (held.path, rolled_path(held.path)):
                    for end in ("", "-wal", "-shm"):
                        Path(f"{path}{end}").unlink(missing_ok=True)
        self._let_go(day, held)
        return True

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            held, self._open = list(self._open.values()), OrderedDict()
        for day in held:
            day.close()

    def _path(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.db"

    def _day(self, day: date) -> Day:
        """A day's connections, opened at need; those used least are closed."""
        with self._lock:
            held = self._open.get(day)
            if held is None:
                with self._opening():
                    held = self._open[day] = Day(self._path(day))
                idle = [d for d in self._open if d != day][: max(0, len(self._open) - MOST_OPEN)]
                for other in idle:
                    if self._open[other].close(wait=False):
                        del self._open[other]
            self._open.move_to_end(day)
            return held

    def _opening(self) -> FileLock:
        """Held while a day is opened or deleted, so that no program does both at once."""
        return FileLock(str(self.folder / "days.lock"))

    def _let_go(self, day: date, held: Day) -> None:
        """Forget a day whose file is no longer there."""
        with self._lock:
            if self._open.get(day) is held:
                del self._open[day]
        held.close()

    @contextmanager
    def _writing(self, day: date) -> Iterator[Day]:
        """A day for one writer, in a transaction: all or nothing."""
        while True:
            held = self._day(day)
            with held.writing:
                if held.closed:
                    continue
                held.writer.execute("BEGIN IMMEDIATE")
                if held.here:
                    with whole(held):
                        yield held
                    return
                held.writer.execute("ROLLBACK")
            self._let_go(day, held)

    def _read(self, day: date, query: str, given: tuple[Any, ...]) -> list[Any]:
        """Rows of a query over a day; nothing when there is no such day."""
        while day in self._open or self._path(day).exists():
            held = self._day(day)
            if not held.here:
                self._let_go(day, held)
                continue
            with held.reading:
                if not held.closed:
                    return held.reader.execute(query, given).fetchall()  # type: ignore[no-any-return]
        return []


def _insert_many(
    write: Any, times: Sequence[int], numbers: Sequence[int], values: Sequence[float]
) -> None:
    """Insert rows, many in one statement: it runs without holding up Python's other threads."""
    flat: list[Any] = [None] * (3 * len(times))
    flat[0::3], flat[1::3], flat[2::3] = times, numbers, values
    at = 0
    for rows, statement in _MANY.items():
        while at + 3 * rows <= len(flat):
            write.execute(statement, flat[at : at + 3 * rows])
            at += 3 * rows
