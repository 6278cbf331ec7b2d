"""Keeps tasks until they are done; nothing is dropped without a reason on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.domain.clock import aware
from data.domain.incident import Incident
from data.domain.messages import Command
from data.domain.messages import tasks as m
from data.domain.org import PROVINCE, Permission
from data.domain.task import CheckItem, Step, Task, TaskState
from data.errors import Forbidden, Invalid
from data.services import checks, instructing, wording
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

T = TaskState
LONGEST_TITLE = 120


def make_task(
    unit: Unit, *, title: str, incident_id: str | None = None, owner: str = "",
    owner_org: str | None = None, due_at: datetime | None = None, source: str = "人工",
    detail: str = "", checklist: Iterable[str] = (), contingency_id: str | None = None,
    response_id: str | None = None, meeting_id: str | None = None,
    instruction_id: str | None = None,
) -> Task:  # fmt: skip
    """A new task in this unit of work; the caller has checked permission and area.

    Parameters
    ----------
    due_at
        Aware instant; None has no deadline.
    source
        Where it comes from: 预案, 批示, 会商, 人工 or 现场需求.
    """
    origin = unit.get(Incident, incident_id).origin if incident_id else "real"
    step = Step(what="下达", by=unit.actor.name, at=unit.now)
    return unit.put(
        Task(
            id=unit.next_id("task"), incident_id=incident_id, org=unit.actor.org,
            owner_org=owner_org, title=title, detail=detail, owner=owner, due_at=due_at,
            source=source, checklist=tuple(CheckItem(text=t) for t in checklist),
            contingency_id=contingency_id, response_id=response_id, meeting_id=meeting_id,
            instruction_id=instruction_id, created_at=unit.now, created_by=unit.actor.name,
            steps=(step,), origin=origin,
        )
    )  # fmt: skip


def cancel_task(unit: Unit, task: Task, reason: str) -> Task:
    """A task called off in this unit of work, the reason on record."""
    return unit.put(task.moved(T.CANCELLED, unit.actor.name, unit.now, reason))


def add_task(unit: Unit, command: m.AddTask, tools: Tools) -> dict[str, Any]:
    """Give somebody a task.

    Raises
    ------
    Invalid, Forbidden, NotFound, IllegalMove
        No title, an owner outside one's area, a closed incident.
    """
    unit.actor.require(Permission.TASK)
    title = _title(command.title)
    incident = _incident(unit, tools, command.incident_id)
    _owned(unit, tools, command.owner_org)
    task = make_task(
        unit, title=title, incident_id=command.incident_id, owner=command.owner.strip(),
        owner_org=command.owner_org, due_at=_due(command.due_at, unit.now),
        source=command.source.strip() or "人工", detail=command.detail.strip(),
        checklist=[t.strip() for t in command.checklist if t.strip()],
        instruction_id=command.instruction_id,
    )  # fmt: skip
    owner = f"，{task.owner}办理" if task.owner else ""
    _tell(unit, task, incident, f"下达{owner}")
    return {"task": task}


def advance_task(unit: Unit, command: m.AdvanceTask, tools: Tools) -> dict[str, Any]:
    """Move a task on, or take it up again.

    Raises
    ------
    Invalid, IllegalMove, Forbidden, NotFound, Stale
    """
    task = _mine(unit, tools, command.task_id)
    allowed = {s.value: s for s in T if s != T.CANCELLED}
    if command.to not in allowed:
        words = "、".join(f"{s.value}（{s.word}）" for s in allowed.values())
        raise Invalid.field("to", f"不能转为“{command.to}”", f"可填：{words}；撤销请写明理由")
    to = allowed[command.to]
    words = command.words.strip()
    if task.state.ended:
        words = checks.required(words, "words", "重办理由", "请写明为何重新办理")
    moved = unit.put(
        task.moved(to, unit.actor.name, unit.now, words), expect=command.expect_version
    )
    said = "重新办理" if task.state.ended else to.word
    _tell(unit, moved, None, f"{said}{f'：{words}' if words else ''}")
    return {"task": moved, "late": moved.late()}


def stop_task(unit: Unit, command: m.CancelTask, tools: Tools) -> dict[str, Any]:
    """Call a task off."""
    task = _mine(unit, tools, command.task_id)
    if not tools.areas.covers(unit.actor.org, task.org):
        raise Forbidden("任务由上级下达，不能自行撤销；请报上级撤销或说明情况")
    reason = checks.required(command.reason, "reason", "撤销理由", "请写明为何不再办理")
    gone = cancel_task(unit, task, reason)
    _tell(unit, gone, None, f"撤销：{reason}")
    return {"task": gone}


def edit_task(unit: Unit, command: m.EditTask, tools: Tools) -> dict[str, Any]:
    """Change a task's words, owner, deadline or checklist; a later deadline needs its reason."""
    task = _mine(unit, tools, command.task_id)
    if task.state.ended:
        raise Invalid.field("task_id", f"任务已{task.state.word}", "请先重新办理，再修改")
    changed: dict[str, Any] = {}
    if command.title is not None:
        changed["title"] = _title(command.title)
    for name in ("detail", "owner"):
        value = getattr(command, name)
        if value is not None:
            changed[name] = value.strip()
    if command.owner_org is not None:
        _owned(unit, tools, command.owner_org)
        changed["owner_org"] = command.owner_org or None
    if command.due_at is not None:
        changed["due_at"] = due = _due(command.due_at, unit.now)
        later = due is not None and task.due_at is not None and due > task.due_at
        if later and not command.reason.strip():
            raise Invalid.field("reason", "延期没有写明理由", "请填写延期理由")
    if command.checklist is not None:
        held = {item.text: item for item in task.checklist}
        texts = [t.strip() for t in command.checklist if t.strip()]
        changed["checklist"] = tuple(held.get(t, CheckItem(text=t)) for t in texts)
    step = Step(what="修改", by=unit.actor.name, at=unit.now, words=command.reason.strip())
    kept = unit.put(
        replace(task, **changed, steps=(*task.steps, step)), expect=command.expect_version
    )
    due_words = f"，时限改为 {wording.clock_time(changed['due_at'])}" if "due_at" in changed else ""
    reason = f"（{step.words}）" if step.words else ""
    _tell(unit, kept, None, f"修改{due_words}{reason}")
    return {"task": kept}


