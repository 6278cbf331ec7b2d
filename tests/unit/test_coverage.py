"""Cover: who reaches which county in what time, what that is worth, and what a plan takes away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from data.domain.alarm import Alarm
from data.domain.dispatch import Assignment, AssignmentState
from data.domain.incident import Grading, Incident, Zone
from data.domain.org import Actor, Area, AreaTree
from data.domain.sensor import Sensor
from data.domain.situation import Position, Situation
from data.domain.source import RiskSource
from data.domain.team import Team, TeamState
from data.errors import Invalid
from data.services.coverage import before_after, coverage
from data.services.tools import Tools

AT = datetime(2020, 7, 8, 3, 30, tzinfo=UTC)
_revisions = count(1)


class Line:
    """A country of one road: a degree of longitude takes an hour, by air a tenth of it."""

    def __init__(self):
        self.asked = []

    def minutes(self, origins, targets, *, by_air=False, closures=(), closed_roads=()):
        """Minutes along the road; any closure and any closed road cuts it at 111 degrees."""
        self.asked.append(len(origins))
        cut = not by_air and (closures or closed_roads)
        return [
            [
                None if cut and (a < 111) != (b < 111) else abs(a - b) * (6 if by_air else 60)
                for b, _ in targets
            ]
            for a, _ in origins
        ]


class Nowhere:
    """No point lies in any county."""

    def unit_at(self, lon, lat):
        """Nothing."""


class Here:
    """Every point lies in county A."""

    def unit_at(self, _lon, _lat):
        """A."""
        return "A"


def county(code, lon, population, parent="420100"):
    """A county on the road."""
    return Area(
        code=code, name=f"{code}县", short_name=code, parent=parent, is_prefecture=False,
        is_county=True, lon=lon, lat=None if lon is None else 30.0, population=population,
    )  # fmt: skip


def node(code, parent):
    """A prefecture, or the province."""
    return Area(
        code=code, name=code, short_name=code, parent=parent, is_prefecture=parent is not None,
        is_county=False,
    )  # fmt: skip


AREAS = AreaTree.of(
    [
        node("420000", None), node("420100", "420000"), node("420200", "420000"),
        county("A", 110.0, 1000), county("B", 111.0, 2000), county("C", 112.0, None),
        county("D", 113.0, 4000, "420200"), county("E", None, 8000, "420200"),
    ]
)  # fmt: skip


@pytest.fixture
def tools():
    """Tools over the one road."""
    return Tools(areas=AREAS, rules={}, spatial=Nowhere(), travel=Line())


def team(key, lon, capability="搜救", area="A", state=TeamState.STANDBY, ready=10.0):
    """A team that can be planned."""
    return Team(
        id=key, name=key, people=10, provides={capability: 10.0}, lon=lon, lat=30.0,
        area_code=area, state=state, ready_minutes=ready,
    )  # fmt: skip


def world(*teams, **given):
    """A situation of these teams, at a number of its own."""
    return Situation(revision=next(_revisions), at=AT, teams={t.id: t for t in teams}, **given)


def minutes(found):
    """Minutes by county."""
    return {row["area_code"]: row["minutes"] for row in found["counties"]}


def test_nearest_free_able_team_with_getting_ready(tools):
    """Minutes are getting ready and the way; the team is the nearest; a lost seat is unknown."""
    found = coverage(world(team("T1", 110.0), team("T2", 112.5, ready=5.0)), tools)
    assert minutes(found) == {"A": 10.0, "B": 70.0, "C": 35.0, "D": 35.0, "E": None}
    assert [row["team"] for row in found["counties"]] == ["T1", "T1", "T2", "T2", None]


def test_population_is_summed_and_unknown_is_counted(tools):
    """What is unknown adds to no sum and is said."""
    found = coverage(world(team("T1", 110.0), team("T2", 112.5, ready=5.0)), tools)
    assert found["population_within"] == {"30": 1000, "60": 5000, "90": 7000}
    assert (found["population_known"], found["population_unknown"]) == (15000, 1)
    assert found["counties"][2]["population"] is None


def test_only_free_plannable_able_teams_count(tools):
    """Bound, off duty, unplannable and unable teams cover nothing."""
    bound = Assignment(
        id="A-1", dispatch_id="D-1", team_id="BOUND", incident_id="I-1",
        state=AssignmentState.ORDERED,
    )  # fmt: skip
    seen = world(
        team("BOUND", 110.0), team("OFF", 110.0, state=TeamState.OFF_DUTY),
        replace(team("BLANK", 110.0), people=None), team("RADIO", 110.0, "通信保障"),
        assignments={"A-1": bound},
    )  # fmt: skip
    assert set(minutes(coverage(seen, tools)).values()) == {None}
    assert minutes(coverage(seen, tools, "通信保障"))["A"] == 10.0
    assert set(minutes(coverage(seen, tools, "搜救")).values()) == {None}


def test_returning_team_counts_at_once_from_where_it_is(tools):
    """A team on its way home needs no getting ready and stands where it was heard of."""
    seen = world(
        team("T1", 110.0, state=TeamState.RETURNING),
        positions={"T1": Position(lon=112.0, lat=30.0, at=AT)},
    )
    assert minutes(coverage(seen, tools))["C"] == 0.0


def test_aircraft_cover_only_where_flight_is_asked_for(tools):
    """A helicopter is no cover by night; asked for by name it flies straight."""
    flying = replace(team("H1", 110.0), provides={"航空救援": 1.0, "搜救": 4.0})
    assert set(minutes(coverage(world(flying), tools)).values()) == {None}
    assert set(minutes(coverage(world(flying), tools, "搜救")).values()) == {None}
    assert minutes(coverage(world(flying), tools, "航空救援"))["D"] == 28.0


def test_closures_in_force_cut_and_past_ones_do_not(tools):
    """A closure in force cuts the road; one whose time is over does not; flights ignore both."""
    zone = Zone(
        id="Z-1", incident_id=None, kind="closure", label="", since=AT,
        geometry={"type": "Polygon", "coordinates": []},
    )  # fmt: skip
    one = team("T1", 110.0)
    assert minutes(coverage(world(one, zones={"Z-1": zone}), tools))["B"] is None
    over = replace(zone, until=AT - timedelta(minutes=1))
    assert minutes(coverage(world(one, zones={"Z-1": over}), tools))["B"] == 70.0


def test_supposed_closures_are_not_remembered_as_real(tools):
    """A closed road of a what-if cuts there and nowhere else, in the same situation."""
    seen = world(team("T1", 110.0))
    assert minutes(coverage(seen, tools))["B"] == 70.0
    assert minutes(coverage(seen, tools, closed_roads=["R1"]))["B"] is None
    assert minutes(coverage(seen, tools))["B"] == 70.0


def test_an_actor_sees_its_own_area(tools):
    """A city's officer sees its counties, covered by its teams."""
    seen = world(team("T1", 110.0, area="A"), team("T2", 113.0, area="D"))
    found = coverage(seen, tools, actor=Actor.of("city", "duty", "420100"))
    assert minutes(found) == {"A": 10.0, "B": 70.0, "C": 130.0}
    assert found["population_known"] == 3000


