"""Engines for both databases: SQLite with its safe settings, PostgreSQL with row locks."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from data.store.postgres_door import through_door

try:
    from pysqlite3 import dbapi2 as sqlite_driver
except ImportError:  # no wheel here: Python's own, with a warning in `doctor`
    sqlite_driver = sqlite3

# 3.51.3 mends a corruption when the WAL is reset while another process reads.
SAFE_SQLITE = (3, 51, 3)


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return tuple(int(part) for part in sqlite_driver.sqlite_version.split("."))


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite address, or None for another engine."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def read_engine(url: str) -> Engine:
    """An engine for reading: on SQLite it never waits for a writer."""
    return _engine(make_url(url), begin=None)


def write_engine(url: str) -> Engine:
    """An engine for writing: on SQLite every transaction begins IMMEDIATE."""
    return _engine(make_url(url), begin="BEGIN IMMEDIATE")


def _engine(url: URL, begin: str | None) -> Engine:
    if url.get_backend_name() != "sqlite":
        made = create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True
        )
        return through_door(made)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=sqlite_driver,
        hide_parameters=True,  # what is written names people: no error repeats it
        connect_args={"isolation_level": None, "timeout": 30, "check_same_thread": False},
    )
    event.listen(engine, "connect", _pragmas)
    statement = begin or "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(statement))
    return engine


def plain_sqlite(path: Path) -> Any:
    """A bare connection with the same safe settings, for tables that are written in bulk."""
    made = sqlite_driver.connect(
        str(path), isolation_level=None, timeout=30, check_same_thread=False
    )
    _pragmas(made, None)
    return made


def _pragmas(connection: Any, _record: Any) -> None:
    """WAL, FULL (NORMAL loses acknowledged commits in a power cut), keys enforced."""
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")
