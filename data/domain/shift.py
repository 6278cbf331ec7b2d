"""Shifts 值班: roster, handover with open items, each taken one by one."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Shift:
    """One 班次 of one duty room."""

    id: str
    org: str
    state: str = "planned"
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)


@dataclass(frozen=True, kw_only=True)
class Handover:
    """One 交接班 between two shifts."""

    id: str
    org: str
    state: str = "open"
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)
