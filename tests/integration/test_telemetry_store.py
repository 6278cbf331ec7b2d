"""The telemetry store keeps every reading once, in days, and answers alike from all its forms."""

import os
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from data.domain.feeding import Reading
from data.domain.retention import Retention, day_of
from data.errors import Invalid
from data.store import history as past
from data.store import keeping, moving
from data.store.hot import CHUNK_US, marked
from data.store.telemetry import Telemetry

MIDNIGHT = datetime(2020, 7, 7, 16, tzinfo=UTC)  # 8 July begins in Beijing
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def folder(tmp_path):
    """Where older days go."""
    return tmp_path / "telemetry"


@pytest.fixture
def store(database_url, folder):
    """An empty store on each engine."""
    made = opened(database_url, folder)
    yield made
    made.close()


def opened(url, folder):
    """A store of an engine's address."""
    own = f"sqlite:///{folder.parent / 'telemetry.db'}"
    return Telemetry(own if url.startswith("sqlite") else url, folder)


def reading(at, value=1.0, sensor="S-1"):
    """One reading."""
    return Reading(sensor=sensor, value=value, at=at)


def days(store):
    """Hot and archived days."""
    shelf = store._readings.shelf
    return store._readings.hot.days(), shelf.archive.days("raw"), shelf.archive.days("hour")


def some(count, sensors=3, step=MINUTE, start=MIDNIGHT):
    """Readings of some sensors, a random walk each, by time."""
    rng, values = random.Random(count), [20.0 + n for n in range(sensors)]
    made = []
    for n in range(count):
        for k in range(sensors):
            values[k] += rng.uniform(-1, 1)
            made.append(reading(start + n * step, round(values[k], 3), f"S-{k}"))
    return made


def test_each_reading_is_kept_once(store):
    """A repeat is a duplicate, another value at its instant a conflict, an older one is late."""
    first = store.add_readings([reading(MIDNIGHT), reading(MIDNIGHT + HOUR, 2.0)])
    assert (first.new, first.duplicates, first.conflicts, first.late) == (2, set(), {}, set())
    again = store.add_readings(
        [
            reading(MIDNIGHT), reading(MIDNIGHT, 9.0), reading(MIDNIGHT + MINUTE, 3.0),
            reading(MIDNIGHT + 2 * HOUR, 4.0), reading(MIDNIGHT + 2 * HOUR, 4.0),
        ]
    )  # fmt: skip
    assert again.duplicates == {0, 4}
    assert again.conflicts == {1: 1.0}
    assert again.late == {2}
    assert [r.value for r in store.series("S-1", MIDNIGHT, MIDNIGHT + DAY)] == [1, 3, 2, 4]
    assert store.readings()["S-1"].value == 4.0


def test_what_another_program_wrote_meanwhile_is_a_duplicate_too(database_url, folder):
    """Two programs on one store: memory may be behind, the table decides."""
    one, other = opened(database_url, folder), opened(database_url, folder)
    rows = some(5)
    one.add_readings(rows)
    stored = other.add_readings(
        [*rows[:3], reading(MIDNIGHT, 99.0, "S-1"), reading(MIDNIGHT + DAY)]
    )
    assert stored.duplicates == {0, 1, 2}
    assert stored.conflicts == {3: rows[1].value}
    assert stored.new == 1
    one.close()
    other.close()


def test_a_day_that_another_program_archived_is_opened_anew(database_url, folder):
    """Two programs on one store: what comes after one took the day away is in no deleted file."""
    one, other = opened(database_url, folder), opened(database_url, folder)
    other.add_readings([reading(MIDNIGHT, 1.0)])
    one.add_readings([reading(MIDNIGHT + MINUTE, 2.0)])
    one.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(one) == ([], [day_of(MIDNIGHT)], [day_of(MIDNIGHT)])
    other.add_readings([reading(MIDNIGHT + 2 * MINUTE, 3.0)])
    for store in (one, other):
        found = store.series("S-1", MIDNIGHT, MIDNIGHT + HOUR)
        assert [r.value for r in found] == [1.0, 2.0, 3.0]
    one.close()
    other.close()


