"""Commands from the field, each for the one order the phone is bound to, and the desk's answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.domain.field import NeedKind
from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class _FromPhone(Command):
    """`at` is when it was done, reckoned on the center's clock; `phone_at` the phone's own."""

    at: datetime | None = None
    phone_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True)
class FieldState(_FromPhone):
    """The team is at the next step of its order."""

    to: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SayFromField(_FromPhone):
    """A message that somebody at the desk must read."""

    text: str


@dataclass(frozen=True, kw_only=True)
class StateNeed(_FromPhone):
    """Something is needed; `amount` in `unit`, None when only words can say it."""

    kind: NeedKind
    what: str = ""
    amount: float | None = None
    unit: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class SendPhoto(_FromPhone):
    """A photo, made new already: JPEG without hidden data."""

    jpeg: bytes
    width: int
    height: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SharePosition(Command):
    """The leader agrees that the phone's position is sent, or no longer does."""

    agreed: bool


@dataclass(frozen=True, kw_only=True)
class GiveFieldCode(Command):
    """Let one phone in for one order; only the hash of the code is known here."""

    assignment_id: str
    code_hash: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RevokeFieldCode(Command):
    """Take back an order's code, and end the phone's session."""

    assignment_id: str


@dataclass(frozen=True, kw_only=True)
class AnswerNeed(Command):
    """Answer a need or a message; a refusal says why."""

    need_id: str
    to: Literal["taken", "met", "refused", "read"]
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class NeedToTask(Command):
    """Make a task of a need or a message."""

    need_id: str
    owner: str = ""
    owner_org: str | None = None
    due_at: datetime | None = None
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class SeePhoto(Command):
    """Somebody at the desk has looked at a photo."""

    photo_id: str
