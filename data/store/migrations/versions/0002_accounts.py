"""Signing in: accounts, sessions, tokens, device codes, and a log that only grows."""

from __future__ import annotations

from alembic import op

from data.store.accounts_schema import ACCOUNT_TABLES, APPEND_ONLY
from data.store.migrations.triggers import statements
from data.store.schema import metadata

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward."""
    bind = op.get_bind()
    metadata.create_all(bind, tables=list(ACCOUNT_TABLES))
    for statement in statements(bind.dialect.name, APPEND_ONLY):
        op.execute(statement)
