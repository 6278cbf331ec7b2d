"""The request bodies of the contract, as outside programs send them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

Crs = Literal["WGS84", "CGCS2000", "GCJ02", "BD09"]
Level = Literal["I", "II", "III", "IV"]
MOST_PEOPLE = 100_000_000
LONGEST_TEXT = 20_000  # characters of any one text


class Body(BaseModel):
    """A body that knows its fields and refuses the others by name."""

    model_config = ConfigDict(extra="forbid", str_max_length=LONGEST_TEXT)

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Refuse the one character PostgreSQL cannot keep."""
        if isinstance(value, str) and "\0" in value:
            raise ValueError("NUL")
        return value


class CasualtiesBody(Body):
    """Counted people; a person is counted once."""

    dead: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    missing: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    trapped: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    injured_serious: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    injured_minor: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    poisoned: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    threatened: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    evacuated: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    rescued: int | None = Field(None, ge=0, le=MOST_PEOPLE)


class FigureBody(Body):
    """One stated figure and who said it."""

    label: str
    value: float | None = None
    unit: str = ""
    text: str = ""
    source: str = ""
    as_of: AwareDatetime | None = None


class ReportBody(Body):
    """A report, only what is known."""

    type: str = Field(max_length=60)
    place: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "WGS84"
    occurred_at: AwareDatetime | None = None
    received_at: AwareDatetime | None = None
    source: str = ""
    casualties: CasualtiesBody = Field(default_factory=CasualtiesBody)
    loss_wan_yuan: float | None = Field(None, ge=0)
    potential_loss_wan_yuan: float | None = Field(None, ge=0)
    area_ha: float | None = Field(None, ge=0)
    magnitude: float | None = Field(None, ge=0, le=10)
    water_supply_cut: str | None = None
    text: str = ""
    figures: list[FigureBody] = []
    origin: Literal["real", "exercise"] = "real"
    assumption: str | None = None


class OpenBody(Body):
    """Open an incident from a report."""

    report_id: str
    name: str = ""
    short_name: str = ""
    type: str | None = None
    commander: str | None = None
    lead_body: str | None = None
    desk: str | None = None
    areas: list[str] = []
    coord_note: str = ""


class EditBody(Body):
    """Change what an incident is called, who leads it, where it is, what it needs."""

    expect_version: int | None = None
    name: str | None = None
    short_name: str | None = None
    commander: str | None = None
    lead_body: str | None = None
    desk: str | None = None
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "WGS84"
    areas: list[str] | None = None
    needs: list[dict[str, Any]] | None = None
    supply_needs: list[dict[str, Any]] | None = None


class MergeBody(Body):
    """Into which incident a report is merged."""

    incident_id: str


class CloseBody(Body):
    """The end of an incident; `left_open` lists what is known to stay open, or is left out."""

    reason: str
    left_open: list[str] | None = Field(default=None, max_length=1000)


class ReasonBody(Body):
    """A reason in words."""

    reason: str = Field(min_length=1)


class GradeBody(Body):
    """A grade confirmed as suggested, or set otherwise with its basis."""

    level: Level | None = None
    word: str | None = None
    basis: str = ""
    as_suggested: bool = True
    expect_version: int | None = None


class ResponseBody(Body):
    """A body's response under a contingency."""

    body: str = Field(min_length=1)
    contingency: str = Field(min_length=1)
    level: Level
    since: AwareDatetime | None = None
    basis: str = ""


class EndBody(Body):
    """When and on what basis something ended."""

    at: AwareDatetime | None = None
    basis: str = ""


class FollowupBody(Body):
    """A 续报, 终报 or 补报: changes only."""

    kind: Literal["续报", "终报", "补报"] = "续报"
    casualties: CasualtiesBody = Field(default_factory=CasualtiesBody)
    loss_wan_yuan: float | None = Field(None, ge=0)
    area_ha: float | None = Field(None, ge=0)
    figures: list[FigureBody] = []
    source: str = ""
    text: str = ""
    received_at: AwareDatetime | None = None
    origin: Literal["real", "exercise"] = "real"
    assumption: str | None = None


class EntryBody(Body):
    """A line for a timeline or the duty log."""

    incident_id: str | None = None
    text: str = Field(min_length=1, max_length=2000)
    at: AwareDatetime | None = None
    kind: Literal["hand", "exercise"] = "hand"
    basis: str | None = None


class WantedTeamBody(Body):
    """A team wanted for an incident."""

    team: str
    incident: str
    capability: str | None = None
    amount: float | None = None
    reason: str = ""


class WantedLotBody(Body):
    """An amount of a lot wanted for an incident."""

    lot: str
    incident: str
    amount: float = Field(gt=0)


class AuthorityBody(Body):
    """Who authorised an order."""

    name: str = Field(min_length=1)
    post: str = ""
    way: str = ""
    at: AwareDatetime | None = None


class DispatchBody(Body):
    """A plan to issue, or explicit teams and lots."""

    plan_id: str | None = None
    assignments: list[WantedTeamBody] = []
    transfers: list[WantedLotBody] = []
    seen: dict[str, int] = {}
    authorised_by: AuthorityBody | None = None
    note: str = ""


class StatusBody(Body):
    """The next state of an assignment or transfer."""

    status: str
    at: AwareDatetime | None = None
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "WGS84"
    note: str = ""


class RedirectBody(Body):
    """Where a bound team is sent instead, and why."""

    incident_id: str
    reason: str = Field(min_length=1)
    authorised_by: AuthorityBody | None = None


class ZoneBody(Body):
    """A drawn affected area or closure, GeoJSON in WGS84; a closure may name roads instead."""

    kind: Literal["affected", "closure"]
    geometry: dict[str, Any] = Field(default_factory=dict)
    roads: tuple[str, ...] = ()
    label: str = ""
    incident_id: str | None = None


class AcknowledgeBody(Body):
    """An alarm taken, perhaps linked to an incident."""

    incident_id: str | None = None


class TeamBody(Body):
    """What was unknown about a team."""

    expect_version: int | None = None
    people: int | None = Field(None, ge=0, le=MOST_PEOPLE)
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "WGS84"
    provides: dict[str, float] | None = None
    contact: str | None = None
    off_duty: bool | None = None
    source: str = ""


class PositionBody(Body):
    """Where a team is."""

    team: str
    lon: float
    lat: float
    at: AwareDatetime
    crs: Crs = "WGS84"


class ExerciseBody(Body):
    """How the exercise's clock is to go."""

    speed: float | None = None
    paused: bool | None = None
    jump_to: AwareDatetime | None = None
    restart: bool = False
