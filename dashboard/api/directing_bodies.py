"""Bodies of the requests about command posts, consultations, directory and calls."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body
from dashboard.api.shifts import PersonBody
from data.domain.directory import CallResult, ContactKind

Crs = Literal["WGS84", "CGCS2000", "GCJ02", "BD09"]


class PostBody(Body):
    """A new command post; `crs` says which system its coordinates are in."""

    place: str
    name: str = "现场指挥部"
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "WGS84"
    phone: str = ""
    link: str = ""
    commander: PersonBody | None = None
    deputies: list[PersonBody] = Field(default_factory=list, max_length=30)


class PostEditBody(Body):
    """What changes of a command post."""

    place: str | None = None
    name: str | None = None
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "WGS84"
    phone: str | None = None
    link: str | None = None
    commander: PersonBody | None = None
    deputies: list[PersonBody] | None = Field(None, max_length=30)
    expect_version: int | None = None


class GroupBody(Body):
    """A group; one of the same name is replaced."""

    name: str
    lead_body: str = ""
    lead: PersonBody | None = None
    members: list[PersonBody] = Field(default_factory=list, max_length=100)
    bodies: str = ""
    duties: str = ""


class DropBody(Body):
    """Which group, and why."""

    name: str
    reason: str


class TakeGroupsBody(Body):
    """From which contingency; the running ones when left out."""

    contingency_id: str | None = None


class ReasonBody(Body):
    """Why."""

    reason: str


class AttendeeBody(Body):
    """A body, and who spoke for it if known."""

    body: str
    name: str = ""


class ConsultationBody(Body):
    """A new 会商 about these incidents."""

    topic: str
    incidents: list[str] = Field(default_factory=list, max_length=20)
    link: str = "video"
    host: str = ""
    attendees: list[AttendeeBody] = Field(default_factory=list, max_length=200)
    starts_at: AwareDatetime | None = None
    record: str = ""


class ConsultationEditBody(Body):
    """What changes of a 会商."""

    topic: str | None = None
    link: str | None = None
    host: str | None = None
    attendees: list[AttendeeBody] | None = Field(None, max_length=200)
    record: str | None = None
    expect_version: int | None = None


class ConclusionBody(Body):
    """A conclusion; with `task` it becomes a task."""

    text: str
    incident_id: str | None = None
    owner: str = ""
    owner_org: str | None = None
    due_at: AwareDatetime | None = None
    task: bool = True


class EndBody(Body):
    """The record; what was noted before when left out."""

    record: str = ""
    ends_at: AwareDatetime | None = None


class ContactBody(Body):
    """An entry of the directory."""

    kind: ContactKind
    name: str
    body: str = ""
    post: str = ""
    phone: str = ""
    duty_phone: str = ""
    fax: str = ""
    specialty: str = ""
    note: str = ""
    source: str = ""
    area_code: str | None = None


class ContactEditBody(ContactBody):
    """An entry as it shall be."""

    expect_version: int | None = None


class ContactsBody(Body):
    """Many entries."""

    rows: list[ContactBody] = Field(max_length=5000)


class RetireBody(Body):
    """Why; `back` takes it into use again."""

    reason: str
    back: bool = False


class CallBody(Body):
    """A telephone call."""

    words: str = ""
    contact_id: str | None = None
    name: str = ""
    body: str = ""
    number: str = ""
    incident_id: str | None = None
    direction: Literal["out", "in"] = "out"
    result: CallResult = CallResult.SPOKE
    at: AwareDatetime | None = None
    again_at: AwareDatetime | None = None
    answers: str | None = None
