"""Clearances 审批: orders and requests that need somebody's word, and their steps in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from data.domain.authority import BY_WORDS, KIND_WORDS, MAY
from data.domain.dispatch import Authority
from data.domain.incident import Origin
from data.domain.org import Actor
from data.domain.task import Step
from data.errors import IllegalMove


class ClearanceState(StrEnum):
    """The life of an approval: it waits, or what it is for has gone first; then it is decided."""

    ASKED = "asked"
    GONE = "gone"
    BY_WORD = "by_word"
    GRANTED = "granted"
    REFUSED = "refused"
    VOID = "void"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]


C = ClearanceState
_WORDS: Mapping[ClearanceState, str] = {
    C.ASKED: "待批", C.GONE: "已先行下达，待补批", C.BY_WORD: "口头授权，待补签",
    C.GRANTED: "批准", C.REFUSED: "不同意", C.VOID: "失效",
}  # fmt: skip
MOVES: Mapping[ClearanceState, frozenset[ClearanceState]] = {
    C.ASKED: frozenset({C.BY_WORD, C.GRANTED, C.REFUSED, C.VOID}),
    C.GONE: frozenset({C.GRANTED, C.REFUSED, C.VOID}),
    C.BY_WORD: frozenset({C.GRANTED, C.REFUSED, C.VOID}),
    C.GRANTED: frozenset(),
    C.REFUSED: frozenset(),
    C.VOID: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """One approval: of what, by whose word, since when, and what was said about it.

    `subject` is the dispatch or the support request it is for; `assignments` and `transfers`
    are the parts of the dispatch it holds or confirms.
    """

    id: str
    incident_id: str | None
    org: str
    state: ClearanceState = ClearanceState.ASKED
    subject: str = ""
    kind: str = ""
    title: str = ""
    rule: str = ""
    by: str = "chief"
    assignments: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    authorised_by: Authority | None = None
    asked_by: str = ""
    asked_at: datetime | None = None
    due_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)

    @property
    def open(self) -> bool:
        """Whether somebody's word is still owed."""
        return bool(MOVES[self.state])

    @property
    def word(self) -> str:
        """The field's word for where it stands."""
        if self.by == "owner" and self.state == C.GONE:
            return "已先行下达，待主管方同意"
        return self.state.word

    @property
    def whose(self) -> str:
        """Whose word it needs."""
        return BY_WORDS.get(self.by, self.by)

    @property
    def kind_word(self) -> str:
        """What kind of thing it is for."""
        return KIND_WORDS.get(self.kind, self.kind)

    def overdue(self, now: datetime) -> bool:
        """Whether the word should be here by now and is not."""
        return self.open and self.due_at is not None and now > self.due_at

    def may_decide(self, actor: Actor) -> bool:
        """Whether an account's own word is the one that is needed."""
        return actor.role in MAY[self.by]

    def moved(self, to: ClearanceState, step: Step, **changed: object) -> Clearance:
        """The approval in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in MOVES[self.state]:
            raise IllegalMove(f"审批 {self.id} 现为“{self.state.word}”，不能转为“{to.word}”")
        return replace(self, state=to, steps=(*self.steps, step), **changed)  # type: ignore[arg-type]
