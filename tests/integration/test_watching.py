"""The watch on both engines: rungs, windows, silence, combinations, restarts, people's acts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from data.domain import messages as m
from data.domain.alarm import AlarmState
from data.domain.messages import monitoring as mm
from data.domain.org import SYSTEM, Actor
from data.domain.sensor import Sensor, Threshold
from data.domain.source import RiskSource
from data.errors import Forbidden, IllegalMove, Invalid, Stale
from tests.integration.watch_world import START, WatchWorld, station

DUTY = Actor.of("duty", "duty", "420000", "王值班")
LEADER = Actor.of("leader", "leader", "420000")


@pytest.fixture
def world(database):
    """An empty watch."""
    made = WatchWorld(database)
    yield made
    made.close()


def test_a_wave_at_one_rung_is_one_alarm_and_each_rung_is_told_once(world):
    """Forty waves raise one; a higher rung raises anew; falling steps down, then clears."""
    world.put(station())
    world.feed("S-1", [(n * 60, 25.0 + (0.02, -0.05)[n % 2]) for n in range(40)])
    assert world.said() == [("设防", "raised")]
    world.feed("S-1", [(2460, 27.3)])
    assert world.said() == [("设防", "cleared"), ("警戒", "raised")]
    world.feed("S-1", [(2520, 27.2)])  # within the hysteresis of 0.10 m
    assert world.said()[-1] == ("警戒", "raised")
    world.feed("S-1", [(2580, 27.19)])
    assert world.said() == [("设防", "cleared"), ("设防", "raised")]
    assert [s.level for s in world.alarms()[-1].steps] == ["警戒", "设防"]
    world.feed("S-1", [(2640, 24.95), (2700, 24.89)])
    assert world.said() == [("设防", "cleared"), ("设防", "cleared")]
    assert world.alarms()[-1].cleared_at == START + timedelta(minutes=2700)


def test_stepping_down_keeps_who_took_it(world):
    """An alarm taken by a person stays taken on the lower rung, and rings anew on a higher one."""
    world.put(station())
    world.feed("S-1", [(0, 27.4)])
    world.bus.handle(m.AcknowledgeAlarm(alarm_id=world.alarms()[0].id), DUTY)
    world.feed("S-1", [(60, 27.0)])
    assert world.said() == [("设防", "acknowledged")]
    world.feed("S-1", [(120, 27.5)])
    assert world.said() == [("设防", "cleared"), ("警戒", "raised")]


def test_the_level_in_force_on_the_day_counts(world):
    """监利: 35.60 is over 警戒 until the day 35.70 takes its place, in Beijing's days."""
    old = Threshold(level="警戒", value=35.5, valid_to=date(2026, 7, 1))
    new = Threshold(level="警戒", value=35.7, valid_from=date(2026, 7, 2))
    world.put(station(name="监利", thresholds=(old, new)))
    world.feed("S-1", [(0, 35.65)])  # 08:00 on the 1st in Beijing
    assert world.said() == [("警戒", "raised")]
    world.feed("S-1", [(15 * 60 + 59, 35.65)])
    assert world.said() == [("警戒", "raised")]
    world.feed("S-1", [(16 * 60, 35.59)])  # midnight: 35.59 is below 35.70 − 0.10
    assert world.said() == [("警戒", "cleared")]


def test_low_levels_are_reached_by_falling(world):
    """A tank's 低 and 低低 mirror 高 and 高高; going through the middle clears before it raises."""
    levels = (("低低", 0.5, True), ("低", 1.0, True), ("高", 8.0, False), ("高高", 9.0, False))
    rungs = tuple(Threshold(level=w, value=v, below=b) for w, v, b in levels)
    world.put(Sensor(id="T-1", name="1号罐液位", quantity="液位", unit="m", thresholds=rungs))
    world.feed("T-1", [(0, 5.0), (1, 0.9), (2, 0.4), (3, 1.04), (4, 8.5), (5, 9.2), (6, 5.0)])
    assert [a.level for a in world.alarms()] == ["低", "低低", "高", "高高"]
    assert all(a.state == AlarmState.CLEARED for a in world.alarms())
    assert {a.colour for a in world.alarms()} == {"yellow", "orange"}


def test_late_and_repeated_readings_change_nothing(world):
    """A reading older than the newest, or of the same instant, does not move a level."""
    world.put(station())
    world.feed("S-1", [(60, 26.0), (0, 29.9), (60, 29.9), (30, 20.0)])
    assert world.said() == [("设防", "raised")]


