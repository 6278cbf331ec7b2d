"""Commands of monitoring: what the watch saw, what people do about alarms, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from data.domain.alarm import Family
from data.domain.incident import Origin
from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One change of state the watch saw: raise, step down to a lower rung, or clear.

    `subject` is a sensor, a risk source (combinations) or a path (outages); `group` the key of
    what belongs together, blank for what stands alone.
    """

    does: Literal["raise", "ease", "clear"]
    subject: str
    name: str
    family: Family
    at: datetime
    value: float
    rule_id: str = ""
    rule: str = ""
    rule_source: str = ""
    level: str = ""
    threshold: float = 0.0
    colour: str = ""
    unit: str = ""
    area_code: str | None = None
    source_id: str | None = None
    group_kind: str = ""
    group: str = ""
    group_title: str = ""
    sensors: int = 1
    origin: Origin = "real"


@dataclass(frozen=True, kw_only=True)
class TakeSignals(Command):
    """Make alarms of what the watch saw in one batch of readings."""

    signals: tuple[Signal, ...]


@dataclass(frozen=True, kw_only=True)
class HandleAlarms(Command):
    """Say what was done about alarms."""

    alarm_ids: tuple[str, ...] = ()
    surge_id: str = ""  # instead of ids: all of a surge that still hold
    how: str


@dataclass(frozen=True, kw_only=True)
class LinkAlarms(Command):
    """Make alarms part of an open incident."""

    alarm_ids: tuple[str, ...] = ()
    surge_id: str = ""  # instead of ids: all of a surge that still hold
    incident_id: str


@dataclass(frozen=True, kw_only=True)
class ShelveAlarms(Command):
    """Set alarms aside until an instant, with the reason."""

    alarm_ids: tuple[str, ...] = ()
    surge_id: str = ""  # instead of ids: all of a surge that still hold
    until: datetime
    why: str


@dataclass(frozen=True, kw_only=True)
class AcknowledgeAlarms(Command):
    """A person takes several alarms at once, such as those of one surge."""

    alarm_ids: tuple[str, ...] = ()
    surge_id: str = ""  # instead of ids: all of a surge that still hold


@dataclass(frozen=True, kw_only=True)
class ReportAlarm(Command):
    """Make a report of an alarm; the incident opened from it takes the alarm and its surge."""

    alarm_id: str


@dataclass(frozen=True, kw_only=True)
class ReturnAlarms(Command):
    """Bring alarms back whose time aside is over."""

    alarm_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EscalateAlarms(Command):
    """Call upon somebody higher because nobody took these alarms in time."""

    alarm_ids: tuple[str, ...]
    org: str
    name: str
    post: str
    minutes: float
    source: str


@dataclass(frozen=True, kw_only=True)
class SetThreshold(Command):
    """Set a level of a sensor from a date on, with the reason; None withdraws it."""

    sensor_id: str
    level: str
    value: float | None
    valid_from: date | None = None
    valid_to: date | None = None
    reason: str = ""
    source: str = ""
    expect_version: int | None = None
