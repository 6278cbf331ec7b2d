"""Alarms 报警: what a machine raises, and what people do with it until the cause is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from data.domain.incident import Origin
from data.errors import IllegalMove


class AlarmState(StrEnum):
    """The life of an alarm; `cleared` is the end, and only the cause's end leads there."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    HANDLED = "handled"
    LINKED = "linked"
    SHELVED = "shelved"
    CLEARED = "cleared"

    @property
    def word(self) -> str:
        """The field's word."""
        return _STATE_WORDS[self]


_S = AlarmState
_STATE_WORDS: Mapping[AlarmState, str] = {
    _S.RAISED: "未签收", _S.ACKNOWLEDGED: "已签收", _S.HANDLED: "已处置", _S.LINKED: "已转事件",
    _S.SHELVED: "暂搁", _S.CLEARED: "已解除",
}  # fmt: skip
ALARM_MOVES: Mapping[AlarmState, frozenset[AlarmState]] = {
    _S.RAISED: frozenset({_S.ACKNOWLEDGED, _S.HANDLED, _S.LINKED, _S.SHELVED, _S.CLEARED}),
    _S.ACKNOWLEDGED: frozenset({_S.HANDLED, _S.LINKED, _S.SHELVED, _S.CLEARED}),
    _S.HANDLED: frozenset({_S.LINKED, _S.CLEARED}),
    _S.LINKED: frozenset({_S.HANDLED, _S.CLEARED}),
    _S.SHELVED: frozenset({_S.RAISED, _S.HANDLED, _S.LINKED, _S.CLEARED}),
    _S.CLEARED: frozenset(),
}
COLOURS = ("blue", "yellow", "orange", "red")  # the least first
COLOUR_WORDS: Mapping[str, str] = {
    "blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红", "": "",
}  # fmt: skip


class Family(StrEnum):
    """What kind of rule an alarm comes from; a subject has one open alarm a rule."""

    LEVEL = "level"
    RISE = "rise"
    SUM = "sum"
    MISSING = "missing"
    STUCK = "stuck"
    ROLLUP = "rollup"

    @property
    def word(self) -> str:
        """The field's word."""
        return _FAMILY_WORDS[self]


