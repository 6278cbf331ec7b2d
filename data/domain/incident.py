"""What is reported and what has happened: reports, incidents, responses, entries, zones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from itertools import count
from typing import Any, Literal

from data.errors import IllegalMove

Level = Literal["I", "II", "III", "IV"]
Origin = Literal["real", "exercise"]
ROMAN: dict[str, str] = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ"}
LETTERS = "甲乙丙丁戊己庚辛壬癸"
COUNTY_LETTERS = "子丑寅卯辰巳午未申酉戌亥"  # of incidents opened on a county's own machine


def free_letter(taken: Iterable[str], letters: str = LETTERS) -> str:
    """The first letter no open incident holds; after the last they go round with a number."""
    held = set(taken)
    for turn in count(1):
        for letter in letters:
            name = letter if turn == 1 else f"{letter}{turn}"
            if name not in held:
                return name
    raise AssertionError  # the turns never end


@dataclass(frozen=True, kw_only=True)
class Casualties:
    """Counted people; a person is counted once, unknown stays None."""

    dead: int | None = None
    missing: int | None = None
    trapped: int | None = None
    injured_serious: int | None = None
    injured_minor: int | None = None
    poisoned: int | None = None
    threatened: int | None = None
    evacuated: int | None = None
    rescued: int | None = None

    def updated(self, newer: Casualties) -> Casualties:
        """These figures with every figure the newer report knows carried over."""
        known = {f.name: getattr(newer, f.name) for f in fields(newer)}
        return replace(self, **{k: v for k, v in known.items() if v is not None})

    def changes(self, newer: Casualties) -> dict[str, tuple[int | None, int | None]]:
        """Figures that the newer report changes, as (before, after)."""
        pairs = {f.name: (getattr(self, f.name), getattr(newer, f.name)) for f in fields(newer)}
        return {k: v for k, v in pairs.items() if v[1] is not None and v[0] != v[1]}


CASUALTY_WORDS: dict[str, str] = {
    "dead": "遇难", "missing": "失联", "trapped": "被困", "injured_serious": "重伤",
    "injured_minor": "轻伤", "poisoned": "中毒", "threatened": "受威胁", "evacuated": "转移",
    "rescued": "获救",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One stated figure with who said it; conflicting ones stand side by side."""

    label: str
    value: float | None
    unit: str
    text: str
    source: str
    as_of: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Grading:
    """A 分级: the level, the rule it comes from, and what it assumed."""

    level: Level | None
    word: str
    rule: str = ""
    law: str = ""
    article: str = ""
    source: str = ""
    measures: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    equivalent: str | None = None
    basis: str = ""
    provisional: bool = True
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None

    @property
    def label(self) -> str:
        """The grade as a person reads it: Ⅲ 中型, or 未定级."""
        return f"{ROMAN[self.level]} {self.word}" if self.level else self.word


UNGRADED = Grading(level=None, word="未定级", basis="尚无适用的分级依据")


@dataclass(frozen=True, kw_only=True)
class Report:
    """One 信息报送: what somebody told the center, as it was told."""

    id: str
    kind: Literal["首报", "续报", "终报", "补报"] = "首报"
    number: int = 1
    incident_id: str | None = None
    state: Literal["new", "merged", "opened", "dismissed"] = "new"
    type: str
    area_code: str | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    occurred_at: datetime | None = None
    received_at: datetime
    source: str = ""
    casualties: Casualties = field(default_factory=Casualties)
    loss_wan_yuan: float | None = None
    potential_loss_wan_yuan: float | None = None
    area_ha: float | None = None
    magnitude: float | None = None
    water_supply_cut: str | None = None
    text: str = ""
    figures: tuple[Figure, ...] = ()
    suggested: Grading | None = None
    filed_by: str = ""
    org: str = ""
    origin: Origin = "real"
    assumption: str | None = None
    alarm_id: str | None = None  # the alarm it was made of
    version: int = 0

    def settled(
        self, state: Literal["merged", "opened", "dismissed"], incident_id: str | None
    ) -> Report:
        """The report merged, opened as an incident, or dismissed.

        Raises
        ------
        IllegalMove
            When it was already settled.
        """
        if self.state != "new":
            words = {"merged": "并入事件", "opened": "开设为事件", "dismissed": "办结"}
            raise IllegalMove(f"报告 {self.id} 已{words[self.state]}，不能重复处理")
        return replace(self, state=state, incident_id=incident_id)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One 突发事件, told apart by its letter for its whole life."""

    id: str
    letter: str
    name: str
    short_name: str
    type: str
    area_code: str
    areas: tuple[str, ...] = ()
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    coord_note: str = ""
    occurred_at: datetime | None = None
    received_at: datetime
    opened_at: datetime
    status: Literal["open", "closed"] = "open"
    grading: Grading = UNGRADED
    commander: str | None = None
    lead_body: str | None = None
    desk: str | None = None
    casualties: Casualties = field(default_factory=Casualties)
    figures: tuple[Figure, ...] = ()
    loss_wan_yuan: float | None = None
    potential_loss_wan_yuan: float | None = None
    area_ha: float | None = None
    magnitude: float | None = None
    water_supply_cut: str | None = None
    needs: tuple[dict[str, Any], ...] = ()
    supply_needs: tuple[dict[str, Any], ...] = ()
    closed_at: datetime | None = None
    closed_reason: str | None = None
    origin: Origin = "real"
    assumption: str | None = None
    version: int = 0

    @property
    def all_areas(self) -> tuple[str, ...]:
        """The lead area first, then the others touched."""
        return (self.area_code, *(a for a in self.areas if a != self.area_code))

    def require_open(self) -> None:
        """Refuse work on a closed incident.

        Raises
        ------
        IllegalMove
            When the incident is closed.
        """
        if self.status != "open":
            raise IllegalMove(f"{self.letter} {self.short_name} 已结束，不能再办理；请查看复盘")

    def closed(self, at: datetime, reason: str) -> Incident:
        """The incident closed at an instant with its reason."""
        self.require_open()
        return replace(self, status="closed", closed_at=at, closed_reason=reason)


@dataclass(frozen=True, kw_only=True)
class Response:
    """One body's 应急响应 under a contingency; an incident carries several at once."""

    id: str
    incident_id: str
    body: str
    contingency: str
    level: Level
    since: datetime
    until: datetime | None = None
    basis: str = ""
    org: str = ""
    contingency_id: str | None = None
    overlay: bool = False
    started_at: datetime | None = None  # when the body's first level under the plan began
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the 值班记录 written by hand or by the exercise's script."""

    id: str
    incident_id: str | None
    at: datetime
    text: str
    author: str
    kind: Literal["hand", "exercise"] = "hand"
    origin: Origin = "real"
    basis: str | None = None
    org: str = ""
    written_at: datetime | None = None
    corrects: str | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A drawn area: 受影响范围 of an incident, or a 管制 that cuts roads."""

    id: str
    incident_id: str | None
    kind: Literal["affected", "closure"]
    label: str
    geometry: dict[str, Any]
    since: datetime
    until: datetime | None = None
    effects: dict[str, Any] = field(default_factory=dict)
    org: str = ""
    foreign: str = ""  # connector and number of the body that told of it
    origin: Origin = "real"
    version: int = 0

    @property
    def closure(self) -> dict[str, Any]:
        """What a closure closes: the roads it names, else all that meet its polygon."""
        roads = self.effects.get("roads")
        return {"roads": list(roads)} if roads else self.geometry
