"""The rules of the machine's alarms as data: levels, rules, grouping, escalation, quantities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from data.domain.alarm import Family
from data.domain.sensor import Sensor
from data.domain.source import KINDS

Colour = Literal["blue", "yellow", "orange", "red"]
GroupBy = Literal["river", "prefecture", "source", "path"]
GroupKind = Literal["flood", "rain", "plant", "missing"]
ASSUMED_SHARE = 0.02  # 假定: hysteresis of a quantity that is not in the table, of the threshold


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One 监测量: its unit, how it is grouped into an item, how it settles, what is plausible."""

    name: str
    unit: str = ""
    item: str = ""  # 监测项目 of a tailings pond
    falls: bool = False  # the less the worse: its colours are reached by falling
    orange_of_red: float | None = None  # 橙 as a share of 红, where only 红 is given
    hysteresis: float = 0.0
    stuck_after_h: float | None = None
    lowest: float | None = None
    highest: float | None = None
    sl651: str = ""
    note: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class LevelWord:
    """What a level is called, how grave it is, and whether it is reached by falling."""

    level: str
    colour: Colour
    source: str
    below: bool = False
    drafts: str = ""  # the event of the warning that the machine drafts when it is reached


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule; which of the fields it uses follows from its family."""

    id: str
    title: str
    family: Family
    source: str
    quantities: tuple[str, ...] = ()
    source_kinds: tuple[str, ...] = ()
    colour: Colour | Literal[""] = ""
    hours: float = 0.0
    at_least: float = 0.0
    release: float = 0.0
    times: float = 0.0
    count: int = 0
    of: Colour | Literal[""] = ""
    each: Literal["item", "source"] = "source"
    together: Mapping[str, Colour] = field(default_factory=dict)
    drafts: str = ""  # the event of the warning that the machine drafts when it is raised


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """Which alarms are one surge."""

    kind: GroupKind
    title: str
    by: GroupBy
    hours: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Outage:
    """How many sensors of one path falling silent are one alarm."""

    sensors: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """After how many minutes without a person who is called upon."""

    colour: Colour
    minutes: float
    up: int
    source: str


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """Everything the watch knows besides the sensors' own thresholds."""

    levels: tuple[LevelWord, ...]
    rules: tuple[Rule, ...]
    groups: tuple[Grouping, ...]
    outage: Outage
    escalation: tuple[Stage, ...]
    quantities: tuple[Quantity, ...] = ()

    @cached_property
    def words(self) -> Mapping[str, LevelWord]:
        """The levels by what they are called."""
        return {word.level: word for word in self.levels}

    @cached_property
    def named(self) -> Mapping[str, Quantity]:
        """The quantities by name."""
        return {quantity.name: quantity for quantity in self.quantities}

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def missed_times(self) -> float:
        """After how many intervals a silent sensor is missed; without a rule never."""
        return next((r.times for r in self.of_family(Family.MISSING)), math.inf)

    def colour_of(self, level: str) -> Colour | Literal[""]:
        """How grave a level is; blank when nobody said."""
        word = self.words.get(level)
        return word.colour if word else ""

    def drafted(self, rule_id: str, level: str) -> str:
        """The event of the warning that a rule or a level names; blank when it names none."""
        rule, word = self.by_id.get(rule_id), self.words.get(level)
        if rule is not None:
            return rule.drafts
        return word.drafts if word else ""

    def below(self, quantity: str, level: str) -> bool:
        """Whether a level of a quantity is reached by falling."""
        word, known = self.words.get(level), self.named.get(quantity)
        return bool(word and word.below) or bool(known and known.falls)

    def hysteresis(self, sensor: Sensor, threshold: float) -> float:
        """How far a value must come back until a level of a sensor is left, in its unit."""
        known = self.named.get(sensor.quantity)
        return abs(threshold) * ASSUMED_SHARE if known is None else known.hysteresis

    def of_family(self, family: Family) -> tuple[Rule, ...]:
        """The rules of a family, in the file's order."""
        return tuple(r for r in self.rules if r.family == family)

    def watching(self, sensor: Sensor, source_kind: str = "") -> list[Rule]:
        """The rules that look at a sensor, the combinations of its source included."""
        return [r for r in self.rules if self._looks(r, sensor, source_kind)]

    def _looks(self, rule: Rule, sensor: Sensor, source_kind: str) -> bool:
        if rule.family == Family.MISSING:
            return sensor.expected_every_s is not None
        if rule.family == Family.STUCK:
            known = self.named.get(sensor.quantity)
            return known is not None and known.stuck_after_h is not None
        if rule.source_kinds and source_kind not in rule.source_kinds:
            return False
        wanted = rule.quantities or tuple(rule.together)
        return not wanted or sensor.quantity in wanted

    def combinations(self, source_kind: str) -> tuple[Rule, ...]:
        """The combination rules of a kind of source."""
        return tuple(r for r in self.of_family(Family.ROLLUP) if source_kind in r.source_kinds)

    def kind_told(self, kind: str) -> str:
        """What a person should hear of a kind of source that no rule knows; blank if one does."""
        combined = list(dict.fromkeys(k for rule in self.rules for k in rule.source_kinds))
        if not kind or kind in combined or kind in KINDS:
            return ""
        others = [k for k in KINDS if k not in combined]
        return (
            f"没有规则认得类型“{kind[:40]}”：各测点照常报警，不做组合判断。"
            f"有组合规则的类型：{'、'.join(combined)}；其他通用类型：{'、'.join(others)}。"
            "确属其中一类的，请改成这个写法"
        )

    def stages(self, colour: str) -> tuple[Stage, ...]:
        """The stages of escalation of a colour, the first first."""
        mine = (s for s in self.escalation if s.colour == colour)
        return tuple(sorted(mine, key=lambda s: s.minutes))

    def grouping(self, kind: str) -> Grouping | None:
        """How a kind of surge groups."""
        return next((g for g in self.groups if g.kind == kind), None)
