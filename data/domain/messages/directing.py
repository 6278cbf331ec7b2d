"""Commands about command posts, consultations, the directory and calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.domain.command_post import Attendee
from data.domain.directory import CallResult, ContactKind
from data.domain.messages import Command
from data.domain.people import Person


@dataclass(frozen=True, kw_only=True)
class SetUpPost(Command):
    """Set up an incident's command post; the running contingency's groups come with it."""

    incident_id: str
    place: str
    name: str = "现场指挥部"
    lon: float | None = None
    lat: float | None = None
    phone: str = ""
    link: str = ""
    commander: Person | None = None
    deputies: tuple[Person, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EditPost(Command):
    """Change a command post; None leaves as is."""

    post_id: str
    name: str | None = None
    place: str | None = None
    lon: float | None = None
    lat: float | None = None
    phone: str | None = None
    link: str | None = None
    commander: Person | None = None
    deputies: tuple[Person, ...] | None = None
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class PutGroup(Command):
    """Add a group to a command post, or change the one of that name."""

    post_id: str
    name: str
    lead_body: str = ""
    lead: Person | None = None
    members: tuple[Person, ...] = ()
    bodies: str = ""
    duties: str = ""


@dataclass(frozen=True, kw_only=True)
class DropGroup(Command):
    """Dissolve a group, with the reason."""

    post_id: str
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TakeGroups(Command):
    """Take the groups of the running contingency over that the post does not have yet."""

    post_id: str
    contingency_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClosePost(Command):
    """Close a command post, with the reason."""

    post_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class HoldConsultation(Command):
    """Begin a 会商 about one incident, several, or none."""

    topic: str
    incidents: tuple[str, ...] = ()
    link: str = "video"
    host: str = ""
    attendees: tuple[Attendee, ...] = ()
    starts_at: datetime | None = None
    record: str = ""


@dataclass(frozen=True, kw_only=True)
class EditConsultation(Command):
    """Change what is noted about a 会商; None leaves as is."""

    consultation_id: str
    topic: str | None = None
    host: str | None = None
    link: str | None = None
    attendees: tuple[Attendee, ...] | None = None
    record: str | None = None
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Conclude(Command):
    """Write a conclusion down; with `task` it becomes a task of its incident at once."""

    consultation_id: str
    text: str
    incident_id: str | None = None
    owner: str = ""
    owner_org: str | None = None
    due_at: datetime | None = None
    task: bool = True


@dataclass(frozen=True, kw_only=True)
class EndConsultation(Command):
    """End a 会商 with its record."""

    consultation_id: str
    record: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ContactRow:
    """One entry of the directory as somebody gives it."""

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


@dataclass(frozen=True, kw_only=True)
class AddContact(Command):
    """Put an entry into the directory."""

    row: ContactRow


@dataclass(frozen=True, kw_only=True)
class EditContact(Command):
    """Replace what an entry says."""

    contact_id: str
    row: ContactRow
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RetireContact(Command):
    """Take an entry out of use, or with `back` into use again; the reason is kept."""

    contact_id: str
    reason: str
    back: bool = False


@dataclass(frozen=True, kw_only=True)
class StoreContacts(Command):
    """Take many entries over; one of the same kind, name and body is replaced."""

    rows: tuple[ContactRow, ...]


@dataclass(frozen=True, kw_only=True)
class NoteCall(Command):
    """Note a telephone call; `answers` is the call it settles, `again_at` when to call again."""

    words: str = ""
    contact_id: str | None = None
    name: str = ""
    body: str = ""
    number: str = ""
    incident_id: str | None = None
    direction: Literal["out", "in"] = "out"
    result: CallResult = CallResult.SPOKE
    at: datetime | None = None
    again_at: datetime | None = None
    answers: str | None = None


@dataclass(frozen=True, kw_only=True)
class SettleCall(Command):
    """Say that a call need not be made again, and why."""

    call_id: str
    reason: str
