"""Access: proofs of identity beside the accounts, backup codes, and when a session was proved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "credential",
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("password_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("history", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.String(64), nullable=True),
        sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "backup_code",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index(op.f("ix_backup_code_username"), "backup_code", ["username"], unique=False)
    op.add_column("session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
