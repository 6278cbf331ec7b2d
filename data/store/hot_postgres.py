"""Hot days as partitions of PostgreSQL tables, one a day: deleting a day is dropping it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from data.domain.retention import bounds, instant, micros
from data.store.hot import CHUNK_US, Bucket, Chunk, Row, Split, per_chunk

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS telemetry (
      at timestamptz NOT NULL, sensor varchar(64) NOT NULL, value double precision NOT NULL,
      PRIMARY KEY (at, sensor)) PARTITION BY RANGE (at)""",
    """CREATE TABLE IF NOT EXISTS telemetry_minute (
      at timestamptz NOT NULL, sensor varchar(64) NOT NULL, low double precision NOT NULL,
      high double precision NOT NULL, total double precision NOT NULL, count integer NOT NULL,
      last double precision NOT NULL, PRIMARY KEY (at, sensor)) PARTITION BY RANGE (at)""",
    """CREATE TABLE IF NOT EXISTS telemetry_chunk (
      day date NOT NULL, start bigint NOT NULL, rows bigint NOT NULL, mark bigint NOT NULL,
      rolled bigint NOT NULL DEFAULT 0, PRIMARY KEY (day, start))""",
    """CREATE TABLE IF NOT EXISTS telemetry_home (
      home varchar(400) PRIMARY KEY, seen_at timestamptz NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS telemetry_copy (
      home varchar(400) NOT NULL, day date NOT NULL, mark bigint NOT NULL,
      PRIMARY KEY (home, day))""",
)
TABLES = ("telemetry", "telemetry_minute", "telemetry_chunk", "telemetry_home", "telemetry_copy")
_INSERT = """INSERT INTO telemetry SELECT * FROM
unnest(%s::timestamptz[], %s::varchar[], %s::float8[])
ON CONFLICT DO NOTHING RETURNING at, sensor"""
_STANDING = """SELECT w.place, t.value FROM
unnest(%s::int[], %s::timestamptz[], %s::varchar[]) AS w(place, at, sensor)
JOIN telemetry t ON t.at = w.at AND t.sensor = w.sensor"""
_COUNT = """INSERT INTO telemetry_chunk(day, start, rows, mark) VALUES (%s, %s, %s, 1)
ON CONFLICT (day, start) DO UPDATE SET rows = telemetry_chunk.rows + excluded.rows,
mark = telemetry_chunk.mark + 1"""
_CHUNKS = "SELECT start, rows, mark, rolled FROM telemetry_chunk WHERE day = %s ORDER BY start"
_ROLL = """INSERT INTO telemetry_minute
SELECT g.minute, g.sensor, g.low, g.high, g.total, g.count, r.value FROM (
  SELECT date_trunc('minute', at) AS minute, sensor, min(value) AS low, max(value) AS high,
    sum(value) AS total, count(*) AS count, max(at) AS last_at
  FROM telemetry WHERE at >= %s AND at < %s GROUP BY 1, 2) AS g
JOIN telemetry AS r ON r.at = g.last_at AND r.sensor = g.sensor"""