def test_a_row_of_another_program_keeps_a_day_from_being_deleted(database_url, folder):
    """Between archiving and deleting somebody else wrote: the day stays."""
    one, other = opened(database_url, folder), opened(database_url, folder)
    one.add_readings([reading(MIDNIGHT, 1.0)])
    hot, day = one._readings.hot, day_of(MIDNIGHT)
    before = marked(hot.chunks(day))
    other.add_readings([reading(MIDNIGHT + MINUTE, 2.0)])
    assert not hot.drop(day, before)
    assert hot.drop(day, marked(hot.chunks(day)))
    assert hot.days() == []
    one.close()
    other.close()


def test_what_another_program_wrote_is_seen_at_the_next_refresh(database_url, folder):
    """Two servers on one store: each learns the other's newest values and re-reads no own."""
    one, other = opened(database_url, folder), opened(database_url, folder)
    one.add_readings([reading(MIDNIGHT, 1.0)])
    other.add_readings([reading(MIDNIGHT + HOUR, 2.0), reading(MIDNIGHT, 3.0, "S-2")])
    assert one.readings()["S-1"].value == 1.0
    one._readings.refresh()
    assert {k: v.value for k, v in one.readings().items()} == {"S-1": 2.0, "S-2": 3.0}
    held = one.readings()
    one.add_readings([reading(MIDNIGHT - HOUR, 0.0)])
    one._readings.refresh()
    assert one.readings() is held
    one.close()
    other.close()


def test_a_day_ends_at_midnight_in_beijing(store):
    """The last microsecond of a day and the first of the next lie in two days, both found."""
    last = MIDNIGHT - timedelta(microseconds=1)
    store.add_readings([reading(last, 1.0), reading(MIDNIGHT, 2.0)])
    assert days(store)[0] == [date(2020, 7, 7), date(2020, 7, 8)]
    assert [r.at for r in store.series("S-1", last, MIDNIGHT)] == [last, MIDNIGHT]


def test_older_days_are_archived_and_read_the_same(store, database_url, folder):
    """After archiving the hot days are gone, and every answer is what it was."""
    rows = some(30, step=HOUR)
    store.add_readings(rows)
    until = MIDNIGHT + 2 * DAY
    before = [store.series(f"S-{k}", MIDNIGHT, until) for k in range(3)]
    charts = [store.history(f"S-{k}", MIDNIGHT, until, 10).buckets for k in range(3)]
    known = [store.readings(at=MIDNIGHT + n * 7 * HOUR) for n in range(6)]
    store.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(store) == (
        [],
        [date(2020, 7, 8), date(2020, 7, 9)],
        [date(2020, 7, 8), date(2020, 7, 9)],
    )
    again = opened(database_url, folder)
    for one in (store, again):
        assert [one.series(f"S-{k}", MIDNIGHT, until) for k in range(3)] == before
        assert [one.history(f"S-{k}", MIDNIGHT, until, 10).buckets for k in range(3)] == charts
        assert [one.readings(at=MIDNIGHT + n * 7 * HOUR) for n in range(6)] == known
        assert one.readings() == {r.sensor: known[-1][r.sensor] for r in rows[-3:]}
    again.close()


def test_days_that_are_hot_by_the_rule_stay(store):
    """Today and yesterday are written; the day before is archived."""
    for n in range(4):
        store.add_readings([reading(MIDNIGHT + n * DAY, float(n))])
    store.keeper.keep(MIDNIGHT + 3 * DAY + HOUR)
    hot, raw, _ = days(store)
    assert (hot, raw) == (
        [date(2020, 7, 10), date(2020, 7, 11)],
        [date(2020, 7, 8), date(2020, 7, 9)],
    )


