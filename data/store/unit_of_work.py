"""The unit of work: one command, one transaction, one journal row; nothing else commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from filelock import FileLock
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from data.domain.clock import Clock, real_now
from data.domain.depot import Lot
from data.domain.org import Actor
from data.domain.registry import ID_FORM, KIND_OF
from data.domain.stock import MovementKind
from data.errors import Conflict, NotFound, Stale, Unavailable
from data.store.codec import decode, encode
from data.store.facts import CHANNEL, pushed
from data.store.journal import Row, images_hash
from data.store.schema import TABLES, counter, head, image, journal
from data.store.stock_book import Why, book

T = TypeVar("T")
OnCommit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Told:
    """The line a command leaves in the journal."""

    summary: str
    incident_id: str | None = None
    area: str | None = None
    authority: str = ""


class Unit:
    """One open transaction, from the handler's side."""

    def __init__(
        self, connection: Connection, *, actor: Actor, now: datetime, seq: int, last: str,
        mark: str = "",
    ) -> None:  # fmt: skip
        self.mark = mark  # of a county's own machine: it stands in every id made there
        self.actor = actor
        self.now = now
        self.seq = seq
        self.told: Told | None = None
        self.images: dict[tuple[str, str], Any] = {}
        self.connection = connection
        self.last_hash = last

    def get(self, cls: type[T], thing_id: str) -> T:
        """The thing with an id.

        Raises
        ------
        NotFound
            When there is none.
        """
        table = TABLES[KIND_OF[cls]]
        body = self.connection.execute(
            select(table.c.body).where(table.c.id == thing_id)
        ).scalar_one_or_none()
        if body is None:
            raise NotFound(f"没有编号为 {thing_id} 的记录，请刷新后重试")
        return decode(body, cls)

    def find(self, cls: type[T], **equal: Any) -> list[T]:
        """Things whose key columns equal the given values, in order of id."""
        table = TABLES[KIND_OF[cls]]
        query = select(table.c.body).order_by(table.c.id)
        for key, value in equal.items():
            column = table.c[key]
            query = query.where(column.is_(None) if value is None else column == value)
        return [decode(body, cls) for body in self.connection.execute(query).scalars()]

    def put(self, thing: T, *, expect: int | None = None) -> T:
        """Insert (version 0) or update a thing and record its after-image.

        Raises
        ------
        Stale
            When somebody changed it since `thing` (or version `expect`) was read.
        Conflict
            When a constraint of the database refuses it.
        """
        kind = KIND_OF[type(thing)]
        version: int = thing.version  # type: ignore[attr-defined]
        if expect is not None and expect != version:
            raise Stale(f"该记录已更新到第 {version} 版（您看到的是第 {expect} 版），请核对后重试")
        kept = replace(thing, version=version + 1)  # type: ignore[type-var]
        try:
            self._write(kind, kept, version)
        except IntegrityError as error:
            raise Conflict(_refusal(error)) from error
        self.images[kind, kept.id] = kept  # type: ignore[attr-defined]
        return kept

    def adopt(self, thing: Any) -> bool:
        """Take a thing over exactly as another center has it; whether anything changed.

        Raises
        ------
        Conflict
            When a constraint of the database refuses it.
        """
        kind = KIND_OF[type(thing)]
        table, values = TABLES[kind], _row_of(kind, thing)
        held = self.connection.execute(
            select(table.c.body).where(table.c.id == thing.id)
        ).scalar_one_or_none()
        if held == values["body"]:
            return False
        done = insert(table).values(id=thing.id, **values)
        if held is not None:
            done = update(table).where(table.c.id == thing.id).values(values)  # type: ignore[assignment]
        try:
            self.connection.execute(done)
        except IntegrityError as error:
            raise Conflict(_refusal(error)) from error
        self.images[kind, thing.id] = thing
        return True

    def _write(self, kind: str, kept: Any, version: int) -> None:
        table, values = TABLES[kind], _row_of(kind, kept)
        if version == 0:
            self.connection.execute(insert(table).values(id=kept.id, **values))
            return
        done = self.connection.execute(
            update(table).where(table.c.id == kept.id, table.c.version == version).values(values)
        )
        if done.rowcount != 1:
            raise Stale("该记录刚被他人修改，请核对后重试")

    def next_id(self, kind: str) -> str:
        """A new id of a kind, counted in this transaction."""
        table, (letter, digits) = counter, ID_FORM[kind]
        done = self.connection.execute(
            update(table).where(table.c.kind == kind).values(value=table.c.value + 1)
        )
        if done.rowcount == 0:
            self.connection.execute(insert(table).values(kind=kind, value=1))
        value = self.connection.execute(
            select(table.c.value).where(table.c.kind == kind)
        ).scalar_one()
        return f"{letter}-{self.mark}{value:0{digits}d}"

    def has(self, cls: type[Any], **equal: Any) -> bool:
        """Whether there is any thing whose key columns equal the given values."""
        table = TABLES[KIND_OF[cls]]
        query = select(table.c.id).limit(1)
        for key, value in equal.items():
            query = query.where(table.c[key] == value)
        return self.connection.execute(query).first() is not None

    def reserve(self, lot_id: str, amount: float, why: Why | None = None) -> Lot:
        """Promise an amount of a lot; the floor it keeps is not touched.

        Raises
        ------
        Conflict
            When less than the amount is free.
        """
        lot = self.get(Lot, lot_id)
        if amount <= 0 or lot.on_hand - lot.reserved < amount + lot.keep:
            raise Conflict(f"批次 {lot_id} 可调数量只有 {lot.free:g}，不足 {amount:g}")
        return book(self, lot_id, why or Why(kind=MovementKind.RESERVE), held=amount)

    def release_lot(self, lot_id: str, amount: float, why: Why | None = None) -> Lot:
        """Give a promised amount back to a lot."""
        return book(self, lot_id, why or Why(kind=MovementKind.RELEASE), held=-amount)

    def consume_lot(self, lot_id: str, amount: float, why: Why | None = None) -> Lot:
        """Take a promised amount out of a lot: it has left the depot."""
        told = why or Why(kind=MovementKind.SHIP)
        return book(self, lot_id, told, amount=-amount, held=-amount, out=amount)

    def tell(
        self,
        summary: str,
        *,
        incident_id: str | None = None,
        area: str | None = None,
        authority: str = "",
    ) -> None:
        """Say what this command did, in Chinese, for the journal."""
        self.told = Told(summary=summary, incident_id=incident_id, area=area, authority=authority)


