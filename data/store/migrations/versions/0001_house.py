"""The house: one table a kind, the journal with its images and head, requests, plans."""

from __future__ import annotations

from alembic import op

from data.store.migrations.triggers import statements
from data.store.schema import APPEND_ONLY, head, metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forward."""
    bind = op.get_bind()
    metadata.create_all(bind)
    for statement in statements(bind.dialect.name, APPEND_ONLY):
        op.execute(statement)
    op.execute(head.insert().values(id=1, seq=0, hash="0" * 64))
