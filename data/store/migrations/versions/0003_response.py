"""From order to last report: tasks, ledger, filings, approvals, shifts, field, and files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KINDS = (
    ("contingency", ("area_code", "tier",)),
    ("task", ("incident_id", "state", "owner_org",)),
    ("instruction", ("incident_id", "state", "owner_org",)),
    ("post", ("incident_id",)),
    ("consultation", ("incident_id",)),
    ("contact", ("area_code",)),
    ("call", ("incident_id",)),
    ("movement", ("lot_id", "depot_id", "transfer_id",)),
    ("stocktake", ("depot_id", "state",)),
    ("norm", ("area_code", "item_id",)),
    ("supplier", ("area_code", "item_id",)),
    ("filing", ("incident_id", "state", "org",)),
    ("clearance", ("incident_id", "state", "subject",)),
    ("support", ("incident_id", "to_org", "state",)),
    ("shift", ("org", "state",)),
    ("handover", ("org", "state",)),
    ("photo", ("incident_id", "team_id",)),
    ("need", ("incident_id", "team_id", "state",)),
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
    op.create_table(
        "blob",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("media", sa.String(length=96), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "field_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("assignment_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("org", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    for key in ("assignment_id", "token_hash"):
        op.create_index(op.f(f"ix_field_code_{key}"), "field_code", [key], unique=False)
