"""Turns a started response into tasks and first needs, and keeps them in step with its level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from data.domain.contingency import Contingency, PlannedTask, level_change
from data.domain.depot import Item
from data.domain.incident import ROMAN, Incident, Level, Response
from data.domain.messages import contingencies as m
from data.domain.needs import supplies_of
from data.domain.org import Permission
from data.domain.task import Task, TaskState
from data.errors import Forbidden, IllegalMove, Invalid
from data.services import checks, wording
from data.services.needing import checked_needs, checked_supplies, known_items
from data.services.tasking import cancel_task, make_task
from data.services.tools import Tools
from data.store.unit_of_work import Unit

SOURCE = "预案"


def start_response(unit: Unit, command: m.StartResponse, tools: Tools) -> dict[str, Any]:
    """Start a contingency's level for an incident, all or nothing.

    Raises
    ------
    Invalid, Forbidden, NotFound, IllegalMove
        A level the plan has not, a type or place it is not for, one that already runs, an
        overlay with nothing under it.
    """
    unit.actor.require(Permission.RESPOND)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    plan = unit.get(Contingency, command.contingency_id)
    _startable(unit, tools, plan, incident)
    _level(plan, command.level)
    since = checks.past(command.since, "since", "启动时间", unit.now) or unit.now
    response = unit.put(
        Response(
            id=unit.next_id("response"), incident_id=incident.id, body=plan.body or plan.name,
            contingency=plan.name, level=command.level, since=since, started_at=since,
            basis=command.basis.strip(), org=unit.actor.org, contingency_id=plan.id,
            overlay=plan.overlay, origin=incident.origin,
        )
    )  # fmt: skip
    wanted = _missing(plan.tasks_at(command.level), _standing(unit, plan, incident), frozenset())
    made = _give(unit, plan, incident, response, wanted)
    needed = _prefill(unit, plan, incident, command.level, None)
    said = f"，{response.basis}" if response.basis else ""
    unit.tell(
        f"响应：{wording.titled(incident)} {'叠加' if plan.overlay else '启动'}《{plan.name}》"
        f"{ROMAN[response.level]}级（{wording.clock_time(since)}起），下达任务 {len(made)} 项"
        f"{'，带入预案需求' if needed else ''}{said}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {"response": response, "tasks": made, "needs_filled": needed}


def change_response(unit: Unit, command: m.ChangeResponse, tools: Tools) -> dict[str, Any]:
    """Raise or lower a running response; tasks are added, or those untouched called off.

    Tasks somebody has begun stay when the level is lowered; the answer lists them as `kept`.

    Raises
    ------
    Invalid, Forbidden, NotFound, IllegalMove
    """
    unit.actor.require(Permission.RESPOND)
    held = unit.get(Response, command.response_id)
    incident = checks.open_incident_of(unit, tools, held.incident_id)
    plan = _plan_of(unit, held)
    _over(unit, tools, plan)
    if held.until is not None:
        raise IllegalMove(
            f"{held.body}《{held.contingency}》{ROMAN[held.level]}级响应已终止或已调整"
        )
    _level(plan, command.level)
    way = level_change(held.level, command.level)
    if way == "same":
        raise IllegalMove(f"《{plan.name}》现已是{ROMAN[held.level]}级")
    reason = checks.required(command.reason, "reason", "调整理由", "请写明灾情变化、会商或领导决定")
    unit.put(replace(held, until=unit.now))
    response = unit.put(
        replace(
            held, id=unit.next_id("response"), level=command.level, since=unit.now, basis=reason,
            started_at=held.started_at or held.since, version=0,
        )
    )  # fmt: skip
    wanted = plan.tasks_at(command.level)
    standing = _standing(unit, plan, incident)
    missing = _missing(wanted, standing, _run(unit, held))
    made = _give(unit, plan, incident, response, missing)
    gone, kept = _call_off(
        unit, standing, {t.title for t in wanted}, f"响应由{ROMAN[held.level]}级调整为"
        f"{ROMAN[command.level]}级：{reason}",
    )  # fmt: skip
    _prefill(unit, plan, incident, command.level, held.level)
    unit.tell(
        f"响应：{wording.titled(incident)}《{plan.name}》由{ROMAN[held.level]}级"
        f"{'提升' if way == 'raise' else '降低'}为{ROMAN[command.level]}级，{reason}；"
        f"新增任务 {len(made)} 项，撤销未签收任务 {len(gone)} 项，已在办继续 {len(kept)} 项",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {"response": response, "tasks": made, "cancelled": gone, "kept": kept}


def close_out(unit: Unit, response: Response, reason: str) -> tuple[list[Task], list[Task]]:
    """(called off, kept) tasks of a contingency's response that ends; untouched ones go."""
    if response.contingency_id is None:
        return [], []
    incident = unit.get(Incident, response.incident_id)
    plan = unit.get(Contingency, response.contingency_id)
    words = f"《{plan.name}》响应终止{f'：{reason}' if reason else ''}"
    return _call_off(unit, _standing(unit, plan, incident), frozenset(), words)


