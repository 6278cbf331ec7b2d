"""A connection to PostgreSQL that does not wait for ever: a server that hangs is given up.

Keepalives find a link that is gone. They do not find a server whose disk hangs, or a box in between
that takes every byte and passes nothing on: those acknowledge, and say nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.waiting import Ready, Wait
from sqlalchemy import Connection

SILENCE_S = 60.0  # without a byte; the longest query of a large center is far quicker
LONG_S = 3600.0  # for who waits for his turn, or changes the schema
_INTERVAL_S = 0.1


@contextmanager
def patiently(connection: Connection) -> Iterator[None]:
    """Let a connection wait long meanwhile; nothing on SQLite."""
    held: Any = connection.connection.dbapi_connection
    if not isinstance(held, Bounded):
        yield
        return
    held.patience = LONG_S
    try:
        yield
    finally:
        held.patience = None


class Bounded(psycopg.Connection[Any]):
    """Gives up, and is closed, after `patience` seconds (`SILENCE_S` unless set) of silence."""

    patience: float | None = None

    def wait(
        self, gen: PQGen[RV], interval: float = _INTERVAL_S, timeout: float | None = None
    ) -> RV:
        """Whatever the generator returns.

        Raises
        ------
        psycopg.OperationalError
            When nothing was heard for so long; the connection is then of no more use.
        """
        patience = SILENCE_S if self.patience is None else self.patience
        return super().wait(self._listened(gen, patience), interval, timeout)

    def _listened(self, gen: PQGen[RV], patience: float) -> Generator[Wait, Ready | int, RV]:
        """The same steps, while something is heard between them."""
        try:
            wanted = next(gen)
            heard = monotonic()
            while True:
                ready = yield wanted
                now = monotonic()
                if ready:
                    heard = now
                elif now - heard > patience:
                    gen.close()
                    self.close()
                    raise psycopg.OperationalError(f"no word from the server for {patience:g} s")
                wanted = gen.send(ready)
        except StopIteration as over:
            return over.value  # type: ignore[no-any-return]
