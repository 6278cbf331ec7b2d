"""Rows written whether or not they are there: two writers at once is no error.

Bare transactions run side by side on PostgreSQL; looking first and inserting then would fail for
the second of two that looked at the same time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_of(connection: Connection, table: Table) -> Any:
    """The insert statement of the connection's own engine, which knows of conflicts."""
    made = postgresql if connection.dialect.name == "postgresql" else sqlite
    return made.insert(table)


def ensure(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless one of its keys is taken; whether it was inserted."""
    made = insert_of(connection, table).values(values).on_conflict_do_nothing()
    return connection.execute(made.returning(*table.primary_key)).first() is not None


def put(connection: Connection, table: Table, **values: Any) -> None:
    """Insert a row, or change these columns of the row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    connection.execute(
        insert_of(connection, table)
        .values(values)
        .on_conflict_do_update(index_elements=keys, set_=rest)
    )
