"""The quarantine 隔离区: rows that were refused, kept as they came until somebody settles them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from data.store.engine import read_engine, write_engine
from data.store.schema import UtcTime

metadata = MetaData()
MOST_PAGE = 1000
MOST_KEPT = 500_000
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("received_at", UtcTime, nullable=False),
    Column("via", String(16), nullable=False),
    Column("source", String(128), nullable=False),
    Column("org", String(12), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("state", String(12), nullable=False, default="held"),
    Column("settled_at", UtcTime),
    Column("settled_by", String(64)),
    Index("quarantine_state", "state", "id"),
)
# what came in by day and sender, so that counts outlive a restart
intake = Table(
    "intake",
    metadata,
    Column("day", Date, primary_key=True),
    Column("via", String(16), primary_key=True),
    Column("source", String(128), primary_key=True),
    Column("accepted", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("late", Integer, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("last_at", UtcTime),
)


@dataclass(frozen=True, kw_only=True)
class Held:
    """One refused row, with where it came from and what became of it."""

    id: int
    received_at: datetime
    via: str
    source: str
    org: str
    kind: str
    reason: str
    raw: str
    state: str = "held"
    settled_at: datetime | None = None
    settled_by: str | None = None


class Quarantine:
    """Keeps refused rows in a file of their own, so that no flood of them slows the good ones."""

    def __init__(self, url: str) -> None:
        self.writer = write_engine(url)
        self.reader = read_engine(url)
        metadata.create_all(self.writer)

    def keep(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Store refused rows; they are durable when this returns."""
        held = list(rows)
        if held:
            with self.writer.begin() as connection:
                connection.execute(insert(quarantine), held)

    def rows(
        self,
        *,
        state: str | None = "held",
        via: str | None = None,
        source: str | None = None,
        kind: str | None = None,
        text: str = "",
        orgs: Iterable[str] | None = None,
        ids: Iterable[int] | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> list[Held]:
        """Refused rows that fit every filter given, newest first."""
        query = select(quarantine).order_by(quarantine.c.id.desc()).limit(min(limit, MOST_PAGE))
        for column, wanted in (("state", state), ("via", via), ("source", source), ("kind", kind)):
            if wanted is not None:
                query = query.where(quarantine.c[column] == wanted)
        if text:
            query = query.where(
                quarantine.c.raw.contains(text, autoescape=True)
                | quarantine.c.reason.contains(text, autoescape=True)
            )
        if orgs is not None:
            query = query.where(quarantine.c.org.in_(list(orgs)))
        if ids is not None:
            query = query.where(quarantine.c.id.in_(list(ids)))
        if before is not None:
            query = query.where(quarantine.c.id < before)
        with self.reader.connect() as connection:
            return [Held(**row) for row in connection.execute(query).mappings()]

    def settle(self, ids: Iterable[int], state: str, by: str, at: datetime) -> int:
        """Mark rows that are still held as replayed or dropped; how many were."""
        wanted = list(ids)
        if not wanted:
            return 0
        change = (
            quarantine.update()
            .where(quarantine.c.id.in_(wanted), quarantine.c.state == "held")
            .values(state=state, settled_by=by, settled_at=at)
        )
        with self.writer.begin() as connection:
            return int(connection.execute(change).rowcount)

    def keep_counts(self, day: date, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write the day's counts down in place of what was there."""
        held = [{"day": day, **row} for row in rows]
        with self.writer.begin() as connection:
            connection.execute(delete(intake).where(intake.c.day == day))
            if held:
                connection.execute(insert(intake), held)

    def counts_of(self, day: date) -> list[dict[str, Any]]:
        """A day's counts by sender."""
        query = select(intake).where(intake.c.day == day)
        with self.reader.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def forget(self, before: datetime) -> int:
        """Delete what is older than the rule keeps it, and the oldest beyond `MOST_KEPT`."""
        with self.writer.begin() as connection:
            newest = connection.execute(select(func.max(quarantine.c.id))).scalar() or 0
            gone = connection.execute(
                delete(quarantine).where(
                    (quarantine.c.received_at < before) | (quarantine.c.id <= newest - MOST_KEPT)
                )
            ).rowcount
            connection.execute(delete(intake).where(intake.c.day < before.date()))
            return int(gone)

    def counts(self, orgs: Iterable[str] | None = None) -> dict[str, int]:
        """How many rows are held, by kind; of some organisations or of all."""
        query = (
            select(quarantine.c.kind, func.count())
            .where(quarantine.c.state == "held")
            .group_by(quarantine.c.kind)
        )
        if orgs is not None:
            query = query.where(quarantine.c.org.in_(list(orgs)))
        with self.reader.connect() as connection:
            return {kind: int(number) for kind, number in connection.execute(query)}

    def close(self) -> None:
        """Give the connections back."""
        self.writer.dispose()
        self.reader.dispose()