class PostgresDays:
    """Hot days on the server that holds the rest of the center."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self.writer = writer
        self.reader = reader
        self._lock = Lock()
        self.own: Counter[int] = Counter()
        with writer.begin() as connection:
            # two programs may start at once
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20200708)")
            for statement in _SCHEMA:
                connection.exec_driver_sql(statement)
        self._made = set(self.days())

    def days(self) -> list[date]:
        """The days held, oldest first."""
        query = text("SELECT tablename FROM pg_tables WHERE tablename ~ '^telemetry_d[0-9]{8}$'")
        with self.reader.connect() as connection:
            names = connection.execute(query).scalars().all()
        return sorted(date.fromisoformat(name.removeprefix("telemetry_d")) for name in names)

    def insert(self, groups: Mapping[date, Split]) -> dict[int, float]:
        """Store new rows in one commit; answers those that were there before."""
        try:
            known = self._put(groups)
        except (IntegrityError, ProgrammingError):
            # another server has archived such a day and dropped it: it is made anew
            self._made -= groups.keys()
            known = self._put(groups)
        self.own.update({start for s in groups.values() for start in s.rows.chunks})
        return known

    def _put(self, groups: Mapping[date, Split]) -> dict[int, float]:
        for day in groups:
            self._make(day)
        known: dict[int, float] = {}
        with self._lock, self.writer.begin() as connection:
            for day, split in groups.items():
                known |= _insert(connection, day, split)
        return known

    def _make(self, day: date) -> None:
        """The partitions of a day, made at need."""
        if day in self._made:
            return
        since, until = (instant(us) for us in bounds(day))
        with self.writer.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20200708)")
            for table, name in _partitions(day):
                connection.exec_driver_sql(
                    f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} "
                    f"FOR VALUES FROM ('{since.isoformat()}') TO ('{until.isoformat()}')"
                )
        self._made.add(day)

    def sensors(self, day: date) -> list[str]:
        """Every sensor that has rows in a day."""
        query = "SELECT DISTINCT sensor FROM telemetry WHERE at BETWEEN %s AND %s"
        return [name for (name,) in self._read(query, _within(day, *bounds(day)))]

    def raw(self, day: date, since: int, until: int, sensor: str | None = None) -> list[Row]:
        """Rows of [since, until], by time; of one sensor or of all."""
        given: tuple[Any, ...] = (*_within(day, since, until),)
        query = "SELECT sensor, at, value FROM telemetry WHERE at BETWEEN %s AND %s"
        if sensor is not None:
            query, given = query + " AND sensor = %s", (*given, sensor)
        return [(s, micros(at), v) for s, at, v in self._read(query + " ORDER BY at", given)]

    def newest(self, day: date, since: int, until: int) -> list[Row]:
        """The newest row of each sensor in [since, until]."""
        query = (
            "SELECT DISTINCT ON (sensor) sensor, at, value FROM telemetry "
            "WHERE at BETWEEN %s AND %s ORDER BY sensor, at DESC"
        )
        found = self._read(query, _within(day, since, until))
        return [(s, micros(at), v) for s, at, v in found]

    def chunks(self, day: date) -> list[Chunk]:
        """The ten-minute chunks of a day that have rows, oldest first."""
        return [Chunk(*row) for row in self._read(_CHUNKS, (day,))]

    def roll(self, day: date, chunk: Chunk) -> None:
        """Roll a chunk up by minute and sensor, replacing what was rolled before."""
        span = (instant(chunk.start), instant(chunk.start + CHUNK_US))
        with self.writer.begin() as connection:
            connection.exec_driver_sql(
                "DELETE FROM telemetry_minute WHERE at >= %s AND at < %s", span
            )
            connection.exec_driver_sql(_ROLL, span)
            connection.exec_driver_sql(
                "UPDATE telemetry_chunk SET rolled = %s WHERE day = %s AND start = %s",
                (chunk.mark, day, chunk.start),
            )

    def minutes(self, day: date, sensor: str, since: int, until: int) -> list[Bucket]:
        """Rolled-up minutes of a sensor that begin in [since, until)."""
        query = (
            "SELECT at, low, high, total, count, last FROM telemetry_minute "
            "WHERE at BETWEEN %s AND %s AND sensor = %s ORDER BY at"
        )
        found = self._read(query, (*_within(day, since, until - 1), sensor))
        return [(micros(at), *rest) for at, *rest in found]

    def size(self, day: date) -> int:
        """Bytes of a day's partition with its index."""
        found = self._read("SELECT pg_total_relation_size(%s)", (_partitions(day)[0][1],))
        return int(found[0][0]) if found else 0

    def drop(self, day: date, mark: int) -> bool:
        """Delete a day: its partitions; not when it was written since, here or elsewhere."""
        with self._lock, self.writer.begin() as connection:
            # two servers may drop at once, and a third may be writing: first nobody may
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20200708)")
            held = connection.exec_driver_sql("SELECT to_regclass(%s)", (_partitions(day)[0][1],))
            if held.scalar_one() is not None:
                name = _partitions(day)[0][1]
                connection.exec_driver_sql(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
                query = "SELECT coalesce(sum(mark), 0) FROM telemetry_chunk WHERE day = %s"
                if connection.exec_driver_sql(query, (day,)).scalar_one() != mark:
                    return False
            for _, name in _partitions(day):
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
            # what comes late is counted anew, and archived anew everywhere
            connection.exec_driver_sql("DELETE FROM telemetry_chunk WHERE day = %s", (day,))
            connection.exec_driver_sql("DELETE FROM telemetry_copy WHERE day = %s", (day,))
            self._made.discard(day)
        return True

    def close(self) -> None:
        """The engines are the telemetry's own."""

    def _read(self, query: str, given: tuple[Any, ...]) -> list[Any]:
        with self.reader.connect() as connection:
            return list(connection.exec_driver_sql(query, given))


def _insert(connection: Connection, day: date, split: Split) -> dict[int, float]:
    """A day's rows in one statement; what did not go in was there before."""
    rows = split.rows
    known: dict[int, float] = {}
    seen: dict[tuple[int, str], float] = {}
    first = []
    for place, sensor, us, value in rows:
        if (us, sensor) in seen:
            known[place] = seen[us, sensor]
        else:
            seen[us, sensor] = value
            first.append((place, instant(us), sensor, us))
    columns = ([at for _, at, _, _ in first], [sensor for _, _, sensor, _ in first])
    made = connection.exec_driver_sql(_INSERT, (*columns, list(seen.values()))).fetchall()
    if len(made) != len(first):
        new = {(micros(at), sensor) for at, sensor in made}
        left = [(p, at, sensor) for p, at, sensor, us in first if (us, sensor) not in new]
        found = connection.exec_driver_sql(_STANDING, tuple(map(list, zip(*left, strict=True))))
        standing = dict(tuple(row) for row in found)
        known |= standing
        # a repeat within the group of a row that was there before
        stands = {(us, sensor): standing[p] for p, _, sensor, us in first if p in standing}
        known |= {p: stands[us, sensor] for p, sensor, us, _ in rows if (us, sensor) in stands}
    counted = dict.fromkeys(rows.chunks, 0)
    counted |= per_chunk([micros(at) for at, _ in made])
    for start, number in counted.items():
        connection.exec_driver_sql(_COUNT, (day, start, number))
    return known


def _partitions(day: date) -> tuple[tuple[str, str], ...]:
    """Table and partition of a day, for readings and for their minutes."""
    stamp = f"{day:%Y%m%d}"
    return (("telemetry", f"telemetry_d{stamp}"), ("telemetry_minute", f"telemetry_m{stamp}"))


def _within(day: date, since: int, until: int) -> tuple[Any, Any]:
    """The span cut to the day, so that one partition answers."""
    first, end = bounds(day)
    return instant(max(since, first)), instant(min(until, end - 1))
