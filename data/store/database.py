"""One instance's database: its engines, its migrations, and its stored plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from alembic import command
from alembic.config import Config
from filelock import FileLock
from sqlalchemy import Connection, insert, select, text

from data.domain.dispatch import Plan
from data.errors import NotFound
from data.store.accounts_schema import ACCOUNT_TABLES, record_part, sign_in_log
from data.store.codec import decode, encode
from data.store.engine import read_engine, sqlite_path, write_engine
from data.store.plan_keeping import forget_plans
from data.store.postgres_wait import patiently
from data.store.schema import counter, plan
from data.store.sign_in_book import LINE, adopt, lines_after, write_line
from data.store.unit_of_work import UnitOfWork
from data.store.upsert import ensure

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The engines of one database address and the unit of work over them."""

    def __init__(self, url: str) -> None:
        self.url = url
        file = sqlite_path(url)
        self.file = file
        self.writer = write_engine(url)
        self.reader = read_engine(url)
        self.units = UnitOfWork(self.writer, file.with_suffix(".lock") if file else None)

    @property
    def telemetry_url(self) -> str:
        """Where telemetry goes: its own file beside SQLite, the same server otherwise."""
        return f"sqlite:///{self.file.with_name('telemetry.db')}" if self.file else self.url

    @property
    def quarantine_url(self) -> str:
        """Where refused rows are kept: a file beside telemetry, the same server otherwise."""
        return f"sqlite:///{self.file.with_name('quarantine.db')}" if self.file else self.url

    def migrate(self) -> None:
        """Bring the schema to the newest version; safe to call at every start."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with (
            self.alone("migrate"), self.writer.connect() as connection, patiently(connection)
        ):  # fmt: skip
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Nobody else on this database does `what` meanwhile: who starts at once takes turns."""
        if self.file is not None:
            with FileLock(str(self.file.with_suffix(f".{what}.lock"))):
                yield
            return
        key = {"key": crc32(f"hubei:alone:{what}".encode())}
        with self.writer.connect() as made:
            connection = made.execution_options(isolation_level="AUTOCOMMIT")
            with patiently(connection):
                connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)

    def save_plan(self, made: Plan) -> Plan:
        """Keep a plan, and let go of old ones that nothing names; not journaled."""
        with self.units.transaction() as connection:
            forget_plans(connection, made.created_at)
            connection.execute(
                insert(plan).values(
                    id=made.id, created_at=made.created_at, created_by=made.created_by,
                    org=made.org, body=encode(made),
                )
            )  # fmt: skip
        return made

    def next_plan_id(self) -> str:
        """A new plan's id."""
        with self.units.transaction() as connection:
            value = _count(connection, "plan")
        return f"P-{self.units.mark}{value:05d}"

    def plan(self, plan_id: str) -> Plan:
        """A stored plan.

        Raises
        ------
        NotFound
            When there is none.
        """
        with self.reader.connect() as connection:
            body = connection.execute(
                select(plan.c.body).where(plan.c.id == plan_id)
            ).scalar_one_or_none()
        if body is None:
            raise NotFound(f"没有编号为 {plan_id} 的调度方案，请重新求解")
        return decode(body, Plan)

    def plans(
        self, limit: int = 50, offset: int = 0, orgs: Callable[[str], bool] = lambda _: True
    ) -> list[Plan]:
        """The newest stored plans of the organisations that `orgs` lets through, newest first."""
        with self.reader.connect() as connection:
            known = connection.execute(select(plan.c.org).distinct()).scalars()
            rows = connection.execute(
                select(plan.c.body)
                .where(plan.c.org.in_([org for org in known if orgs(org)]))
                .order_by(plan.c.id.desc())
                .limit(limit)
                .offset(offset)
            ).scalars()
            return [decode(body, Plan) for body in rows]

    def doors(self) -> dict[str, list[dict[str, Any]]]:
        """Who may come in, and who is in: every row of the sign-in tables, by table."""
        with self.reader.connect() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in ACCOUNT_TABLES
            }

    def keep_doors(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        """Put the sign-in tables of an earlier database into this one, which is still empty."""
        with self.units.transaction() as connection:
            begun = lines_after(connection, 0, 1)  # the new log has lines already
            for table in ACCOUNT_TABLES:
                kept = rows.get(table.name) or []
                if table is sign_in_log and begun:
                    for line in kept:
                        said = {k: line[k] for k in LINE}
                        write_line(connection, **said)
                elif kept and not (table is record_part and begun):
                    connection.execute(insert(table), kept)
            if not begun:
                adopt(connection)

    def close(self) -> None:
        """Give the connections back."""
        self.writer.dispose()
        self.reader.dispose()


def _count(connection: Connection, kind: str) -> int:
    """The next number of a counter."""
    ensure(connection, counter, kind=kind, value=0)
    counted = counter.update().where(counter.c.kind == kind).values(value=counter.c.value + 1)
    return int(connection.execute(counted.returning(counter.c.value)).scalar_one())
