"""Puts what is overdue before the one who leads the shift, then above, as tasks by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain import escalation as e
from data.domain.authority import read_table
from data.domain.clearance import Clearance
from data.domain.directory import Contact
from data.domain.dispatch import Assignment
from data.domain.filing import Filing
from data.domain.incident import Incident, Report
from data.domain.messages import Command
from data.domain.messages.tasks import CallOverdue
from data.domain.org import SYSTEM
from data.domain.shift import Shift
from data.domain.situation import Situation
from data.domain.task import Instruction, Step, Task, TaskState
from data.errors import Forbidden
from data.services import tasking
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def call_overdue(unit: Unit, command: CallOverdue, tools: Tools) -> dict[str, Any]:
    """Open, repeat, raise or close every call that is due now; nothing due writes nothing.

    Raises
    ------
    Forbidden
        For any actor but the center itself.
    """
    del command
    if unit.actor.username != SYSTEM.username:
        raise Forbidden("时限催报由中心按规则自动办理")
    seen = _seen(unit)
    rules, table = tools.rules["reporting"], read_table(tools.rules.get("authority"))
    due = e.calls(seen, tools.areas, rules, table)
    lines = [_carried_out(unit, call, tools) for call in due]
    lines += [_reminded(unit, held, seen) for held in e.unanswered(seen, rules)]
    if lines:
        here = {incident.id for incident, _ in lines if incident is not None}
        only = seen.incidents.get(next(iter(here), "")) if len(here) == 1 else None
        unit.tell(
            "；".join(words for _, words in lines), incident_id=only.id if only else None,
            area=only.area_code if only else None,
        )  # fmt: skip
    return {"calls": len(lines)}


def _seen(unit: Unit) -> Situation:
    """What the rules look at, read inside this unit of work."""

    def held(cls: type[Any], **equal: Any) -> dict[str, Any]:
        return {thing.id: thing for thing in unit.find(cls, **equal)}

    return Situation(
        revision=unit.seq, at=unit.now, incidents=held(Incident), reports=held(Report),
        filings=held(Filing), assignments=held(Assignment), tasks=held(Task), shifts=held(Shift),
        contacts=held(Contact), instructions=held(Instruction), clearances=held(Clearance),
    )  # fmt: skip


def _carried_out(unit: Unit, call: e.Call, tools: Tools) -> tuple[Incident | None, str]:
    """The task kept, and what the journal says of it."""
    who = call.rung.words(tools.areas)
    if call.task is not None:
        return call.incident, _moved_on(unit, call, call.task, who)
    return call.incident, _opened(unit, call, call.owed, who) if call.owed else ""


def _reminded(unit: Unit, held: Instruction, seen: Situation) -> tuple[Incident | None, str]:
    """An instruction that is overdue, its owner reminded once more."""
    step = Step(what=e.REMINDED, by=unit.actor.name, at=unit.now, words="逾期未反馈，自动催办")
    unit.put(replace(held, reminders=held.reminders + 1, steps=(*held.steps, step)))
    said = f"批示逾期未反馈，第 {held.reminders + 1} 次催办 {held.owner}：{held.text[:40]}"
    return seen.incidents.get(held.incident_id or ""), said


def _opened(unit: Unit, call: e.Call, owed: e.Owed, who: str) -> str:
    """The first call: a task of whoever leads the shift of the room that owes it."""
    task = tasking.make_task(
        unit, title=f"{owed.what}：{owed.title}已超时",
        incident_id=call.incident.id if call.incident else None, owner=call.rung.owner,
        owner_org=call.rung.org, source=owed.source, due_at=owed.due_at, detail=owed.detail,
    )  # fmt: skip
    unit.put(replace(task, clock=owed.key))
    return f"{owed.source}：{owed.title}超时，交{who}"


def _moved_on(unit: Unit, call: e.Call, task: Task, who: str) -> str:
    """A later call: ended, repeated, or put before the level above."""
    by, now, said, owed = unit.actor.name, unit.now, task.title, call.owed
    if owed is None:
        unit.put(task.moved(TaskState.CANCELLED, by, now, "该时段已过，仍未报"))
        return f"{said}：该时段已过，仍未报"
    if call.kind == "early":
        unit.put(task.moved(TaskState.CANCELLED, by, now, e.TOO_EARLY))
        return f"{said}：时钟已拨回，{e.TOO_EARLY}"
    if call.kind == "done":
        unit.put(task.moved(TaskState.DONE, by, now, owed.ended))
        return f"{said}：{owed.ended}，{owed.what}办结"
    late, still = owed.minutes(now), f"仍未{owed.what[1:]}"
    held = replace(task, owner=call.rung.owner, owner_org=call.rung.org)
    if call.kind == "remind":
        step = Step(what=e.REMINDED, by=by, at=now, words=f"第 {call.count} 次，{who}")
        unit.put(replace(held, steps=(*task.steps, step)))
        return f"{said} {late} 分，第 {call.count} 次催{who}"
    step = Step(what=e.RAISED, by=by, at=now, words=f"转{who}")
    unit.put(replace(held, state=TaskState.OPEN, steps=(*task.steps, step)))
    return f"{said} {late} 分{still}，升级至{who}"


HANDLERS: Mapping[type[Command], Handler] = {CallOverdue: call_overdue}
