"""The newest state in memory: a fold over the journal's after-images, brought up to the head."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select

from data.domain.registry import KINDS
from data.store.codec import decode
from data.store.journal import head_of
from data.store.schema import TABLES, image, journal

Things = dict[str, dict[str, Any]]
_LINE = ("seq", "at", "command", "actor", "role", "org", "incident_id", "area", "summary")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Every thing by kind and id, and the journal's lines, at one number; never changed."""

    seq: int
    things: Things = field(default_factory=dict)
    lines: tuple[dict[str, Any], ...] = ()


def snapshot_at(connection: Connection, seq: int) -> Snapshot:
    """Everything as it was when the journal stood at `seq`."""
    newest = (
        select(image.c.kind, image.c.id, func.max(image.c.seq).label("seq"))
        .where(image.c.seq <= seq)
        .group_by(image.c.kind, image.c.id)
        .subquery()
    )
    query = select(image.c.kind, image.c.id, image.c.body).join(
        newest,
        and_(image.c.kind == newest.c.kind, image.c.id == newest.c.id, image.c.seq == newest.c.seq),
    )
    things: Things = {kind: {} for kind in KINDS}
    for kind, thing_id, body in connection.execute(query):
        things[kind][thing_id] = decode(body, KINDS[kind])
    return Snapshot(seq=seq, things=things, lines=_lines(connection, 0, seq))


def _current(connection: Connection) -> Snapshot:
    """Everything as the tables hold it now."""
    seq, _ = head_of(connection)
    things: Things = {}
    for kind, cls in KINDS.items():
        rows = connection.execute(select(TABLES[kind].c.id, TABLES[kind].c.body))
        things[kind] = {thing_id: decode(body, cls) for thing_id, body in rows}
    return Snapshot(seq=seq, things=things, lines=_lines(connection, 0, seq))


def _lines(connection: Connection, after: int, until: int) -> tuple[dict[str, Any], ...]:
    """The journal's lines between two numbers, without their hashes."""
    rows = connection.execute(
        select(*(journal.c[name] for name in _LINE))
        .where(journal.c.seq > after, journal.c.seq <= until)
        .order_by(journal.c.seq)
    )
    return tuple(dict(row) for row in rows.mappings())


class Live:
    """Hands out the newest snapshot, reading only what was written since the last one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._lock = Lock()
        self._held: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """The snapshot at the journal's head."""
        with self.engine.connect() as connection:
            seq, _ = head_of(connection)
            held = self._held
            if held is not None and held.seq >= seq:
                return held
            with self._lock:
                return self._advance(connection)

    def _advance(self, connection: Connection) -> Snapshot:
        held = self._held
        if held is None:
            self._held = _current(connection)
            return self._held
        seq, _ = head_of(connection)
        rows = connection.execute(
            select(image.c.kind, image.c.id, image.c.body)
            .where(image.c.seq > held.seq, image.c.seq <= seq)
            .order_by(image.c.seq)
        )
        changed: Things = {}
        for kind, thing_id, body in rows:
            if kind not in changed:
                changed[kind] = dict(held.things.get(kind, {}))
            changed[kind][thing_id] = decode(body, KINDS[kind])
        self._held = Snapshot(
            seq=seq,
            things={**held.things, **changed},
            lines=held.lines + _lines(connection, held.seq, seq),
        )
        return self._held
