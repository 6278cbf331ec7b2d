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


# A line that a part of the archive holds may go, but never within six months (184 days) of its
# time; nothing may be changed.
SQLITE_HALF_A_YEAR = """
CREATE TRIGGER {table}_no_DELETE BEFORE DELETE ON {table}
WHEN OLD.at > datetime('now', '-184 days')
  OR NOT EXISTS (SELECT 1 FROM record_part WHERE first <= OLD.id AND last >= OLD.id)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRESQL_HALF_A_YEAR = """
CREATE OR REPLACE FUNCTION refuse_young() RETURNS trigger AS $$
BEGIN
  IF OLD.at > now() - interval '184 days'
     OR NOT EXISTS (SELECT 1 FROM record_part WHERE first <= OLD.id AND last >= OLD.id) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN OLD;
END; $$ LANGUAGE plpgsql
"""
POSTGRESQL_NO_DELETE = """
CREATE TRIGGER {table}_no_DELETE BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_young()
"""


def kept_half_a_year(dialect: str, table: str) -> list[str]:
    """The statements that make a table refuse change, and removal unless archived and old."""
    if dialect == "sqlite":
        return [SQLITE.format(table=table, verb="UPDATE"), SQLITE_HALF_A_YEAR.format(table=table)]
    return [
        POSTGRESQL.format(table=table, verb="UPDATE"),
        POSTGRESQL_HALF_A_YEAR,
        POSTGRESQL_NO_DELETE.format(table=table),
    ]