def tick_task(unit: Unit, command: m.TickTask, tools: Tools) -> dict[str, Any]:
    """Tick or untick one line of a checklist."""
    task = _mine(unit, tools, command.task_id)
    if not 0 <= command.item < len(task.checklist):
        raise Invalid.field("item", "没有这一检查项", f"请填 0 到 {len(task.checklist) - 1}")
    items = list(task.checklist)
    done = command.done
    items[command.item] = replace(
        items[command.item], done=done, by=unit.actor.name if done else "",
        at=unit.now if done else None,
    )  # fmt: skip
    kept = unit.put(replace(task, checklist=tuple(items)))
    _tell(unit, kept, None, f"{'完成' if done else '取消'}检查项 {items[command.item].text}")
    return {"task": kept}


def carry_tasks(unit: Unit, command: m.CarryTasks, tools: Tools) -> dict[str, Any]:
    """Carry an incident's open tasks over to the duty room, with the reason."""
    unit.actor.require(Permission.TASK)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    reason = checks.required(command.reason, "reason", "转办理由", "请写明为何转由值班室续办")
    kept = []
    for task in unit.find(Task, incident_id=incident.id):
        if task.open:
            step = Step(what="转值班室续办", by=unit.actor.name, at=unit.now, words=reason)
            kept.append(
                unit.put(
                    replace(
                        task, incident_id=None, carried_from=incident.id,
                        steps=(*task.steps, step),
                    )
                )
            )  # fmt: skip
    if not kept:
        raise Invalid.field("incident_id", "该事件没有未办结的任务", "无需转办")
    unit.tell(
        f"{wording.titled(incident)} {len(kept)} 项未办结任务转值班室续办：{reason}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {"tasks": kept}


def _title(text: str) -> str:
    """A task's title, filled in and not too long."""
    title = checks.required(text, "title", "任务内容", "请用一句话写明要办什么")
    if len(title) > LONGEST_TITLE:
        raise Invalid.field(
            "title", f"任务内容超过 {LONGEST_TITLE} 字", "请精简，细节写入“说明”"
        )
    return title


def _incident(unit: Unit, tools: Tools, incident_id: str | None) -> Incident | None:
    """The open incident a task belongs to, in the actor's area."""
    return checks.open_incident_of(unit, tools, incident_id) if incident_id else None


def _owned(unit: Unit, tools: Tools, org: str | None) -> None:
    """Refuse an owner that is not an area, or not the actor's own or below it."""
    if not org:
        return
    if org not in tools.areas.areas:
        raise Invalid.field("owner_org", f"没有行政区划 {org}", "请选择省、市或县")
    if not tools.areas.covers(unit.actor.org, org):
        raise Forbidden("只能向本级和下级下达任务；需要上级办理请用请求支援")


def _due(at: datetime | None, now: datetime) -> datetime | None:
    """A deadline ahead of now."""
    if at is None:
        return None
    try:
        moment = aware(at)
    except ValueError as error:
        raise Invalid.field("due_at", "时限有误", str(error)) from error
    if moment <= now:
        raise Invalid.field("due_at", "时限早于现在", "请填写将来的时间")
    return moment


def _mine(unit: Unit, tools: Tools, task_id: str) -> Task:
    """A task the actor may move: of its own area, or given to it."""
    unit.actor.require(Permission.TASK)
    task = unit.get(Task, task_id)
    if not any(tools.areas.covers(unit.actor.org, org) for org in task.orgs):
        areas = unit.get(Incident, task.incident_id).all_areas if task.incident_id else (PROVINCE,)
        tools.areas.require(unit.actor.org, areas)
    return task


def _tell(unit: Unit, task: Task, incident: Incident | None, what: str) -> None:
    """The journal's line about a task."""
    if incident is None and task.incident_id:
        incident = unit.get(Incident, task.incident_id)
    letter = f"{incident.letter} " if incident else ""
    unit.tell(
        f"{letter}任务“{task.title}”{what}", incident_id=task.incident_id,
        area=incident.area_code if incident else task.owner_org or task.org,
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {
    m.AddTask: add_task,
    m.AdvanceTask: advance_task,
    m.CancelTask: stop_task,
    m.EditTask: edit_task,
    m.TickTask: tick_task,
    m.CarryTasks: carry_tasks,
    **instructing.HANDLERS,
}
