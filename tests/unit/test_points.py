"""The point board numbers what changes, and says how each point stands."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from dashboard.geo_points import Board, Boards
from data.domain.alarm import AlarmState, Family
from data.domain.feeding import Latest
from data.domain.point_state import WAITING, PointState, code_of
from data.domain.sensing import Standing, sensors_sensed
from data.domain.sensor import Sensor, Threshold
from layers.rain import is_rain, rain_class
from tests.map_world import AT, WorldCenter, actor
from tests.point_world import alarm, crowded, moved


def told(board, after):
    """What a board says changed after a number, by the sensor's id."""
    body = msgspec.json.decode(board.since(after).plain)
    ids = [p.id for p in board.points]
    at, found = 0, {}
    for step, value, ago, state in zip(body["i"], body["v"], body["t"], body["s"], strict=True):
        at += step
        found[ids[at]] = (value, ago, state)
    return found


@pytest.fixture
def world():
    """Two hundred points."""
    return crowded(200)


def test_a_change_is_told_once_to_each_who_asks_after_it(world):
    """After the number before it a change is told, after its own number no more."""
    board = Board(world.now.sensors, world.areas)
    board.advance(world.now)
    first = board.number
    assert len(told(board, -1)) == 200
    assert told(board, first) == {}
    moved(world, {"P7": 4.25})
    board._compared = -10.0
    board.advance(world.now)
    assert told(board, first) == {"P7": (4.25, 0, PointState.CALM)}
    assert told(board, board.number) == {}


def test_an_alarm_is_told_at_once_even_between_ticks(world):
    """Alarms do not wait for the next comparison of values."""
    board = Board(world.now.sensors, world.areas)
    board.advance(world.now)
    before = board.number
    alarms = {**world.now.alarms, "AL-P7": alarm("P7", "orange")}
    board.advance(replace(world.now, alarms=alarms))
    assert told(board, before)["P7"][2] == PointState.ORANGE + WAITING
    taken = {k: replace(a, state=AlarmState.ACKNOWLEDGED) for k, a in alarms.items()}
    board.advance(replace(world.now, alarms=taken))
    assert told(board, board.number - 1)["P7"][2] == PointState.ORANGE


def test_a_silent_point_becomes_missing_without_any_message(world):
    """Three intervals without a report and the point is missing; nothing else changes."""
    sensors = {**world.now.sensors}
    sensors["P9"] = replace(sensors["P9"], expected_every_s=60)
    now = replace(world.now, sensors=sensors, alarms={})
    board = Board(sensors, world.areas)
    board.advance(now)
    before, calm = board.number, told(board, -1)["P9"][2]
    board._compared = -10.0
    board.advance(replace(now, at=AT + timedelta(seconds=181)))
    assert {k: s for k, (_, _, s) in told(board, before).items()} == {"P9": PointState.MISSING}
    longer = replace(now, at=AT + timedelta(seconds=181), missed_times=5.0)  # as a table has it
    board._compared = -10.0
    board.advance(longer)
    assert {k: s for k, (_, _, s) in told(board, before).items()} == {"P9": calm}
    assert sensors_sensed(longer)["P9"].standing == Standing.CALM


def test_another_start_of_the_program_tells_everything(world):
    """A number of another board is not believed."""
    boards = Boards(WorldCenter())
    board, _ = boards.board(actor())
    whole = board.since(-1).plain
    assert boards.changes(actor(), "abcdef.99", None).plain == whole
    assert boards.changes(actor(), "", None).plain == whole
    assert msgspec.json.decode(boards.changes(actor(), f"{board.epoch}.1", None).plain)["i"] == []


def test_a_state_is_the_worst_of_value_and_alarms():
    """A level by value, a fault by alarm, a colour by the rule; the gravest stands."""
    rungs = (Threshold(level="警戒", value=10.0), Threshold(level="短", value=2.0, below=True))
    sensor = Sensor(id="S", name="甲站", thresholds=rungs)
    latest = Latest(value=11.0, at=AT)
    assert code_of(sensor, None, [], AT) == PointState.UNHEARD
    assert code_of(sensor, latest, [], AT) == PointState.YELLOW
    assert code_of(sensor, Latest(value=5.0, at=AT), [], AT) == PointState.CALM
    fault = replace(alarm("S", ""), family=Family.STUCK)
    assert code_of(sensor, Latest(value=5.0, at=AT), [fault], AT) == PointState.STUCK + WAITING
    assert code_of(sensor, latest, [alarm("S", "red")], AT) == PointState.RED + WAITING


def test_rain_is_known_by_its_unit_and_words():
    """Millimetres of a displacement are no rain; the classes begin where the table says."""
    assert is_rain("雨量", "降水量", "mm")
    assert not is_rain("地质灾害点", "位移", "mm")
    assert [rain_class(mm)[0] for mm in (0.0, 0.1, 49.9, 50.0, 300.0)] == [
        "", "小雨", "大雨", "暴雨", "特大暴雨",
    ]  # fmt: skip
