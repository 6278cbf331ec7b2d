"""Power cuts of SQLite: what was not synced may be lost, torn or kept, in any mixture."""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import event

import data.store.engine
from data.store.database import Database
from tests.faults import flight_recorder, world

SECTOR = 512
Event = tuple[str, str, int, bytes]


@dataclass
class Disk:
    """The files as they would be found: what is durable, and what was only asked for since."""

    durable: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[Event]] = field(default_factory=dict)

    def take(self, happened: Event) -> None:
        """One more event: a sync makes everything asked of its file durable."""
        name, what, _, _ = happened
        if what == "sync":
            body = self.durable.setdefault(name, bytearray())
            for asked in self.pending.pop(name, []):
                _apply(body, asked)
        elif what == "delete":
            self.durable.pop(name, None)
            self.pending.pop(name, None)
        else:
            self.pending.setdefault(name, []).append(happened)

    def cut(self, draw: random.Random) -> dict[str, bytearray]:
        """What the disk may hold when the power goes now; unsynced writes fare by the draw."""
        found = {name: bytearray(body) for name, body in self.durable.items()}
        for name, asked in self.pending.items():
            luck = draw.choice((0.0, 0.5, 1.0))
            body = found.setdefault(name, bytearray())
            for one in asked:
                if draw.random() < luck:
                    _apply(body, _torn(one, draw))
        return found


def _apply(body: bytearray, asked: Event) -> None:
    _, what, where, content = asked
    if what == "truncate":
        del body[where:]
        return
    if len(body) < where:
        body.extend(bytes(where - len(body)))
    body[where : where + len(content)] = content


def _torn(asked: Event, draw: random.Random) -> Event:
    """A write of which perhaps only the first sectors arrived."""
    name, what, where, content = asked
    if what != "write" or len(content) <= SECTOR or draw.random() < 0.5:
        return asked
    kept = draw.randrange(len(content) // SECTOR + 1) * SECTOR
    return name, what, where, content[:kept]


def recorded(folder: Path, turns: int, synchronous: str, seed: int) -> list[Event]:
    """Everything a working center asked of its disk, with its acknowledgements in between."""
    log, system = flight_recorder.record()
    path = folder / "center.db"
    with _driver(), contextlib.closing(Database(f"sqlite:///{path}")) as database:
        _set(database, synchronous)
        database.migrate()
        world.lay_out(database)
        bus = world.bus_of(database)
        world.work(bus, random.Random(seed), f"p{seed}", log.ack, turns)
        events = list(log.events)  # before closing tidies up
    system.unregister()
    return events


@contextlib.contextmanager
def _driver() -> Iterator[None]:
    with mock.patch.object(data.store.engine, "sqlite_driver", flight_recorder.driver()):
        yield


def _set(database: Database, synchronous: str) -> None:
    """The program opens with FULL; the self-check must be able to spoil it."""

    def spoil(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA synchronous={synchronous}")

    if synchronous != "FULL":
        for engine in (database.writer, database.reader):
            event.listen(engine, "connect", spoil)


def cut_power(
    cuts: int, *, turns: int = 60, seed: int = 1, synchronous: str = "FULL"
) -> list[str]:
    """Cut the power at `cuts` drawn moments of one recorded run and open what is left.

    Returns what did not hold: with FULL an empty list is the only good answer; NORMAL must
    lose acknowledged writes, else the test itself is blind.
    """
    draw, found = random.Random(seed), list[str]()
    with tempfile.TemporaryDirectory(prefix="hubei-power-") as name:
        folder = Path(name)
        events = recorded(folder, turns, synchronous, seed)
        first = next(n for n, one in enumerate(events) if one[1] == "ack")
        moments = sorted(draw.randrange(first, len(events)) for _ in range(cuts))
        disk, told, at = Disk(), dict[str, int](), 0
        for number, moment in enumerate(moments):
            for one in events[at : moment + 1]:
                if one[1] == "ack":
                    told[one[0]] = one[2]
                else:
                    disk.take(one)
            at = max(at, moment + 1)
            wrong = _opened(folder / f"cut{number}", disk.cut(draw), told)
            found += [f"cut {number} at event {moment}: {line}" for line in wrong]
    return found


def _opened(folder: Path, files: dict[str, bytearray], told: dict[str, int]) -> list[str]:
    """Lay the files out, open them with the program's own driver, and judge."""
    folder.mkdir()
    try:
        for name, body in files.items():
            if not name.endswith("-shm"):
                (folder / name).write_bytes(body)
        with contextlib.closing(Database(f"sqlite:///{folder / 'center.db'}")) as database:
            with database.reader.connect() as connection:
                check = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            return [*([] if check == "ok" else [str(check)]), *world.broken(database, told)]
    except Exception as error:  # noqa: BLE001 - a database that does not open is what we look for
        return [f"does not open: {error!r}"]
    finally:
        shutil.rmtree(folder)