def _row_of(kind: str, thing: Any) -> dict[str, Any]:
    """A thing as its table holds it: key columns, version, body."""
    columns = [c.name for c in TABLES[kind].c if c.name not in {"id", "version", "body"}]
    values = {name: getattr(thing, name) for name in columns}
    return values | {"version": thing.version, "body": encode(thing)}


class WriterLock:
    """One writer at a time: threads queue in memory, processes on a file."""

    def __init__(self, path: Path) -> None:
        self.threads = Lock()
        self.processes = FileLock(str(path), poll_interval=0.005, thread_local=False)

    def __enter__(self) -> None:
        self.threads.acquire()
        try:
            self.processes.acquire()
        except BaseException:
            self.threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            self.processes.release()
        finally:
            self.threads.release()


class UnitOfWork:
    """Opens units on one database and tells listeners what was committed."""

    def __init__(self, engine: Engine, lock_path: Path | None) -> None:
        self.engine = engine
        self.listeners: list[OnCommit] = []
        self.mark = ""  # stands in every id made here, on a county's own machine
        # One writer at a time across threads and processes; without it one in eight waits 3.7 s.
        self.lock = WriterLock(lock_path) if lock_path else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A bare write transaction, for what is not journaled (plans, accounts)."""
        try:
            with self.lock or nullcontext(), self.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise Unavailable("数据库暂时不能写入，请稍后重试；已填内容不会丢失") from error

    @contextmanager
    def unit(
        self, command: str, actor: Actor, clock: Clock, request_id: str | None = None
    ) -> Iterator[Unit]:
        """One command's transaction; leaving it writes the journal row and commits."""
        fact: dict[str, Any] | None = None
        with self.transaction() as connection:
            locked = connection.execute(select(head.c.seq, head.c.hash).with_for_update()).one()
            unit = Unit(
                connection, actor=actor, now=clock.now(), seq=locked.seq + 1, last=locked.hash,
                mark=self.mark,
            )  # fmt: skip
            yield unit
            if unit.told or unit.images:
                fact = _record(unit, command, request_id)
                if connection.dialect.name == "postgresql":  # heard when this is committed
                    connection.execute(select(func.pg_notify(CHANNEL, str(unit.seq))))
        if fact:
            for listener in self.listeners:
                listener(fact)


def _record(unit: Unit, command: str, request_id: str | None) -> dict[str, Any]:
    """Write the journal row with its images, move the head, and return the fact to push."""
    told = unit.told or Told(summary=command)
    bodies = [(kind, key, encode(thing)) for (kind, key), thing in unit.images.items()]
    row = Row(
        seq=unit.seq, at=unit.now, recorded_at=real_now(), command=command,
        actor=unit.actor.username, role=unit.actor.role, org=unit.actor.org,
        authority=told.authority, incident_id=told.incident_id, area=told.area,
        summary=told.summary, images_hash=images_hash(bodies), request_id=request_id,
        prev_hash=unit.last_hash,
    )  # fmt: skip
    own = row.chained()
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    unit.connection.execute(insert(journal).values(**values, hash=own))
    if bodies:
        unit.connection.execute(
            insert(image),
            [{"kind": k, "id": i, "seq": unit.seq, "body": b} for k, i, b in bodies],
        )
    unit.connection.execute(update(head).values(seq=unit.seq, hash=own))
    return pushed(values, [(kind, thing) for (kind, _), thing in unit.images.items()])


def _refusal(error: IntegrityError) -> str:
    """What a constraint means to the operator."""
    text = str(error.orig)
    if "one_active_assignment" in text or "assignment.team_id" in text:
        return "队伍已被派往另一事件，请改选其他队伍"
    if "lot_reserved" in text:
        return "物资可调数量不足，请改选其他批次"
    if "letter" in text:
        return "事件代号已被占用，请重试"
    return "与已有记录冲突，请刷新后重试"
