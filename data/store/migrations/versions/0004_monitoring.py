"""From sensor to warning: warnings, deliveries, watches, hazards, sharing, surges of alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KINDS = (
    ("warning", ("state", "colour", "area_code")),
    ("delivery", ("warning_id", "channel", "state")),
    ("watch", ("state", "warning_id", "area_code")),
    ("hazard", ("state", "area_code", "incident_id")),
    ("rectification", ("state", "hazard_id", "owner_org")),
    ("connector", ("state", "area_code")),
    ("surge", ("state", "area_code")),
)


def upgrade() -> None:
    """Forward."""
    for name, keys in KINDS:
        op.create_table(
            name,
            sa.Column("id", sa.String(length=64), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            *(sa.Column(key, sa.String(length=96), nullable=True) for key in keys),
            sa.Column("body", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("id"),
        )
        for key in keys:
            op.create_index(op.f(f"ix_{name}_{key}"), name, [key], unique=False)
