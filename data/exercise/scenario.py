"""A scenario: a script of facts at times, each with its source or its assumption."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.errors import Invalid, NotFound

SCENARIOS = Path(__file__).parent / "scenarios"

# what a step may do, and what its `with` must hold
DOES: Mapping[str, tuple[str, ...]] = {
    "report": ("type", "place"),
    "open": ("report_id", "name", "short_name", "commander", "lead_body", "desk"),
    "merge": ("report_id", "incident_id"),
    "grade": ("incident_id", "word", "basis"),
    "respond": ("incident_id", "body", "contingency", "level"),
    "followup": ("incident_id", "kind"),
    "entry": ("text",),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing the script does at an instant."""

    id: str
    at: datetime
    do: str
    given: dict[str, Any]
    makes: str | None = None
    source: str | None = None
    assumption: str | None = None

    @property
    def basis(self) -> str:
        """The source, the assumption, or both, as one sentence."""
        return "；".join(part for part in (self.source, self.assumption) if part)


@dataclass(frozen=True, kw_only=True)
class Knot:
    """A level of a station at an instant, told (source) or assumed."""

    at: datetime
    value: float
    source: str | None = None
    assumption: str | None = None


@dataclass(frozen=True, kw_only=True)
class LevelLine:
    """One station's levels: straight lines between knots, nothing before the first."""

    sensor: str
    knots: tuple[Knot, ...]

    def at(self, instant: datetime) -> float | None:
        """The level at an instant in metres; None before the first knot, held after the last."""
        if instant < self.knots[0].at:
            return None
        for before, after in zip(self.knots, self.knots[1:], strict=False):
            if instant <= after.at:
                share = (instant - before.at) / (after.at - before.at)
                return round(before.value + share * (after.value - before.value), 2)
        return self.knots[-1].value


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A script with its title, its span and its levels."""

    name: str
    title: str
    starts_at: datetime
    ends_at: datetime
    speed: float
    steps: tuple[Step, ...]
    levels: tuple[LevelLine, ...] = field(default=())

    @property
    def opens_at(self) -> datetime:
        """When the first step before the start happens: where a new exercise's clock stands."""
        return min([self.starts_at, *(step.at for step in self.steps)])

    def opening(self) -> tuple[Step, ...]:
        """The steps before the start, in order."""
        return tuple(step for step in self.steps if step.at < self.starts_at)

    def due(self, instant: datetime) -> tuple[Step, ...]:
        """The steps that have happened by an instant, in order."""
        return tuple(step for step in self.steps if step.at <= instant)


def available() -> list[str]:
    """The names of the scenarios that ship."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def load_scenario(name: str, folder: Path = SCENARIOS) -> Scenario:
    """Read and check a scenario.

    Raises
    ------
    NotFound
        When no scenario has the name.
    Invalid
        When the script breaks a rule, naming the step and the rule.
    """
    path = folder / f"{name}.toml"
    if Path(name).name != name or not path.is_file():
        raise NotFound(f"没有名为“{name}”的演练脚本；现有：{'、'.join(available())}")
    try:
        return parse(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise _bad(name, f"脚本无法读取（{error}）") from error


def parse(raw: Mapping[str, Any]) -> Scenario:
    """A scenario from its TOML tables, checked.

    Raises
    ------
    Invalid
        When the script breaks a rule.
    """
    sources: Mapping[str, str] = raw.get("sources", {})
    head = raw["exercise"]
    steps = tuple(_step(table, sources) for table in raw["step"])
    levels = tuple(
        LevelLine(
            sensor=table["sensor"],
            knots=tuple(_knot(table["sensor"], knot, sources) for knot in table["knots"]),
        )
        for table in raw.get("level", ())
    )
    scenario = Scenario(
        name=head["name"],
        title=head["title"],
        starts_at=_aware(head["starts_at"], "exercise"),
        ends_at=_aware(head["ends_at"], "exercise"),
        speed=float(head["speed"]),
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        levels=levels,
    )
    _check(scenario)
    return scenario


def _step(table: Mapping[str, Any], sources: Mapping[str, str]) -> Step:
    """One step, its source key resolved."""
    return Step(
        id=table["id"],
        at=_aware(table["at"], table["id"]),
        do=table["do"],
        given=table.get("with", {}),
        makes=table.get("as"),
        source=_source(table, sources, table["id"]),
        assumption=table.get("assumption"),
    )


def _knot(sensor: str, table: Mapping[str, Any], sources: Mapping[str, str]) -> Knot:
    """One knot of a level line."""
    knot = Knot(
        at=_aware(table["at"], sensor),
        value=float(table["value"]),
        source=_source(table, sources, sensor),
        assumption=table.get("assumption"),
    )
    if not (knot.source or knot.assumption):
        raise _bad(sensor, "水位节点既无来源也未标演练假定")
    return knot


def _check(scenario: Scenario) -> None:
    """Rules over the whole script: ids, names, sources, and nothing told before it was known."""
    made: set[str] = set()
    ids: set[str] = set()
    for step in scenario.steps:
        if step.id in ids:
            raise _bad(step.id, "步骤编号重复")
        ids.add(step.id)
        if not step.basis:
            raise _bad(step.id, "既无来源也未标演练假定")
        missing = [key for key in DOES.get(step.do, ("",)) if key not in step.given]
        if missing:
            raise _bad(step.id, f"动作“{step.do}”缺少 {'、'.join(missing)}")
        for value in _leaves(step.given):
            if isinstance(value, datetime) and _aware(value, step.id) > step.at:
                raise _bad(step.id, "内容的时刻晚于步骤时刻，当时尚不可知")
            if isinstance(value, str) and value.startswith("$") and value[1:] not in made:
                raise _bad(step.id, f"引用了尚未产生的“{value}”")
        if step.makes:
            made.add(step.makes)
    for line in scenario.levels:
        if any(b.at <= a.at for a, b in zip(line.knots, line.knots[1:], strict=False)):
            raise _bad(line.sensor, "水位节点未按时间先后排列")


def _leaves(value: object) -> Iterator[object]:
    """Every plain value in nested tables and lists."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _source(table: Mapping[str, Any], sources: Mapping[str, str], where: str) -> str | None:
    """The source text behind a key."""
    key = table.get("source")
    if key is not None and key not in sources:
        raise _bad(where, f"来源“{key}”未在 [sources] 中写明")
    return None if key is None else sources[key]


def _aware(at: object, where: str) -> datetime:
    """An aware instant in UTC; anything else is refused."""
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise _bad(where, "时刻缺少时区偏移")
    return at.astimezone(UTC)


def _bad(where: str, why: str) -> Invalid:
    """A broken script, by step."""
    return Invalid.field("scenario", f"演练脚本 {where}：{why}", "请改正脚本后重新启动")
