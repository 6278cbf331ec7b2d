"""The sign-in log: chained, only added to, archived after six months; and what an auditor reads."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.domain.auditing import AuditFilter
from data.domain.clock import real_now
from data.domain.messages import WriteEntry
from data.domain.org import Actor
from data.errors import Forbidden, Invalid
from data.store.archive import keep
from data.store.heads import PUBLIC, check_heads, keep_head, read_heads
from data.store.record_archive import archive_log, bring_back, parts_in, verify_archive
from data.store.restoring import restore
from data.store.sign_in_book import KEPT, lines_after, verify_log, write_line
from tests.integration import api_world as w
from tests.serving import PASSWORD, Running

OLD = KEPT + timedelta(days=1)


def lines(database, count: int, at: datetime, name: str = "duty") -> None:
    """So many lines at a time and after it, a second apart."""
    with database.units.transaction() as db:
        for n in range(count):
            write_line(
                db, at=at + timedelta(seconds=n), username=name, outcome="signed-in", by=name,
                agent=f"第 {n} 次，换\n行",
            )  # fmt: skip


def verdict(database):
    """The walk along the log's chain."""
    with database.reader.connect() as db:
        return verify_log(db)


def disarm(database, table: str = "sign_in_log") -> None:
    """Switch the triggers off, as a database administrator could."""
    with database.writer.begin() as db:
        if database.writer.dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                db.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        else:
            db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def test_the_sign_in_log_is_append_only(database, tmp_path):
    """Lines and the list of archived parts: triggers refuse change and removal on both engines."""
    lines(database, 3, real_now() - OLD * 2)
    archive_log(database, tmp_path / "archive", tmp_path / "heads")
    lines(database, 3, real_now())
    for verb in (
        "UPDATE sign_in_log SET username = 'x'", "DELETE FROM sign_in_log",
        "UPDATE record_part SET last = 99", "DELETE FROM record_part",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="append-only"), database.writer.begin() as db:
            db.execute(text(verb))


def test_the_chain_names_the_first_line_that_does_not_hold(database):
    """Changed, taken out, or cut off at either end."""
    lines(database, 6, real_now())
    assert verdict(database).ok
    disarm(database)
    for tamper, broken in (
        ("UPDATE sign_in_log SET outcome = 'refused' WHERE id = 3", 3),
        ("UPDATE sign_in_log SET agent = 'another' WHERE id = 2", 2),
        ("DELETE FROM sign_in_log WHERE id = 4", 5),
        ("DELETE FROM sign_in_log WHERE id = 1", 2),
        ("DELETE FROM sign_in_log WHERE id = 6", 6),
    ):
        with database.writer.connect() as db:
            undone = db.begin()
            db.execute(text(tamper))
            found = verify_log(db)
            undone.rollback()
        assert (found.ok, found.broken_at) == (False, broken), tamper
    assert verdict(database).ok


def test_a_log_rewritten_whole_is_found_by_the_head_that_left(database, tmp_path):
    """The signed head carries the log's head too."""
    lines(database, 3, real_now())
    with database.reader.connect() as db:
        keep_head(db, tmp_path)
    [file] = tmp_path.glob("heads-*.jsonl")
    told, public = read_heads(file), (tmp_path / PUBLIC).read_bytes()
    assert told[0].log_seq == 3
    with database.reader.connect() as db:
        assert check_heads(db, told, public).ok
    disarm(database)
    with database.writer.begin() as db:
        db.execute(text("DELETE FROM sign_in_log"))
        db.execute(text(f"UPDATE sign_in_head SET seq = 0, hash = '{'0' * 64}'"))
    lines(database, 3, real_now(), "forged")
    assert verdict(database).ok
    with database.reader.connect() as db:
        found = check_heads(db, told, public)
    assert not found.ok
    assert "登录记录第 3 条之前的内容被整体改写" in found.reason


def test_old_lines_move_into_signed_parts_and_the_chain_goes_on(database, tmp_path):
    """Archive and rest verify as one; nothing younger than six months goes; it comes back whole."""
    folder, keys = tmp_path / "archive", tmp_path / "heads"
    lines(database, 5, real_now() - OLD * 2)
    first = archive_log(database, folder, keys)
    assert first is not None
    assert (first.first, first.last) == (1, 5)
    lines(database, 4, real_now() - OLD)
    lines(database, 3, real_now() - KEPT + timedelta(hours=2))
    second = archive_log(database, folder, keys)
    assert second is not None
    assert (second.first, second.last) == (6, 9)  # the young ones stay
    assert archive_log(database, folder, keys) is None
    with pytest.raises(Invalid):
        archive_log(database, folder, keys, timedelta(days=30))
    public = (keys / PUBLIC).read_bytes()
    assert verdict(database).rows == 3
    with database.reader.connect() as db:
        found = verify_archive(db, folder, public)
    assert (found.ok, found.parts, found.lines) == (True, 2, 12)
    assert bring_back(database, folder, public) == 9
    assert verdict(database).rows == 12
    lines(database, 1, real_now())
    assert archive_log(database, folder, keys) is None  # they go again, in the parts they have
    assert verdict(database).rows == 4
    with database.reader.connect() as db:
        assert verify_archive(db, folder, public).lines == 13


