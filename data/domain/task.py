"""Tasks 任务 and instructions 领导批示: owner, deadline, state, answer; nothing is dropped."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Task:
    """One 任务 of an incident or of the duty room."""

    id: str
    incident_id: str | None
    org: str
    state: str = "open"
    owner_org: str | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return tuple(x for x in (self.org, self.owner_org) if x)


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One 领导批示, followed until it is answered."""

    id: str
    incident_id: str | None
    org: str
    state: str = "given"
    owner_org: str | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return tuple(x for x in (self.org, self.owner_org) if x)
