"""Monitoring: what the watch saw becomes alarms, grouped in surges; nothing is raised twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from data.domain.alarm import Alarm, Step
from data.domain.messages import Command
from data.domain.messages.monitoring import Signal, TakeSignals
from data.domain.org import PROVINCE, AreaTree, Permission
from data.domain.source import RiskSource
from data.domain.surge import OPEN, Surge
from data.services import alarm_acts, warning_origins
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

SHOWN = 3  # alarms named in one journal line


def take_signals(unit: Unit, command: TakeSignals, tools: Tools) -> dict[str, Any]:
    """Raise, step down or clear what the watch saw in one batch, in its order.

    A signal that says what is so already changes nothing; a graver rung takes the place of the
    lower one's alarm, and waits for a person anew.
    """
    unit.actor.require(Permission.TELEMETRY)
    desk = _Desk(unit, tools)
    for signal in command.signals:
        desk.take(signal)
    desk.tell()
    for alarm, event, basis in desk.drafts:
        warning_origins.by_rule(unit, tools, alarm, event, basis)
    return {
        "raised": [a.id for a in desk.raised], "eased": [a.id for a in desk.eased],
        "cleared": [a.id for a in desk.cleared],
    }  # fmt: skip


class _Desk:
    """One command's work: the open surges are read once."""

    def __init__(self, unit: Unit, tools: Tools) -> None:
        self.unit, self.tools = unit, tools
        self.surges = {s.id: s for s in unit.find(Surge, state=OPEN)}
        self.raised: list[Alarm] = []
        self.eased: list[Alarm] = []
        self.cleared: list[Alarm] = []
        self.drafts: list[tuple[Alarm, str, str]] = []

    def take(self, signal: Signal) -> None:
        """Let one signal change its alarm."""
        held = [
            a
            for a in self.unit.find(Alarm, sensor_id=signal.subject)
            if a.open and a.family == signal.family
        ]
        if signal.does == "clear":
            self._clear(held, signal)
        elif any(a.level == signal.level and a.rule_id == signal.rule_id for a in held):
            return
        elif signal.does == "ease" and held:
            eased = replace(
                held[-1].stepped(_step(signal), signal.colour), rule_id=signal.rule_id,
                rule=signal.rule, rule_source=signal.rule_source,
            )  # fmt: skip
            self.eased.append(self.unit.put(eased))
        else:
            self._raise(signal)
            self._clear(held, signal)

    def _raise(self, signal: Signal) -> None:
        alarm = Alarm(
            id=self.unit.next_id("alarm"), sensor_id=signal.subject, sensor_name=signal.name,
            level=signal.level, value=signal.value, threshold=signal.threshold, unit=signal.unit,
            raised_at=signal.at, area_code=signal.area_code, family=signal.family,
            rule_id=signal.rule_id, rule=signal.rule, rule_source=signal.rule_source,
            colour=signal.colour, source_id=signal.source_id, steps=(_step(signal),),
            sensors=signal.sensors,
            origin="exercise" if self.unit.actor.role == "runner" else signal.origin,
        )  # fmt: skip
        kept = self.unit.put(replace(alarm, surge_id=self._join(alarm, signal)))
        self.raised.append(kept)
        book = self.tools.rules.get("alarms")
        event = book.drafted(signal.rule_id, signal.level) if book else ""
        if event and "warnings" in self.tools.rules:
            self.drafts.append((kept, event, signal.rule))

    def _clear(self, held: Iterable[Alarm], signal: Signal) -> None:
        for alarm in held:
            self.cleared.append(self.unit.put(alarm.cleared(signal.at, signal.value)))
            surge = self.surges.get(alarm.surge_id or "")
            if surge is not None:
                self._keep(surge.left(signal.at))

    def _join(self, alarm: Alarm, signal: Signal) -> str | None:
        """The surge an alarm belongs to, opened when it is the first."""
        book = self.tools.rules.get("alarms")
        how = book.grouping(signal.group_kind) if book and signal.group else None
        if how is None:
            return None
        at, key = alarm.raised_at, signal.group
        mine = (s for s in self.surges.values() if s.takes(key, at, how.hours))
        surge = next(mine, None) or Surge(
            id=self.unit.next_id("surge"), kind=how.kind, key=key,
            title=signal.group_title or self._source(alarm), area_code=alarm.area_code,
            origin=alarm.origin,
        )  # fmt: skip
        area = _common(self.tools.areas, [surge.area_code, alarm.area_code])
        self._keep(surge.joined(alarm.id, alarm.raised_at, alarm.colour, area))
        return surge.id

    def _source(self, alarm: Alarm) -> str:
        """The name of the source an alarm is of."""
        source = alarm_acts.thing_of(self.unit, RiskSource, alarm.source_id)
        return source.name if source else alarm.sensor_name

    def _keep(self, surge: Surge) -> None:
        self.surges[surge.id] = self.unit.put(surge)

    def tell(self) -> None:
        """One line for the whole batch."""
        lifted = {(a.sensor_id, a.family) for a in self.raised}
        gone = [a for a in self.cleared if (a.sensor_id, a.family) not in lifted]
        parts = [
            _line("报警", [a.told for a in self.raised]),
            _line("报警降级", [f"{a.sensor_name} 降至{a.level}" for a in self.eased]),
            _line("报警解除", [a.gone for a in gone]),
        ]
        if said := "；".join(p for p in parts if p):
            every = [*self.raised, *self.eased, *self.cleared]
            self.unit.tell(said, area=_common(self.tools.areas, [a.area_code for a in every]))


def _step(signal: Signal) -> Step:
    return Step(
        at=signal.at, level=signal.level, value=signal.value, threshold=signal.threshold
    )  # fmt: skip


def _line(what: str, told: Sequence[str]) -> str:
    """报警：… or 报警 12 条：…、…、… 等."""
    if not told:
        return ""
    if len(told) == 1:
        return f"{what}：{told[0]}"
    more = " 等" if len(told) > SHOWN else ""
    return f"{what} {len(told)} 条：{'、'.join(told[:SHOWN])}{more}"


def _common(areas: AreaTree, codes: Sequence[str | None]) -> str | None:
    """The smallest area that holds all; None when one has none or only the province holds them."""
    paths = [areas.path(code) if code else () for code in codes]
    common: str | None = None
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1:
            break
        common = steps[0]
    return None if common == PROVINCE else common


HANDLERS: Mapping[type[Command], Handler] = {TakeSignals: take_signals}