def _startable(unit: Unit, tools: Tools, plan: Contingency, incident: Incident) -> None:
    """Refuse a plan that cannot be started for the incident now."""
    _over(unit, tools, plan)
    if plan.withdrawn:
        raise IllegalMove(f"预案《{plan.name}》已停用，请选择现行预案")
    if not plan.suits(incident, tools.areas):
        raise Invalid.field(
            "contingency_id", f"《{plan.name}》不适用于 {wording.titled(incident)}",
            "请选择适用于本类型、本地区的预案",
        )  # fmt: skip
    running = [r for r in unit.find(Response, incident_id=incident.id) if r.until is None]
    for held in running:
        if held.contingency_id == plan.id:
            raise IllegalMove(
                f"《{plan.name}》{ROMAN[held.level]}级响应正在执行；请用“提升”或“降低”调整"
            )
    if plan.overlay and all(r.overlay for r in running):
        raise IllegalMove(f"《{plan.name}》只能叠加在执行中的响应之上；请先启动事件本身的响应")


def _over(unit: Unit, tools: Tools, plan: Contingency) -> None:
    if not tools.areas.covers(unit.actor.org, plan.area_code):
        raise Forbidden(f"《{plan.name}》是上级预案，由上级启动和调整；可请求支援或启动本级预案")


def _level(plan: Contingency, level: str) -> None:
    if plan.trigger(level) is None:
        words = "、".join(f"{ROMAN[lv]}级" for lv in plan.levels)
        raise Invalid.field("level", f"《{plan.name}》没有这一级响应", f"可选：{words}")


def _plan_of(unit: Unit, response: Response) -> Contingency:
    """The contingency a response runs under."""
    if response.contingency_id is None:
        raise IllegalMove(
            "此响应只是登记，未按预案启动；请用“登记应急响应”记录新的级别，或按预案启动"
        )
    return unit.get(Contingency, response.contingency_id)


def _give(
    unit: Unit, plan: Contingency, incident: Incident, response: Response,
    tasks: Iterable[PlannedTask],
) -> list[Task]:  # fmt: skip
    """The planned tasks given, their deadlines counted from the start of this level."""
    return [
        make_task(
            unit, title=t.title, incident_id=incident.id, owner=t.owner,
            due_at=_due(response.since, t.minutes), source=SOURCE, checklist=t.checklist,
            detail="；".join(x for x in (t.detail, f"《{plan.name}》，来源：{t.source}") if x),
            contingency_id=plan.id, response_id=response.id,
        )
        for t in tasks
    ]  # fmt: skip


def _due(since: datetime, minutes: int | None) -> datetime | None:
    """The deadline of a contingency task: its minutes after this level began.

    Minutes and their basis are data: each task line of the plan's file has `minutes` from the
    start and a `source` (`data/reference/contingencies/*.yaml`; what has none says 示例（假定）),
    and the source goes into the detail of the task made of it. Without minutes it has no
    deadline.
    """
    return None if minutes is None else since + timedelta(minutes=minutes)