def test_the_database_itself_keeps_what_is_young_or_not_archived(database, tmp_path):
    """Even a part that claims everything lets no line go within six months."""
    lines(database, 2, real_now() - OLD)
    lines(database, 2, real_now() - KEPT + timedelta(hours=2))
    with database.writer.begin() as db:
        db.execute(
            text("INSERT INTO record_part (first, last, head, file, sha256, at) "
                 "VALUES (1, 4, 'h', 'f', 's', :at)"), {"at": datetime.now(UTC)},
        )  # fmt: skip
    with database.writer.begin() as db:
        db.execute(text("DELETE FROM sign_in_log WHERE id <= 2"))
    with pytest.raises(DBAPIError, match="append-only"), database.writer.begin() as db:
        db.execute(text("DELETE FROM sign_in_log WHERE id = 3"))


def test_an_archive_that_was_touched_is_refused_by_name(database, tmp_path):
    """A changed line, a changed description, another's signature, a missing file."""
    folder, keys = tmp_path / "archive", tmp_path / "heads"
    lines(database, 3, real_now() - OLD)
    made = archive_log(database, folder, keys)
    assert made is not None
    path, beside = folder / made.file, next(folder.glob("*.json"))
    body, told, public = path.read_bytes(), beside.read_bytes(), (keys / PUBLIC).read_bytes()

    def refused(words: str, key: bytes = public) -> None:
        with database.reader.connect() as db:
            found = verify_archive(db, folder, key)
        assert not found.ok
        assert made.file in found.reason
        assert words in found.reason
        with pytest.raises(Invalid):
            bring_back(database, folder, key)

    path.write_bytes(gzip.compress(gzip.decompress(body).replace(b"signed-in", b"signed-up")))
    refused("已被改动")
    path.write_bytes(body)
    beside.write_text(json.dumps({**json.loads(told), "last": 2}))
    refused("签名不符")
    beside.write_bytes(told)
    with database.reader.connect() as db:
        keep_head(db, tmp_path / "other")
    refused("签名不符", (tmp_path / "other" / PUBLIC).read_bytes())
    path.unlink()
    refused("文件缺失")
    assert [p.file for p in parts_in(folder)] == [made.file]


def test_a_backup_brings_the_log_back_with_its_chain(database, tmp_path):
    """Number by number and hash by hash, into an empty database."""
    from data.store.database import Database
    from tests.faults import world

    world.lay_out(database)
    lines(database, 4, real_now())
    keep(database, tmp_path / "backup")
    with database.reader.connect() as db:
        before = lines_after(db, 0, 100)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    try:
        restore(tmp_path / "backup", other)
        with other.reader.connect() as db:
            assert lines_after(db, 0, 100) == before
        lines(other, 1, real_now())
        assert verdict(other).ok
    finally:
        other.close()


