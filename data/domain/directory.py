"""The directory 通讯录: bodies, forces, leaders and experts, and the calls made to them."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One entry of the 通讯录."""

    id: str
    area_code: str | None
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class CallNote:
    """One telephone call: whom, when, what was said."""

    id: str
    incident_id: str | None
    org: str
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)
