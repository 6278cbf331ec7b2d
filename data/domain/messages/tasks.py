"""Commands about tasks and instructions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class CallOverdue(Command):
    """The center itself: put overdue reporting deadlines before whoever leads the shift."""


@dataclass(frozen=True, kw_only=True)
class AddTask(Command):
    """Give somebody a task; without an incident it is the duty room's own."""

    title: str
    incident_id: str | None = None
    detail: str = ""
    owner: str = ""
    owner_org: str | None = None
    due_at: datetime | None = None
    checklist: tuple[str, ...] = ()
    instruction_id: str | None = None
    source: str = "人工"


@dataclass(frozen=True, kw_only=True)
class AdvanceTask(Command):
    """Move a task on: taken, doing, done; or open again after its end. Words say the result."""

    task_id: str
    to: str
    words: str = ""
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class CancelTask(Command):
    """Call a task off, with the reason."""

    task_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class EditTask(Command):
    """Change a task; None leaves as is. A later deadline needs the reason."""

    task_id: str
    title: str | None = None
    detail: str | None = None
    owner: str | None = None
    owner_org: str | None = None
    due_at: datetime | None = None
    checklist: tuple[str, ...] | None = None
    reason: str = ""
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class TickTask(Command):
    """Tick or untick one line of a task's checklist, counted from 0."""

    task_id: str
    item: int
    done: bool = True


@dataclass(frozen=True, kw_only=True)
class CarryTasks(Command):
    """Carry an incident's open tasks over to the duty room, so that the incident can be closed."""

    incident_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class GiveInstruction(Command):
    """A leader's 批示; `given_by` names the leader when somebody else enters it."""

    text: str
    incident_id: str | None = None
    owner: str = ""
    owner_org: str | None = None
    due_at: datetime | None = None
    way: Literal["书面", "电话", "口头"] = "书面"
    given_by: str = ""
    given_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiveInstruction(Command):
    """Sign for an instruction."""

    instruction_id: str
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class AnswerInstruction(Command):
    """Answer an instruction; an interim answer leaves it with its owner."""

    instruction_id: str
    words: str
    interim: bool = False


@dataclass(frozen=True, kw_only=True)
class AcceptAnswer(Command):
    """The leader's side accepts the answer: the instruction is done."""

    instruction_id: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnAnswer(Command):
    """The leader's side is not content: back to the owner, with words."""

    instruction_id: str
    words: str


@dataclass(frozen=True, kw_only=True)
class RemindInstruction(Command):
    """Remind the owner of an instruction."""

    instruction_id: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawInstruction(Command):
    """Its giver takes an instruction back, with the reason."""

    instruction_id: str
    reason: str
