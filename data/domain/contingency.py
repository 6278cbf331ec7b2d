"""Contingencies 应急预案: who commands, which tasks at which level, what is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from data.domain.incident import Incident, Level, Origin
from data.domain.org import AreaTree

Tier = Literal["province", "prefecture", "county"]
Kind = Literal["overall", "special", "department"]
TIER_WORDS: dict[str, str] = {"province": "省级", "prefecture": "市级", "county": "县级"}
KIND_WORDS: dict[str, str] = {
    "overall": "总体预案", "special": "专项预案", "department": "部门预案",
}  # fmt: skip
LEVELS: tuple[Level, ...] = ("I", "II", "III", "IV")
SAMPLE = "示例（假定）"


@dataclass(frozen=True, kw_only=True)
class Group:
    """One 工作组 of the command structure."""

    name: str
    lead_body: str = ""
    bodies: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    source: str = SAMPLE


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """When a level is started: in words, and the incident's grades that suggest it."""

    level: Level
    words: str
    grades: tuple[Level, ...] = ()
    commander: str = ""
    source: str = SAMPLE


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    """One task of the levels named; `minutes` count from the start of the response."""

    title: str
    levels: tuple[Level, ...]
    owner: str = ""
    minutes: int | None = None
    checklist: tuple[str, ...] = ()
    detail: str = ""
    source: str = SAMPLE


@dataclass(frozen=True, kw_only=True)
class PlannedNeed:
    """A capability needed at the levels named; `by` in minutes, the unit is the capability's."""

    capability: str
    amount: float
    levels: tuple[Level, ...] = LEVELS
    by: int | None = None
    source: str = SAMPLE


@dataclass(frozen=True, kw_only=True)
class PlannedItem:
    """A material needed at the levels named, by its name in the catalogue."""

    item: str
    amount: float
    levels: tuple[Level, ...] = LEVELS
    by: int | None = None
    source: str = SAMPLE


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One earlier or present edition: its number, who kept it when and why, and its whole text."""

    number: int
    at: datetime
    by: str
    words: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Contingency:
    """One 应急预案 of one body; an `overlay` is laid over another running response."""

    id: str
    area_code: str
    tier: Tier
    name: str = ""
    kind: Kind = "special"
    types: tuple[str, ...] = ()
    overlay: bool = False
    body: str = ""
    office: str = ""
    basis: str = ""
    source: str = SAMPLE
    note: str = ""
    commander: str = ""
    deputies: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    groups: tuple[Group, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    needs: tuple[PlannedNeed, ...] = ()
    items: tuple[PlannedItem, ...] = ()
    withdrawn: bool = False
    edition: int = 1
    editions: tuple[Edition, ...] = field(default=())
    origin: Origin = "real"
    version: int = 0

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels it can be started at, the gravest first."""
        named = {t.level for t in self.triggers}
        return tuple(level for level in LEVELS if level in named)

    def trigger(self, level: str) -> Trigger | None:
        """When a level is started, if the plan has it."""
        return next((t for t in self.triggers if t.level == level), None)

    def suggested(self, grade: str | None) -> Level | None:
        """The gravest level whose trigger names the grade; None where none does."""
        fits = (lv for lv in self.levels if grade and grade in _grades(self.trigger(lv)))
        return next(fits, None)

    def tasks_at(self, level: str) -> tuple[PlannedTask, ...]:
        """The tasks of a level, the nearest deadline first."""
        mine = [t for t in self.tasks if level in t.levels]
        return tuple(sorted(mine, key=lambda t: (t.minutes is None, t.minutes or 0)))

    def suits(self, incident: Incident, areas: AreaTree) -> bool:
        """Whether it may be started for an incident: its type, and a body over its place."""
        if self.withdrawn or (self.types and incident.type not in self.types):
            return False
        return any(self.area_code in areas.path(code) for code in incident.all_areas)


def _grades(trigger: Trigger | None) -> tuple[Level, ...]:
    return trigger.grades if trigger else ()


def suiting(plans: Iterable[Contingency], incident: Incident, areas: AreaTree) -> list[Contingency]:
    """The contingencies for an incident: those of its type first, then overall, then overlays."""
    found = [p for p in plans if p.suits(incident, areas)]
    return sorted(found, key=lambda p: (p.overlay, not p.types, p.tier != "province", p.id))


def level_change(old: str, new: str) -> Literal["raise", "lower", "same"]:
    """Whether going from one level to another is a raise (Ⅰ is the gravest)."""
    before, after = LEVELS.index(old), LEVELS.index(new)
    return "same" if before == after else "raise" if after < before else "lower"
