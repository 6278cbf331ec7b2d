"""Heads that left the machine find what the chain alone cannot: a journal rewritten whole."""

import random
import stat
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from data.domain.clock import real_now
from data.errors import Invalid
from data.store.heads import EVERY, KEY, PUBLIC, check_heads, due, keep_head, read_heads
from data.store.journal import Row, verify
from data.store.schema import head, journal
from tests.faults import world


@pytest.fixture
def kept(database, tmp_path):
    """A center that has worked, with two heads kept elsewhere."""
    folder = tmp_path / "heads"
    world.lay_out(database)
    for name in "ab":
        world.work(world.bus_of(database), random.Random(name), name, lambda _k, _s: None, 3)
        with database.reader.connect() as connection:
            keep_head(connection, folder)
    [file] = folder.glob("heads-*.jsonl")
    return database, read_heads(file), (folder / PUBLIC).read_bytes()


def _verdict(database, told, public):
    with database.reader.connect() as connection:
        return check_heads(connection, told, public)


def test_an_honest_journal_agrees_with_its_heads(kept):
    """Every head that was kept is still a row of it."""
    database, told, public = kept
    verdict = _verdict(database, told, public)
    assert (verdict.ok, verdict.heads) == (True, 2)


def test_a_journal_rewritten_whole_is_found_by_the_head_that_left(kept):
    """The chain is whole again after the forgery, and says nothing; the head does."""
    database, told, public = kept
    _forge(database)
    with database.reader.connect() as connection:
        assert verify(connection).ok
    verdict = _verdict(database, told, public)
    assert not verdict.ok
    assert verdict.broken_at == told[0].seq
    assert "整体改写" in verdict.reason


def _forge(database):
    """What somebody with every right on the database can do: change a row and chain anew."""
    with database.units.transaction() as connection:
        sqlite = connection.dialect.name == "sqlite"
        off = "DROP TRIGGER journal_no_UPDATE" + ("" if sqlite else " ON journal")
        connection.execute(text(off))
        previous = ""
        for row in connection.execute(select(journal).order_by(journal.c.seq)).mappings().all():
            values = {k: v for k, v in row.items() if k != "hash"}
            if values["seq"] == 2:
                values["summary"] += "，改"
            if previous:
                values["prev_hash"] = previous
            previous = Row(**values).chained()
            connection.execute(
                journal.update()
                .where(journal.c.seq == values["seq"])
                .values(**values | {"hash": previous})
            )
        connection.execute(head.update().values(hash=previous))


def test_a_changed_head_is_no_proof(kept):
    """Its signature no longer fits; neither does another center's key."""
    database, told, public = kept
    import msgspec

    changed = [msgspec.structs.replace(told[0], hash="0" * 64)]
    assert "签名不符" in _verdict(database, changed, public).reason
    with pytest.raises(Invalid, match="公钥"):
        _verdict(database, told, b"nothing")


def test_the_key_is_its_owner_s_and_a_head_is_due_every_hour(database, tmp_path):
    """Nobody else on the machine can sign; the next head waits for its hour."""
    assert due(tmp_path, real_now())
    with database.reader.connect() as connection:
        made = keep_head(connection, tmp_path)
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
    assert not due(tmp_path, made.at + EVERY - timedelta(seconds=1))
    assert due(tmp_path, made.at + EVERY)


def test_the_command_names_the_row(kept, tmp_path, monkeypatch, capsys):
    """`verify --heads` says whether the journal is the one that was signed."""
    from dashboard.__main__ import main

    database, _, _ = kept
    files = [str(f) for f in (tmp_path / "heads").glob("heads-*.jsonl")]
    asked = ["verify", "--heads", *files, "--key", str(tmp_path / "heads" / PUBLIC)]
    monkeypatch.setenv("HUBEI_SCENARIO", "none")
    monkeypatch.setenv("HUBEI_DATABASE_URL", database.url)
    assert main(asked) == 0
    _forge(database)
    assert main(asked) == 1
    told = capsys.readouterr().out
    assert "2 个链头一致" in told
    assert "整体改写" in told
