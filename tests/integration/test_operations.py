"""What keeps the center running: its figures, its health, its limits, its log and its doctor."""

import json
import logging
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from dashboard import logs
from dashboard.doctor import checks
from dashboard.limits import BURST_S, Limits
from data.config import DoorSettings, Settings
from data.errors import Invalid
from data.store.database import Database
from data.store.schema import blob
from tests.serving import PASSWORD, Running, free_port

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana" / "hubei-command.json"
REPORT = {
    "type": "flood", "place": "黄梅县", "lon": 115.94, "lat": 30.07, "source": "电话",
    "text": "堤防渗水", "casualties": {},
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The real center, empty, behind a real server."""
    with Running(tmp_path_factory.mktemp("operations"), pages={}) as made:
        yield made


def _figures(server):
    with server.client("auditor") as client:
        return client.get("/metrics").text


def test_figures_are_for_those_who_may_look(server):
    """A stranger gets none; they count requests, commands and what stands open."""
    assert httpx.get(server.base + "/metrics").status_code == 401
    with server.client("duty") as client:
        client.post("/api/v1/reports", json=REPORT).raise_for_status()
        client.post("/api/v1/reports", json={"nonsense": 1})
    text = _figures(server)
    assert 'hubei_command_seconds_count{command="ReceiveReport",outcome="done"} 1' in text
    assert 'hubei_requests_total{method="POST",route="/reports",status="422"} 1' in text
    assert "hubei_database_up 1.0" in text
    assert "黄梅" not in text
    assert "duty" not in text


def test_signed_heads_are_handed_to_the_auditor(server):
    """For a host elsewhere: the newest heads with the key they are checked by."""
    server.center.keep_head()
    with server.client("auditor") as client:
        told = client.get("/api/v1/journal/heads").json()
    assert told["items"][-1]["seq"] <= server.center.queries.revision()
    assert "PUBLIC KEY" in told["public_key"]
    with server.client("duty") as client:
        assert client.get("/api/v1/journal/heads").status_code == 403


def test_the_ready_dashboard_asks_only_for_figures_that_exist(server):
    """Every name in the Grafana file is one the center tells."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"\b(?:hubei|process)_\w+", target["expr"])
    }
    told = _figures(server)
    unknown = {n for n in asked if n not in told}
    assert unknown <= {"hubei_newest_reading_age_seconds"}  # told once there is a reading


def test_health_turns_red_before_the_disk_is_full(server, monkeypatch):
    """Under the least free space it answers 503 and says how much is left."""
    assert httpx.get(server.base + "/healthz").status_code == 200
    usage = shutil.disk_usage("/")
    nearly = usage._replace(free=5 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: nearly)
    answer = httpx.get(server.base + "/healthz")
    assert answer.status_code == 503
    assert answer.json() | {"status": "disk-low", "free_mb": 5} == answer.json()


async def test_a_caller_who_asks_too_often_waits_and_others_do_not():
    """So many a second each; the bucket fills again with time."""
    now, passed = [100.0], []

    async def app(scope, _receive, _send):
        passed.append(scope["client"][0])

    async def ask(caller):
        said = []

        async def send(message):
            said.append(message)

        scope = {"type": "http", "client": (caller, 1), "method": "GET", "path": "/", "headers": []}
        await Limits_(scope, None, send)
        return said[0]["status"] if said else 200

    Limits_ = Limits(app, per_second=2, now=lambda: now[0])  # noqa: N806
    assert [await ask("a") for _ in range(int(2 * BURST_S) + 1)] == [200] * 6 + [429]
    assert await ask("b") == 200
    now[0] += 1
    assert [await ask("a") for _ in range(3)] == [200, 200, 429]


def test_a_log_line_is_one_json_object(capsys):
    """With the traceback inside it, on one line."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        logs.set_up(as_json=True)
        logging.getLogger("hubei.test").error("出错", exc_info=ValueError("坏"))
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
    [line] = capsys.readouterr().err.strip().splitlines()
    assert json.loads(line)["message"] == "出错"
    assert "ValueError" in json.loads(line)["trace"]


def test_no_log_line_names_a_person(database, server, capsys):
    """Signing in, failing to, filing a report, an error of the database with the row in it."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    said = ("王小二", "13871234567", PASSWORD, "wrong-password-9")
    row = {"id": said[0], "media": said[1], "size": 1, "created_at": None, "body": b"x"}
    try:
        for as_json in (True, False):
            logs.set_up(as_json=as_json)
            with server.client("duty") as client:
                token = client.cookies["hubei_session"]
                client.post("/api/v1/reports", json=REPORT | {"text": "，".join(said[:2])})
                client.post(
                    "/api/v1/session", json={"username": "duty", "password": "wrong-password-9"}
                )
            for address in (database.url, "sqlite://"):
                try:
                    Database(address).writer.connect().execute(insert(blob), [row])
                except SQLAlchemyError:
                    logging.getLogger("hubei.test").exception("出错")
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
    told = capsys.readouterr().err
    assert told.count("出错") == 4
    assert "Error" in told
    for word in (*said, token):
        assert word not in told


def test_the_doctor_finds_a_clock_set_back_and_an_open_folder(tmp_path, monkeypatch):
    """Good when nothing is wrong, and by name when something is."""
    tmp_path.chmod(0o700)
    settings = Settings(var=tmp_path, scenario="none")
    with Running(tmp_path, pages={}, seed=False) as running:
        running.center.seed()
    wrong = [line for good, line in checks(settings) if not good]
    assert all("字体" in line or "磁盘" in line for line in wrong)
    tmp_path.chmod(0o755)
    from datetime import UTC, datetime

    # no time is lost on a solver that cannot start, nor on a broker that is away
    monkeypatch.setattr("data.allocation.pool.PROGRAM", [sys.executable, "-c", ""])
    settings = replace(settings, doors=DoorSettings(mqtt=f"mqtt://127.0.0.1:{free_port()}"))
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    monkeypatch.setattr("dashboard.doctor_record.real_now", lambda: long_ago)
    told = "\n".join(line for good, line in checks(settings) if not good)
    assert "时钟被拨慢" in told
    assert "chmod o-rwx" in told
    assert "方案求解进程起不来" in told
    assert "消息服务器连不上" in told
    assert any(
        "HTTPS" in line for good, line in checks(replace(settings, host="0.0.0.0")) if not good
    )


def test_the_doctor_reads_postgresql_s_settings(postgres_url, monkeypatch):
    """A server that does not sync is named: what it acknowledged may be lost."""
    monkeypatch.setattr("data.allocation.pool.PROGRAM", [sys.executable, "-c", ""])
    settings = Settings(scenario="none", database_url=postgres_url)
    told = [line for good, line in checks(settings) if not good]
    assert any(line.startswith("fsync = off") for line in told)


def test_a_number_that_is_none_stops_the_start():
    """The variable is named."""
    with pytest.raises(Invalid, match="无效"):
        Settings.from_env({"HUBEI_REQUESTS_PER_SECOND": "viel"})