def test_a_late_reading_of_an_archived_day_is_found_and_joins_it(store):
    """It is there at once and after the next pass; what was archived first wins."""
    store.add_readings(some(24, step=HOUR))
    store.keeper.keep(MIDNIGHT + 5 * DAY)
    stands = store.series("S-1", MIDNIGHT, MIDNIGHT)[0].value
    store.add_readings(
        [reading(MIDNIGHT + MINUTE, 77.0), reading(MIDNIGHT, 99.0), reading(MIDNIGHT, 5.0, "NEW")]
    )

    def seen():
        return [r.value for r in store.series("S-1", MIDNIGHT, MIDNIGHT + MINUTE)]

    assert seen() == [stands, 77.0]
    chart = store.history("S-1", MIDNIGHT, MIDNIGHT + DAY, 24).buckets
    assert sum(b.count for b in chart) == 25
    store.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(store)[0] == []
    assert seen() == [stands, 77.0]
    assert store.history("S-1", MIDNIGHT, MIDNIGHT + DAY, 24).buckets == chart
    assert store.series("NEW", MIDNIGHT, MIDNIGHT)[0].value == 5.0
    assert store.readings(at=MIDNIGHT + 2 * MINUTE)["S-1"].value == 77.0


def test_archiving_broken_off_before_the_hot_day_went_is_done_again(store, monkeypatch):
    """Killed between archive and deletion: nothing doubles, the next pass ends it."""
    rows = some(24, step=HOUR)
    store.add_readings(rows)
    hot = store._readings.hot
    with monkeypatch.context() as broken:

        def die(_day, _mark):
            raise RuntimeError("killed")

        broken.setattr(hot, "drop", die)
        with pytest.raises(RuntimeError):
            store.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(store)[0]
    assert len(store.series("S-1", MIDNIGHT, MIDNIGHT + DAY)) == 24
    assert sum(b.count for b in store.history("S-1", MIDNIGHT, MIDNIGHT + DAY, 24).buckets) == 24
    store.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(store)[0] == []
    assert len(store.series("S-1", MIDNIGHT, MIDNIGHT + DAY)) == 24


def test_a_reading_that_comes_while_its_day_is_archived_is_not_lost(store, monkeypatch):
    """The hot day stays until a pass has archived all of it."""
    store.add_readings(some(24, step=HOUR))
    archive_day = keeping.archive_day

    def slowly(*given):
        archive_day(*given)
        store.add_readings([reading(MIDNIGHT + MINUTE, 77.0)])

    monkeypatch.setattr(keeping, "archive_day", slowly)
    store.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(store)[0] == [date(2020, 7, 8)]
    monkeypatch.undo()
    store.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(store)[0] == []
    assert len(store.series("S-1", MIDNIGHT, MIDNIGHT + DAY)) == 25


def test_a_large_day_is_archived_by_a_process_of_its_own(store, monkeypatch):
    """The same files come out, without holding up the server."""
    store.add_readings(some(24, step=HOUR))
    before = store.series("S-2", MIDNIGHT, MIDNIGHT + DAY)
    monkeypatch.setattr(keeping, "INLINE_ROWS", 0)
    store.keeper.keep(MIDNIGHT + 5 * DAY)
    assert days(store)[:2] == ([], [date(2020, 7, 8)])
    assert store.series("S-2", MIDNIGHT, MIDNIGHT + DAY) == before


def test_the_rule_of_retention_is_kept(database_url, folder):
    """Rows go first, hours later, days last; a chart falls back to what is left."""
    store = opened(database_url, folder)
    store._readings.retention = Retention(hot=1, raw=3, hour=6, day=9)
    store.add_readings(some(24, step=HOUR))

    def forms(buckets):
        return store.history("S-1", MIDNIGHT, MIDNIGHT + DAY, buckets).forms

    store.keeper.keep(MIDNIGHT + 8 * DAY)
    assert forms(1000) == ("raw",)  # history fed today is kept as long as today's readings
    for path in folder.rglob("*.parquet"):
        os.utime(path, (0, 0))
    for day, expected in ((2, ("raw",)), (4, ("hour",)), (7, ("day",)), (10, ())):
        store.keeper.keep(MIDNIGHT + day * DAY)
        assert forms(1000) == expected
    assert store.series("S-1", MIDNIGHT, MIDNIGHT + DAY) == []
    store.close()