def test_rain_is_summed_over_its_windows_and_runs_out_by_itself(world):
    """12 h, 6 h and 3 h at 50 mm, 3 h at 100 mm; each rung once; time alone clears it."""
    world.put(Sensor(id="R-1", name="柳林", quantity="雨量", unit="mm", area_code="421321"))
    world.feed("R-1", [(0, 24.0), (420, 26.0)])
    assert [a.rule_id for a in world.alarms()] == ["rain-12h-50"]
    world.feed("R-1", [(540, 25.0)])
    assert [a.rule_id for a in world.alarms()] == ["rain-12h-50", "rain-3h-50"]
    world.feed("R-1", [(541, 60.0)])
    assert world.alarms()[-1].rule_id == "rain-3h-100"
    assert world.alarms()[-1].colour == "red"
    assert world.surges()[0].kind == "rain"
    world.at(541 + 181)
    assert world.alarms()[-1].open
    assert world.alarms()[-1].colour == "yellow"  # 3 h are dry; 6 h still hold 111 mm
    world.at(541 + 721)
    assert not world.alarms()[-1].open


def test_a_rain_counter_counts_differences(world):
    """累计雨量 only grows; the first value says nothing, a reset begins anew."""
    world.put(Sensor(id="R-1", name="柳林", quantity="累计雨量", unit="mm", area_code="421321"))
    world.feed("R-1", [(0, 900.0), (60, 930.0), (120, 10.0)])
    assert world.said() == []
    world.feed("R-1", [(150, 20.0)])
    assert [a.rule_id for a in world.alarms()] == ["rain-3h-50"]


def test_a_days_total_of_sl651_is_not_rain_anew_at_every_report(world):
    """Element 20 tells the day's rain so far; only its differences count, a fall begins a day."""
    gauge = Sensor(id="R-1", name="柳林", quantity="雨量", unit="mm", area_code="421321")
    world.put(replace(gauge, device="sl651:0012345678", element="20"))
    world.feed("R-1", [(m, 30.0 + m / 60) for m in range(0, 180, 5)])
    assert world.said() == []  # 3 mm fell; added up the reports would be more than 1,000
    world.feed("R-1", [(185, 2.0), (190, 49.5)])
    assert [a.rule_id for a in world.alarms()] == ["rain-3h-50"]


def test_late_rain_falls_into_its_place(world):
    """A gauge that sends the lost hours afterwards is judged by the hours they fell in."""
    world.put(Sensor(id="R-1", name="柳林", quantity="雨量", unit="mm", area_code="421321"))
    world.feed("R-1", [(0, 30.0), (170, 0.0), (100, 25.0), (100, 25.0)])
    assert world.said() == []
    world.at(171)
    assert [a.rule_id for a in world.alarms()] == ["rain-3h-50"]


def test_a_quick_rise_is_told_before_a_level(world):
    """Half a metre within an hour raises, and clears when the water stands."""
    world.put(station())
    world.feed("S-1", [(0, 20.0), (20, 20.2), (40, 20.51)])
    assert [a.rule_id for a in world.alarms()] == ["river-rise"]
    world.feed("S-1", [(80, 20.52), (120, 20.53)])
    assert [a.state for a in world.alarms()] == [AlarmState.CLEARED]


def test_a_stuck_value_is_told_and_ends_with_the_first_change(world):
    """The same to the digit for 24 hours in at least twelve reports; a change ends it."""
    world.put(station())
    world.feed("S-1", [(n * 120, 21.37) for n in range(13)])
    assert [a.rule_id for a in world.alarms()] == ["stuck"]
    world.feed("S-1", [(1560, 21.38)])
    assert not world.alarms()[0].open


def test_hours_before_a_restart_count_for_a_stuck_value(world):
    """What is stored says since when the value has been the same."""
    world.put(station())
    world.feed("S-1", [(n * 60, 21.37) for n in range(23)])
    world.again()
    world.feed("S-1", [(1320 + n * 5, 21.37) for n in range(1, 25)])
    world.at(1441)
    world.feed("S-1", [(1445, 21.37)])
    assert [a.rule_id for a in world.alarms()] == ["stuck"]


def test_silence_is_told_and_ends_with_a_report(world):
    """Three times the interval without a report; who was never heard is not missed."""
    world.put(station(expected_every_s=600), station("S-2", name="黄石", expected_every_s=600))
    world.feed("S-1", [(0, 21.0)])
    world.at(30)
    assert world.said() == []
    world.at(31)
    world.at(32)
    assert world.said() == [("数据中断", "raised")]
    assert world.alarms()[0].sensor_id == "S-1"
    world.feed("S-1", [(33, 21.0)])
    assert world.said() == [("数据中断", "cleared")]


