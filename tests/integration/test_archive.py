"""A center is rebuilt from its archive, whole or as it was, on either engine."""

import gzip
import json
import random

import pytest
from sqlalchemy import select

from data.errors import Conflict, Invalid
from data.store.archive import MANIFEST, keep, read_manifest
from data.store.database import Database
from data.store.live import snapshot_at
from data.store.restoring import restore
from data.store.schema import TABLES, counter
from tests.faults import world


@pytest.fixture
def working(database):
    """A center that has worked for a while."""
    world.lay_out(database)
    _work(database, "a")
    return database


def _work(database, name):
    world.work(world.bus_of(database), random.Random(name), name, lambda _k, _s: None, 6)


@pytest.fixture
def empty(tmp_path):
    """An empty, migrated center elsewhere."""
    made = Database(f"sqlite:///{tmp_path / 'elsewhere' / 'center.db'}")
    made.migrate()
    yield made
    made.close()


def _things(database):
    with database.reader.connect() as connection:
        return {
            kind: dict(connection.execute(select(table.c.id, table.c.body)).all())
            for kind, table in TABLES.items()
        }


def _head(database):
    with database.reader.connect() as connection:
        return connection.exec_driver_sql("SELECT seq, hash FROM journal_head").one()


def test_an_archive_rebuilds_the_whole_center(working, empty, tmp_path):
    """Every thing, number, answer and hash is there again, and it goes on working."""
    kept = keep(working, tmp_path / "kept")
    done = restore(tmp_path / "kept", empty)
    assert done.verdict.ok
    assert done.seq == kept.last == _head(working).seq
    assert _head(empty) == _head(working)
    assert _things(empty) == _things(working)
    _work(empty, "b")
    assert world.broken(empty, {}) == []


def test_a_second_run_adds_only_what_is_new(working, empty, tmp_path):
    """The first part stays as it was; both together rebuild the center."""
    first = keep(working, tmp_path / "kept").parts
    _work(working, "b")
    both = keep(working, tmp_path / "kept").parts
    assert both[:1] == first
    assert both[1].first == first[0].last + 1
    assert keep(working, tmp_path / "kept").parts == both
    restore(tmp_path / "kept", empty)
    assert _things(empty) == _things(working)


def test_any_earlier_number_can_be_had_again(working, empty, tmp_path):
    """Restored up to a number, the center holds just what it held at that number."""
    keep(working, tmp_path / "kept")
    half = _head(working).seq // 2
    done = restore(tmp_path / "kept", empty, half)
    with working.reader.connect() as connection:
        then = snapshot_at(connection, half).things
    with empty.reader.connect() as connection:
        now = snapshot_at(connection, half).things
    assert done.seq == half
    assert now == then
    assert {k: len(v) for k, v in _things(empty).items()} == {k: len(v) for k, v in then.items()}


def test_counters_go_on_after_a_restore(working, empty, tmp_path):
    """A new thing gets a new number, never one that was given before."""
    keep(working, tmp_path / "kept")
    restore(tmp_path / "kept", empty)
    with working.reader.connect() as one, empty.reader.connect() as other:
        query = select(counter.c.kind, counter.c.value).order_by(counter.c.kind)
        assert one.execute(query).all() == other.execute(query).all()


def test_a_damaged_archive_is_refused_by_the_file_s_name(working, empty, tmp_path):
    """One byte changed, and nothing is restored."""
    part = keep(working, tmp_path / "kept").parts[0].file
    path = tmp_path / "kept" / part
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))
    with pytest.raises(Invalid) as told:
        restore(tmp_path / "kept", empty)
    assert told.value.errors[0]["field"] == part
    assert _head(empty).seq == 0


def test_a_row_changed_with_its_fingerprint_is_found_by_the_chain(working, empty, tmp_path):
    """Who can rewrite the manifest too is still found at the row."""
    folder = tmp_path / "kept"
    part = keep(working, folder).parts[0]
    lines = gzip.decompress((folder / part.file).read_bytes()).splitlines()
    changed = json.loads(lines[2])
    changed["row"]["summary"] += "，改"
    lines[2] = json.dumps(changed).encode()
    (folder / part.file).write_bytes(gzip.compress(b"\n".join(lines)))
    from data.store.archive import fingerprint

    manifest = (folder / MANIFEST).read_text().replace(part.sha256, fingerprint(folder / part.file))
    (folder / MANIFEST).write_text(manifest)
    with pytest.raises(Invalid, match="第 3 号记录"):
        restore(folder, empty)
    assert _head(empty).seq == 0


def test_a_full_database_is_never_overwritten(working, tmp_path):
    """Restoring is for an empty place."""
    keep(working, tmp_path / "kept")
    with pytest.raises(Conflict, match="空"):
        restore(tmp_path / "kept", working)


def test_an_archive_belongs_to_one_center(working, empty, tmp_path):
    """Another center does not add to it."""
    keep(working, tmp_path / "kept")
    world.lay_out(empty)
    with pytest.raises(Invalid, match="另一个中心"):
        keep(empty, tmp_path / "kept")


def test_a_number_outside_is_refused(working, empty, tmp_path):
    """The refusal names what can be had."""
    last = keep(working, tmp_path / "kept").last
    with pytest.raises(Invalid, match=f"1 到 {last}"):
        restore(tmp_path / "kept", empty, last + 1)
    assert read_manifest(tmp_path / "nothing").parts == ()


def test_both_commands_say_what_they_did(working, tmp_path, monkeypatch, capsys):
    """`backup` from either engine, `restore --until` into a folder that is empty."""
    from dashboard.__main__ import main

    folder = str(tmp_path / "kept")
    monkeypatch.setenv("HUBEI_SCENARIO", "none")
    monkeypatch.setenv("HUBEI_DATABASE_URL", working.url)
    assert main(["backup", folder]) == 0
    monkeypatch.delenv("HUBEI_DATABASE_URL")
    monkeypatch.setenv("HUBEI_VAR", str(tmp_path / "new"))
    assert main(["restore", folder, "--until", "昨天"]) == 1
    assert main(["restore", folder, "--until", "3"]) == 0
    told = capsys.readouterr()
    assert f"已备份到第 {_head(working).seq} 号记录" in told.out
    assert "已恢复到第 3 号记录" in told.out
    assert "--until" in told.err