def test_a_large_hot_day_is_charted_from_minutes(store, monkeypatch):
    """Rolled-up chunks answer for themselves, those written since from their rows."""
    rows = some(240, step=timedelta(seconds=15))
    store.add_readings(rows)
    until = MIDNIGHT + HOUR
    raw = store.history("S-1", MIDNIGHT, until, 30)
    assert raw.forms == ("raw",)
    monkeypatch.setattr(past, "RAW_ROWS", 10)
    monkeypatch.setattr(keeping, "RAW_ROWS", 10)
    store.keeper.keep(until + 2 * MINUTE)
    rolled = store.history("S-1", MIDNIGHT, until, 30)
    assert rolled.forms == ("minute",)
    assert [(b.at, b.low, b.high, b.last, b.count) for b in rolled.buckets] == [
        (b.at, b.low, b.high, b.last, b.count) for b in raw.buckets
    ]
    store.add_readings([reading(MIDNIGHT + timedelta(seconds=1), 1000.0)])
    late = store.history("S-1", MIDNIGHT, until, 30)
    assert late.forms == ("raw", "minute")
    assert late.buckets[0].high == 1000.0
    store.keeper.keep(until + 3 * MINUTE)
    assert store.history("S-1", MIDNIGHT, until, 30).forms == ("minute",)
    assert store.history("S-1", MIDNIGHT, until, 30).buckets[0].high == 1000.0


def test_lost_roll_ups_are_made_again(tmp_path, monkeypatch):
    """They are derived: without their file a chart comes from rows, until the next pass."""
    monkeypatch.setattr(past, "RAW_ROWS", 10)
    monkeypatch.setattr(keeping, "RAW_ROWS", 10)
    url, folder = f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "telemetry"
    store = Telemetry(url, folder)
    store.add_readings(some(60))
    store.keeper.keep(MIDNIGHT + 2 * HOUR)
    chart = store.history("S-1", MIDNIGHT, MIDNIGHT + HOUR, 10)
    store.close()
    for path in (folder / "hot").glob("*.rolled*"):
        path.unlink()
    again = Telemetry(url, folder)
    raw = again.history("S-1", MIDNIGHT, MIDNIGHT + HOUR, 10)
    assert (chart.forms, raw.forms) == (("minute",), ("raw",))
    assert [b.count for b in chart.buckets] == [b.count for b in raw.buckets]
    again.keeper.keep(MIDNIGHT + 2 * HOUR)
    assert again.history("S-1", MIDNIGHT, MIDNIGHT + HOUR, 10).forms == ("minute",)
    again.close()


def test_a_start_reads_the_checkpoint_and_what_came_after(store, database_url, folder, monkeypatch):
    """Chunks not written since the checkpoint are not walked over; a broken one is passed over."""
    store.add_readings(some(60))
    store.keeper.keep(MIDNIGHT + HOUR)
    store.add_readings([reading(MIDNIGHT + 2 * HOUR, 5.0, "S-0"), reading(MIDNIGHT, 6.0, "OLD")])
    hot = store._readings.hot
    walked, newest = [], type(hot).newest

    def noted(self, day, since, until):
        walked.append((since, until))
        return newest(self, day, since, until)

    with monkeypatch.context() as patch:
        patch.setattr(type(hot), "newest", noted)
        again = opened(database_url, folder)
    assert len(walked) == 2
    assert all(until - since == CHUNK_US - 1 for since, until in walked)
    assert again.readings() == store.readings()
    (folder / "newest.json").write_text("{")
    once_more = opened(database_url, folder)
    assert once_more.readings() == store.readings()
    again.close()
    once_more.close()


def test_readings_of_an_older_installation_move_into_days(database_url, folder):
    """The one table of before becomes days, and is dropped; a second start finds nothing to do."""
    store = opened(database_url, folder)
    moving.reading.create(store.writer)
    rows = some(20, step=3 * HOUR)
    with store.writer.begin() as connection:
        connection.execute(
            moving.reading.insert(),
            [{"at": r.at, "sensor": r.sensor, "value": r.value} for r in rows],
        )
    store.close()
    for _ in range(2):
        again = opened(database_url, folder)
        assert not inspect(again.writer).has_table("reading")
        assert again.series("S-1", MIDNIGHT, MIDNIGHT + 9 * DAY) == [
            r for r in rows if r.sensor == "S-1"
        ]
        assert again.readings()["S-2"].value == rows[-1].value
        again.close()


