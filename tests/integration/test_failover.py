"""A primary with a synchronous standby fails over under a running center; the past is refused."""

import uuid

import pytest

from dashboard import doctor_record
from data.errors import Unavailable
from data.store.database import Database
from tests.faults import kills
from tests.faults.failover import change_over, standing, writers
from tests.listening import Listening
from tests.postgres import why_not
from tests.postgres_pair import synchronous_pair
from tests.serving import Running

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(why_not() is not None, reason=why_not() or ""),
]
REPORT = {
    "type": "flood", "place": "黄梅县", "lon": 115.94, "lat": 30.07, "source": "电话",
    "text": "堤防渗水", "casualties": {},
}  # fmt: skip


@pytest.fixture(scope="module")
def failed_over(tmp_path_factory):
    """A pair whose primary was killed under two writers and a stream; the standby leads now."""
    told = kills.Told()
    with synchronous_pair() as pair:
        with (
            writers(pair.url, told) as alive,
            Running(tmp_path_factory.mktemp("app"), database_url=pair.url, pages={}) as server,
        ):
            listening = Listening(server.client("duty"))
            wrong = change_over(pair, alive, told)
            number = _report(server)
            numbers = listening.numbers(number)
            assert not listening.over.is_set()
        yield pair, told, wrong, numbers


def _report(server):
    with server.client("duty") as client:
        client.headers["Idempotency-Key"] = uuid.uuid4().hex
        client.post("/api/v1/reports", json=REPORT).raise_for_status()
        return int(client.get("/healthz").json()["revision"])


def test_what_was_acknowledged_before_is_there_after(failed_over):
    """Every acknowledged request stands under its number; the writers came back by themselves."""
    pair, told, wrong, _ = failed_over
    assert wrong == []
    assert len(told.acknowledged) > 2
    assert kills.judge(pair.url, told) == []


def test_the_same_stream_goes_on_without_a_gap(failed_over):
    """A page that was open hears every number, before and after, in order and once."""
    _, _, _, numbers = failed_over
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


def test_a_primary_of_the_past_is_not_written(failed_over):
    """Started again it takes writes, but nobody who knows the promoted server gives it any."""
    pair, _, _, _ = failed_over
    database = Database(pair.url)
    newest = standing(pair.url)
    pair.standby.start()  # the one that was killed: nobody told it that it leads no longer
    try:
        assert pair.ask(pair.standby).execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
        with database.units.transaction() as connection:
            asked = connection.exec_driver_sql("SELECT inet_server_port()").scalar_one()
        assert asked == pair.primary.port
        assert standing(pair.url) == newest  # a newcomer that knows neither finds it too
        told = [line for good, line in doctor_record.servers(database) if not good]
        assert len(told) == 1
        assert f"请立即隔离 127.0.0.1:{pair.standby.port}（时间线 1）" in told[0]
        pair.primary.kill()
        database.writer.dispose()
        with pytest.raises(Unavailable), database.units.transaction():
            pass
    finally:
        database.close()
