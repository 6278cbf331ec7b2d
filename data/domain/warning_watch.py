"""Watches 关注: what somebody keeps an eye on because of a warning, and what a warning touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from data.domain.incident import Origin
from data.domain.spatial import touched_points
from data.domain.task import Step
from data.errors import IllegalMove

if TYPE_CHECKING:
    from data.domain.situation import Situation
    from data.domain.warning import Warning  # noqa: A004 - the field's word


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A 关注: what somebody keeps an eye on until it is closed in words."""

    id: str
    state: Literal["open", "closed"] = "open"
    warning_id: str | None = None
    area_code: str | None = None
    org: str = ""
    title: str = ""
    colour: str | None = None
    keeper: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    counties: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns: who keeps it, and the counties it lies in."""
        return tuple(x for x in (self.org, self.area_code, *self.counties) if x)

    def noted(self, step: Step, **changed: object) -> Watch:
        """The watch with one more line.

        Raises
        ------
        IllegalMove
            When it is closed.
        """
        if self.state != "open":
            raise IllegalMove(f"关注 {self.id} 已结束")
        return replace(self, steps=(*self.steps, step), **changed)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What lies inside a warned area, by id."""

    sources: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything does."""
        return bool(self.sources or self.sensors or self.teams or self.incidents)

    def words(self) -> str:
        """风险源 12、队伍 3、事件 1; what is none is left out."""
        parts = (
            ("事件", self.incidents), ("风险源", self.sources), ("监测点", self.sensors),
            ("队伍", self.teams),
        )  # fmt: skip
        return "、".join(f"{word} {len(ids)}" for word, ids in parts if ids) or "暂无"


def touched(seen: Situation, warning: Warning) -> Touched:
    """What of the situation lies inside a warning's area: in the drawing, else in its counties."""
    places = {t.id: p for t in seen.teams.values() if (p := seen.team_position(t.id))}
    return Touched(
        sources=_inside(warning, seen.sources),
        sensors=_inside(warning, seen.sensors),
        teams=_inside(warning, seen.teams, {k: (p.lon, p.lat) for k, p in places.items()}),
        incidents=_inside(warning, {i.id: i for i in seen.open_incidents()}),
    )


def _inside(
    warning: Warning,
    things: Mapping[str, Any],
    places: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[str, ...]:
    """Ids of the things inside: by position where one is known, else by their county."""
    counties = frozenset((*warning.counties, *warning.areas))
    at = places or {
        k: (t.lon, t.lat) for k, t in things.items() if t.lon is not None and t.lat is not None
    }
    if warning.geometry is None:
        return tuple(sorted(k for k, t in things.items() if t.area_code in counties))
    drawn = set(touched_points(warning.geometry, at)) if at else set()
    blind = {k for k, t in things.items() if k not in at and t.area_code in counties}
    return tuple(sorted(drawn | blind))


def warnings_over(seen: Situation, thing_id: str) -> list[Warning]:
    """The warnings in force in whose area a source, sensor, team or incident lies."""
    found = []
    for warning in active(seen):
        inside = touched(seen, warning)
        if thing_id in (*inside.sources, *inside.sensors, *inside.teams, *inside.incidents):
            found.append(warning)
    return found


GRAVITY: Mapping[str | None, int] = {"red": 0, "orange": 1, "yellow": 2, "blue": 3, None: 4}


def active(seen: Situation) -> list[Warning]:
    """Warnings in force, the gravest first, then the newest."""
    held = [w for w in seen.warnings.values() if w.in_force(seen.at)]
    held.sort(key=lambda w: (w.issued_at or seen.at, w.id), reverse=True)
    return sorted(held, key=lambda w: GRAVITY[w.colour])


def open_watches(seen: Situation) -> list[Watch]:
    """The watch list: open ones, the gravest first, then the oldest."""
    held = [w for w in seen.watches.values() if w.state == "open"]
    return sorted(held, key=lambda w: (GRAVITY[w.colour], w.opened_at or seen.at, w.id))


def over(watch: Watch, seen: Situation) -> bool:
    """Whether what a watch was started for is no longer in force, so that it can be closed."""
    warning = seen.warnings.get(watch.warning_id or "")
    return warning is not None and not warning.in_force(seen.at)
