"""One leader among the servers of a database: who does what must be done once, and only once."""

from __future__ import annotations

import contextlib
from threading import Lock
from time import monotonic
from zlib import crc32

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from data.store.database import Database

LATELY_S = 1.0


class Leadership:
    """A named office that one server holds at a time, until it closes or its connection is lost.

    On PostgreSQL an advisory lock of a connection of its own; on SQLite a lock on a file beside
    the database, given back by the system when the process ends.
    """

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.key = crc32(f"hubei:{name}".encode())
        self._lock = Lock()
        self._held, self._asked = False, -LATELY_S
        self._connection: Connection | None = None
        file = database.file
        self._file = (
            None if file is None else FileLock(
                str(file.with_name(f"{file.stem}.{name}.leader")), thread_local=False
            )
        )

    def holds(self) -> bool:
        """Whether this server holds the office now; it is taken when it is free."""
        with self._lock:
            return self._by_file() if self._file else self._by_server()

    def lately(self) -> bool:
        """As `holds`, asked of the database once a second at most: for what looks at every row."""
        if monotonic() - self._asked > LATELY_S:
            self._held = self.holds()
            self._asked = monotonic()
        return self._held

    def give_up(self) -> None:
        """Let another server have it."""
        with self._lock:
            self._held = False
            if self._file:
                self._file.release(force=True)
            self._drop()

    def _by_file(self) -> bool:
        if self._file is None:
            return False
        if self._file.is_locked:
            return True
        try:
            self._file.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _by_server(self) -> bool:
        """Still held if the very connection that took it answers; else asked for anew."""
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            # outside any transaction: it may be held for weeks
            self._connection = self.database.reader.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
            asked = text("SELECT pg_try_advisory_lock(:key)")
            if self._connection.execute(asked, {"key": self.key}).scalar_one():
                return True
        except SQLAlchemyError:
            self._drop()
            return False
        self._connection.close()
        self._connection = None
        return False

    def _drop(self) -> None:
        if self._connection is None:
            return
        with contextlib.suppress(SQLAlchemyError):
            self._connection.invalidate()  # the lock goes with the connection
            self._connection.close()
        self._connection = None
