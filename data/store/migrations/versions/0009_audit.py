"""Audit: the sign-in log chained by hash, parts of it archived, and the journal's search keys.

Lines may go from the log only when a part holds them and six months are over: a trigger says so.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from data.store.journal import GENESIS
from data.store.migrations.triggers import kept_half_a_year, statements
from data.store.schema import UtcTime
from data.store.sign_in_book import chained

revision = "0009"
down_revision = "0008"

LOG = sa.table(
    "sign_in_log",
    sa.column("id", sa.Integer), sa.column("at", UtcTime), sa.column("username", sa.String),
    sa.column("outcome", sa.String), sa.column("by", sa.String), sa.column("address", sa.String),
    sa.column("agent", sa.Text), sa.column("prev_hash", sa.String), sa.column("hash", sa.String),
)  # fmt: skip


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "record_part",
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("file", sa.String(128), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("first"),
    )
    op.create_table(
        "sign_in_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="one_sign_in_head"),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("prev_hash", "hash"):
        column = sa.Column(name, sa.String(64), nullable=False, server_default="")
        op.add_column("sign_in_log", column)
    dialect = op.get_bind().dialect.name
    on = "" if dialect == "sqlite" else " ON sign_in_log"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"DROP TRIGGER sign_in_log_no_{verb}{on}")
    _chain()
    for statement in (*kept_half_a_year(dialect, "sign_in_log"),
                      *statements(dialect, ("record_part",))):
        op.execute(statement)
    op.create_index("ix_sign_in_log_outcome", "sign_in_log", ["outcome", "id"], unique=False)
    for key in ("actor", "command", "org", "area"):
        op.create_index(f"ix_journal_{key}", "journal", [key, "seq"], unique=False)


def _chain() -> None:
    """Chain the lines that are there, in the order of their numbers."""
    bind = op.get_bind()
    previous, seq = str(GENESIS), 0
    for row in bind.execute(sa.select(LOG).order_by(LOG.c.id)).mappings().all():
        line: dict[str, Any] = {**row, "prev_hash": previous}
        seq, previous = int(row["id"]), chained(line)
        mine = sa.update(LOG).where(LOG.c.id == seq)
        bind.execute(mine.values(prev_hash=line["prev_hash"], hash=previous))
    head = sa.table("sign_in_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    bind.execute(sa.insert(head).values(id=1, seq=seq, hash=previous))