def test_an_outage_of_many_is_one_alarm(world):
    """A path that falls silent is one alarm; who stays silent when it is back is told apart."""
    keys = [f"S-{n}" for n in range(30)]
    world.put(*(station(k, name=k, expected_every_s=60, device=f"sl651:{k}") for k in keys))
    for key in keys:
        world.feed(key, [(0, 21.0)])
    world.at(10)
    outage = world.alarms()
    assert [(a.sensors, a.rule_id) for a in outage] == [(30, "missing")]
    assert "武汉市" in outage[0].sensor_name
    world.again()
    world.at(11)
    assert len(world.alarms()) == 1
    for key in keys[:-2]:
        world.feed(key, [(12, 21.0)])
    assert not world.alarms()[0].open
    late = [a for a in world.alarms() if a.open]
    assert {a.sensor_id for a in late} <= {"S-28", "S-29", "S-27"}
    world.feed("S-28", [(12, 21.0)])
    world.feed("S-29", [(12, 21.0)])
    assert not any(a.open for a in world.alarms())


def test_points_roll_up_to_the_pond(world):
    """Four blue points of one item make the pond yellow; three yellow orange; back to calm."""
    rungs = (Threshold(level="蓝", value=10.0), Threshold(level="黄", value=20.0))
    world.put(RiskSource(id="RS-1", name="甲尾矿库", kind="尾矿库", area_code="420281"))
    world.put(
        *(
            Sensor(
                id=f"W-{n}", name=f"位移{n}", quantity="位移", unit="mm", source_id="RS-1",
                thresholds=rungs, area_code="420281",
            )
            for n in range(4)
        )
    )  # fmt: skip
    for n in range(3):
        world.feed(f"W-{n}", [(n, 11.0)])
    assert world.alarms("RS-1") == []
    world.feed("W-3", [(3, 11.0)])
    assert [(a.level, a.rule_id) for a in world.alarms("RS-1")] == [("黄", "tailings-point-blue")]
    for n in range(3):
        world.feed(f"W-{n}", [(10 + n, 21.0)])
    whole = world.alarms("RS-1")
    assert [(a.level, a.open) for a in whole] == [("黄", False), ("橙", True)]
    assert whole[-1].rule_source
    for n in range(4):
        world.feed(f"W-{n}", [(2000 + n, 1.0)])
    assert not any(a.open for a in world.alarms())


def test_one_flood_wave_is_one_surge(world):
    """Stations of one river within three days are one surge; another river is another."""
    world.put(*(station(f"S-{n}", name=f"站{n}") for n in range(5)))
    world.put(station("H-1", name="沙洋", river="汉江"))
    for n in range(5):
        world.feed(f"S-{n}", [(n * 600, 26.0)])
    world.feed("H-1", [(3000, 26.0)])
    wave, other = world.surges()
    assert (wave.title, len(wave.alarms), wave.standing) == ("长江 洪水过程", 5, 5)
    assert len(other.alarms) == 1
    for n in range(5):
        world.feed(f"S-{n}", [(4000 + n, 20.0)])
    assert [s.state for s in world.surges()] == ["closed", "open"]


def test_a_restart_raises_nothing_twice_and_forgets_nothing(world):
    """State is rebuilt from stored readings and open alarms; a crash between is made good."""
    world.put(station(), station("S-2", name="黄石"))
    world.put(Sensor(id="R-1", name="柳林", quantity="雨量", unit="mm", area_code="421321"))
    world.feed("S-1", [(0, 27.4)])
    world.feed("R-1", [(0, 30.0)])
    world.store("S-2", [(1, 27.4)])  # stored, and the process dies before anybody looked
    world.again()
    world.at(2)
    assert world.said() == [("警戒", "raised"), ("警戒", "raised")]
    world.again()
    world.feed("S-1", [(10, 27.41)])
    world.feed("R-1", [(60, 25.0)])
    assert [a.rule_id for a in world.alarms()] == ["level", "level", "rain-3h-50"]
    world.again()
    world.feed("S-1", [(20, 20.0)])
    assert [a.state.value for a in world.alarms("S-1")] == ["cleared"]


def test_what_another_server_stored_is_watched_all_the_same(world):
    """Each change between two looks is told, in order; who reports elsewhere is not silent."""
    world.put(station(expected_every_s=3600))
    world.feed("S-1", [(0, 24.0)])
    world.store("S-1", [(60, 25.1), (120, 24.0), (180, 27.4)])
    world.at(180)
    assert world.said() == [("设防", "cleared"), ("警戒", "raised")]
    world.store("S-1", [(n, 27.4 + n / 1e5) for n in range(240, 1441, 60)])
    for minute in (1440, 1441):
        world.at(minute)
    assert world.said() == [("设防", "cleared"), ("警戒", "raised")]
    for minute in (1621, 1622):
        world.at(minute)
    assert world.said()[-1] == ("数据中断", "raised")
    world.watching.rest()  # as another server leads meanwhile, and is gone again
    world.store("S-1", [(1680, 24.0)])
    world.at(1681)
    assert {state for _, state in world.said()} == {"cleared"}


