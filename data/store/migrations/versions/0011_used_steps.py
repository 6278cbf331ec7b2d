"""One-time passwords that were used are remembered one by one, for a clock that jumps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Forward."""
    op.add_column(
        "credential", sa.Column("totp_used", sa.Text(), nullable=False, server_default="[]")
    )
