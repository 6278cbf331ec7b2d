"""Commands about information reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.domain.filing import Kind
from data.domain.incident import Casualties
from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class DraftFiling(Command):
    """Begin a report: what is known is filled in, figures are carried over."""

    incident_id: str
    kind: Kind = "续报"


@dataclass(frozen=True, kw_only=True)
class SaveFiling(Command):
    """Keep what was typed into a draft; None leaves as is, a blank title is made again."""

    filing_id: str
    title: str | None = None
    progress: str | None = None
    items: dict[str, str] | None = None
    casualties: Casualties | None = None
    loss_wan_yuan: float | None = None
    clear_loss: bool = False
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class SubmitFiling(Command):
    """Hand a draft to the reviewer."""

    filing_id: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class JudgeFiling(Command):
    """The next step of the chain: `pass` it on, or `return` it with words."""

    filing_id: str
    verdict: Literal["pass", "return"]
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class SendFiling(Command):
    """Report upward; without a signature only with the reason (先报后签)."""

    filing_id: str
    to: tuple[str, ...] = ()
    early: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeFiling(Command):
    """An addressee has it: signed for by its own account, or by hand with who said so and how."""

    filing_id: str
    to: str
    taken_by: str = ""
    way: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawFiling(Command):
    """Give a report up that was not sent, with the reason."""

    filing_id: str
    reason: str
