"""The simulator drives the real doors, only in an exercise, and marks what it invents."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.commands import simulate, simulating
from data.config import Settings
from data.domain.org import SYSTEM, Area, AreaTree
from data.domain.sensor import Sensor
from data.domain.slot import Slot
from data.errors import NotFound
from data.exercise.flood import read_flood
from data.exercise.invented_sensors import RAIN, SORTS, Values, invented, invented_sources, sort_of
from data.ingest.mqtt import MqttConsumer
from data.ingest.mqtt_settings import MqttSettings
from data.ingest.rule_book import rule_book
from tests.integration.device_world import waited
from tests.mosquitto import Broker, find_mosquitto
from tests.serving import PASSWORD, Running

WAVE = read_flood("flood-2020")
COUNTY = Area(
    code="421127", name="黄梅县", short_name="黄梅", parent="421100", is_prefecture=False,
    is_county=True, lon=115.94, lat=30.07,
)  # fmt: skip


def test_the_wave_passes_through_what_was_reported():
    """汉口 stood at 27.30 on 7 July 8:00 and at its crest of 28.77 on 12 July 23:00."""
    for at, value in (("2020-07-07T08:00+08:00", 27.30), ("2020-07-12T23:00+08:00", 28.77)):
        assert WAVE.level("汉口", datetime.fromisoformat(at).timestamp()) == pytest.approx(value)


@given(st.sampled_from(sorted(WAVE.knots)), st.floats(-0.2, 1.2))
def test_the_wave_never_overshoots(station, share):
    """Between two knots the level stays between theirs; outside it stands still."""
    line = WAVE.knots[station]
    at = line[0][0] + share * (line[-1][0] - line[0][0])
    before = max((k for k in line if k[0] <= at), default=line[0])
    after = min((k for k in line if k[0] >= at), default=line[-1])
    low, high = sorted((before[1], after[1]))
    assert low - 1e-9 <= WAVE.level(station, at) <= high + 1e-9


def test_the_crest_moves_down_the_river():
    """Each station's highest knot comes no earlier than that of the one above it."""
    order = ("莲花塘", "螺山", "汉口", "黄石", "武穴闸")
    crests = [max(WAVE.knots[s], key=lambda k: k[1])[0] for s in order]
    assert crests == sorted(crests)


def test_an_unknown_flood_is_refused_by_name():
    """The refusal names those there are."""
    with pytest.raises(NotFound, match="flood-2020"):
        read_flood("flood-1954")


def test_what_is_invented_says_so():
    """Every invented sensor is of the exercise and carries 演练 in its name and source."""
    made = list(invented(300, AreaTree.of([COUNTY])))
    assert len({s.id for s in made}) == 300
    assert {s.origin for s in made} == {"exercise"}
    assert all("演练" in s.name and "演练" in s.source for s in made)
    assert all("演练" in t.source for s in made for t in s.thresholds)
    assert {sort_of(n) for n in range(1, 301)} == set(SORTS)


def test_what_is_invented_stands_in_the_tables_of_the_watch():
    """Each sort's quantity, unit and levels are known, so that it raises what a real one would."""
    book = rule_book()
    for sort in SORTS:
        assert book.named[sort.quantity].unit == sort.unit
        for level, _ in sort.levels:
            assert book.colour_of(level)
            assert book.below(sort.quantity, level) == sort.falls
    areas = AreaTree.of([COUNTY])
    made = list(invented(300, areas, every_s=10))
    sources = {s.id: s.kind for s in invented_sources(300, areas)}
    assert all(book.combinations(kind) for kind in sources.values())
    assert {s.source_id for s in made if s.source_id} == set(sources)
    assert {sources[s.source_id] for s in made if s.source_id} == {"危险化学品", "尾矿库"}
    assert {s.expected_every_s for s in made} == {10}


def test_under_the_rain_cell_a_gauge_goes_red_and_elsewhere_none_does():
    """What a gauge reads is what fell since its last report, whatever the interval."""
    book, number = rule_book(), next(n for n in range(1, 99) if sort_of(n).quantity == RAIN)
    [cell] = WAVE.rain
    gauge = Sensor(id="R", name="R", quantity=RAIN, unit="mm")
    for every in (60, 600):
        for wet, colour in (({number: (cell,)}, "red"), ({}, "")):
            values, slot, at = Values(wet=wet), Slot(gauge, book), cell.begins
            while at < cell.ends:
                at += every
                slot.take(at, values.at(number, at, every))
            assert slot.colour == colour


@pytest.mark.parametrize(
    ("asked", "clock", "seconds"),
    [
        (["--every", "10s"], 1.0, 10), (["--every", "10s"], 10.0, 100),
        (["--every", "1min", "--speed", "10"], 1.0, 60), (["--every", "100ms"], 1.0, 5),
        (["--sensors", "50000", "--rows-per-second", "1000"], 1.0, 50),
    ],
)  # fmt: skip
def test_a_sensor_is_missed_by_the_clock_it_reports_on(asked, clock, seconds):
    """The interval in seconds of the exercise; a slow round is not silence."""
    args = simulate._parser().parse_args(asked)
    assert simulate.interval_s(args, clock) == seconds