# ---------------------------------------------------------------- what an auditor reads


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """A real center with some work done in two areas."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as server:
        hand = server.center.handle
        province = Actor.of("duty", "duty", "420000")
        county = Actor.of("duty.421127", "duty", "421127")
        for n in range(5):
            hand(WriteEntry(incident_id=None, text=f"=cmd|'/c calc'!A{n}"), province)
        hand(WriteEntry(incident_id=None, text="县里的话"), county)
        admin = Actor.of("admin", "admin", "420000")
        server.center.accounts.create(
            admin, "auditor.421100", "市审计", "auditor", "421100", PASSWORD
        )
        server.client("duty").close()
        bad = {"username": "duty.421127", "password": "not-it-at-all"}
        server.client().post("/api/v1/session", json=bad)
        yield server


def read(client, path: str):
    """The answer to a GET under /api/v1."""
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_journal_and_log_are_searched_newest_first_page_by_page(running):
    """By person, kind, area, outcome and time; pages meet without a gap or a double."""
    with running.client("auditor") as auditor:
        every = read(auditor, "/audit/journal?limit=1000")["items"]
        numbers = [row["seq"] for row in every]
        assert numbers == sorted(numbers, reverse=True)
        seen, after = [], ""
        while True:
            page = read(auditor, f"/audit/journal?limit=4{after}")
            seen += [row["seq"] for row in page["items"]]
            if page["next"] is None:
                break
            after = f"&before={page['next']}"
        assert seen == numbers
        mine = read(auditor, "/audit/journal?person=duty.421127&kind=WriteEntry")["items"]
        assert [row["org"] for row in mine] == ["421127"]
        there = read(auditor, "/audit/journal?area=421100")["items"]
        assert {row["actor"] for row in there} == {"duty.421127"}
        assert read(auditor, "/audit/journal?until=2020-01-01T00:00:00%2B08:00")["items"] == []
        since = read(auditor, "/audit/journal?since=2020-01-01T00:00:00%2B08:00")["items"]
        assert len(since) == len(every)
        refused = read(auditor, "/audit/log?result=refused")["items"]
        assert {row["username"] for row in refused} == {"duty.421127"}
        assert refused[0]["role"] == "duty"
        made = read(auditor, "/audit/log?kind=created")["items"]
        assert [row["username"] for row in made] == ["auditor.421100"]
        assert read(auditor, "/audit/log?person=admin")["items"]  # who did it counts too


def test_what_is_asked_wrongly_is_named(running):
    """Unknown books, areas, outcomes and times."""
    with running.client("auditor") as auditor:
        w.problem(auditor.get("/api/v1/audit/other"), 404)
        w.problem(auditor.get("/api/v1/audit/other.csv"), 404)
        for query in ("area=999999", "result=perhaps", "since=yesterday", "until=5", "before=x"):
            told = w.problem(auditor.get(f"/api/v1/audit/log?{query}"), 422)
            assert told["errors"][0]["field"] == query.split("=")[0]


def test_an_auditor_of_a_city_reads_its_own_area_alone(running):
    """Neither the province's lines nor its accounts; nobody else reads any."""
    with running.client("auditor.421100") as auditor:
        rows = read(auditor, "/audit/journal?limit=1000")["items"]
        assert {row["org"] for row in rows} <= {"421100", "421127"}
        assert rows
        told = read(auditor, "/audit/log?limit=1000")["items"]
        assert {row["org"] for row in told} <= {"421100", "421127"}
        assert told
    for name in ("duty", "admin", "leader", "wall"):
        with running.client(name) as other:
            w.problem(other.get("/api/v1/audit/journal"), 403)
            w.problem(other.get("/api/v1/audit/log.csv"), 403)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_is_whole_and_no_formula(running, kind):
    """Every line that fits; cells that begin like a formula are text."""
    with running.client("auditor") as auditor:
        answer = auditor.get(f"/api/v1/audit/journal.{kind}?kind=WriteEntry")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        if kind == "csv":
            rows = [line.split(",") for line in answer.content.decode("utf-8-sig").splitlines()]
        else:
            sheet = load_workbook(io.BytesIO(answer.content)).active
            rows = [[str(c.value or "") for c in row] for row in sheet.iter_rows()]
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        assert rows[0][0] == "编号"
        assert len(rows) == 1 + 6
        assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_the_chain_s_state_says_when_it_was_walked_and_signed(running):
    """Walking it leaves a line of its own; a broken one too."""
    center, auditor = running.center, Actor.of("auditor", "auditor", "420000")
    assert center.audit_verify(auditor)["ok"]
    center.keep_head()
    state = center.audit_state(auditor)
    assert (state["check"]["outcome"], state["check"]["by"]) == ("chain-verified", "auditor")
    assert state["head"].seq == center.queries.revision()
    with pytest.raises(Forbidden):
        center.audit_verify(Actor.of("duty", "duty", "420000"))
    with pytest.raises(Forbidden):
        center.audit(Actor.of("security", "security", "420000"), "journal", AuditFilter())


def test_both_commands_and_the_proof_over_archive_and_rest(tmp_path, capsys):
    """`archive`, `verify --archive` and `unarchive`, as they are typed."""
    from dashboard.commands import heads, records
    from data.center import open_database
    from data.config import Settings

    settings = Settings(var=tmp_path, scenario="none")
    database = open_database(settings)
    database.migrate()
    lines(database, 4, real_now() - timedelta(days=500))
    lines(database, 2, real_now())
    database.close()
    folder = tmp_path / "away"
    told = SimpleNamespace(folder=folder, days=400, heads=[], key=None, archive=folder)
    records.put_away(settings, told)
    assert heads.check(settings, told) == 0
    assert "连同 1 份归档共 6 条登录记录" in capsys.readouterr().out
    records.take_out(settings, told)
    assert "已放回 4 条" in capsys.readouterr().out
    next(folder.glob("*.gz")).unlink()
    assert heads.check(settings, told) == 1
    assert "文件缺失" in capsys.readouterr().out
