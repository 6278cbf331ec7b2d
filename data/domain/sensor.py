"""Sensors, their dated thresholds, the alarms they raise, and risk sources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from data.domain.incident import Origin
from data.errors import IllegalMove

LADDER = ("设防", "警戒", "保证", "历史最高")


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """One named level of a sensor, with the dates between which it holds."""

    level: str
    value: float
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    derived: bool = False

    def holds(self, on: date) -> bool:
        """Whether the threshold is in force on a date."""
        after = self.valid_from is None or self.valid_from <= on
        return after and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """A 监测点, so far a river, lake or reservoir station."""

    id: str
    name: str
    river: str | None = None
    kind: str = "河道"
    unit: str = "m"
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    coord_is_stand_in: bool = False
    coord_source: str = ""
    thresholds: tuple[Threshold, ...] = ()
    note: str = ""
    source: str = ""
    confidence: str = ""
    origin: Origin = "real"
    version: int = 0

    def in_force(self, on: date) -> tuple[Threshold, ...]:
        """The thresholds in force on a date, lowest rung first."""
        held: dict[str, Threshold] = {}
        for threshold in self.thresholds:
            if threshold.holds(on):
                kept = held.get(threshold.level)
                if kept is None or (threshold.valid_from or date.min) >= (
                    kept.valid_from or date.min
                ):
                    held[threshold.level] = threshold
        return tuple(sorted(held.values(), key=lambda t: t.value))

    def reached(self, value: float, on: date) -> Threshold | None:
        """The highest threshold a value stands at or above on a date, if any."""
        return next((t for t in reversed(self.in_force(on)) if value >= t.value), None)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A machine's 报警, waiting for a person."""

    id: str
    sensor_id: str
    sensor_name: str
    level: str
    value: float
    threshold: float
    unit: str = "m"
    raised_at: datetime
    state: Literal["raised", "acknowledged", "cleared"] = "raised"
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    incident_id: str | None = None
    area_code: str | None = None
    origin: Origin = "real"
    version: int = 0

    def acknowledged(self, by: str, at: datetime, incident_id: str | None) -> Alarm:
        """The alarm taken by a person, perhaps linked to an incident.

        Raises
        ------
        IllegalMove
            When somebody has already taken it.
        """
        if self.state != "raised":
            raise IllegalMove(f"报警 {self.id} 已由 {self.acknowledged_by or '系统'} 处理")
        return replace(
            self, state="acknowledged", acknowledged_by=by, acknowledged_at=at,
            incident_id=incident_id,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RiskSource:
    """A 风险源: what may go wrong, where, and whom to call."""

    id: str
    name: str
    kind: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    coord_is_stand_in: bool = False
    grade: str | None = None
    organisation: str | None = None
    person: str | None = None
    phone: str | None = None
    origin: Origin = "real"
    source: str = ""
    version: int = 0
