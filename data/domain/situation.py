"""The 态势: everything true at one journal number, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from data.domain.alarm import Alarm
from data.domain.capabilities import CAPABILITIES
from data.domain.clearance import Clearance
from data.domain.clock import SHANGHAI
from data.domain.command_post import CommandPost, Consultation
from data.domain.contingency import Contingency
from data.domain.depot import Depot, Item, Lot
from data.domain.directory import CallNote, Contact
from data.domain.dispatch import Assignment, Dispatch, Transfer
from data.domain.feeding import Latest
from data.domain.field import FieldNeed, Photo
from data.domain.filing import Filing
from data.domain.flight_switch import FlightSwitch
from data.domain.hazard import HazardReport
from data.domain.incident import Entry, Incident, Report, Response, Zone
from data.domain.linking import SupportRequest
from data.domain.node import Clash
from data.domain.rectification import Rectification
from data.domain.rule_table import RuleText
from data.domain.sensor import Sensor
from data.domain.sharing import Connector
from data.domain.shift import Handover, Shift
from data.domain.source import RiskSource
from data.domain.stock import Movement, StockNorm, Stocktake, Supplier
from data.domain.surge import Surge
from data.domain.task import Instruction, Task
from data.domain.team import Force, Team, TeamState
from data.domain.warning import Delivery, Warning, Watch  # noqa: A004 - the field's word

GRAVITY: Mapping[str | None, int] = {"I": 0, "II": 1, "III": 2, "IV": 3, None: 4}

MISSED_TIMES = 3.0  # intervals without a report until a sensor counts as missing, as shipped


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a team was last heard of."""

    lon: float
    lat: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ExerciseState:
    """Which exercise runs, and how its clock goes."""

    name: str
    title: str
    speed: float
    paused: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class PoolShare:
    """One capability's amounts: committed per incident, in reserve, and altogether."""

    capability: str
    unit: str
    teams: dict[str, int]
    amounts: dict[str, float]
    reserve_teams: int
    reserve_amount: float
    total_teams: int
    total_amount: float


