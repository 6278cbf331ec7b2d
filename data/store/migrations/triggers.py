"""Triggers that keep the journal append-only, written for both engines."""

from __future__ import annotations

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END; $$ LANGUAGE plpgsql
"""
POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def statements(dialect: str, tables: tuple[str, ...]) -> list[str]:
    """The statements that make each table refuse change and removal."""
    if dialect == "sqlite":
        return [SQLITE.format(table=t, verb=v) for t in tables for v in ("UPDATE", "DELETE")]
    verbs = ("UPDATE", "DELETE", "TRUNCATE")
    return [
        POSTGRESQL_FUNCTION,
        *(POSTGRESQL.format(table=t, verb=v) for t in tables for v in verbs),
    ]
