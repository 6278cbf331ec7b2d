"""A part that fails alone: the rest works, and health, figures, stream and API say which it is."""

import httpx
import pytest

from data.allocation.pool import common_pool
from data.config import DoorSettings
from data.domain.delivery import Delivery
from data.domain.messages import IssueDispatch, WantedTeam
from data.domain.org import SYSTEM
from data.domain.sharing import Connector
from tests.integration import plan_world as w
from tests.listening import Listening
from tests.serving import Running, free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A center whose broker is away."""
    doors = DoorSettings(mqtt=f"mqtt://127.0.0.1:{free_port()}")
    with Running(tmp_path_factory.mktemp("parts"), pages={}, doors=doors) as made:
        made.center.doors.start()
        yield made


@pytest.fixture
def no_solver(monkeypatch):
    """No solver process can run, and none comes back while a test lasts."""
    monkeypatch.setattr(common_pool(), "fault", "求解进程异常退出")
    monkeypatch.setattr(common_pool(), "_reviving", True)


def _parts(server):
    with server.client("duty") as client:
        answer = client.get("/api/v1/parts").raise_for_status()
    return {part["name"]: part for part in answer.json()["items"]}


def test_a_broker_that_is_away_is_named_everywhere_and_health_stays_green(server):
    """200 with the name for who balances, words for the officer, 0 for Prometheus."""
    assert not (told := _parts(server)["mqtt"])["up"]
    assert "恢复后自动补收" in told["said"]
    health = httpx.get(server.base + "/healthz")
    assert (health.status_code, health.json()["degraded"]) == (200, ["mqtt"])
    with server.client("auditor") as client:
        text = client.get("/metrics").text
    assert 'hubei_part_up{part="mqtt"} 0.0' in text
    assert 'hubei_part_up{part="solver"} 1.0' in text


def test_a_page_that_is_open_hears_of_it_and_of_its_end(server, monkeypatch):
    """The beat names what is down; when it is back the beat is silent about it again."""
    listening = Listening(server.client("duty"))

    def names(said):
        return [part["word"] for part in said.get("lacking", ())]

    with monkeypatch.context() as broken:
        broken.setattr(common_pool(), "fault", "求解进程异常退出")
        told = listening.until(lambda said: "方案求解" in names(said))
        assert any("手工选队" in part["said"] for part in told["lacking"])
    listening.until(lambda said: "lacking" in said and "方案求解" not in names(said))


def test_feeds_and_channels_that_fail_are_named_with_what_to_do(server):
    """Three polls in vain make a body's feed down; what waits to be sent again is counted."""
    center = server.center
    with center.database.units.unit("Test", SYSTEM, center.clock, None) as unit:
        unit.put(Connector(id="LJ-1", name="省水利厅", url="https://example.org/w"))
        unit.put(Delivery(id="D-1", warning_id="W-1", channel="sms", tries=2))
        unit.tell("试")
    server.center.sharing.book.note("LJ-1", add={}, failures=2)
    assert _parts(server)["feeds"]["up"]
    server.center.sharing.book.note("LJ-1", add={}, failures=3)
    told = _parts(server)
    assert not told["feeds"]["up"]
    assert told["feeds"]["said"].startswith("省水利厅连续取不到数据")
    assert told["channels"]["said"].startswith("短信 1 条未送出")


def test_without_a_solver_a_plan_is_made_by_the_nearest_and_can_be_issued(tmp_path, no_solver):
    """Checked like any plan, said to be makeshift, ordered like any."""
    with w.opened(tmp_path, None) as center:
        made = center.propose(w.DUTY, {"incidents": [{"id": i} for i in w.incidents(center)]})
        assert made.answer["objective"]["method"] == "nearest-first"
        assert all(c["ok"] for c in center.certificate(w.DUTY, made.id)["checks"])
        rows = made.answer["assignments"]
        assert rows
        wanted = tuple(WantedTeam(team=r["team"], incident=r["incident"]) for r in rows)
        order = IssueDispatch(plan_id=made.id, assignments=wanted)
        done = center.handle(order, w.DUTY, "makeshift")
        assert len(done.body["assignments"]) == len(rows)
