"""Several servers on one database: each hears what another commits, one at a time leads."""

import contextlib
import uuid

import httpx
import pytest

from data.store.database import Database
from data.store.leader import Leadership
from tests.listening import Listening
from tests.postgres import DURABLE, standing_postgres, why_not
from tests.serving import PASSWORD, Running

REPORT = {
    "type": "flood", "place": "黄梅县", "lon": 115.94, "lat": 30.07, "source": "电话",
    "text": "堤防渗水", "casualties": {},
}  # fmt: skip


@pytest.fixture
def two(database_url, tmp_path):
    """Two servers with a state folder each, on one database of either engine."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                Running(tmp_path / name, database_url=database_url, seed=seed, pages={})
            )
            for name, seed in (("one", True), ("two", False))
        ]


def _report(server: Running) -> int:
    """File a report; the number it was written under."""
    with server.client("duty") as client:
        client.headers["Idempotency-Key"] = uuid.uuid4().hex
        answer = client.post("/api/v1/reports", json=REPORT)
        answer.raise_for_status()
        return int(client.get("/healthz").json()["revision"])


def test_a_stream_hears_what_another_server_commits(two):
    """In order, without a gap, and with what changed."""
    one, other = two
    listening = Listening(one.client("duty"))
    numbers = [_report(other), _report(one), _report(other)]
    heard = [listening.until(lambda said, n=number: said.get("seq") == n) for number in numbers]
    assert [said["command"] for said in heard] == ["ReceiveReport"] * 3
    assert all("report" in said["kinds"] for said in heard)
    assert heard[0]["facts"][0].keys() == heard[1]["facts"][0].keys()


def test_one_of_two_leads_until_it_goes(database_url):
    """An office is held once; given up, the other has it."""
    first, second = Database(database_url), Database(database_url)
    one, other = Leadership(first, "clock"), Leadership(second, "clock")
    assert (one.holds(), other.holds(), one.holds()) == (True, False, True)
    assert Leadership(second, "another").holds()
    one.give_up()
    assert other.holds()
    assert not one.holds()
    other.give_up()
    for database in (first, second):
        database.close()


@pytest.mark.postgres
@pytest.mark.skipif(why_not() is not None, reason=why_not() or "")
def test_streams_and_leaders_outlive_a_killed_database(tmp_path):
    """The database is killed and started: the same stream goes on, an office has one holder."""
    with (
        standing_postgres(DURABLE) as server,
        Running(tmp_path / "one", database_url=server.url, pages={}) as one,
        Running(tmp_path / "two", database_url=server.url, seed=False, pages={}) as other,
    ):
        listening = Listening(one.client("duty"))
        offices = [Leadership(s.center.database, "clock") for s in (one, other)]
        assert [office.holds() for office in offices] == [True, False]
        server.kill()
        with other.client() as stranger:
            assert stranger.get("/healthz").status_code == 503
        server.start()
        number = _report(other)
        assert listening.until(lambda said: said.get("seq") == number)["command"]
        assert not listening.over.is_set()
        assert sorted(office.holds() for office in offices) == [False, True]
        for office in offices:
            office.give_up()


def test_a_signed_in_officer_may_ask_either_server(two):
    """Sessions stand in the database: the cookie of one server opens the other."""
    one, other = two
    answer = httpx.post(
        one.base + "/api/v1/session", json={"username": "duty", "password": PASSWORD}, timeout=20
    )
    told = httpx.get(other.base + "/api/v1/session", cookies=answer.cookies, timeout=20)
    assert told.json()["user"]
