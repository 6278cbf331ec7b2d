"""The doctor asks the database whether it is the right one, and whether its times are in order."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import create_engine, text

from dashboard import doctor_record as doctor
from data.config import Settings
from data.store import heads
from data.store.database import Database
from data.store.postgres_door import PostgresDoor, Standing


def server(name: str, timeline: int | None) -> Standing:
    """A server of the address."""
    return Standing(name=name, timeline=timeline)


@pytest.mark.parametrize(
    ("standing", "good", "words"),
    [
        ([server("a:1", 3), server("b:2", 0)], [True], "主库 a:1，时间线 3，备库 b:2"),
        ([server("b:2", 0)], [False], "b:2 是备库，不接受写入"),
        ([server("a:1", 2), server("b:2", 1)], [False], "中心只写 a:1（时间线 2）；请立即隔离 b:2"),
        ([server("a:1", None), server("b:2", 2)], [False, True], "a:1 没有应答"),
    ],
)
def test_one_server_takes_writes(monkeypatch, standing, good, words):
    """A standby alone, two primaries and a silent server are told by name."""
    door = SimpleNamespace(look=lambda: standing)
    monkeypatch.setattr(PostgresDoor, "of", classmethod(lambda _cls, _engine: door))
    told = list(doctor.servers(SimpleNamespace(reader=None)))
    assert [fine for fine, _ in told] == good
    assert words in told[0][1]


def test_a_clock_set_back_is_named_with_the_number_where_it_was():
    """Three hours are told, a second of drift is not."""
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("CREATE TABLE journal (seq INTEGER, recorded_at TEXT)"))
        moments = ("08:00:00", "11:00:05", "11:00:04", "08:00:20", "08:01:00")
        for seq, at in enumerate(moments, 1):
            row = {"seq": seq, "at": f"2020-07-08 {at}.000000"}
            connection.execute(text("INSERT INTO journal VALUES (:seq, :at)"), row)
        told = [line for good, line in doctor.times(connection) if not good]
    assert len(told) == 1
    assert told[0].startswith("值班记录第 4 号起，时钟被拨回 3 小时 0 分")


def test_a_database_without_the_head_that_was_signed_here_is_of_the_past(tmp_path):
    """Another database under the same machine's heads is told; the right one is not."""
    settings = Settings(var=tmp_path)
    right, wrong = (Database(f"sqlite:///{tmp_path / name}.db") for name in ("right", "wrong"))
    try:
        for each in (right, wrong):
            each.migrate()
        with right.reader.connect() as connection:
            assert list(doctor.newest_record(settings, connection)) == []
            made = heads.keep_head(connection, settings.heads)
            assert [good for good, _ in doctor.newest_record(settings, connection)] == [True]
        _sign(settings, replace_seq=made.seq + 7)
        with wrong.reader.connect() as connection:
            ((good, line),) = doctor.newest_record(settings, connection)
    finally:
        right.close()
        wrong.close()
    assert not good
    assert "可能连到了过去的主库或旧备份" in line


def _sign(settings: Settings, replace_seq: int) -> None:
    """A head of seven numbers later, as this machine would have signed it."""
    (path,) = settings.heads.glob("heads-*.jsonl")
    held = heads.read_heads(path)[-1]
    later = msgspec.structs.replace(held, seq=replace_seq)
    later = msgspec.structs.replace(later, signature=heads.sign_with(settings.heads, later.said))
    with path.open("ab") as out:
        out.write(msgspec.json.encode(later) + b"\n")
