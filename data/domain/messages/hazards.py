"""Commands about hazards and their rectification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.domain.hazard import Urgency, Way
from data.domain.messages import Command
from data.domain.rectification import Supervision


@dataclass(frozen=True, kw_only=True)
class Jpeg:
    """A photo made new already: JPEG without hidden data."""

    jpeg: bytes
    width: int
    height: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TellHazard(Command):
    """A hazard as a grid worker saw it, or as somebody told the duty room; WGS84 already."""

    kind: str
    words: str = ""
    urgency: Urgency = "plain"
    way: Way = "grid"
    place: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    placed_by: str = ""
    contact: str = ""
    caller: str = ""
    caller_phone: str = ""
    at: datetime | None = None
    phone_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AddHazardPhoto(Command):
    """One more photo of a hazard."""

    hazard_id: str
    photo: Jpeg


@dataclass(frozen=True, kw_only=True)
class SupplementHazard(Command):
    """More about a hazard, by who told it or as said over the telephone."""

    hazard_id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class AskHazard(Command):
    """Ask the reporter back."""

    hazard_id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class VerifyHazard(Command):
    """True, not true (with words), or a duplicate of another hazard."""

    hazard_id: str
    verdict: Literal["true", "false", "duplicate"]
    words: str = ""
    duplicate_of: str | None = None
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReopenHazard(Command):
    """Take a verdict back: to be verified again, with the reason."""

    hazard_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NoteCaller(Command):
    """Who told it was told what became of it (回访)."""

    hazard_id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class HazardToIncident(Command):
    """It has happened: taken as a report, and opened or merged when told how.

    With `incident_id` the report is merged into it; with the three names an incident is opened;
    with neither the report waits on the desk.
    """

    hazard_id: str
    incident_id: str | None = None
    commander: str = ""
    lead_body: str = ""
    desk: str = ""
    name: str = ""
    short_name: str = ""
    type: str | None = None


@dataclass(frozen=True, kw_only=True)
class GiveRectification(Command):
    """Give a hazard to a body to put right by a deadline, perhaps 挂牌督办."""

    hazard_id: str
    owner_body: str
    due_at: datetime
    owner_person: str = ""
    owner_phone: str = ""
    owner_org: str | None = None
    supervision: Supervision = "none"
    due_reason: str = ""
    measures: str = ""


@dataclass(frozen=True, kw_only=True)
class TellProgress(Command):
    """What was done about it; `by` names who did when somebody else enters it."""

    rectification_id: str
    words: str
    by: str = ""
    photos: tuple[Jpeg, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SubmitRectification(Command):
    """The owner says it is put right: it waits for the acceptance."""

    rectification_id: str
    words: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class AcceptRectification(Command):
    """Somebody other than the owner has looked and accepts: 销号."""

    rectification_id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ReturnRectification(Command):
    """Not put right: back to the owner, with words."""

    rectification_id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ExtendRectification(Command):
    """A later (or earlier) deadline, with its reason."""

    rectification_id: str
    due_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class RaiseSupervision(Command):
    """Put it up at a level (挂牌), or change the level, with the reason."""

    rectification_id: str
    supervision: Supervision
    reason: str


@dataclass(frozen=True, kw_only=True)
class LiftRectification(Command):
    """Call it off: only by a leader on duty, with the reason; the hazard stands open again."""

    rectification_id: str
    reason: str