def test_a_snapshot_never_changes_and_is_shared_until_there_is_news(store):
    """Who holds the newest values of a moment keeps them; asking twice costs nothing."""
    store.add_readings([reading(MIDNIGHT)])
    held = store.readings()
    assert store.readings() is held
    store.add_readings([reading(MIDNIGHT + HOUR, 2.0), reading(MIDNIGHT, 3.0, "S-2")])
    assert (dict(held)["S-1"].value, len(held)) == (1.0, 1)
    assert (store.readings()["S-1"].value, len(store.readings())) == (2.0, 2)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    offsets=st.lists(st.integers(0, 3 * 86_400 - 1), min_size=1, max_size=60, unique=True),
    archived=st.integers(0, 4),
    buckets=st.integers(1, 200),
)
def test_a_chart_says_what_the_rows_say(tmp_path_factory, offsets, archived, buckets):
    """Low, high, mean, last and count of each bucket are its rows', whatever is archived."""
    where = tmp_path_factory.mktemp("chart")
    store = Telemetry(f"sqlite:///{where / 'x.db'}", where)
    rows = [reading(MIDNIGHT + timedelta(seconds=s), float(s % 977)) for s in offsets]
    store.add_readings(rows)
    store.keeper.keep(MIDNIGHT + archived * DAY)
    until = MIDNIGHT + 3 * DAY
    made = store.history("S-1", MIDNIGHT, until, buckets)
    expected = {}
    for row in sorted(rows, key=lambda r: r.at):
        expected.setdefault(int((row.at - MIDNIGHT).total_seconds() // made.width_s), []).append(
            row
        )
    if "hour" not in made.forms and "day" not in made.forms:
        got = {round((b.at - MIDNIGHT).total_seconds() / made.width_s): b for b in made.buckets}
        assert got.keys() == expected.keys()
        for n, held in expected.items():
            values = [r.value for r in held]
            assert (got[n].low, got[n].high, got[n].last) == (min(values), max(values), values[-1])
            assert got[n].mean == pytest.approx(sum(values) / len(values))
    assert sum(b.count for b in made.buckets) == len(rows)
    assert min(b.low for b in made.buckets) == min(r.value for r in rows)
    assert max(b.high for b in made.buckets) == max(r.value for r in rows)
    assert made.buckets[-1].last == max(rows, key=lambda r: r.at).value
    store.close()


def test_the_table_of_retention_is_read_strictly():
    """What is not named keeps its default; nonsense is refused by field."""
    assert Retention.read("raw=60, hot=3") == Retention(raw=60, hot=3)
    for text_ in ("raw", "raw=0", "years=3", "raw=x", "hot=40"):
        with pytest.raises(Invalid) as refused:
            Retention.read(text_)
        assert refused.value.errors[0]["field"] == "HUBEI_RETENTION"


def test_a_store_on_postgres_uses_partitions(store, database_url):
    """Each day is a partition of its own, and deleting a day drops it."""
    if database_url.startswith("sqlite"):
        pytest.skip("files there")
    store.add_readings([reading(MIDNIGHT), reading(MIDNIGHT + DAY)])
    query = text("SELECT inhrelid::regclass::text FROM pg_inherits ORDER BY 1")
    with store.reader.connect() as connection:
        names = connection.execute(query).scalars().all()
    assert [n for n in names if "_d" in n and "pkey" not in n] == [
        "telemetry_d20200708",
        "telemetry_d20200709",
    ]
    hot = store._readings.hot
    mark = marked(hot.chunks(day_of(MIDNIGHT)))
    assert not hot.drop(day_of(MIDNIGHT), mark + 1)  # written since: it stays
    assert hot.drop(day_of(MIDNIGHT), mark)
    assert days(store)[0] == [date(2020, 7, 9)]
