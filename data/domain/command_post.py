"""The 现场指挥部 of an incident, its groups and people, and 会商 records."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class CommandPost:
    """The 现场指挥部 of one incident."""

    id: str
    incident_id: str
    org: str
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """One 会商: who, when, by which link, and what was concluded."""

    id: str
    incident_id: str | None
    org: str
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)
