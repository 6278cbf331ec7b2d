"""Telemetry of several machines on one database: positions heard, older days kept by each."""

from datetime import UTC, datetime, timedelta

import pytest

from data.domain.feeding import Reading
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.team import Team
from data.store.positions import Fix
from data.store.telemetry import Telemetry
from tests.listening import Listening
from tests.serving import Running

MIDNIGHT = datetime(2020, 7, 7, 16, tzinfo=UTC)  # 8 July begins in Beijing
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def machines(database_url, tmp_path):
    """Two machines on one PostgreSQL, a folder for older days each."""
    if database_url.startswith("sqlite"):
        pytest.skip("on SQLite there is one machine")
    made = [Telemetry(database_url, tmp_path / name) for name in ("one", "two")]
    for store in made:
        store.keeper.copies.seen()  # as a server says at each pass
    yield made
    for store in made:
        store.close()


def _series(store):
    return [r.value for r in store.series("S-1", MIDNIGHT, MIDNIGHT + DAY)]


def _hours(count, start=0):
    return [
        Reading(sensor="S-1", value=float(n), at=MIDNIGHT + n * HOUR)
        for n in range(start, start + count)
    ]


def test_a_day_leaves_the_database_when_every_machine_has_it(machines):
    """Each answers from its own archive; what comes late comes to both, whoever takes it."""
    one, other = machines
    one.add_readings(_hours(20))
    one.keeper.keep(MIDNIGHT + 5 * DAY)
    assert one._readings.hot.days()  # the other has not archived it yet
    other.keeper.keep(MIDNIGHT + 5 * DAY)
    assert one._readings.hot.days() == []
    assert _series(one) == _series(other) == [float(n) for n in range(20)]
    # the partition is gone, and the first server remembers having made it
    for late, (taker, second) in enumerate(((one, other), (other, one)), 20):
        taker.add_readings(_hours(1, late))
        for store in (taker, second):
            store.keeper.keep(MIDNIGHT + 5 * DAY)
        assert one._readings.hot.days() == []
        assert _series(one) == _series(other) == [float(n) for n in range(late + 1)]


def test_a_machine_that_is_gone_for_good_is_not_waited_for(machines):
    """After a week of silence the others go on without it."""
    one, other = machines
    one.add_readings(_hours(3))
    with one.writer.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE telemetry_home SET seen_at = seen_at - interval '8 days' WHERE home = %s",
            (other.keeper.copies.home,),
        )
    one.keeper.keep(MIDNIGHT + 5 * DAY)
    assert one._readings.hot.days() == []
    assert _series(one) == [0.0, 1.0, 2.0]


def test_the_newest_place_of_a_team_is_known_to_every_server(database_url, tmp_path):
    """What one stored another takes in, once, and only what is newer."""
    own = f"sqlite:///{tmp_path / 'telemetry.db'}"
    url = own if database_url.startswith("sqlite") else database_url
    stores = [Telemetry(url, tmp_path / "telemetry") for _ in range(2)]
    one, other = stores
    told: list[Fix] = []
    other.moved.append(told.extend)
    fixes = [Fix(team=f"TM-{n}", lon=114.0 + n, lat=30.0, at=MIDNIGHT) for n in range(3)]
    one.add_positions(fixes)
    other.hear([f.team for f in fixes])
    assert sorted(told, key=lambda f: f.team) == fixes
    assert other.positions() == one.positions()
    one.add_positions([Fix(team="TM-1", lon=1.0, lat=1.0, at=MIDNIGHT - HOUR)])
    other.hear()
    assert len(told) == 3
    for store in stores:
        store.close()


def test_a_page_at_one_server_sees_teams_move_that_report_to_another(database_url, tmp_path):
    """Within seconds, over the stream that is open."""
    with (
        Running(tmp_path / "one", database_url=database_url, pages={}) as one,
        Running(tmp_path / "two", database_url=database_url, seed=False, pages={}) as other,
    ):
        team = Team(id="TM-1", name="一队", area_code="420100", lon=114.3, lat=30.6, people=9)
        one.center.handle(StoreRows(what="队伍", things=(team,)), SYSTEM)
        listening = Listening(one.client("duty"))
        now = other.center.clock.now()
        other.center.feed.positions(
            SYSTEM, [{"team": "TM-1", "lon": 114.5, "lat": 30.5, "at": now}]
        )
        moved = listening.until(lambda said: isinstance(said, list))
        assert [(p["team"], p["lon"]) for p in moved] == [("TM-1", 114.5)]
        assert one.center.telemetry.positions()["TM-1"].lon == 114.5
