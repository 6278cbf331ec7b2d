"""Clearances 审批: who may authorise what, and the chain 拟稿 → 审核 → 签发 with its times."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """One approval asked for and its steps."""

    id: str
    incident_id: str | None
    org: str
    state: str = "asked"
    subject: str = ""
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)
