"""The data of earlier releases opens in this one, whole, and goes on being worked with."""

import contextlib
import gzip
import hashlib
import random
from pathlib import Path

import pytest
from sqlalchemy import select

from data.domain.clock import RealClock
from data.domain.org import SYSTEM, Permission
from data.ingest.seeding import area_tree
from data.services.accounts import AccountService
from data.store.blobs import read_blob
from data.store.database import Database
from data.store.engine import sqlite_driver
from data.store.queries import Queries
from data.store.schema import blob, journal
from data.store.telemetry import Telemetry
from tests.faults import world

DATA = Path(__file__).parents[1] / "data"
RELEASES = ("0.3.0", "0.4.0")
LAST = RELEASES[-1]


@pytest.fixture(params=RELEASES)
def old(request, tmp_path):
    """A database as an earlier release left it, brought up to date."""
    path = tmp_path / "center.db"
    connection = sqlite_driver.connect(str(path))
    kept = (DATA / f"center-{request.param}.sql.gz").read_bytes()
    connection.executescript(gzip.decompress(kept).decode())
    connection.close()
    database = Database(f"sqlite:///{path}")
    with database.reader.connect() as reading:
        rows = reading.execute(select(journal.c.seq, journal.c.hash)).all()
    database.migrate()
    yield database, rows
    database.close()


def test_every_row_is_still_there_and_the_chain_holds(old):
    """Number by number, hash by hash; teams, ledger and answers agree."""
    database, rows = old
    assert len(rows) > 20
    with database.reader.connect() as reading:
        assert reading.execute(select(journal.c.seq, journal.c.hash)).all() == rows
    assert world.broken(database, {}) == []


def test_what_was_kept_is_read_as_it_was_then_and_now(old):
    """The situation now and at an earlier number; the things of this release are empty."""
    database, rows = old
    with contextlib.closing(Telemetry(database.telemetry_url)) as telemetry:
        queries = Queries(database.reader, telemetry, area_tree(), RealClock())
        now, then = queries.situation(SYSTEM), queries.situation(SYSTEM, rows[1].seq)
    assert len(now.teams) == len(then.teams) == world.TEAMS
    assert {i.letter for i in now.incidents.values()} == {"甲", "乙"}
    assert now.assignments
    assert not then.assignments
    assert not now.warnings


def test_work_goes_on_and_a_retry_of_then_is_answered_as_then(old):
    """New orders are written after the old ones; an old key gets its old answer."""
    database, rows = old
    bus = world.bus_of(database)
    heard: dict[str, int] = {}
    world.work(bus, random.Random(5), "new", heard.__setitem__, 6)
    assert heard
    assert min(heard.values()) > rows[-1].seq
    assert world.broken(database, heard) == []
    taken = world.m.TakeIn(lot_id="LOT-R", amount=30, reason="补库")
    assert bus.handle(taken, SYSTEM, "old-in").repeated


@pytest.mark.parametrize("old", [LAST], indirect=True)
def test_accounts_alarms_and_files_of_the_last_release_still_serve(old):
    """An officer signs in with the password of then, the alarm still waits, the photo is there."""
    database, _ = old
    accounts = AccountService(database.units.transaction, database.reader, area_tree())
    _, opened = accounts.sign_in("duty", "test-password-1", "127.0.0.1")
    assert opened.actor.may(Permission.READ)
    with contextlib.closing(Telemetry(database.telemetry_url)) as telemetry:
        seen = Queries(database.reader, telemetry, area_tree(), RealClock()).situation(SYSTEM)
    [alarm] = seen.alarms.values()
    assert (alarm.state, alarm.level, alarm.sensor_id) == ("raised", "警戒", "S-OLD")
    with database.reader.connect() as reading:
        [kept] = reading.execute(select(blob.c.id)).scalars()
    body, media = read_blob(database.reader, kept)
    assert (hashlib.sha256(body).hexdigest(), media) == (kept, "image/jpeg")
