"""Data sharing: tokens bound to one connector and last used when, and how connectors stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward."""
    op.add_column("token", sa.Column("scope", sa.String(64), nullable=False, server_default=""))
    op.add_column("token", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "shared",
        sa.Column("connector_id", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connector_id"),
    )
