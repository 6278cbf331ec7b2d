"""Tasks and instructions over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry, page
from data.center import Center
from data.domain.messages import tasks as m
from data.domain.situation import Situation
from data.domain.task import Instruction, Task
from data.errors import NotFound


class TaskBody(Body):
    """A new task."""

    title: str
    incident_id: str | None = None
    detail: str = ""
    owner: str = ""
    owner_org: str | None = None
    due_at: AwareDatetime | None = None
    checklist: list[str] = Field(default_factory=list, max_length=60)
    instruction_id: str | None = None
    source: str = "人工"


class EditBody(Body):
    """What changes; a later `due_at` needs `reason`."""

    title: str | None = None
    detail: str | None = None
    owner: str | None = None
    owner_org: str | None = None
    due_at: AwareDatetime | None = None
    checklist: list[str] | None = Field(None, max_length=60)
    reason: str = ""
    expect_version: int | None = None


class StatusBody(Body):
    """`to`: taken, doing, done, or cancelled with its reason in `words`."""

    to: str
    words: str = ""
    expect_version: int | None = None


class TickBody(Body):
    """One line of the checklist, counted from 0."""

    item: int
    done: bool = True


class ReasonBody(Body):
    """Why."""

    reason: str


class InstructionBody(Body):
    """A leader's instruction; `given_by` when somebody else enters it."""

    text: str
    incident_id: str | None = None
    owner: str = ""
    owner_org: str | None = None
    due_at: AwareDatetime | None = None
    way: Literal["书面", "电话", "口头"] = "书面"
    given_by: str = ""
    given_at: AwareDatetime | None = None


class ReceiveBody(Body):
    """Who carries it out."""

    owner: str = ""


class AnswerBody(Body):
    """The answer; an interim one leaves the instruction with its owner."""

    words: str
    interim: bool = False


class WordsBody(Body):
    """A few words."""

    words: str = ""


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["tasks"])
    _tasks(router, center)
    _instructions(router, center)
    return router


def _tasks(router: APIRouter, center: Center) -> None:
    @router.get("/tasks")
    async def tasks(
        request: Request, incident: str | None = None, state: str | None = None,
        owner_org: str | None = None, overdue: bool = False, limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Tasks, the nearest deadline first; `overdue=true` only those past it."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            t
            for t in seen.tasks.values()
            if incident in {None, t.incident_id}
            and state in {None, t.state.value}
            and owner_org in {None, t.owner_org}
            and (not overdue or t.overdue(seen.at))
        ]
        held.sort(key=lambda t: (t.due_at is None, t.due_at or seen.at, t.id))
        return answer(page([_task(seen, t) for t in held], limit, offset))

    @router.post("/tasks", status_code=201)
    async def add(request: Request, body: TaskBody) -> Response:
        """Give somebody a task."""
        fields = body.model_dump() | {"checklist": tuple(body.checklist)}
        return await carry(request, center, m.AddTask(**fields), 201)

    @router.get("/tasks/{task_id}")
    async def task(request: Request, task_id: str) -> Response:
        """One task with its steps."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        if task_id not in seen.tasks:
            raise NotFound(f"没有任务 {task_id}，或不在本辖区")
        return answer(_task(seen, seen.tasks[task_id]))

    @router.patch("/tasks/{task_id}")
    async def edit(request: Request, task_id: str, body: EditBody) -> Response:
        """Change a task."""
        fields = body.model_dump()
        fields["checklist"] = None if body.checklist is None else tuple(body.checklist)
        return await carry(request, center, m.EditTask(task_id=task_id, **fields))

    @router.post("/tasks/{task_id}/status")
    async def status(request: Request, task_id: str, body: StatusBody) -> Response:
        """Move a task on, or call it off."""
        if body.to == "cancelled":
            command: Any = m.CancelTask(task_id=task_id, reason=body.words)
        else:
            command = m.AdvanceTask(task_id=task_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/tasks/{task_id}/checklist")
    async def tick(request: Request, task_id: str, body: TickBody) -> Response:
        """Tick a line of the checklist."""
        return await carry(request, center, m.TickTask(task_id=task_id, **body.model_dump()))

    @router.post("/incidents/{incident_id}/tasks/carry")
    async def carry_over(request: Request, incident_id: str, body: ReasonBody) -> Response:
        """Carry an incident's open tasks over to the duty room."""
        command = m.CarryTasks(incident_id=incident_id, reason=body.reason)
        return await carry(request, center, command)


def _instructions(router: APIRouter, center: Center) -> None:
    @router.get("/instructions")
    async def instructions(
        request: Request, incident: str | None = None, state: str | None = None,
        limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Instructions, the newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            n
            for n in seen.instructions.values()
            if incident in {None, n.incident_id} and state in {None, n.state.value}
        ]
        held.sort(key=lambda n: n.id, reverse=True)
        return answer(page([_instruction(seen, n) for n in held], limit, offset))

    @router.post("/instructions", status_code=201)
    async def give(request: Request, body: InstructionBody) -> Response:
        """A leader's instruction."""
        return await carry(request, center, m.GiveInstruction(**body.model_dump()), 201)

    def moving(name: str, body_of: type[Body], command_of: Any, said: str) -> None:
        async def move(request: Request, instruction_id: str, body: Any) -> Response:
            command = command_of(instruction_id=instruction_id, **body.model_dump())
            return await carry(request, center, command)

        move.__annotations__["body"] = body_of
        move.__doc__ = said
        router.add_api_route(
            f"/instructions/{{instruction_id}}/{name}", move, methods=["POST"],
            name=f"{name}_instruction",
        )  # fmt: skip

    moving("receive", ReceiveBody, m.ReceiveInstruction, "Sign for an instruction.")
    moving("answer", AnswerBody, m.AnswerInstruction, "Answer an instruction.")
    moving("accept", WordsBody, m.AcceptAnswer, "Accept the answer.")
    moving("return", WordsBody, m.ReturnAnswer, "Return the answer with words.")
    moving("remind", WordsBody, m.RemindInstruction, "Remind the owner.")
    moving("withdraw", ReasonBody, m.WithdrawInstruction, "Take an instruction back.")


def _task(seen: Situation, task: Task) -> dict[str, Any]:
    """A task with what follows from the clock."""
    return {**_plain(task), "overdue": task.overdue(seen.at), "late": task.late()}


def _instruction(seen: Situation, held: Instruction) -> dict[str, Any]:
    """An instruction with what follows from the clock."""
    return {**_plain(held), "overdue": held.overdue(seen.at), "late": held.late()}


def _plain(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}