_FAMILY_WORDS: Mapping[Family, str] = {
    Family.LEVEL: "超限", Family.RISE: "变化过快", Family.SUM: "累计", Family.MISSING: "数据中断",
    Family.STUCK: "数值不变", Family.ROLLUP: "组合",
}  # fmt: skip
FAULTS = frozenset({Family.MISSING, Family.STUCK})  # the instrument is in doubt, not the world


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """One time nobody took an alarm in time, and who was called upon then."""

    at: datetime
    org: str
    name: str  # blank when the roster names nobody
    post: str
    minutes: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A rung an alarm stood on from an instant."""

    at: datetime
    level: str
    value: float
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A machine's 报警, waiting for a person.

    `sensor_id` is what it is about: a sensor, for a combination the risk source, for an outage
    of many sensors the path they share. `colour` is the rule's; blank for a fault.
    """

    id: str
    sensor_id: str
    sensor_name: str
    level: str
    value: float
    threshold: float
    unit: str = "m"
    raised_at: datetime
    state: AlarmState = AlarmState.RAISED
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    incident_id: str | None = None
    area_code: str | None = None
    family: Family = Family.LEVEL
    rule_id: str = ""
    rule: str = ""
    rule_source: str = ""
    colour: str = ""
    source_id: str | None = None
    surge_id: str | None = None
    steps: tuple[Step, ...] = ()
    sensors: int = 1
    report_id: str | None = None  # the report made of it
    handled_by: str | None = None
    handled_at: datetime | None = None
    handled_how: str = ""
    shelved_by: str | None = None
    shelved_until: datetime | None = None
    shelved_why: str = ""
    cleared_at: datetime | None = None
    cleared_value: float | None = None
    escalations: tuple[Escalation, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether its cause still holds."""
        return self.state != AlarmState.CLEARED

    @property
    def waits(self) -> bool:
        """Whether a person has yet to take it."""
        return self.state == AlarmState.RAISED

    @property
    def since(self) -> datetime:
        """Since when it has waited: raised, or back from being shelved."""
        return self.shelved_until if self.shelved_until and self.waits else self.raised_at

    @property
    def told(self) -> str:
        """What it says in a few words: 汉口 27.31 m，达警戒 27.30 m."""
        amount = f"{self.sensor_name} {shown(self.value, self.unit)}"
        limit = shown(self.threshold, self.unit)
        if self.family == Family.LEVEL:
            return f"{amount}，达{self.level} {limit}"
        if self.family == Family.SUM:
            return f"{amount}，达 {self.rule}"
        if self.family == Family.MISSING and self.sensors > 1:
            return f"{self.sensor_name}中断，{self.sensors} 个测点没有来数"
        if self.family == Family.MISSING:
            return f"{self.sensor_name} {self.value:.0f} 分钟没有来数"
        if self.family == Family.STUCK:
            return f"{self.sensor_name} 数值 {self.value:g} 小时不变"
        return f"{self.sensor_name} {self.rule or self.level}"

    @property
    def gone(self) -> str:
        """What is said when its cause is gone."""
        if self.family == Family.LEVEL and self.cleared_value is not None:
            value = shown(self.cleared_value, self.unit)
            return f"{self.sensor_name} {value}，已脱离{self.level}"
        return f"{self.sensor_name} {self.family.word if self.family in FAULTS else self.level}"

    def moved(self, to: AlarmState) -> Alarm:
        """The alarm in another state.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in ALARM_MOVES[self.state]:
            taken = f"，由 {self.acknowledged_by} 签收" if self.acknowledged_by else ""
            raise IllegalMove(
                f"报警 {self.id} 现为“{self.state.word}”{taken}，不能转为“{to.word}”"
            )
        return replace(self, state=to)

    def acknowledged(self, by: str, at: datetime, incident_id: str | None) -> Alarm:
        """The alarm taken by a person, perhaps linked to an incident.

        Raises
        ------
        IllegalMove
            When somebody has already taken it.
        """
        taken = replace(self.moved(_S.ACKNOWLEDGED), acknowledged_by=by, acknowledged_at=at)
        return taken if incident_id is None else taken.linked(by, at, incident_id)

    def handled(self, by: str, at: datetime, how: str) -> Alarm:
        """The alarm dealt with, in a few words; it stays open while its cause holds.

        Raises
        ------
        IllegalMove
        """
        done = _taken(self.moved(_S.HANDLED), by, at)
        return replace(done, handled_by=by, handled_at=at, handled_how=how)

    def linked(self, by: str, at: datetime, incident_id: str) -> Alarm:
        """The alarm as part of an incident.

        Raises
        ------
        IllegalMove
        """
        return replace(_taken(self.moved(_S.LINKED), by, at), incident_id=incident_id)

    def shelved(self, by: str, at: datetime, until: datetime, why: str) -> Alarm:
        """The alarm set aside until an instant, when it comes back by itself.

        Raises
        ------
        IllegalMove
        """
        aside = _taken(self.moved(_S.SHELVED), by, at)
        return replace(aside, shelved_by=by, shelved_until=until, shelved_why=why)

    def unshelved(self) -> Alarm:
        """The alarm back from being set aside: it waits for a person again.

        Raises
        ------
        IllegalMove
        """
        back = self.moved(_S.RAISED)
        return replace(back, acknowledged_by=None, acknowledged_at=None, escalations=())

    def cleared(self, at: datetime, value: float | None = None) -> Alarm:
        """The alarm whose cause is gone.

        Raises
        ------
        IllegalMove
        """
        return replace(self.moved(_S.CLEARED), cleared_at=at, cleared_value=value)

    def stepped(self, step: Step, colour: str) -> Alarm:
        """The alarm on a lower rung than before; who took it has still taken it."""
        return replace(
            self, level=step.level, threshold=step.threshold, value=step.value, colour=colour,
            steps=(*self.steps, step),
        )  # fmt: skip


def _taken(alarm: Alarm, by: str, at: datetime) -> Alarm:
    """With who took it first; doing something about an alarm takes it too."""
    if alarm.acknowledged_by is not None:
        return alarm
    return replace(alarm, acknowledged_by=by, acknowledged_at=at)


def shown(value: float, unit: str) -> str:
    """A value with its unit; metres to the centimetre."""
    return f"{value:.2f} m" if unit == "m" else f"{value:.6g} {unit}".strip()
