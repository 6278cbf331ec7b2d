"""Hears that something was committed, by this process or another; the journal says what."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Event, Thread

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from data.store.database import Database
from data.store.facts import CHANNEL, MOVED
from data.store.postgres_door import PostgresDoor

log = logging.getLogger("hubei.wake")

LOOK_S = 0.2  # how often another process's commit to SQLite is looked for
AGAIN_S = 0.5  # how long to wait before a lost connection is made anew


class Waker:
    """A thread that calls `on_wake` after every burst of commits; a missed call does no harm.

    On PostgreSQL it calls `on_moved` too, with the teams whose positions were stored.

    PostgreSQL notifies (the notice is part of the committing transaction); SQLite counts the
    commits of other connections. A lost connection is made anew and followed by a call, because
    what happened meanwhile was not heard.
    """

    def __init__(
        self,
        database: Database,
        on_wake: Callable[[], None],
        on_moved: Callable[[Iterable[str] | None], None] = lambda _: None,
    ) -> None:
        self.database = database
        self.on_wake = on_wake
        self.on_moved = on_moved
        self._door = None if database.file else PostgresDoor.of(database.reader)
        self._stopping = Event()
        self._thread = Thread(target=self._go, name="wake", daemon=True)

    def start(self) -> Waker:
        """Begin to listen."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop, within two seconds."""
        self._stopping.set()
        self._thread.join(timeout=2)

    def _go(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._door is None:
                    self._look()
                else:
                    self._listen(self._door)
            except (SQLAlchemyError, psycopg.Error, OSError) as error:
                log.info("the database is not heard just now: %s", error)
                self._stopping.wait(AGAIN_S)

    def _listen(self, door: PostgresDoor) -> None:
        with door.open(autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            connection.execute(f"LISTEN {MOVED}")
            self.on_wake()
            self.on_moved(None)  # of all teams: what was said meanwhile was not heard
            while not self._stopping.is_set():
                heard = list(connection.notifies(timeout=1, stop_after=1))
                for notice in heard:
                    if notice.channel == MOVED:
                        self.on_moved(notice.payload.split())
                    else:
                        self.on_wake()
                if not heard:
                    connection.execute("SELECT 1")  # a connection that died says nothing

    def _look(self) -> None:
        with self.database.reader.connect() as connection:
            version = _version(connection)
            self.on_wake()
            while not self._stopping.wait(LOOK_S):
                now = _version(connection)
                if now != version:
                    version = now
                    self.on_wake()


def _version(connection: Connection) -> int:
    """SQLite's count of what other connections committed."""
    found = int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())
    connection.rollback()
    return found
