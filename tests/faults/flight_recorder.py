"""An SQLite whose every write, truncation and sync is written down, to be replayed up to a cut.

SQLAlchemy gets apsw dressed as the standard driver; apsw gets a file system that records.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw

NAME = "flight-recorder"


@dataclass
class Log:
    """What happened, in order: (file, what, offset or size, bytes) and acknowledgements."""

    events: list[tuple[str, str, int, bytes]] = field(default_factory=list)

    def ack(self, key: str, seq: int) -> None:
        """A request was acknowledged here."""
        self.events.append((key, "ack", seq, b""))


class _Recorder(apsw.VFS):
    def __init__(self, log: Log) -> None:
        self.log = log
        super().__init__(NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's word
        return _File(name, flags, self.log)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self.log.events.append((Path(filename).name, "delete", 0, b""))


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], log: Log) -> None:
        shown = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.name = Path(shown).name if shown else ""
        self.log = log
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self.log.events.append((self.name, "write", offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self.log.events.append((self.name, "truncate", newsize, b""))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self.log.events.append((self.name, "sync", 0, b""))


class _Cursor:
    """A cursor with the standard's attributes over apsw's."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.inner = connection.cursor()
        self.inner.exec_trace = self._begun
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.rows: list[Any] = []

    def execute(self, statement: str, parameters: Any = ()) -> _Cursor:
        self.description = None
        self.inner.execute(statement, parameters)
        self.rows = list(self.inner)
        self.rowcount = self.connection.changes()
        self.lastrowid = self.connection.last_insert_rowid()
        return self

    def _begun(self, inner: apsw.Cursor, _sql: str, _bindings: Any) -> bool:
        """Asked before the first row: a query without rows has columns too."""
        columns = inner.getdescription()
        self.description = [(c[0], None, None, None, None, None, None) for c in columns] or None
        return True

    def executemany(self, statement: str, many: Any) -> _Cursor:
        for parameters in many:
            self.execute(statement, parameters)
        return self

    def fetchone(self) -> Any:
        return self.rows.pop(0) if self.rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        taken, self.rows = self.rows[: size or 1], self.rows[size or 1 :]
        return taken

    def fetchall(self) -> list[Any]:
        taken, self.rows = self.rows, []
        return taken

    def close(self) -> None:
        self.inner.close(force=True)


class _Connection:
    """A connection in autocommit, as the program opens its own."""

    isolation_level = None

    def __init__(self, path: str, *, timeout: float = 30, **_: Any) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        self.inner = apsw.Connection(path, flags=flags, vfs=NAME)
        self.inner.set_busy_timeout(int(timeout * 1000))

    def cursor(self, *_: Any) -> _Cursor:
        return _Cursor(self.inner)

    def execute(self, statement: str, parameters: Any = ()) -> _Cursor:
        return self.cursor().execute(statement, parameters)

    def create_function(self, name: str, arguments: int, function: Any, **_: Any) -> None:
        self.inner.create_scalar_function(name, function, arguments)

    def commit(self) -> None:
        if self.inner.in_transaction:
            self.inner.execute("COMMIT")

    def rollback(self) -> None:
        if self.inner.in_transaction:
            self.inner.execute("ROLLBACK")

    def close(self) -> None:
        self.inner.close()


def driver() -> Any:
    """Apsw as a driver that SQLAlchemy's SQLite dialect takes."""
    return SimpleNamespace(
        connect=_Connection, paramstyle="qmark", Binary=bytes,
        sqlite_version=apsw.sqlite_lib_version(),
        sqlite_version_info=tuple(int(n) for n in apsw.sqlite_lib_version().split(".")),
        Error=apsw.Error, DatabaseError=apsw.Error, OperationalError=apsw.Error,
        IntegrityError=apsw.ConstraintError, InterfaceError=apsw.Error, DataError=apsw.Error,
        ProgrammingError=apsw.Error, InternalError=apsw.Error, NotSupportedError=apsw.Error,
        Warning=Warning,
    )  # fmt: skip


def record() -> tuple[Log, apsw.VFS]:
    """A fresh log, and the recording file system that fills it; keep it alive meanwhile."""
    log = Log()
    return log, _Recorder(log)
