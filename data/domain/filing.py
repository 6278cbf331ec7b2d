"""Information reports 信息报告 sent upward: drafted, reviewed, signed, sent, acknowledged."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Filing:
    """One numbered 信息报告 of an incident."""

    id: str
    incident_id: str | None
    org: str
    state: str = "draft"
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)
