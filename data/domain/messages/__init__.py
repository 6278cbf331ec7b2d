"""Commands, in the imperative: each has one handler, writes one journal row, and may be refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from data.domain.dispatch import Authority
from data.domain.incident import Casualties, Figure, Level, Origin

LATER = {"later": True}  # metadata of a field that a later release brought to a command


@dataclass(frozen=True, kw_only=True)
class Command:
    """Anything somebody asks the center to do."""


@dataclass(frozen=True, kw_only=True)
class ReceiveReport(Command):
    """Take a 信息报送 in; coordinates are WGS84 already."""

    type: str
    place: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    occurred_at: datetime | None = None
    received_at: datetime | None = None
    source: str = ""
    casualties: Casualties = field(default_factory=Casualties)
    loss_wan_yuan: float | None = None
    potential_loss_wan_yuan: float | None = None
    area_ha: float | None = None
    magnitude: float | None = None
    water_supply_cut: str | None = None
    text: str = ""
    figures: tuple[Figure, ...] = ()
    origin: Origin = "real"
    assumption: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpenIncident(Command):
    """Open an incident from a report, with the three who must be named."""

    report_id: str
    name: str = ""
    short_name: str = ""
    type: str | None = None
    commander: str | None = None
    lead_body: str | None = None
    desk: str | None = None
    areas: tuple[str, ...] = ()
    coord_note: str = ""


@dataclass(frozen=True, kw_only=True)
class MergeReport(Command):
    """Merge a report into an open incident; its figures are carried over."""

    report_id: str
    incident_id: str


@dataclass(frozen=True, kw_only=True)
class DismissReport(Command):
    """Settle a report that is no incident, with the reason."""

    report_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class EditIncident(Command):
    """Change an incident's names, people in charge, place or needs; None leaves as is."""

    incident_id: str
    expect_version: int | None = None
    name: str | None = None
    short_name: str | None = None
    commander: str | None = None
    lead_body: str | None = None
    desk: str | None = None
    lon: float | None = None
    lat: float | None = None
    areas: tuple[str, ...] | None = None
    needs: tuple[dict[str, Any], ...] | None = None
    supply_needs: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmGrade(Command):
    """A person confirms the grade, as suggested or otherwise with a basis."""

    incident_id: str
    level: Level | None = None
    word: str | None = None
    basis: str = ""
    as_suggested: bool = True
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordResponse(Command):
    """Record that a body has started (or changed the level of) a response."""

    incident_id: str
    body: str
    contingency: str
    level: Level
    since: datetime | None = None
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class EndResponse(Command):
    """Record that a response has ended."""

    response_id: str
    at: datetime | None = None
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class FileFollowup(Command):
    """A 续报, 终报 or 补报 of an incident: changes only."""

    incident_id: str
    kind: Literal["续报", "终报", "补报"] = "续报"
    casualties: Casualties = field(default_factory=Casualties)
    loss_wan_yuan: float | None = None
    area_ha: float | None = None
    figures: tuple[Figure, ...] = ()
    source: str = ""
    text: str = ""
    received_at: datetime | None = None
    origin: Origin = "real"
    assumption: str | None = None


@dataclass(frozen=True, kw_only=True)
class CloseIncident(Command):
    """Close an incident; refused while teams, supplies, tasks or instructions are bound to it.

    `left_open` names what else whoever closes it has seen open; what is not in it refuses. None
    asks for no such proof.
    """

    incident_id: str
    reason: str
    left_open: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class WriteEntry(Command):
    """Write a line into an incident's timeline, or into the duty log."""

    incident_id: str | None
    text: str
    at: datetime | None = None
    kind: Literal["hand", "exercise"] = "hand"
    basis: str | None = None


@dataclass(frozen=True, kw_only=True)
class WantedTeam:
    """A team wanted for an incident; `moved_from` is where a plan takes a released team from."""

    team: str
    incident: str
    capability: str | None = None
    amount: float | None = None
    reason: str = ""
    moved_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class WantedLot:
    """An amount of a lot wanted for an incident."""

    lot: str
    incident: str
    amount: float


@dataclass(frozen=True, kw_only=True)
class IssueDispatch(Command):
    """Commit teams and lots to incidents, all or nothing."""

    plan_id: str | None = None
    assignments: tuple[WantedTeam, ...] = ()
    transfers: tuple[WantedLot, ...] = ()
    seen: dict[str, int] = field(default_factory=dict)
    authorised_by: Authority | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AdvanceAssignment(Command):
    """Move an assignment on: accepted, departed, arrived, working, released, returned, …"""

    assignment_id: str
    to: str
    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RedirectAssignment(Command):
    """Send a bound team to another incident instead, with the reason."""

    assignment_id: str
    incident_id: str
    reason: str
    authorised_by: Authority | None = None


@dataclass(frozen=True, kw_only=True)
class AdvanceTransfer(Command):
    """Move a transfer on: shipped, received or cancelled."""

    transfer_id: str
    to: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DrawZone(Command):
    """Draw an affected area or a closure; `geometry` is GeoJSON, EPSG:4326.

    A closure may name `roads` of the road graph instead: those are closed and no other.
    """

    kind: Literal["affected", "closure"]
    geometry: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    incident_id: str | None = None
    roads: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EndZone(Command):
    """Lift an affected area or a closure."""

    zone_id: str


@dataclass(frozen=True, kw_only=True)
class AcknowledgeAlarm(Command):
    """A person takes an alarm, perhaps linking it to an incident."""

    alarm_id: str
    incident_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class CompleteTeam(Command):
    """Fill in what was unknown about a team, or correct it; None leaves as is."""

    team_id: str
    expect_version: int | None = None
    people: int | None = None
    lon: float | None = None
    lat: float | None = None
    provides: dict[str, float] | None = None
    contact: str | None = None
    off_duty: bool | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteRules(Command):
    """The center itself: a rule table was changed while it runs; `digest` is of its text."""

    title: str
    words: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class StoreRows(Command):
    """Keep imported or reference things: (kind, body) pairs, made or brought up to date."""

    what: str
    things: tuple[Any, ...]
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class SetExercise(Command):
    """Steer the exercise's clock."""

    speed: float | None = None
    paused: bool | None = None
    jump_to: datetime | None = None
    restart: bool = False
