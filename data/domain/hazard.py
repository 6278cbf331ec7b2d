"""Hazards 隐患 told by grid workers and the public: what they are, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from data.domain.candidates import distance_km
from data.domain.incident import Origin
from data.domain.task import Step
from data.errors import IllegalMove

Urgency = Literal["now", "soon", "plain"]
Way = Literal["grid", "public"]
NEAR_KM = 1.0  # within it two hazards of one kind may be the same
NEAR_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class HazardKind:
    """One kind of hazard; `incident_type` is what it becomes when it happens."""

    key: str
    name: str
    incident_type: str


# The kinds are the center's own working list (假定), not a published classification.
KINDS: Mapping[str, HazardKind] = {
    k: HazardKind(key=k, name=name, incident_type=kind)
    for k, name, kind in (
        ("slope", "山体裂缝、滑坡、落石", "landslide"),
        ("dike", "堤坝渗漏、管涌、垮塌", "reservoir_danger"),
        ("water", "山洪、积水内涝", "flash_flood"),
        ("forest", "森林火情、野外用火", "forest_fire"),
        ("fire", "消防隐患、烟火", "fire"),
        ("gas", "燃气泄漏、异味", "gas_explosion"),
        ("chemical", "危险化学品", "hazchem"),
        ("mine", "矿山", "mine"),
        ("tailings", "尾矿库", "tailings"),
        ("building", "房屋、工地", "construction"),
        ("road", "道路、桥梁", "road_traffic"),
        ("ferry", "渡口、船舶", "water_traffic"),
        ("pollution", "水体、空气污染", "environment"),
        ("other", "其他", "other"),
    )
}


@dataclass(frozen=True, kw_only=True)
class UrgencyRule:
    """How urgent, in words, and within what time the county's duty room verifies it."""

    word: str
    within: timedelta


# Assumptions (假定): no published rule gives these minutes.
URGENCIES: Mapping[str, UrgencyRule] = {
    "now": UrgencyRule(word="危及人员", within=timedelta(minutes=10)),
    "soon": UrgencyRule(word="可能恶化", within=timedelta(hours=1)),
    "plain": UrgencyRule(word="一般", within=timedelta(hours=24)),
}
WAYS: Mapping[str, str] = {"grid": "网格员", "public": "群众来电"}


class HazardState(StrEnum):
    """The life of a hazard: told, asked back, verified, and what it became."""

    REPORTED = "reported"
    ASKED = "asked"
    TRUE = "true"
    FALSE = "false"
    DUPLICATE = "duplicate"
    INCIDENT = "incident"
    FIXING = "fixing"
    FIXED = "fixed"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]

    @property
    def unverified(self) -> bool:
        """Whether nobody has said yet whether it is true."""
        return self in (HazardState.REPORTED, HazardState.ASKED)

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it here."""
        return self in (S.REPORTED, S.ASKED, S.TRUE, S.FIXING)


S = HazardState
_WORDS: Mapping[HazardState, str] = {
    S.REPORTED: "待核实", S.ASKED: "待补充", S.TRUE: "属实待处置", S.FALSE: "不属实",
    S.DUPLICATE: "重复", S.INCIDENT: "已转事件", S.FIXING: "整改中", S.FIXED: "已销号",
}  # fmt: skip
MOVES: Mapping[HazardState, frozenset[HazardState]] = {
    S.REPORTED: frozenset({S.ASKED, S.TRUE, S.FALSE, S.DUPLICATE, S.INCIDENT, S.FIXING}),
    S.ASKED: frozenset({S.REPORTED, S.TRUE, S.FALSE, S.DUPLICATE, S.INCIDENT, S.FIXING}),
    S.TRUE: frozenset({S.REPORTED, S.INCIDENT, S.FIXING}),
    S.FALSE: frozenset({S.REPORTED}),
    S.DUPLICATE: frozenset({S.REPORTED}),
    S.INCIDENT: frozenset(),
    # a hazard being put right may still happen
    S.FIXING: frozenset({S.FIXED, S.INCIDENT, S.TRUE}),
    S.FIXED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class HazardPhoto:
    """One photo, made new already; its bytes are a blob."""

    blob_id: str
    width: int
    height: int
    note: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class HazardReport:
    """A 隐患上报 and what became of it.

    `reporter` is the account that told it, `caller` who rang the duty room; `at` is when it was
    seen on the center's clock, `phone_at` what the phone's own clock showed.
    """

    id: str
    state: str = "reported"
    area_code: str | None = None
    incident_id: str | None = None
    org: str = ""
    kind: str = "other"
    urgency: Urgency = "plain"
    way: Way = "grid"
    words: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    placed_by: str = ""  # how the position came about: phone, map, place search, said
    reporter: str = ""
    reporter_name: str = ""
    contact: str = ""
    caller: str = ""
    caller_phone: str = ""
    at: datetime | None = None
    phone_at: datetime | None = None
    received_at: datetime | None = None
    photos: tuple[HazardPhoto, ...] = ()
    steps: tuple[Step, ...] = ()
    duplicate_of: str | None = None
    report_id: str | None = None
    rectification_id: str | None = None
    verified_by: str = ""
    verified_at: datetime | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def now(self) -> HazardState:
        """The state as a member."""
        return HazardState(self.state)

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return KINDS[self.kind].name if self.kind in KINDS else self.kind

    @property
    def title(self) -> str:
        """Where and what, in one line."""
        said = self.words if len(self.words) <= 40 else self.words[:39] + "…"  # noqa: PLR2004
        return " ".join(x for x in (self.place or "地点待核", said or self.kind_name) if x)

    @property
    def due_at(self) -> datetime | None:
        """By when it should be verified."""
        return self.received_at and self.received_at + URGENCIES[self.urgency].within

    @property
    def source_words(self) -> str:
        """Who told it, as a report's source says it."""
        if self.way == "public":
            return f"群众来电 {self.caller} {self.caller_phone}".strip()
        return f"网格员 {self.reporter_name} {self.contact}".strip()

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been verified by now."""
        return self.now.unverified and self.due_at is not None and now > self.due_at

    def moved(self, to: HazardState, step: Step) -> HazardReport:
        """The hazard in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in MOVES[self.now]:
            by = f"（{self.verified_by}）" if self.verified_by else ""
            raise IllegalMove(f"隐患 {self.id} 现为“{self.now.word}”{by}，不能转为“{to.word}”")
        return replace(self, state=to.value, steps=(*self.steps, step))

    def noted(self, step: Step) -> HazardReport:
        """The hazard with one more line, its state as it was."""
        return replace(self, steps=(*self.steps, step))


def alike(hazard: HazardReport, other: HazardReport) -> float | None:
    """Kilometres between two hazards that may be the same; None when they hardly are.

    Of one kind, within a kilometre and thirty days, and neither a duplicate nor untrue.
    """
    if other.id == hazard.id or other.kind != hazard.kind:
        return None
    if other.now in (S.DUPLICATE, S.FALSE):
        return None
    if None in (hazard.lon, hazard.lat, other.lon, other.lat):
        return None
    seen, before = hazard.received_at, other.received_at
    if seen is None or before is None or abs((seen - before).days) > NEAR_DAYS:
        return None
    km = distance_km(hazard.lon, hazard.lat, other.lon, other.lat)  # type: ignore[arg-type]
    return km if km <= NEAR_KM else None