def test_few_invented_sensors_go_wrong_at_a_time():
    """Some stand above their levels for an hour, most never do."""
    at = datetime(2020, 7, 8, tzinfo=UTC).timestamp()
    values = Values()
    over = [
        n
        for n in range(1, 20_001)
        if (sort := sort_of(n)).levels and not sort.falls and values.at(n, at) >= sort.levels[0][1]
    ]
    assert 0 < len(over) < 200


@pytest.mark.parametrize(("text", "seconds"), [("10s", 10), ("500ms", 0.5), ("1min", 60)])
def test_an_interval_is_read(text, seconds):
    """With its unit."""
    assert simulate.seconds_of(text) == seconds


def test_a_clock_that_stands_still_is_waited_for(monkeypatch):
    """No round carries the instant of the one before."""
    start = datetime(2020, 7, 8, tzinfo=UTC)
    instants = iter([start, start, start + timedelta(seconds=5)])
    naps, sent = [], []

    async def now():
        return next(instants)

    async def send(lines):
        sent.append(lines)
        return {"accepted": 1, "refused": 0, "duplicates": 0}

    async def nap(seconds):
        naps.append(seconds)

    plan = simulating.Plan(invented=2, stations={}, wave=WAVE, every_s=10, rounds=2)
    monkeypatch.setattr(simulating.asyncio, "sleep", nap)
    sums = asyncio.run(simulating.drive(plan, now, send, lambda _: None))
    assert (sums.rounds, sums.rows, len(sent)) == (2, 4, 2)
    assert 1.0 in naps


def test_the_real_center_gets_nothing_invented(tmp_path, capsys):
    """Neither by settings nor by address."""
    assert simulate.main(Settings(var=tmp_path, scenario="none"), ["--rounds", "1"]) == 1
    assert "演练" in capsys.readouterr().err
    with Running(tmp_path / "real", pages={}) as real:
        settings = Settings(
            var=tmp_path / "x", scenario="2020-07-08", port=real.port, seed_password=PASSWORD
        )
        assert simulate.main(settings, ["--rounds", "1", "--sensors", "1"]) == 1
        assert "真实中心" in capsys.readouterr().err
        assert not real.center.telemetry.readings()


def test_a_simulation_runs_against_a_real_server(exercise_server, capsys):
    """It makes the sensors it needs, feeds them and the river, and reports what was taken."""
    center = exercise_server.center
    center.exercise.clock.change(paused=False)
    settings = Settings(
        var=exercise_server.var, scenario="2020-07-08", port=exercise_server.port,
        seed_password=PASSWORD,
    )  # fmt: skip
    asked = ["--sensors", "1200", "--every", "100ms", "--rounds", "2", "--batch", "500"]
    try:
        assert simulate.main(settings, asked) == 0
    finally:
        center.exercise.clock.change(paused=True)
    said = capsys.readouterr().out
    assert "拒收 0" in said
    readings, sensors = center.telemetry.readings(), center.queries.sensors(SYSTEM)
    assert sum(1 for key in readings if key.startswith("DRILL-")) == 1200
    river = {sensors[key].name for key in readings if not key.startswith("DRILL-")}
    assert {"监利", "九江", "蕲州"} <= river
    assert "汉口" not in river  # the exercise's own script tells its level
    made = [s for key, s in sensors.items() if key.startswith("DRILL-")]
    assert {s.expected_every_s for s in made} == {simulate.ROUND_S * center.exercise.clock.speed}
    kinds = {s.kind for s in center.queries.situation(SYSTEM).sources.values()}
    assert {"危险化学品", "尾矿库"} <= kinds


@pytest.mark.skipif(find_mosquitto() is None, reason="no MQTT broker found: install 'mosquitto'")
def test_a_simulation_goes_through_a_broker(exercise_server, tmp_path, capsys):
    """Every row it publishes is taken by the center behind the broker, and none is refused."""
    center = exercise_server.center
    broker = Broker(tmp_path).start()
    address = f"mqtt://127.0.0.1:{broker.port}"
    consumer = MqttConsumer(center.feed, MqttSettings.of(address, client_id="simulated"))
    settings = Settings(
        var=exercise_server.var, scenario="2020-07-08", port=exercise_server.port,
        seed_password=PASSWORD,
    )  # fmt: skip
    before = set(center.feed.quarantine.rows())
    center.exercise.clock.change(paused=False)
    try:
        consumer.start()
        assert waited(lambda: consumer.status()["connected"])
        asked = ["--broker", address, "--sensors", "30", "--every", "100ms", "--rounds", "2"]
        assert simulate.main(settings, [*asked, "--batch", "20"]) == 0
        sent = int(re.search(r"已发 ([\d,]+) 行", capsys.readouterr().out)[1].replace(",", ""))
        assert waited(lambda: consumer.status()["accepted"] == sent), consumer.status()
        assert consumer.status()["refused"] == 0
    finally:
        center.exercise.clock.change(paused=True)
        consumer.close()
        broker.stop()
    assert sent > 2 * 30
    assert sum(1 for key in center.telemetry.readings() if key.startswith("DRILL-")) >= 30
    assert set(center.feed.quarantine.rows()) == before