@dataclass(frozen=True, kw_only=True)
class TimelineLine:
    """One line of an incident's timeline."""

    at: datetime
    text: str
    author: str
    kind: str
    seq: int | None = None
    basis: str | None = None


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything one viewer may know at one journal number; all dicts go by id."""

    revision: int
    at: datetime
    live: bool = True
    incidents: dict[str, Incident] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    forces: dict[str, Force] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    dispatches: dict[str, Dispatch] = field(default_factory=dict)
    depots: dict[str, Depot] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    sensors: dict[str, Sensor] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    sources: dict[str, RiskSource] = field(default_factory=dict)
    contingencies: dict[str, Contingency] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    instructions: dict[str, Instruction] = field(default_factory=dict)
    posts: dict[str, CommandPost] = field(default_factory=dict)
    consultations: dict[str, Consultation] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    calls: dict[str, CallNote] = field(default_factory=dict)
    movements: dict[str, Movement] = field(default_factory=dict)
    stocktakes: dict[str, Stocktake] = field(default_factory=dict)
    norms: dict[str, StockNorm] = field(default_factory=dict)
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    filings: dict[str, Filing] = field(default_factory=dict)
    clearances: dict[str, Clearance] = field(default_factory=dict)
    supports: dict[str, SupportRequest] = field(default_factory=dict)
    shifts: dict[str, Shift] = field(default_factory=dict)
    handovers: dict[str, Handover] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    field_needs: dict[str, FieldNeed] = field(default_factory=dict)
    warnings: dict[str, Warning] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    hazards: dict[str, HazardReport] = field(default_factory=dict)
    rectifications: dict[str, Rectification] = field(default_factory=dict)
    connectors: dict[str, Connector] = field(default_factory=dict)
    surges: dict[str, Surge] = field(default_factory=dict)
    clashes: dict[str, Clash] = field(default_factory=dict)
    flights: dict[str, FlightSwitch] = field(default_factory=dict)
    rulings: dict[str, RuleText] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    readings: Mapping[str, Latest] = field(default_factory=dict)
    lines: tuple[dict[str, Any], ...] = ()
    exercise: ExerciseState | None = None
    missed_times: float = MISSED_TIMES  # as the rules in force have it

    @property
    def today(self) -> date:
        """The day it is in Beijing: levels and rosters change at midnight there."""
        return self.at.astimezone(SHANGHAI).date()

    def open_incidents(self) -> list[Incident]:
        """Open incidents, the gravest first, then by letter."""
        held = (i for i in self.incidents.values() if i.status == "open")
        return sorted(held, key=lambda i: (GRAVITY[i.grading.level], i.id))

    def sided(self) -> list[Incident]:
        """Open incidents in the order of the wall's sides.

        Up to two stand in the order of their letters, so that a regrading never swaps sides;
        with three or more the two gravest come first, again by letter.
        """
        grave = self.open_incidents()
        return sorted(grave[:2], key=lambda i: i.id) + grave[2:]

    def briefed(self) -> list[Incident]:
        """Whom a briefing is about: the open incidents.

        After the end the last closed one, and those that ran beside it.
        """
        if mine := self.sided():
            return mine
        ended = [(i.closed_at, i) for i in self.incidents.values() if i.closed_at is not None]
        if not ended:
            return []
        until, last = max(ended, key=lambda pair: (pair[0], pair[1].id))
        beside = (i for at, i in ended if at >= last.received_at and i.received_at <= until)
        return sorted(beside, key=lambda i: i.id)

    def assignments_of(self, incident_id: str, *, active: bool = False) -> list[Assignment]:
        """An incident's assignments in order of issue."""
        mine = (a for a in self.assignments.values() if a.incident_id == incident_id)
        return sorted((a for a in mine if a.active or not active), key=lambda a: a.id)

    def assignment_of_team(self, team_id: str) -> Assignment | None:
        """The assignment that binds a team now, if any."""
        return next(
            (a for a in self.assignments.values() if a.team_id == team_id and a.active), None
        )

    def areas_of_team(self, team_id: str) -> tuple[str, ...]:
        """Where a team is known: at home, and where it is bound for."""
        team, bound = self.teams.get(team_id), self.assignment_of_team(team_id)
        home = (team.area_code,) if team and team.area_code else ()
        incident = self.incidents.get(bound.incident_id) if bound else None
        return home + (incident.all_areas if incident else ())

    def transfers_of(self, incident_id: str) -> list[Transfer]:
        """An incident's transfers in order of issue."""
        mine = (t for t in self.transfers.values() if t.incident_id == incident_id)
        return sorted(mine, key=lambda t: t.id)

    def responses_of(self, incident_id: str) -> list[Response]:
        """The responses in force for an incident, the gravest first."""
        mine = (r for r in self.responses.values() if r.incident_id == incident_id)
        return sorted(
            (r for r in mine if r.until is None or r.until > self.at),
            key=lambda r: (GRAVITY[r.level], r.since),
        )

    def reports_of(self, incident_id: str) -> list[Report]:
        """An incident's reports in order of receipt."""
        mine = (r for r in self.reports.values() if r.incident_id == incident_id)
        return sorted(mine, key=lambda r: (r.received_at, r.id))

    def team_position(self, team_id: str) -> Position | None:
        """Where a team is: last heard of when it is out, else its home."""
        team = self.teams.get(team_id)
        if team is None:
            return None
        heard = self.positions.get(team_id)
        if heard is not None and team.state != TeamState.STANDBY:
            return heard
        if team.lon is None or team.lat is None:
            return heard
        return Position(lon=team.lon, lat=team.lat, at=heard.at if heard else self.at)

    def available_teams(self) -> list[Team]:
        """Teams that may be sent: plannable, standby or returning."""
        return [t for t in self.teams.values() if t.state.available and t.plannable]

    def pool(self) -> list[PoolShare]:
        """The shared pool, a row a capability that any plannable team provides."""
        bound = {a.team_id: a.incident_id for a in self.assignments.values() if a.active}
        shares = []
        for name, capability in CAPABILITIES.items():
            having = [t for t in self.teams.values() if t.plannable and name in t.provides]
            having = [t for t in having if t.state.available or t.id in bound]
            if having:
                shares.append(_share(name, capability.unit, having, bound))
        return shares

    def timeline(self, incident_id: str) -> list[TimelineLine]:
        """An incident's timeline: journal lines and hand-written entries, oldest first."""
        rows = [
            TimelineLine(
                at=line["at"], text=line["summary"], author=line["actor"], kind="record",
                seq=line["seq"],
            )
            for line in self.lines
            if line["incident_id"] == incident_id and line["command"] != "WriteEntry"
        ]  # fmt: skip
        rows += [
            TimelineLine(at=e.at, text=e.text, author=e.author, kind=e.kind, basis=e.basis)
            for e in self.entries.values()
            if e.incident_id == incident_id and e.at <= self.at
        ]
        return sorted(rows, key=lambda r: (r.at, r.seq or 0))

    def over_threshold(self) -> list[tuple[Sensor, Latest, str, float]]:
        """Sensors at or over a threshold in force: sensor, value, rung, metres above it."""
        found = []
        for sensor_id, latest in self.readings.items():
            sensor = self.sensors.get(sensor_id)
            rung = sensor.reached(latest.value, self.today) if sensor else None
            if sensor and rung:
                found.append((sensor, latest, rung.level, round(latest.value - rung.value, 2)))
        return found


def _share(name: str, unit: str, having: list[Team], bound: dict[str, str]) -> PoolShare:
    """One row of the pool."""
    teams: dict[str, int] = {}
    amounts: dict[str, float] = {}
    for team in having:
        incident = bound.get(team.id)
        if incident is not None:
            teams[incident] = teams.get(incident, 0) + 1
            amounts[incident] = amounts.get(incident, 0.0) + team.provides[name]
    total = sum(t.provides[name] for t in having)
    return PoolShare(
        capability=name, unit=unit, teams=teams, amounts=amounts,
        reserve_teams=len(having) - sum(teams.values()),
        reserve_amount=total - sum(amounts.values()),
        total_teams=len(having), total_amount=total,
    )  # fmt: skip
