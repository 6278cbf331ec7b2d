"""Commands about warnings: drafts, signatures, issues, receipts, foreign messages and watches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from data.domain.dispatch import Authority
from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class WarningWords:
    """What is typed about a warning; None leaves as is (in a new one: made by the center).

    `areas` are codes of units, `geometry` a GeoJSON polygon in WGS 84 already.
    """

    colour: str | None = None
    event: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    areas: tuple[str, ...] | None = None
    area_words: str | None = None
    geometry: dict[str, Any] | None = None
    clear_geometry: bool = False


@dataclass(frozen=True, kw_only=True)
class DraftWarning(Command):
    """Begin a warning: from nothing, an alarm, a surge of them, an incident, or to update another.

    With `issue` it goes out in the same step, if whoever asks may.
    """

    words: WarningWords = field(default_factory=WarningWords)
    alarm_id: str | None = None
    surge_id: str | None = None
    incident_id: str | None = None
    update_of: str | None = None
    issue: bool = False
    authorised_by: Authority | None = None


@dataclass(frozen=True, kw_only=True)
class EditWarning(Command):
    """Change a draft; a signature it had is gone."""

    warning_id: str
    words: WarningWords = field(default_factory=WarningWords)
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class SubmitWarning(Command):
    """Ask for the signature of a draft."""

    warning_id: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class SignWarning(Command):
    """Sign 签发, confirm a signature given by word, or return the draft with words."""

    warning_id: str
    verdict: Literal["sign", "return"] = "sign"
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class IssueWarning(Command):
    """Send a warning out; by word of a leader where the signature is not there yet."""

    warning_id: str
    authorised_by: Authority | None = None
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class CancelWarning(Command):
    """Lift a warning 解除, with the reason; who had it is told."""

    warning_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawWarning(Command):
    """Give a draft up, with the reason."""

    warning_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SweepWarnings(Command):
    """The clock's part: warnings that have run out end, silent receivers are reminded."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one try to send."""

    delivery_id: str
    state: Literal["sent", "delivered", "read", "failed"]
    reason: str = ""
    again: bool = True
    drill: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordOutcomes(Command):
    """Note what the outbox has sent and what has failed; `at` is real time."""

    outcomes: tuple[Outcome, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RetryDelivery(Command):
    """Send a failed delivery again."""

    delivery_id: str


@dataclass(frozen=True, kw_only=True)
class ReadDelivery(Command):
    """A duty room has opened the warning on its page."""

    delivery_id: str


@dataclass(frozen=True, kw_only=True)
class SignReceipt(Command):
    """A receiver has it 签收: by its own account, or noted by hand after a telephone call."""

    delivery_id: str
    signed_by: str = ""
    way: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RemindReceivers(Command):
    """Remind 催签 everybody who has not signed for a warning."""

    warning_id: str


@dataclass(frozen=True, kw_only=True)
class TakeForeignWarning(Command):
    """Keep another body's CAP message; `raw` are its bytes, `read` what they say."""

    raw: bytes
    read: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class OpenWatch(Command):
    """Start a watch 关注 by hand, because of a warning or of anything else."""

    title: str
    warning_id: str | None = None
    area_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class MoveWatch(Command):
    """Take a watch over, write a line about it, or close it with words."""

    watch_id: str
    do: Literal["keep", "note", "close"]
    words: str = ""