def test_a_plan_takes_last_second_and_speed(tools):
    """Losses name what is lost, the last team first, and what nobody loses is not there."""
    seen = world(
        team("T1", 110.0), team("T2", 110.5), team("T3", 112.0, "水域救援"),
        team("T4", 113.0, "水域救援"), team("T5", 113.9, ready=0.0),
    )  # fmt: skip
    pair = before_after(seen, tools, ["T1", "T2", "T4"])
    assert [(r["area_code"], r["lost"]) for r in pair["losses"]] == [
        ("A", "last"), ("B", "second"), ("C", "second"), ("D", "later"),
    ]  # fmt: skip
    first = pair["losses"][0]
    assert (first["before_minutes"], first["after_minutes"]) == (10.0, 130.0)
    assert (first["before_teams"], first["after_teams"]) == (2, 0)
    nothing = before_after(seen, tools, [])
    assert nothing["losses"] == []
    assert nothing["before"] == nothing["after"]


def test_losses_are_counted_for_each_capability(tools):
    """A plan that takes the only boats loses them everywhere, though other rescuers stay."""
    seen = world(team("T1", 110.0), team("T2", 110.0), team("T3", 110.0, "水域救援"))
    pair = before_after(seen, tools, ["T1", "T3"], capabilities=["水域救援", "搜救", "搜救"])
    assert [(r["area_code"], r["lost"]) for r in pair["losses"]] == [
        ("B", "second"), ("A", "second"),
    ]  # fmt: skip
    assert pair["by_capability"] == [
        {"capability": "搜救", "last": 0, "second": 2, "later": 0},
        {"capability": "水域救援", "last": 2, "second": 0, "later": 2},
    ]


