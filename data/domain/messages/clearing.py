"""Commands about approvals."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.dispatch import Authority
from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class ReviewClearance(Command):
    """Look an approval over and pass it on, with an opinion (审核)."""

    clearance_id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class GrantClearance(Command):
    """Authorise: by one's own word, or noting whose word it was, by what way and when."""

    clearance_id: str
    words: str = ""
    authorised_by: Authority | None = None


@dataclass(frozen=True, kw_only=True)
class RefuseClearance(Command):
    """Refuse, with the reason; who has not left is called off, who has is to be called back."""

    clearance_id: str
    words: str
    authorised_by: Authority | None = None
