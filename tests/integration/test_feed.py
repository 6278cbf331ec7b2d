"""The one door for readings: what an answer guarantees, whatever protocol brought the rows."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest

from data.center import build_center
from data.config import Settings
from data.domain.feeding import Reading
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM, Actor
from data.domain.sensor import Sensor
from data.errors import Forbidden, Unavailable

FEEDER = Actor.of("station", "runner", "420000")


@pytest.fixture
def center(database_url, tmp_path):
    """A real center with two sensors, on each engine."""
    made = build_center(Settings(var=tmp_path, scenario="none", database_url=database_url))
    things = tuple(Sensor(id=f"S-{n}", name=f"测点{n}", area_code="421127") for n in (1, 2))
    made.handle(StoreRows(what="测点", things=things), SYSTEM)
    yield made
    made.close()


def reading(center, sensor="S-1", value=1.0, minutes=1):
    """A reading of some minutes ago."""
    at = center.clock.now() - timedelta(minutes=minutes)
    return Reading(sensor=sensor, value=value, at=at)


def test_rows_of_any_shape_are_taken_one_by_one(center):
    """Structs, mappings and JSON text go in alike; each bad row is refused with its kind."""
    good = reading(center)
    at = good.at.isoformat()
    rows = [
        good,
        {"sensor": "S-2", "at": at, "value": 3},
        f'{{"sensor": "S-2", "at": "{(good.at - timedelta(1)).isoformat()}", "value": 4}}'.encode(),
        {"sensor": "S-9", "at": at, "value": 1},
        {"sensor": "S-1", "at": at, "value": float("nan")},
        {"sensor": "S-1", "at": at, "value": 1e308},
        reading(center, minutes=-60),
        b"{",
        '{"sensor":"雨量站"}'.encode("gb18030"),
        {"sensor": "S-1", "at": "2020-07-08T07:30:00", "value": 1},
    ]
    taken = center.feed.take(FEEDER, rows, via="mqtt", source="gate-1")
    assert taken.accepted == 3
    assert [(r.index, r.kind) for r in taken.rejected] == [
        (3, "unknown"), (4, "value"), (5, "value"), (6, "future"), (7, "malformed"),
        (8, "encoding"), (9, "time"),
    ]  # fmt: skip
    held = center.feed.quarantine.rows()
    assert [h.kind for h in reversed(held)] == [r.kind for r in taken.rejected]
    assert {(h.via, h.source) for h in held} == {("mqtt", "gate-1")}
    assert "雨量站" in held[1].raw


def test_an_answer_means_that_the_rows_are_on_disk(center):
    """What was answered is read back through a connection that had no part in writing it."""
    good = reading(center)
    center.feed.take(FEEDER, [good])
    assert center.telemetry.series("S-1", good.at, good.at) == [good]


def test_a_frame_nobody_could_read_is_kept(center):
    """A frame with a wrong check sum is counted and quarantined like any other refusal."""
    taken = center.feed.refuse(
        FEEDER, b"\x7e\x7e\xff", "CRC 不符", via="sl651", source="62010001"
    ).result(30)
    assert (taken.accepted, len(taken.rejected)) == (0, 1)
    [held] = center.feed.quarantine.rows(via="sl651")
    assert (held.source, held.kind, held.reason) == ("62010001", "frame", "CRC 不符")


def test_who_may_not_feed_is_refused(center):
    """A leader does not feed telemetry."""
    with pytest.raises(Forbidden):
        center.feed.take(Actor.of("leader", "leader", "420000"), [reading(center)])


def test_a_sensor_added_later_is_known_at_once(center):
    """The door looks again before it says that a sensor does not exist."""
    center.feed.take(FEEDER, [reading(center)])
    center.handle(StoreRows(what="测点", things=(Sensor(id="S-3", name="新测点"),)), SYSTEM)
    assert center.feed.take(FEEDER, [reading(center, "S-3")]).accepted == 1


def test_batches_that_wait_together_share_a_commit(center, monkeypatch):
    """While one commit is under way, what comes in meanwhile is stored in the next, together."""
    store, groups, entered, go = center.feed._store, [], Event(), Event()

    def slowly(batches):
        groups.append(len(batches))
        entered.set()
        assert go.wait(20)
        store(batches)

    monkeypatch.setattr(center.feed, "_store", slowly)
    first = center.feed.submit(FEEDER, [reading(center, minutes=9)])
    assert entered.wait(20)
    rest = [center.feed.submit(FEEDER, [reading(center, minutes=m)]) for m in (8, 7, 6, 5)]
    assert not first.done()
    go.set()
    assert [f.result(20).accepted for f in (first, *rest)] == [1] * 5
    assert groups == [1, 4]


def test_what_could_not_be_stored_is_not_acknowledged(center, monkeypatch):
    """A full disk is an exception for every waiting sender, and the next batch gets through."""
    add = center.telemetry.add_readings

    def full(_rows):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(center.telemetry, "add_readings", full)
    with pytest.raises(Unavailable):
        center.feed.take(FEEDER, [reading(center)])
    monkeypatch.setattr(center.telemetry, "add_readings", add)
    assert center.feed.take(FEEDER, [reading(center)]).accepted == 1


def test_a_failing_watcher_does_not_lose_the_answer(center, monkeypatch):
    """Stored is stored: rows are acknowledged though their evaluation failed."""

    def fail(*_):
        raise RuntimeError("a rule is broken")

    monkeypatch.setattr(center.feed.watching, "take", fail)
    assert center.feed.take(FEEDER, [reading(center)]).accepted == 1


def test_callers_from_many_threads_each_get_their_own_answer(center):
    """Eight senders at once: each is told of its own rows, all rows are there once."""
    barrier, answers = Barrier(8), {}

    def send(n):
        barrier.wait(30)
        rows = [reading(center, minutes=n * 10 + m) for m in range(1, 6)] + [f"bad {n}"] * n
        answers[n] = center.feed.take(FEEDER, rows, via="mqtt", source=f"g{n}")

    threads = [Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a sender got no answer"
    assert {n: (a.accepted, len(a.rejected)) for n, a in answers.items()} == {
        n: (5, n) for n in range(8)
    }
    now = center.clock.now()
    assert len(center.telemetry.series("S-1", now - timedelta(days=1), now)) == 40


def test_a_sensor_goes_by_its_device_and_element_too(center):
    """A row may name the device's address; a changed address counts from the next row on."""
    named = Sensor(
        id="S-3", name="遥测水位", area_code="421127", device="sl651:0012345678", element="39"
    )
    center.handle(StoreRows(what="测点", things=(named,)), SYSTEM)
    good = reading(center, "S-3")
    row = {"sensor": "sl651:0012345678/39", "at": good.at.isoformat(), "value": good.value}
    taken = center.feed.take(FEEDER, [row, {**row, "sensor": "sl651:0012345678/38"}])
    assert (taken.accepted, [r.kind for r in taken.rejected]) == (1, ["unknown"])
    assert center.telemetry.series("S-3", good.at, good.at) == [good]
    moved = replace(center.queries.sensors(SYSTEM)["S-3"], element="38")
    center.handle(StoreRows(what="测点", things=(moved,)), SYSTEM)
    assert center.feed.take(FEEDER, [row]).rejected[0].kind == "unknown"
