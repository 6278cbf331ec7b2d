"""The tables: one a kind, with key columns beside the whole thing as JSON; journal and head."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData()
BODY = Text  # JSON as it was written: the hash chain is over these very characters


class UtcTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Aware to UTC; a naive time is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone; it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _kind(name: str, *keys: str, extra: tuple[Column[object] | CheckConstraint, ...] = ()) -> Table:
    """A table of one kind: id, version, key columns, body."""
    return Table(
        name,
        metadata,
        Column("id", String(64), primary_key=True),
        Column("version", Integer, nullable=False),
        *(Column(key, String(96), index=True) for key in keys),
        *extra,
        Column("body", BODY, nullable=False),
    )


TABLES: dict[str, Table] = {
    "incident": _kind("incident", "status", "letter", "area_code"),
    "report": _kind("report", "incident_id", "state", "area_code"),
    "response": _kind("response", "incident_id"),
    "entry": _kind("entry", "incident_id"),
    "zone": _kind("zone", "incident_id", "kind"),
    "force": _kind("force", "area_code"),
    "team": _kind("team", "force_id", "area_code", "state"),
    "assignment": _kind(
        "assignment", "team_id", "incident_id", "dispatch_id", "state",
        extra=(Column("released_seq", Integer),),
    ),
    "dispatch": _kind("dispatch", "plan_id"),
    "transfer": _kind("transfer", "incident_id", "lot_id", "dispatch_id", "state"),
    "depot": _kind("depot", "area_code", "status"),
    "item": _kind("item", "name"),
    "lot": _kind(
        "lot", "depot_id", "item_id",
        extra=(
            Column("on_hand", Float, nullable=False),
            Column("reserved", Float, nullable=False),
            CheckConstraint(
                "reserved >= 0 AND reserved <= on_hand", name="lot_reserved_within_stock"
            ),
        ),
    ),
    "sensor": _kind("sensor", "area_code"),
    "alarm": _kind("alarm", "sensor_id", "state", "incident_id"),
    "source": _kind("source", "area_code", "kind"),
    "contingency": _kind("contingency", "area_code", "tier"),
    "task": _kind("task", "incident_id", "state", "owner_org"),
    "instruction": _kind("instruction", "incident_id", "state", "owner_org"),
    "post": _kind("post", "incident_id"),
    "consultation": _kind("consultation", "incident_id"),
    "contact": _kind("contact", "area_code"),
    "call": _kind("call", "incident_id"),
    "movement": _kind("movement", "lot_id", "depot_id", "transfer_id"),
    "stocktake": _kind("stocktake", "depot_id", "state"),
    "norm": _kind("norm", "area_code", "item_id"),
    "supplier": _kind("supplier", "area_code", "item_id"),
    "filing": _kind("filing", "incident_id", "state", "org"),
    "clearance": _kind("clearance", "incident_id", "state", "subject"),
    "support": _kind("support", "incident_id", "to_org", "state"),
    "shift": _kind("shift", "org", "state"),
    "handover": _kind("handover", "org", "state"),
    "photo": _kind("photo", "incident_id", "team_id"),
    "need": _kind("need", "incident_id", "team_id", "state"),
    "warning": _kind("warning", "state", "colour", "area_code"),
    "delivery": _kind("delivery", "warning_id", "channel", "state"),
    "watch": _kind("watch", "state", "warning_id", "area_code"),
    "hazard": _kind("hazard", "state", "area_code", "incident_id"),
    "rectification": _kind("rectification", "state", "hazard_id", "owner_org"),
    "connector": _kind("connector", "state", "area_code"),
    "surge": _kind("surge", "state", "area_code"),
    "clash": _kind("clash", "state", "node", "subject_id"),
    "flight": _kind("flight"),
    "ruling": _kind("ruling"),
}  # fmt: skip

# One active assignment per team, decided by the database.
Index(
    "one_active_assignment_per_team",
    TABLES["assignment"].c.team_id,
    unique=True,
    sqlite_where=text("released_seq IS NULL"),
    postgresql_where=text("released_seq IS NULL"),
)
# A letter is held by one open incident at a time.
Index(
    "one_open_incident_per_letter",
    TABLES["incident"].c.letter,
    unique=True,
    sqlite_where=text("status = 'open'"),
    postgresql_where=text("status = 'open'"),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("recorded_at", UtcTime, nullable=False),
    Column("command", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("org", String(16), nullable=False),
    Column("authority", Text, nullable=False, default=""),
    Column("incident_id", String(64), index=True),
    Column("area", String(16)),
    Column("summary", Text, nullable=False),
    Column("images_hash", String(64), nullable=False),
    Column("request_id", String(128)),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
# What the auditor searches by, newest first.
for _key in ("actor", "command", "org", "area"):
    Index(f"ix_journal_{_key}", journal.c[_key], journal.c.seq)

# The after-images of one journal row; replay reads the newest image at or before a number.
image = Table(
    "image",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False, index=True),
    Column("body", BODY, nullable=False),
)

head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_head"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

request = Table(
    "request",
    metadata,
    Column("request_id", String(128), primary_key=True),
    Column("actor", String(64), primary_key=True),
    Column("command", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("answer", BODY, nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)

plan = Table(
    "plan",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("org", String(16), nullable=False),
    Column("body", BODY, nullable=False),
)

# Files that things refer to, by the SHA-256 of their bytes: photos, attachments, issued documents.
blob = Table(
    "blob",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("media", String(96), nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

APPEND_ONLY = ("journal", "image")

__all__ = [
    "APPEND_ONLY",
    "TABLES",
    "UtcTime",
    "blob",
    "counter",
    "head",
    "image",
    "journal",
    "metadata",
    "plan",
    "request",
]
