"""The house: one table a kind, the journal with its images and head, requests, plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.store.migrations.triggers import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sensor_id", sa.String(length=96), nullable=True),
        sa.Column("state", sa.String(length=96), nullable=True),
        sa.Column("incident_id", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_alarm_incident_id"), "alarm", ["incident_id"], unique=False)
    op.create_index(op.f("ix_alarm_sensor_id"), "alarm", ["sensor_id"], unique=False)
    op.create_index(op.f("ix_alarm_state"), "alarm", ["state"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=96), nullable=True),
        sa.Column("incident_id", sa.String(length=96), nullable=True),
        sa.Column("dispatch_id", sa.String(length=96), nullable=True),
        sa.Column("state", sa.String(length=96), nullable=True),
        sa.Column("released_seq", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_assignment_dispatch_id"), "assignment", ["dispatch_id"], unique=False)
    op.create_index(op.f("ix_assignment_incident_id"), "assignment", ["incident_id"], unique=False)
    op.create_index(op.f("ix_assignment_state"), "assignment", ["state"], unique=False)
    op.create_index(op.f("ix_assignment_team_id"), "assignment", ["team_id"], unique=False)
    op.create_index(
        "one_active_assignment_per_team",
        "assignment",
        ["team_id"],
        unique=True,
        sqlite_where=sa.text("released_seq IS NULL"),
        postgresql_where=sa.text("released_seq IS NULL"),
    )
    op.create_table(
        "counter",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )
    op.create_table(
        "depot",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=96), nullable=True),
        sa.Column("status", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_depot_area_code"), "depot", ["area_code"], unique=False)
    op.create_index(op.f("ix_depot_status"), "depot", ["status"], unique=False)
    op.create_table(
        "dispatch",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_dispatch_plan_id"), "dispatch", ["plan_id"], unique=False)
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_entry_incident_id"), "entry", ["incident_id"], unique=False)
    op.create_table(
        "force",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_force_area_code"), "force", ["area_code"], unique=False)
    op.create_table(
        "image",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "seq"),
    )
    op.create_index(op.f("ix_image_seq"), "image", ["seq"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=96), nullable=True),
        sa.Column("letter", sa.String(length=96), nullable=True),
        sa.Column("area_code", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_incident_area_code"), "incident", ["area_code"], unique=False)
    op.create_index(op.f("ix_incident_letter"), "incident", ["letter"], unique=False)
    op.create_index(op.f("ix_incident_status"), "incident", ["status"], unique=False)
    op.create_index(
        "one_open_incident_per_letter",
        "incident",
        ["letter"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_item_name"), "item", ["name"], unique=False)
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("org", sa.String(length=16), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=True),
        sa.Column("area", sa.String(length=16), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("images_hash", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_journal_at"), "journal", ["at"], unique=False)
    op.create_index(op.f("ix_journal_incident_id"), "journal", ["incident_id"], unique=False)
    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lot",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("depot_id", sa.String(length=96), nullable=True),
        sa.Column("item_id", sa.String(length=96), nullable=True),
        sa.Column("on_hand", sa.Float(), nullable=False),
        sa.Column("reserved", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "reserved >= 0 AND reserved <= on_hand", name="lot_reserved_within_stock"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_lot_depot_id"), "lot", ["depot_id"], unique=False)
    op.create_index(op.f("ix_lot_item_id"), "lot", ["item_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("org", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(length=96), nullable=True),
        sa.Column("state", sa.String(length=96), nullable=True),
        sa.Column("area_code", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_report_area_code"), "report", ["area_code"], unique=False)
    op.create_index(op.f("ix_report_incident_id"), "report", ["incident_id"], unique=False)
    op.create_index(op.f("ix_report_state"), "report", ["state"], unique=False)
    op.create_table(
        "request",
        sa.Column("request_id", sa.String(length=128), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("command", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "actor"),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_response_incident_id"), "response", ["incident_id"], unique=False)
    op.create_table(
        "sensor",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sensor_area_code"), "sensor", ["area_code"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=96), nullable=True),
        sa.Column("kind", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_source_area_code"), "source", ["area_code"], unique=False)
    op.create_index(op.f("ix_source_kind"), "source", ["kind"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("force_id", sa.String(length=96), nullable=True),
        sa.Column("area_code", sa.String(length=96), nullable=True),
        sa.Column("state", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_team_area_code"), "team", ["area_code"], unique=False)
    op.create_index(op.f("ix_team_force_id"), "team", ["force_id"], unique=False)
    op.create_index(op.f("ix_team_state"), "team", ["state"], unique=False)
    op.create_table(
        "transfer",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(length=96), nullable=True),
        sa.Column("lot_id", sa.String(length=96), nullable=True),
        sa.Column("dispatch_id", sa.String(length=96), nullable=True),
        sa.Column("state", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_transfer_dispatch_id"), "transfer", ["dispatch_id"], unique=False)
    op.create_index(op.f("ix_transfer_incident_id"), "transfer", ["incident_id"], unique=False)
    op.create_index(op.f("ix_transfer_lot_id"), "transfer", ["lot_id"], unique=False)
    op.create_index(op.f("ix_transfer_state"), "transfer", ["state"], unique=False)
    op.create_table(
        "zone",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(length=96), nullable=True),
        sa.Column("kind", sa.String(length=96), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_zone_incident_id"), "zone", ["incident_id"], unique=False)
    op.create_index(op.f("ix_zone_kind"), "zone", ["kind"], unique=False)
    for statement in statements(op.get_bind().dialect.name, ("journal", "image")):
        op.execute(statement)
    op.execute(
        sa.text("INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, :none)").bindparams(
            none="0" * 64
        )
    )
