"""Commands about shifts and handovers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.domain.messages import Command
from data.domain.people import Person


@dataclass(frozen=True, kw_only=True)
class RosterRow:
    """One shift as a roster names it."""

    starts_at: datetime
    ends_at: datetime
    chief: Person | None = None
    officers: tuple[Person, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AddShift(Command):
    """Put a shift into one's own duty room's roster."""

    starts_at: datetime
    ends_at: datetime
    chief: Person | None = None
    officers: tuple[Person, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class EditShift(Command):
    """Change a shift's people, times or note; None leaves as is."""

    shift_id: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    chief: Person | None = None
    officers: tuple[Person, ...] | None = None
    note: str | None = None
    reason: str = ""
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class CancelShift(Command):
    """Strike a planned shift from the roster, with the reason."""

    shift_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StoreRoster(Command):
    """Take a whole roster over: a row replaces the planned shift that starts at the same time."""

    rows: tuple[RosterRow, ...]


@dataclass(frozen=True, kw_only=True)
class StartShift(Command):
    """Take over without a handover, where no shift is on."""

    shift_id: str
    by: str


@dataclass(frozen=True, kw_only=True)
class OpenHandover(Command):
    """The shift that is on begins to hand over; the open items are listed by themselves."""

    to_shift_id: str | None = None
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteItem(Command):
    """Write an item of one's own into a handover."""

    handover_id: str
    title: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeItem(Command):
    """Somebody of the next shift takes one item, with words if any."""

    handover_id: str
    key: str
    by: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class CompleteHandover(Command):
    """The next shift is on; refused while one item is not taken."""

    handover_id: str
    by: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class CancelHandover(Command):
    """Call a handover off, with the reason; the shift that is on stays on."""

    handover_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CorrectLine(Command):
    """Correct a line of the duty log: a new line beside the old one, which stays."""

    ref: str
    text: str
    reason: str
