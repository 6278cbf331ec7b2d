"""A small situation for the map's tests: two incidents, teams in every state, zones, stations."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from data.domain.alarm import Alarm
from data.domain.depot import Depot
from data.domain.dispatch import Assignment, AssignmentState, Plan
from data.domain.feeding import Latest
from data.domain.incident import Grading, Incident, Zone
from data.domain.org import Actor
from data.domain.sensor import Sensor, Threshold
from data.domain.situation import ExerciseState, Position, Situation
from data.domain.team import Team, TeamState
from data.errors import NotFound
from data.ingest.geography import build_spatial, build_travel
from data.ingest.seeding import area_tree
from data.services import coverage
from data.services.tools import Tools
from layers.base import Layer

AT = datetime(2020, 7, 8, 3, 30, tzinfo=UTC)
A, B = "I-0001", "I-0002"
SCENE_A, SCENE_B = (115.93, 30.11), (115.99, 29.86)
_SEATS = {
    "武汉": (114.30, 30.59), "黄石": (115.04, 30.20), "黄冈": (114.87, 30.45),
    "宜昌": (111.29, 30.69), "襄阳": (112.12, 32.01), "荆州": (112.24, 30.33),
    "十堰": (110.80, 32.63), "咸宁": (114.32, 29.84),
}  # fmt: skip
_OUT = (
    ("TM-0001", "黄冈", A, AssignmentState.ARRIVED, TeamState.ARRIVED, SCENE_A),
    ("TM-0002", "黄石", A, AssignmentState.DEPARTED, TeamState.DEPARTED, (115.4, 30.25)),
    ("TM-0003", "武汉", A, AssignmentState.ORDERED, TeamState.ORDERED, None),
    ("TM-0004", "荆州", B, AssignmentState.DEPARTED, TeamState.DEPARTED, (113.4, 30.1)),
    ("TM-0005", "武汉", B, AssignmentState.WORKING, TeamState.WORKING, SCENE_B),
)


def _incident(incident_id, letter, name, short, where):
    return Incident(
        id=incident_id, letter=letter, name=name, short_name=short, type="地质灾害",
        area_code="421127", place=name, lon=where[0], lat=where[1], received_at=AT, opened_at=AT,
        grading=Grading(level="III", word="中型"), origin="exercise",
    )  # fmt: skip


def _team(team_id, seat, state, index=0):
    lon, lat = _SEATS[seat]
    return Team(
        id=team_id, name=f"{seat}测试编队{index}", kind="搜救", lon=lon, lat=lat, people=20,
        provides={"搜救": 20.0}, state=state, coord_is_stand_in=True, origin="exercise",
        assumption="人数为假定",
    )  # fmt: skip


def world() -> Situation:
    """Two open incidents with their teams, depots, stations and areas."""
    teams = {t: _team(t, seat, state) for t, seat, _, _, state, _ in _OUT}
    reserve = [(seat, n) for seat in _SEATS for n in range(4)]
    for i, (seat, n) in enumerate(reserve):
        teams[f"TM-1{i:03d}"] = _team(f"TM-1{i:03d}", seat, TeamState.STANDBY, n)
    rungs = (Threshold(level="警戒", value=27.3), Threshold(level="保证", value=29.73))
    sensors = {
        "S-1": Sensor(id="S-1", name="汉口", river="长江", lon=114.28, lat=30.55, thresholds=rungs),
        "S-2": Sensor(id="S-2", name="螺山", river="长江", lon=113.32, lat=29.67, thresholds=rungs),
        "S-3": Sensor(id="S-3", name="沙市", river="长江", lon=112.24, lat=30.31, thresholds=rungs),
    }
    values = {"S-1": 27.34, "S-2": 30.1, "S-3": 20.0}
    box = [[115.85, 30.05], [116.02, 30.05], [116.02, 30.17], [115.85, 30.17], [115.85, 30.05]]
    cut = [[115.7, 30.15], [115.8, 30.16], [115.79, 30.24], [115.7, 30.22], [115.7, 30.15]]
    return Situation(
        revision=7, at=AT,
        incidents={
            A: _incident(A, "甲", "黄梅县大河镇袁山村山体滑坡", "黄梅山体滑坡", SCENE_A),
            B: _incident(B, "乙", "长江流域洪水", "长江洪水", SCENE_B),
        },
        teams=teams,
        assignments={
            f"A-{n}": Assignment(
                id=f"A-{n}", dispatch_id="D-1", team_id=team, incident_id=incident, state=state,
                from_lon=_SEATS[seat][0], from_lat=_SEATS[seat][1],
            )
            for n, (team, seat, incident, state, _, _) in enumerate(_OUT)
        },
        positions={
            team: Position(lon=where[0], lat=where[1], at=AT)
            for team, *_, where in _OUT if where is not None
        },
        depots={
            f"DP-{n}": Depot(
                id=f"DP-{n}", name=f"{seat}库", lon=where[0], lat=where[1] - 0.03,
                coord_is_stand_in=True,
            )
            for n, (seat, where) in enumerate(_SEATS.items())
        },
        sensors=sensors,
        readings={k: Latest(value=v, at=AT) for k, v in values.items()},
        alarms={
            "AL-1": Alarm(
                id="AL-1", sensor_id="S-2", sensor_name="螺山", level="保证", value=30.1,
                threshold=29.73, raised_at=AT,
            )
        },
        zones={
            "Z-1": Zone(
                id="Z-1", incident_id=A, kind="affected", label="大河镇受影响范围", since=AT,
                geometry={"type": "Polygon", "coordinates": [box]}, effects={"people": 3000},
            ),
            "Z-2": Zone(
                id="Z-2", incident_id=A, kind="closure", label="道路中断 <b>", since=AT,
                geometry={"type": "Polygon", "coordinates": [cut]},
            ),
        },
        exercise=ExerciseState(
            name="test", title="测试演练", speed=10, paused=False, starts_at=AT, ends_at=AT
        ),
    )  # fmt: skip


def actor() -> Actor:
    """A provincial duty officer."""
    return Actor.of("duty", "duty", "420000")


@cache
def _tools() -> Tools:
    """The shipped geography and roads."""
    return Tools(areas=area_tree(), rules={}, spatial=build_spatial(), travel=build_travel())


class WorldCenter:
    """A center that knows one situation, which a test may replace."""

    def __init__(self) -> None:
        self.now = world()
        self.queries = SimpleNamespace(situation=self._situation)
        self.plans: dict[str, tuple[str, ...]] = {}
        self.covers_asked = 0
        self.areas = area_tree()

    def coverage(
        self,
        viewer: Actor,
        capability: str | None = None,
        plan_id: str | None = None,
        at: int | datetime | None = None,
    ) -> dict[str, Any]:
        """The cover of the situation, with a plan that sends the teams kept under its id."""
        self.covers_asked += 1
        plan = None
        if plan_id:
            if plan_id not in self.plans:
                raise NotFound(f"没有编号为 {plan_id} 的调度方案")
            sent = [{"team": team} for team in self.plans[plan_id]]
            plan = Plan(
                id=plan_id, created_at=AT, created_by="duty", org="420000", request={},
                answer={"assignments": sent}, seen={},
            )  # fmt: skip
        return coverage.asked(self._situation(viewer, at), _tools(), viewer, capability, plan)

    def _situation(self, _viewer: Actor, at: int | datetime | None = None) -> Situation:
        if at is None:
            return self.now
        # before the orders: nobody is out
        home = {t.id: replace(t, state=TeamState.STANDBY) for t in self.now.teams.values()}
        return replace(
            self.now, revision=1, live=False, teams=home, assignments={}, positions={}, zones={}
        )


def break_layer(monkeypatch: Any, layer_id: str) -> None:
    """Let one layer's table fail, as a shape that cannot be drawn would."""
    plain = Layer.table

    def table(self: Layer, *given: Any) -> Any:
        if self.id == layer_id:
            raise ValueError("a shape that is none")
        return plain(self, *given)

    monkeypatch.setattr(Layer, "table", table)
