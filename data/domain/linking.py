"""Support requests 请求支援 between levels, numbered, with their answers."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class SupportRequest:
    """One request to another body and what came of it."""

    id: str
    incident_id: str | None
    org: str
    to_org: str | None = None
    state: str = "sent"
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return tuple(x for x in (self.org, self.to_org) if x)
