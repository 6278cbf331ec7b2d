"""A short version of each fault: nothing acknowledged is lost, nothing is promised twice."""

import pytest

from tests.faults import (
    database_kills,
    hard_days,
    kills,
    link_cuts,
    load,
    node_cuts,
    odd_days,
    power,
    server_kills,
)
from tests.postgres import DURABLE, standing_postgres, why_not

needs_postgres = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")


def test_power_cuts_lose_nothing_that_was_acknowledged():
    """Whatever unsynced writes fare, every acknowledged request is there and all of it agrees."""
    assert power.cut_power(60, turns=40) == []


def test_the_power_cuts_can_see_a_loss():
    """With synchronous=NORMAL acknowledged requests are lost: the test is not blind."""
    assert power.cut_power(20, turns=40, synchronous="NORMAL")


def test_killed_workers_lose_nothing_on_sqlite(tmp_path):
    """Killed in the middle of their writes, workers leave a database that agrees."""
    assert kills.kill_workers(f"sqlite:///{tmp_path / 'center.db'}", 25, check_every=25) == []


@pytest.mark.postgres
@needs_postgres
def test_killed_workers_lose_nothing_on_postgresql():
    """The same with PostgreSQL behind them."""
    with standing_postgres(DURABLE) as server:
        assert kills.kill_workers(server.url, 15, check_every=15) == []


@pytest.mark.postgres
@needs_postgres
def test_a_killed_database_comes_back_with_everything():
    """All of PostgreSQL's processes are killed; the workers come back by themselves."""
    assert database_kills.kill_database(2) == []


def test_a_killed_server_keeps_what_it_acknowledged(tmp_path):
    """The whole server is killed while three browsers write to it."""
    assert server_kills.kill_server(tmp_path, 1) == []


def test_a_cut_link_loses_nothing_and_doubles_nothing(tmp_path):
    """A county's machine and the province order the same teams while the link comes and goes."""
    assert node_cuts.cut_link(tmp_path, 5) == []


@pytest.mark.postgres
@needs_postgres
def test_a_cut_link_to_the_database_loses_nothing():
    """Nine resets and a silence on the way to PostgreSQL; the writers come back by themselves."""
    assert link_cuts.cut_link(10) == []


def test_streams_and_requests_hold_together():
    """A few seconds of the load: no gap, nothing refused, every acknowledged report kept.

    How late facts are is measured by hand, on a machine that does nothing else.
    """
    found = load.load(4, clients=50, rate=20)
    timed = ("p95", "most", "memory", "only")
    assert [said for said in found if not said.startswith(timed)] == []


@pytest.mark.skipif(odd_days.why_no_disk() is not None, reason=odd_days.why_no_disk() or "")
def test_a_full_disk_refuses_in_words_and_recovers():
    """Writes are refused in Chinese, reads go on, health is red; with room all is well again."""
    assert odd_days.fill_disk() == []


def test_clients_that_never_read_hold_up_nobody():
    """Cut after a while; who reads has every number, who comes back too."""
    assert hard_days.stall_clients(250) == []


def test_a_server_without_memory_refuses_and_goes_on():
    """Large lists at once under a limit: taken, or refused in words, and nothing is lost."""
    assert hard_days.limit_memory(5) == []
