"""Rectifications 整改: a hazard put right by a named body by a deadline, perhaps 挂牌督办."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from data.domain.hazard import HazardPhoto
from data.domain.incident import Origin
from data.domain.org import Actor, AreaTree
from data.domain.task import Step
from data.errors import IllegalMove

Supervision = Literal["none", "county", "city", "province"]
RANK: Mapping[str, int] = {"none": 0, "county": 1, "city": 2, "province": 3}
SUPERVISIONS: Mapping[str, str] = {
    "none": "一般整改", "county": "县级挂牌督办", "city": "市级挂牌督办",
    "province": "省级挂牌督办",
}  # fmt: skip


def level_of(areas: AreaTree, org: str) -> Supervision:
    """The level of supervision an organisation may put up: its own."""
    tier = areas.tier(org)
    return "city" if tier == "prefecture" else tier


class RectificationState(StrEnum):
    """The life of a rectification: it ends by an acceptance, or is lifted with a reason."""

    GIVEN = "given"
    DOING = "doing"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    LIFTED = "lifted"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be done."""
        return self in (RectificationState.ACCEPTED, RectificationState.LIFTED)


R = RectificationState
_WORDS: Mapping[RectificationState, str] = {
    R.GIVEN: "待整改", R.DOING: "整改中", R.SUBMITTED: "待验收", R.ACCEPTED: "已销号",
    R.LIFTED: "已撤销督办",
}  # fmt: skip
MOVES: Mapping[RectificationState, frozenset[RectificationState]] = {
    R.GIVEN: frozenset({R.DOING, R.SUBMITTED, R.LIFTED}),
    R.DOING: frozenset({R.SUBMITTED, R.LIFTED}),
    R.SUBMITTED: frozenset({R.ACCEPTED, R.DOING, R.LIFTED}),
    R.ACCEPTED: frozenset(),
    R.LIFTED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What was done about it: words and photos, by whom (the account too), when."""

    words: str
    by: str
    account: str
    at: datetime
    photos: tuple[HazardPhoto, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A deadline moved: from, to, why, by whom."""

    was: datetime
    until: datetime
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Rectification:
    """A 整改任务 with its deadline.

    `org` gave it; `owner_org` is the area whose body carries it out, `owner_body` and
    `owner_person` who answers for it. `supervision` is the level that put it up (挂牌).
    """

    id: str
    state: str = "given"
    hazard_id: str | None = None
    area_code: str | None = None
    owner_org: str = ""
    org: str = ""
    title: str = ""
    measures: str = ""
    owner_body: str = ""
    owner_person: str = ""
    owner_phone: str = ""
    supervision: Supervision = "none"
    due_at: datetime | None = None
    due_reason: str = ""
    given_by: str = ""
    given_account: str = ""
    given_at: datetime | None = None
    progress: tuple[Progress, ...] = ()
    extensions: tuple[Extension, ...] = ()
    submitted_by: str = ""
    submitted_account: str = ""
    submitted_at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_words: str = ""
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def now(self) -> RectificationState:
        """The state as a member."""
        return RectificationState(self.state)

    @property
    def open(self) -> bool:
        """Whether it still waits for somebody."""
        return not self.now.ended

    @property
    def owners(self) -> frozenset[str]:
        """The accounts that worked on it: none of them may accept it."""
        worked = {p.account for p in self.progress}
        return frozenset(worked | ({self.submitted_account} - {""}))

    def own_work_of(self, actor: Actor) -> bool:
        """Whether somebody worked on it or answers for it, and so may not accept it."""
        return actor.username in self.owners or actor.name in (self.owner_person, self.submitted_by)

    @property
    def owner_words(self) -> str:
        """Who answers for it."""
        return " · ".join(x for x in (self.owner_body, self.owner_person) if x) or "未明确"

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been put right by now and was not even handed in."""
        waits = self.now in (R.GIVEN, R.DOING)
        return waits and self.due_at is not None and now > self.due_at

    def late(self) -> bool:
        """Whether it was handed in after its time."""
        return bool(self.submitted_at and self.due_at and self.submitted_at > self.due_at)

    def moved(self, to: RectificationState, step: Step) -> Rectification:
        """The rectification in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in MOVES[self.now]:
            raise IllegalMove(f"整改 {self.id} 现为“{self.now.word}”，不能转为“{to.word}”")
        return replace(self, state=to.value, steps=(*self.steps, step))
