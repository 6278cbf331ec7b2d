"""How each connector stands, beside the journal: counts, newest times, what polling remembers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, Connection, Engine, String, Table, Text, select

from data.domain.sharing import Shared
from data.store.codec import decode, encode
from data.store.schema import metadata
from data.store.upsert import ensure, put

shared = Table(
    "shared",
    metadata,
    Column("connector_id", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)


class SharingBook:
    """One row a connector, changed in one short transaction.

    Parameters
    ----------
    transaction
        Opens a write transaction that commits on leaving.
    reader
        The engine for reading.
    """

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[Connection]], reader: Engine
    ) -> None:
        self._transaction, self._reader = transaction, reader

    def all(self) -> dict[str, Shared]:
        """Every connector's row."""
        with self._reader.connect() as connection:
            rows = connection.execute(select(shared.c.connector_id, shared.c.body))
            return {key: decode(body, Shared) for key, body in rows}

    def of(self, connector_id: str) -> Shared:
        """A connector's row, or an empty one."""
        return self.all().get(connector_id, Shared(connector_id=connector_id))

    def note(self, connector_id: str, *, add: dict[str, int], **values: Any) -> Shared:
        """Add to the counts and set the rest; what it is now."""
        with self._transaction() as connection:
            blank = Shared(connector_id=connector_id)
            ensure(connection, shared, connector_id=connector_id, body=encode(blank))
            body = connection.execute(
                select(shared.c.body).where(shared.c.connector_id == connector_id).with_for_update()
            ).scalar_one()
            held = decode(body, Shared)
            counts = {name: getattr(held, name) + more for name, more in add.items()}
            kept = replace(held, **counts, **values)
            put(connection, shared, connector_id=connector_id, body=encode(kept))
        return kept
