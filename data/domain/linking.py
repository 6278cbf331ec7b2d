"""Support requests 请求支援 between levels, numbered, with their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from data.domain.incident import Origin
from data.domain.task import Step
from data.errors import IllegalMove

Verdict = Literal["granted", "partly", "refused"]
VERDICTS: Mapping[str, str] = {"granted": "同意", "partly": "部分同意", "refused": "不能支援"}
WANT_KINDS = ("队伍", "物资", "专家", "装备", "其他")


class SupportState(StrEnum):
    """The life of a request: perhaps held, sent, signed for, answered, fulfilled; or taken back."""

    HELD = "held"
    SENT = "sent"
    RECEIVED = "received"
    ANSWERED = "answered"
    DONE = "done"
    WITHDRAWN = "withdrawn"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]


S = SupportState
_WORDS: Mapping[SupportState, str] = {
    S.HELD: "待批", S.SENT: "待签收", S.RECEIVED: "待答复", S.ANSWERED: "已答复", S.DONE: "办结",
    S.WITHDRAWN: "撤回",
}  # fmt: skip
MOVES: Mapping[SupportState, frozenset[SupportState]] = {
    S.HELD: frozenset({S.SENT, S.WITHDRAWN}),
    S.SENT: frozenset({S.RECEIVED, S.ANSWERED, S.WITHDRAWN}),
    S.RECEIVED: frozenset({S.ANSWERED, S.WITHDRAWN}),
    S.ANSWERED: frozenset({S.ANSWERED, S.DONE, S.WITHDRAWN}),
    S.DONE: frozenset(),
    S.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Want:
    """One thing asked for, or granted; `amount` None is left to the answering side."""

    kind: str
    name: str
    amount: float | None = None
    unit: str = ""

    @property
    def words(self) -> str:
        """What and how much."""
        number = "" if self.amount is None else f" {self.amount:g} {self.unit}".rstrip()
        return f"{self.name}{number}"


@dataclass(frozen=True, kw_only=True)
class SupportRequest:
    """One request to another body and what came of it; `to_org` is blank for one outside."""

    id: str
    incident_id: str | None
    org: str
    to_org: str | None = None
    state: SupportState = SupportState.SENT
    to: str = ""
    number: str = ""
    wants: tuple[Want, ...] = ()
    reason: str = ""
    due_at: datetime | None = None
    asked_at: datetime | None = None
    asked_by: str = ""
    verdict: str = ""
    answer: str = ""
    granted: tuple[Want, ...] = ()
    answered_at: datetime | None = None
    plan_id: str | None = None  # the draft of what was granted
    plan_org: str = ""  # whose officer issues it
    plan_note: str = ""
    drafted_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return tuple(dict.fromkeys(x for x in (self.org, self.to_org, self.plan_org) if x))

    @property
    def open(self) -> bool:
        """Whether somebody still waits."""
        return self.state not in (S.DONE, S.WITHDRAWN)

    @property
    def title(self) -> str:
        """What is asked for, in one line."""
        return "、".join(w.words for w in self.wants)

    def overdue(self, now: datetime) -> bool:
        """Whether its answer should be here by now and is not."""
        waits = self.state in (S.SENT, S.RECEIVED)
        return waits and self.due_at is not None and now > self.due_at

    def late(self) -> bool:
        """Whether the answer came after its time."""
        return bool(self.answered_at and self.due_at and self.answered_at > self.due_at)

    def moved(self, to: SupportState, step: Step, **changed: object) -> SupportRequest:
        """The request in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in MOVES[self.state]:
            raise IllegalMove(f"{self.number}现为“{self.state.word}”，不能转为“{to.word}”")
        return replace(self, state=to, steps=(*self.steps, step), **changed)  # type: ignore[arg-type]
