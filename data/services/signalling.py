"""Says what the watch saw: names, rule and source, and what belongs together."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.alarm import COLOUR_WORDS, Family
from data.domain.alarm_rules import Rule, RuleBook
from data.domain.incident import Origin
from data.domain.messages.monitoring import Signal
from data.domain.org import PROVINCE, AreaTree
from data.domain.rollup import Rolled
from data.domain.sensor import Sensor, Threshold
from data.domain.slot import Event, Slot, instant
from data.domain.source import RiskSource
from data.domain.watch import released

MINUTE = 60.0
BY_HAND = "http"


@dataclass(frozen=True, kw_only=True)
class Signaller:
    """Makes signals of events; it knows the rules and the areas, and nothing that changes."""

    book: RuleBook
    areas: AreaTree
    exercise: bool = False

    def of(self, event: Event, slot: Slot) -> Signal:
        """The signal of one sensor's event."""
        sensor = slot.sensor
        kind, key, title = self.group(sensor, event.family)
        level, threshold, rule, source, colour = self._said(event, sensor)
        if event.family == Family.LEVEL:
            colour = slot.level_colour or colour
        return Signal(
            does=event.does, subject=sensor.id, name=sensor.name, family=event.family,
            at=instant(event.at), value=round(event.value, 6),
            rule_id=event.rule.id if event.rule else "level", rule=rule, rule_source=source,
            level=level, threshold=threshold, colour=colour,
            unit=_unit(event.family, sensor), area_code=sensor.area_code,
            source_id=sensor.source_id, group_kind=kind, group=key, group_title=title,
            origin=self._origin(sensor),
        )  # fmt: skip

    def _said(self, event: Event, sensor: Sensor) -> tuple[str, float, str, str, str]:
        """Level, threshold, the rule in words, its source and its colour."""
        rung, rule = event.threshold, event.rule
        if rung is not None:
            words = self._ladder(sensor, rung)
            return rung.level, rung.value, words, rung.source, self.book.colour_of(rung.level)
        if rule is None:
            return "", 0.0, "", "", ""
        if rule.family == Family.MISSING:
            allowed = (sensor.expected_every_s or 0) * rule.times / MINUTE
            return Family.MISSING.word, allowed, rule.title, rule.source, ""
        if rule.family == Family.STUCK:
            known = self.book.named.get(sensor.quantity)
            hours = known.stuck_after_h if known and known.stuck_after_h else 0.0
            return Family.STUCK.word, hours, rule.title, rule.source, ""
        return _short(rule), rule.at_least, rule.title, rule.source, rule.colour

    def _ladder(self, sensor: Sensor, rung: Threshold) -> str:
        edge = released(rung, self.book.hysteresis(sensor, rung.value))
        side, back = ("不高于", "高于") if rung.below else ("不低于", "低于")
        return (
            f"{sensor.quantity}{side}{rung.level} {rung.value:g} {sensor.unit}；"
            f"{back} {edge:g} {sensor.unit} 解除"
        )

    def combined(
        self, source: RiskSource, now: Rolled, before: Rule | None, at: float
    ) -> Signal | None:
        """The signal of a source whose combination changed; None when it did not."""
        if (now.rule.id if now.rule else "") == (before.id if before else ""):
            return None
        rule = now.rule or before
        if rule is None:
            return None
        return Signal(
            does="raise" if now.rule else "clear", subject=source.id, name=source.name,
            family=Family.ROLLUP, at=instant(at), value=float(now.count), rule_id=rule.id,
            rule=f"{now.item} {rule.title}".strip(), rule_source=rule.source,
            level=COLOUR_WORDS[rule.colour], threshold=float(rule.count or len(rule.together)),
            colour=rule.colour, unit="处", area_code=source.area_code, source_id=source.id,
            group_kind="plant", group=f"source:{source.id}", group_title=source.name,
            origin="exercise" if self.exercise else source.origin,
        )  # fmt: skip

    def outage(self, path: str, sensors: int, at: float, rule: Rule, *, over: bool) -> Signal:
        """The signal of many sensors of one path that fell silent, or speak again."""
        area = path.partition("/")[0]
        name = f"{self.areas.name(area)} {path.partition('/')[2]} 数据链路"
        return Signal(
            does="clear" if over else "raise", subject=f"path:{path}", name=name,
            family=Family.MISSING, at=instant(at), value=float(sensors), rule_id=rule.id,
            rule=f"同一链路 {self.book.outage.sensors} 个以上测点同时中断",
            rule_source=self.book.outage.source, level="大面积中断",
            threshold=float(self.book.outage.sensors), unit="个测点",
            area_code=None if area == PROVINCE else area, group_kind="missing",
            group=f"path:{path}", group_title=f"{name} 中断", sensors=sensors,
            origin="exercise" if self.exercise else "real",
        )  # fmt: skip

    def path(self, sensor: Sensor) -> str:
        """What a sensor's reports travel by, as far as it is known: prefecture and protocol."""
        area = self.areas.prefecture_of(sensor.area_code) or PROVINCE
        return f"{area}/{sensor.device.partition(':')[0] or BY_HAND}"

    def group(self, sensor: Sensor, family: Family) -> tuple[str, str, str]:
        """The kind, key and title of what an alarm of a sensor belongs to; blanks when alone."""
        if family == Family.MISSING:
            path = self.path(sensor)
            return "missing", f"path:{path}", f"{self.areas.name(path.partition('/')[0])} 数据中断"
        if family == Family.SUM:
            area = self.areas.prefecture_of(sensor.area_code) or PROVINCE
            return "rain", f"rain:{area}", f"{self.areas.name(area)} 强降雨"
        if sensor.river and family in {Family.LEVEL, Family.RISE}:
            return "flood", f"river:{sensor.river}", f"{sensor.river} 洪水过程"
        if sensor.source_id:
            return "plant", f"source:{sensor.source_id}", ""
        return "", "", ""

    def _origin(self, sensor: Sensor) -> Origin:
        return "exercise" if self.exercise else sensor.origin


def _short(rule: Rule) -> str:
    """A windowed rule as a level: 3 小时 50 mm, 1 小时变化 0.5."""
    if rule.hours < 1:
        return "短时变化过快"
    if rule.family == Family.SUM:
        return f"{rule.hours:g} 小时 {rule.at_least:g} mm"
    return f"{rule.hours:g} 小时变化 {rule.at_least:g}"


def _unit(family: Family, sensor: Sensor) -> str:
    if family == Family.MISSING:
        return "分钟"
    return "小时" if family == Family.STUCK else sensor.unit
