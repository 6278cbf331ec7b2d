"""Commands about support requests between levels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.domain.dispatch import Authority
from data.domain.linking import Verdict, Want
from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class AskSupport(Command):
    """Ask another body for support; the level above when `to` is left out."""

    wants: tuple[Want, ...]
    reason: str
    incident_id: str | None = None
    to: str = ""
    due_at: datetime | None = None
    authorised_by: Authority | None = None


@dataclass(frozen=True, kw_only=True)
class TakeSupport(Command):
    """The body asked has it; `by` says who, for a body outside the center."""

    support_id: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class AnswerSupport(Command):
    """The answer, in between or for good; a later one replaces an earlier one."""

    support_id: str
    verdict: Verdict
    words: str
    granted: tuple[Want, ...] = ()
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class FinishSupport(Command):
    """Who asked has what was granted, or can do without."""

    support_id: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawSupport(Command):
    """Who asked takes the request back, with the reason."""

    support_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class KeepDraft(Command):
    """The center itself: the draft of what was granted, for whose officer, or why there is none."""

    support_id: str
    org: str
    plan_id: str | None = None
    note: str = ""