def test_a_loss_at_the_scene_says_whose_scene_it_is(tools):
    """The county where an incident lies names it; the others name none."""
    incident = Incident(
        id="I-1", letter="甲", name="滑坡", short_name="滑坡", type="landslide", place="",
        area_code="A", lon=110.0, lat=30.0, received_at=AT, opened_at=AT,
        grading=Grading(level="III", word="中型"),
    )  # fmt: skip
    one = replace(tools, spatial=Here())
    seen = world(team("T1", 110.0), team("T2", 113.0), incidents={"I-1": incident})
    pair = before_after(seen, one, ["T1", "T2"])
    assert {r["area_code"]: r["scene"] for r in pair["losses"]}["A"] == "甲"
    assert {r["scene"] for r in pair["losses"] if r["area_code"] != "A"} == {None}


def test_losses_put_most_people_first_and_unknown_last(tools):
    """Counties that lose alike stand by people; one whose people are unknown is still named."""
    seen = world(*(team(f"T{n}", lon) for n, lon in enumerate((110.0, 111.0, 112.0, 113.0))))
    pair = before_after(seen, tools, list(seen.teams))
    assert [r["area_code"] for r in pair["losses"]] == ["D", "B", "A", "C"]


def test_risk_counts_what_is_known_and_where(tools):
    """Sources, reservoirs and stations in alarm count in their county; calm gauges do not."""
    sensors = {
        "S1": Sensor(id="S1", name="库", kind="水库", area_code="B"),
        "S2": Sensor(id="S2", name="平", area_code="A"),
        "S3": Sensor(id="S3", name="警", area_code="A"),
        "S4": Sensor(id="S4", name="无处", kind="水库", lon=1.0, lat=1.0),
    }
    alarm = Alarm(
        id="AL1", sensor_id="S3", sensor_name="警", level="警戒", value=1, threshold=1, raised_at=AT
    )
    sources = {"R1": RiskSource(id="R1", name="化工厂", area_code="B")}
    seen = world(team("T1", 110.0), sensors=sensors, alarms={"AL1": alarm}, sources=sources)
    found = coverage(seen, tools)
    assert [row["risk"] for row in found["counties"]] == [1, 2, 0, 0, 0]
    assert found["risk_within"] == {"30": 1, "60": 1, "90": 3}
    assert found["risk_known"] == 3


def test_a_moved_team_costs_one_new_row(tools):
    """Ways worked out once are not worked out again at the next number."""
    teams = [team(f"T{n}", 110 + n / 10) for n in range(20)]
    coverage(world(*teams), tools)
    coverage(world(*teams[:-1], replace(teams[-1], lon=113.5)), tools)
    assert tools.travel.asked == [20, 1]


def test_an_unknown_capability_is_refused_with_the_choices(tools):
    """The refusal names what may be asked for."""
    with pytest.raises(Invalid, match="变魔术"):
        coverage(world(), tools, "变魔术")
    assert set(minutes(coverage(world(), tools, "")).values()) == {None}