def test_a_refused_command_is_made_good(world, monkeypatch):
    """When the journal cannot be written the alarm comes with the next look, once."""
    world.put(station())
    world.feed("S-1", [(0, 20.0)])
    with monkeypatch.context() as patch:
        patch.setattr(world.bus, "handle", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            world.feed("S-1", [(60, 27.4)])
    assert world.said() == []
    world.at(61)
    world.at(62)
    assert world.said() == [("警戒", "raised")]


def test_people_take_handle_link_and_set_aside(world):
    """The life of an alarm; what is set aside comes back by itself and rings again."""
    world.put(station())
    world.feed("S-1", [(0, 27.4)])
    key = world.alarms()[0].id
    with pytest.raises(Forbidden):
        world.bus.handle(mm.HandleAlarms(alarm_ids=(key,), how="看过"), LEADER)
    with pytest.raises(Invalid):
        world.bus.handle(mm.HandleAlarms(alarm_ids=(key,), how=" "), DUTY)
    until = START + timedelta(hours=2)
    with pytest.raises(Invalid):
        world.bus.handle(mm.ShelveAlarms(alarm_ids=(key,), until=START, why="检修"), DUTY)
    world.bus.handle(mm.ShelveAlarms(alarm_ids=(key,), until=until, why="检修"), DUTY)
    world.at(119)
    assert world.said() == [("警戒", "shelved")]
    world.at(121)
    assert world.said() == [("警戒", "raised")]
    world.bus.handle(mm.HandleAlarms(alarm_ids=(key,), how="已上堤"), DUTY)
    with pytest.raises(IllegalMove):
        world.bus.handle(m.AcknowledgeAlarm(alarm_id=key), DUTY)
    assert world.alarms()[0].handled_how == "已上堤"
    world.feed("S-1", [(180, 20.0)])
    cleared = world.alarms()[0]
    assert (cleared.state, cleared.handled_by) == (AlarmState.CLEARED, "王值班")


def test_nobody_takes_it_so_it_goes_up_once_a_stage(world):
    """Yellow: 30 minutes to the 带班领导, 120 to the level above; a surge is called once."""
    world.put(station(), station("S-2", name="黄石"))
    world.feed("S-1", [(0, 27.4)])
    world.feed("S-2", [(0, 27.4)])
    for minute in (29, 30, 31, 32):
        world.at(minute)
    assert [[e.minutes for e in a.escalations] for a in world.alarms()] == [[30], [30]]
    world.at(120)
    world.at(121)
    assert [[e.minutes for e in a.escalations] for a in world.alarms()] == [[30, 120]] * 2
    lines = [line["summary"] for line in world.queries.journal(SYSTEM)]
    assert sum("升级至" in line for line in lines) == 2


def test_levels_are_set_by_people_from_a_day_on(world):
    """The one before ends the day before; the alarm follows at once; the reason is kept."""
    world.put(station())
    world.feed("S-1", [(0, 27.4)])
    world.at(1)
    change = mm.SetThreshold(
        sensor_id="S-1", level="警戒", value=27.6, reason="省防指文件", valid_from=date(2026, 7, 1)
    )
    with pytest.raises(Forbidden):
        world.bus.handle(change, LEADER)
    for wrong, field in (
        (replace(change, reason=""), "reason"), (replace(change, value=24.0), "value"),
        (replace(change, level="随便"), "level"), (replace(change, value=float("inf")), "value"),
        (replace(change, valid_to=date(2026, 6, 1)), "valid_to"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            world.bus.handle(wrong, DUTY)
        assert refused.value.errors[0]["field"] == field
    with pytest.raises(Stale):
        world.bus.handle(replace(change, expect_version=9), DUTY)
    sensor = world.bus.handle(change, DUTY).body["sensor"]
    held = [(t["value"], t["valid_from"], t["valid_to"]) for t in sensor["thresholds"]
            if t["level"] == "警戒"]  # fmt: skip
    assert held == [(27.3, None, "2026-06-30"), (27.6, "2026-07-01", None)]
    world.at(2)
    assert world.said() == [("设防", "raised")]  # 27.40 is below 27.60 − 0.10
    world.put(station())  # the shipped reference does not take it back
    kept = world.queries.situation(SYSTEM).sensors["S-1"].in_force(date(2026, 7, 2))
    assert [t.value for t in kept] == [25.0, 27.6, 29.73]
