"""Risk by county stands by colour and count, never by invented weights; rivers by their order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.components.wall_calm import overdue_supervised, second_side, watch_side
from data.domain.alarm import AlarmState, Family
from data.domain.county_risk import county_risks
from data.domain.feeding import Latest
from data.domain.point_state import PointState
from data.domain.rectification import Rectification
from data.domain.river_profile import profiles
from data.domain.sensor import Sensor, Threshold
from data.domain.source import RiskSource
from data.domain.warning import Warning, WarningState  # noqa: A004 - the field's word
from data.ingest import reference
from data.ingest.seeding import area_tree
from tests.map_world import AT, world
from tests.point_world import alarm

AREAS = area_tree()
HUANGMEI, WUXUE, HUANGGANG = "421127", "421182", "421100"


@pytest.fixture
def seen():
    """黄梅 with an orange alarm, 武穴 with a fault, 黄冈 under a yellow warning, nothing else."""
    fault = replace(alarm("S-2", ""), area_code=WUXUE, family=Family.MISSING)
    over = replace(alarm("S-1", "orange"), area_code=HUANGMEI)
    gone = replace(alarm("S-3", "red"), area_code=HUANGMEI, state=AlarmState.CLEARED)
    warning = Warning(
        id="YJ-1", state=WarningState.ISSUED, colour="yellow", areas=(HUANGGANG,),
        counties=(HUANGMEI, WUXUE), issued_at=AT, expires=AT + timedelta(hours=6),
    )  # fmt: skip
    sources = {"RS-1": RiskSource(id="RS-1", name="库", area_code=WUXUE)}
    return replace(
        world(), alarms={a.id: a for a in (over, fault, gone)}, warnings={warning.id: warning},
        sources=sources,
    )  # fmt: skip


def test_the_gravest_colour_comes_first_and_calm_ones_last(seen):
    """黄梅 by its alarm, 武穴 by the warning over it; all others are calm; every county stands."""
    found = county_risks(seen, AREAS)
    assert len(found) == 103
    first, second = found[:2]
    assert (first.code, first.state, first.alarms, first.warnings) == (
        HUANGMEI, PointState.ORANGE, 1, 1,
    )  # fmt: skip
    assert (second.code, second.state, second.faults, second.sources) == (
        WUXUE, PointState.YELLOW, 1, 1,
    )  # fmt: skip
    assert not any(risk.stirred for risk in found[2:])


def test_a_warning_that_is_over_colours_nothing(seen):
    """The clock ends a warning; what is left is a fault, in doubt and not in a colour."""
    later = replace(seen, at=AT + timedelta(hours=7))
    states = {r.code: r.state for r in county_risks(later, AREAS)}
    assert states[WUXUE] == PointState.MISSING
    assert states[HUANGMEI] == PointState.ORANGE


def test_a_warning_of_a_prefecture_lies_over_its_counties(seen):
    """One that names only the prefecture concerns every county of it, and no other."""
    held = replace(seen.warnings["YJ-1"], counties=())
    found = county_risks(replace(seen, warnings={held.id: held}), AREAS)
    warned = {r.code for r in found if r.warnings}
    assert warned == {
        a.code for a in AREAS.areas.values() if a.is_county and HUANGGANG in AREAS.path(a.code)
    }


def test_a_profile_follows_the_river_and_tells_heights_from_the_warning_level(seen):
    """Stations in the order of the table, heights over 警戒; one without 警戒 is left out."""
    order = [
        {"river": "长江", "place": n, "station_id": key, "km": None, "source": "表"}
        for n, key in enumerate(("B", "A", "C"))
    ]
    rungs = (Threshold(level="警戒", value=20.0), Threshold(level="保证", value=22.0))
    sensors = {
        "A": Sensor(id="A", name="甲", thresholds=rungs),
        "B": Sensor(id="B", name="乙", thresholds=rungs),
        "C": Sensor(id="C", name="丙"),
    }
    readings = {"A": Latest(value=22.5, at=AT)}
    held = replace(seen, sensors=sensors, readings=readings, alarms={})
    (river,) = profiles(held, order)
    assert [p.name for p in river.points] == ["乙", "甲"]
    assert [p.over_m for p in river.points] == [None, 2.5]
    assert river.points[1].levels_m == {"警戒": 0.0, "保证": 2.0}
    assert river.points[1].state == PointState.ORANGE
    assert not river.measured


def test_the_shipped_order_names_stations_that_exist_and_no_invented_distance():
    """Every row names a shipped station of its river; kilometres are blank without a source."""
    stations = {row["id"]: row for row in reference.read_stations()}
    rows = reference.read_river_order()
    assert {row["river"] for row in rows} == {"长江", "汉江"}
    assert all(stations[row["station_id"]]["river"] == row["river"] for row in rows)
    assert all(row["km"] is None and row["source"] for row in rows)


def test_what_was_put_up_and_is_overdue_stands_on_the_wall(seen):
    """挂牌督办 past its deadline, the longest first; what is in time or nobody's is left out."""
    late = Rectification(
        id="RT-1", title="尾矿库排洪井封堵", supervision="province", due_at=AT - timedelta(days=3)
    )
    things = (
        late, replace(late, id="RT-2", title="化工园区围堰", due_at=AT - timedelta(hours=5)),
        replace(late, id="RT-3", supervision="none"),
        replace(late, id="RT-4", due_at=AT + timedelta(hours=1)),
        replace(late, id="RT-5", state="submitted"),
    )  # fmt: skip
    now = replace(seen, rectifications={r.id: r for r in things})
    assert [r.id for r in overdue_supervised(now)] == ["RT-1", "RT-2"]
    assert "挂牌督办逾期" not in str(watch_side(seen))
    for side in (watch_side(now), second_side(now, AREAS)):
        assert "尾矿库排洪井封堵" in str(side)
        assert "3 天" in str(side)
        assert "5 小时" in str(side)
