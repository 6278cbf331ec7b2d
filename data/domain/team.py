"""Forces, teams and the life of a team sent out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from data.domain.incident import Origin


class TeamState(StrEnum):
    """Where a team stands, from 备勤 round to 归队."""

    STANDBY = "standby"
    ORDERED = "ordered"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    WORKING = "working"
    RETURNING = "returning"
    OFF_DUTY = "off_duty"
    UNPLANNABLE = "unplannable"

    @property
    def char(self) -> str:
        """The one character shown in the team's square."""
        return _FACE[self][0]

    @property
    def word(self) -> str:
        """The field's word for the state."""
        return _FACE[self][1]

    @property
    def available(self) -> bool:
        """Whether the team may be sent: 备勤 or 返程."""
        return self in (TeamState.STANDBY, TeamState.RETURNING)


_FACE: Mapping[TeamState, tuple[str, str]] = {
    TeamState.STANDBY: ("备", "备勤"),
    TeamState.ORDERED: ("接", "接令"),
    TeamState.DEPARTED: ("出", "出动"),
    TeamState.ARRIVED: ("到", "到场"),
    TeamState.WORKING: ("展", "展开"),
    TeamState.RETURNING: ("返", "返程"),
    TeamState.OFF_DUTY: ("停", "停勤"),
    TeamState.UNPLANNABLE: ("缺", "不可规划"),
}


@dataclass(frozen=True, kw_only=True)
class Force:
    """A 总队, 支队, enterprise or association: a parent, never itself busy."""

    id: str
    name: str
    kind: str = ""
    level: str = ""
    area_code: str | None = None
    parent: str | None = None
    lon: float | None = None
    lat: float | None = None
    coord_is_stand_in: bool = False
    coord_source: str = ""
    note: str = ""
    source: str = ""
    confidence: str = ""
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Team:
    """The smallest force that is sent whole, with what it provides."""

    id: str
    force_id: str | None = None
    name: str
    kind: str = ""
    level: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    coord_is_stand_in: bool = False
    coord_source: str = ""
    people: int | None = None
    vehicles: int | None = None
    boats: str | None = None
    equipment: str = ""
    provides: dict[str, float] = field(default_factory=dict)
    ready_minutes: float = 5.0
    contact: str | None = None
    state: TeamState = TeamState.UNPLANNABLE
    origin: Origin = "real"
    assumption: str | None = None
    note: str = ""
    source: str = ""
    confidence: str = ""
    figures_date: str = ""
    version: int = 0

    @property
    def plannable(self) -> bool:
        """Whether strength, position and at least one capability are known."""
        return bool(
            self.people is not None and self.lon is not None and self.lat is not None
            and self.provides
        )  # fmt: skip

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """What somebody must fill in before the team can be planned, in Chinese."""
        gaps = []
        if self.people is None:
            gaps.append("人数")
        if self.lon is None or self.lat is None:
            gaps.append("驻地坐标")
        if not self.provides:
            gaps.append("专业能力")
        return tuple(gaps)

    @property
    def moves_by_air(self) -> bool:
        """Whether the team flies to the scene."""
        return "航空救援" in self.provides
