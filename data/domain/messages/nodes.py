"""Commands about the conflicts between a county's machine and the province."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.messages import Command
from data.domain.node import Verdict


@dataclass(frozen=True, kw_only=True)
class DecideClash(Command):
    """A province duty officer decides a conflict, with the reason."""

    clash_id: str
    verdict: Verdict
    reason: str
    expect_version: int | None = None
