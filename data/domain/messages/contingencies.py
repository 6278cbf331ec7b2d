"""Commands about contingencies and what starting a response brings about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.domain.incident import Level
from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class SaveContingency(Command):
    """Keep a contingency from its YAML text: a new one, or the next edition of one."""

    text: str
    reason: str = ""
    contingency_id: str | None = None
    expect_version: int | None = None
    file: str = "预案文件"


@dataclass(frozen=True, kw_only=True)
class WithdrawContingency(Command):
    """Take a contingency out of use; its editions and running responses stay."""

    contingency_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StartResponse(Command):
    """Start a contingency's level for an incident: the response, its tasks and first needs."""

    incident_id: str
    contingency_id: str
    level: Level
    basis: str = ""
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeResponse(Command):
    """Raise or lower a running response of a contingency, with the reason."""

    response_id: str
    level: Level
    reason: str
