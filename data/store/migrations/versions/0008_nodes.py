"""County nodes: conflicts, what is known of each node, teams kept for one, and a node's own link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KEYS = ("state", "node", "subject_id")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "clash",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(key, sa.String(length=96), nullable=True) for key in KEYS),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for key in KEYS:
        op.create_index(op.f(f"ix_clash_{key}"), "clash", [key], unique=False)
    for table in ("node", "link"):
        op.create_table(
            table,
            sa.Column("name", sa.String(length=64), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("name"),
        )
    op.create_table(
        "node_hold",
        sa.Column("team_id", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=96), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id"),
    )
