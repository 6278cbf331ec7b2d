"""Tasks 任务 and instructions 领导批示: owner, deadline, state, answer; nothing is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from data.domain.incident import Origin
from data.errors import IllegalMove

DUE_SOON = timedelta(minutes=30)


class TaskState(StrEnum):
    """The life of a task: 待签收 已签收 办理中 办结, or 撤销 with a reason."""

    OPEN = "open"
    TAKEN = "taken"
    DOING = "doing"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def word(self) -> str:
        """The field's word."""
        return _TASK_WORDS[self]

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be done."""
        return self in (TaskState.DONE, TaskState.CANCELLED)


T = TaskState
_TASK_WORDS: Mapping[TaskState, str] = {
    T.OPEN: "待签收", T.TAKEN: "已签收", T.DOING: "办理中", T.DONE: "办结", T.CANCELLED: "撤销",
}  # fmt: skip
TASK_MOVES: Mapping[TaskState, frozenset[TaskState]] = {
    T.OPEN: frozenset({T.TAKEN, T.DOING, T.DONE, T.CANCELLED}),
    T.TAKEN: frozenset({T.DOING, T.DONE, T.CANCELLED}),
    T.DOING: frozenset({T.DONE, T.CANCELLED}),
    T.DONE: frozenset({T.DOING}),
    T.CANCELLED: frozenset({T.OPEN}),
}


class InstructionState(StrEnum):
    """The life of an instruction: it ends only by an accepted answer or its giver's withdrawal."""

    GIVEN = "given"
    RECEIVED = "received"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"

    @property
    def word(self) -> str:
        """The field's word."""
        return _INSTRUCTION_WORDS[self]

    @property
    def ended(self) -> bool:
        """Whether nobody waits for anything any more."""
        return self in (InstructionState.ACCEPTED, InstructionState.WITHDRAWN)


N = InstructionState
_INSTRUCTION_WORDS: Mapping[InstructionState, str] = {
    N.GIVEN: "待签收", N.RECEIVED: "办理中", N.ANSWERED: "已反馈待认可", N.ACCEPTED: "办结",
    N.WITHDRAWN: "撤回",
}  # fmt: skip
INSTRUCTION_MOVES: Mapping[InstructionState, frozenset[InstructionState]] = {
    N.GIVEN: frozenset({N.RECEIVED, N.ANSWERED, N.WITHDRAWN}),
    N.RECEIVED: frozenset({N.ANSWERED, N.WITHDRAWN}),
    N.ANSWERED: frozenset({N.ACCEPTED, N.RECEIVED, N.WITHDRAWN}),
    N.ACCEPTED: frozenset(),
    N.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was done about it: what, who, when, in which words."""

    what: str
    by: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckItem:
    """One line of a task's checklist."""

    text: str
    done: bool = False
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """One 任务 of an incident or of the duty room; `source` says where it comes from."""

    id: str
    incident_id: str | None
    org: str
    state: TaskState = TaskState.OPEN
    owner_org: str | None = None
    title: str = ""
    detail: str = ""
    owner: str = ""
    due_at: datetime | None = None
    source: str = "人工"
    checklist: tuple[CheckItem, ...] = ()
    contingency_id: str | None = None
    response_id: str | None = None
    meeting_id: str | None = None
    instruction_id: str | None = None
    created_at: datetime | None = None
    created_by: str = ""
    ended_at: datetime | None = None
    result: str = ""
    carried_from: str | None = None
    clock: str = ""  # the overdue deadline it calls for; blank for any other task
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return tuple(x for x in (self.org, self.owner_org) if x)

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return not self.state.ended

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        return self.open and self.due_at is not None and now > self.due_at

    def late(self) -> bool:
        """Whether it was done after its time."""
        ended, due = self.ended_at, self.due_at
        return self.state == T.DONE and ended is not None and due is not None and ended > due

    def moved(self, to: TaskState, by: str, at: datetime, words: str = "") -> Task:
        """The task in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in TASK_MOVES[self.state]:
            raise IllegalMove(f"任务“{self.title}”现为{self.state.word}，不能转为{to.word}")
        undone = [item.text for item in self.checklist if not item.done]
        if to == T.DONE and undone:
            shown = "、".join(undone[:3]) + ("等" if len(undone) > 3 else "")  # noqa: PLR2004
            raise IllegalMove(f"检查项尚未完成：{shown}；请先逐项勾选，或删去不适用的检查项")
        step = Step(what=to.word if not self.state.ended else "重办", by=by, at=at, words=words)
        return replace(
            self, state=to, steps=(*self.steps, step),
            ended_at=at if to.ended else None, result=words if to.ended else self.result,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One 领导批示, followed until its answer is accepted."""

    id: str
    incident_id: str | None
    org: str
    state: InstructionState = InstructionState.GIVEN
    owner_org: str | None = None
    text: str = ""
    given_by: str = ""
    given_account: str = ""
    way: str = "书面"
    given_at: datetime | None = None
    owner: str = ""
    due_at: datetime | None = None
    received_at: datetime | None = None
    answered_at: datetime | None = None
    reminders: int = 0
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return tuple(x for x in (self.org, self.owner_org) if x)

    @property
    def open(self) -> bool:
        """Whether somebody still waits for an answer, or for its acceptance."""
        return not self.state.ended

    @property
    def answers(self) -> tuple[Step, ...]:
        """The answers given so far, interim ones included."""
        return tuple(s for s in self.steps if s.what in ("反馈", "阶段反馈"))

    def overdue(self, now: datetime) -> bool:
        """Whether its answer should be here by now and is not."""
        waits = self.state in (N.GIVEN, N.RECEIVED)
        return waits and self.due_at is not None and now > self.due_at

    def late(self) -> bool:
        """Whether the final answer came after its time."""
        return bool(self.answered_at and self.due_at and self.answered_at > self.due_at)

    def moved(self, to: InstructionState, step: Step) -> Instruction:
        """The instruction in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in INSTRUCTION_MOVES[self.state]:
            raise IllegalMove(f"批示 {self.id} 现为“{self.state.word}”，不能转为“{to.word}”")
        return replace(self, state=to, steps=(*self.steps, step))