def _standing(unit: Unit, plan: Contingency, incident: Incident) -> list[Task]:
    """The tasks of the plan for the incident, called-off ones left out."""
    return [
        t
        for t in unit.find(Task, incident_id=incident.id)
        if t.contingency_id == plan.id and t.state != TaskState.CANCELLED
    ]


def _run(unit: Unit, response: Response) -> frozenset[str]:
    """The ids of the response's levels since it was started, its own with them."""
    mine = unit.find(Response, incident_id=response.incident_id)
    return frozenset(
        r.id
        for r in mine
        if (r.contingency_id, r.started_at) == (response.contingency_id, response.started_at)
    )


def _missing(
    wanted: Iterable[PlannedTask], standing: Iterable[Task], run: frozenset[str]
) -> list[PlannedTask]:
    """The planned tasks nobody has open, and nobody has done under a level of this run."""
    given = {t.title for t in standing if t.open or t.response_id in run}
    return [t for t in wanted if t.title not in given]


def _call_off(
    unit: Unit, standing: Iterable[Task], wanted: set[str] | frozenset[str], reason: str
) -> tuple[list[Task], list[Task]]:
    """(called off, kept) of the open tasks that are no longer wanted."""
    gone, kept = [], []
    for task in standing:
        if not task.open or task.title in wanted:
            continue
        if _untouched(task):
            gone.append(cancel_task(unit, task, reason))
        else:
            kept.append(task)
    return gone, kept


def _untouched(task: Task) -> bool:
    """Whether nobody has signed for it, ticked a line or changed a word."""
    return (
        task.state == TaskState.OPEN
        and len(task.steps) == 1
        and not any(i.done for i in task.checklist)
    )


def _prefill(
    unit: Unit, plan: Contingency, incident: Incident, level: Level, before: Level | None
) -> bool:
    """Fill an incident's needs where nobody stated any, or where they are still this plan's own."""
    needs, items = _needs(plan, level), _items(plan, level)
    changed: dict[str, Any] = {}
    own = before is not None
    if (
        needs
        and not plan.overlay
        and (not incident.needs or (own and _same(incident.needs, _needs(plan, before))))
    ):
        changed["needs"] = tuple(checked_needs(needs))
    if items and plan.overlay:
        items = _laid_over(incident, plan, items)
        changed["supply_needs"] = tuple(items)
    elif items and (
        not incident.supply_needs or (own and _same(incident.supply_needs, _items(plan, before)))
    ):
        changed["supply_needs"] = tuple(items)
    if "supply_needs" in changed:
        rows = checked_supplies(changed["supply_needs"])
        known_items(rows, {item.id: item for item in unit.find(Item)})
    changed = {k: v for k, v in changed.items() if getattr(incident, k) != v}
    if changed:
        unit.put(replace(incident, **changed))
    return bool(changed)


def _laid_over(
    incident: Incident, plan: Contingency, items: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What the incident needs anyway, and what the overlay needs besides."""
    mark = _mark(plan)
    held = [r for r in supplies_of(incident) if not str(r.get("assumption", "")).startswith(mark)]
    named = {r["item"] for r in held}
    return [*held, *(r for r in items if r["item"] not in named)]


def _needs(plan: Contingency, level: Level | None) -> list[dict[str, Any]]:
    """The capabilities of a level, as an incident states them."""
    return [
        {"capability": n.capability, "amount": n.amount, "by": n.by,
         "assumption": f"{_mark(plan)}{n.source}"}
        for n in plan.needs
        if level in n.levels
    ]  # fmt: skip


def _items(plan: Contingency, level: Level | None) -> list[dict[str, Any]]:
    """The materials of a level, as an incident states them."""
    return [
        {"item": n.item, "amount": n.amount, "by": n.by, "assumption": f"{_mark(plan)}{n.source}"}
        for n in plan.items
        if level in n.levels
    ]


def _mark(plan: Contingency) -> str:
    return f"《{plan.name}》："


def _same(stated: Iterable[Any], planned: Iterable[Any]) -> bool:
    return [dict(row) for row in stated] == list(planned)
