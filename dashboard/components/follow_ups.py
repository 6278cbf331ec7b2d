"""What follows a dispatch and waits for this account: tasks, instructions, reports to sign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dashboard.components import desk
from dashboard.components import task_words as tw
from dashboard.components.desk import Desk
from dashboard.components.room_ups import waiting_in_room
from dashboard.components.waiting import Waiting
from data.domain.clearance import ClearanceState
from data.domain.filing import FilingState
from data.domain.incident import Incident
from data.domain.linking import SupportRequest, SupportState
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.domain.task import DUE_SOON, InstructionState, Task, TaskState


def waiting_for(seen: Situation, actor: Actor, areas: AreaTree) -> list[Waiting]:
    """Overdue first; what is not for this account, or not yet due, is not urgent."""
    rows = [
        *_instructions(seen, actor, areas), *_tasks(seen, actor, areas),
        *_filings(seen, actor, areas), *_supports(seen, actor, areas),
        *waiting_in_room(seen, actor, areas), *_clearances(seen, actor, areas),
    ]  # fmt: skip
    return sorted(rows, key=lambda w: (not w.urgent, w.due is None, w.due or w.since or seen.at))


def _instructions(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    for held in seen.instructions.values():
        mine = actor.may(Permission.TASK) and areas.covers(actor.org, held.owner_org)
        gives = actor.may(Permission.INSTRUCT) and areas.covers(actor.org, held.org)
        answered = held.state == InstructionState.ANSWERED
        if not held.open or not (gives if answered else mine):
            continue
        _, letter, _ = tw.place_of(seen, held.incident_id)
        word = "批示已反馈，待认可" if answered else f"批示{held.state.word}"
        reminded = f" · 已催办 {held.reminders} 次" if held.reminders else ""
        yield Waiting(
            kind="task", char="批", title=f"{letter} {held.text}",
            note=f"{held.given_by} · {word}{reminded}", since=held.given_at,
            due=None if answered else held.due_at, href="/tasks", changes={},
            urgent=answered or held.state == InstructionState.GIVEN or _close(seen, held.due_at),
        )  # fmt: skip


def _tasks(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    if not actor.may(Permission.TASK):
        return
    for task in seen.tasks.values():
        if not task.open or not _concerns(task, actor, areas):
            continue
        own = (task.owner_org or task.org) == actor.org
        _, letter, _ = tw.place_of(seen, task.incident_id)
        yield Waiting(
            kind="task", char="务", title=f"{letter} {task.title}",
            note=f"{tw.owner_words(areas, task)} · {task.state.word}", since=task.created_at,
            due=task.due_at, href="/tasks", changes={},
            urgent=task.overdue(seen.at) or (own and _unsigned(task)) or (
                own and _close(seen, task.due_at)),
        )  # fmt: skip


def _concerns(task: Task, actor: Actor, areas: AreaTree) -> bool:
    return any(areas.covers(actor.org, org) for org in task.orgs)


def _unsigned(task: Task) -> bool:
    """Whether a task from elsewhere has not been signed for."""
    return task.state == TaskState.OPEN and task.owner_org not in (None, task.org)


def _close(seen: Situation, due: datetime | None) -> bool:
    """Whether a deadline is near or past."""
    return due is not None and due - seen.at <= DUE_SOON


def _filings(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    asked = {
        FilingState.REVIEW: (Permission.REVIEW, "待审核"),
        FilingState.SIGN: (Permission.SIGN, "待签发"),
        FilingState.SIGNED: (Permission.REPORT, "已签发，待报出"),
    }
    for held in seen.filings.values():
        step = asked.get(held.state)
        if step and actor.may(step[0]) and areas.covers(actor.org, held.org):
            late = "（已先报，待补签）" if held.sent_at else ""
            yield _report(held.title, f"{held.author}拟 · {step[1]}{late}", held.steps[-1].at)
        for receipt in held.receipts:
            if receipt.org == actor.org and receipt.taken_at is None:
                yield _report(held.title, f"{areas.name(held.org)}报来 · 待签收", receipt.sent_at)


def _supports(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    """Requests to us that wait for an answer, and answers to ours that wait for us."""
    if not actor.may(Permission.RESPOND):
        return
    for held in seen.supports.values():
        ours = held.org == actor.org and held.state == SupportState.ANSWERED
        asked = held.to_org == actor.org and held.state in (
            SupportState.SENT,
            SupportState.RECEIVED,
        )
        if ours or asked:
            word = "已答复，待办结" if ours else held.state.word
            yield Waiting(
                kind="task", char="援", title=held.title, since=held.asked_at,
                note=f"{areas.name(held.org)} → {held.to} · {word}",
                due=None if ours else held.due_at, href="/links", changes={},
            )  # fmt: skip
        if actor.may(Permission.DISPATCH) and to_issue(seen, held, actor):
            yield _draft(seen, held, areas)


def to_issue(seen: Situation, held: SupportRequest, actor: Actor) -> bool:
    """Whether a granted request's draft waits for this account to issue it."""
    mine = held.open and held.plan_id is not None and held.plan_org == actor.org
    return mine and all(d.plan_id != held.plan_id for d in seen.dispatches.values())


def _draft(seen: Situation, held: SupportRequest, areas: AreaTree) -> Waiting:
    """A draft to issue: one press puts it into the desk's draft, undo takes it out again."""
    _, letter, _ = tw.place_of(seen, held.incident_id)
    brings = {"do": "adopt", "plan": held.plan_id, "n": f"{held.id}-{held.plan_id}"}
    return Waiting(
        kind="task", char="援", title=f"{letter} 支援草案待下达：{held.plan_note}",
        note=f"{held.to}同意{areas.name(held.org)}{held.number}；按下载入草案",
        since=held.drafted_at,
        changes={
            Desk.INCIDENT: {"data": held.incident_id}, Desk.WORK: desk.tab("dispatch"),
            desk.act_id("draft"): {"data": brings},
        },
    )  # fmt: skip


def _clearances(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    """Approvals: for whose word they need, and for the desk while it may still note one."""
    for held in seen.clearances.values():
        if not held.open or not areas.covers(actor.org, held.org):
            continue
        notes = actor.may(Permission.DISPATCH) and (
            held.by == "owner" or held.state == ClearanceState.ASKED
        )
        decides = held.may_decide(actor)
        if not decides and not (notes and actor.org == held.org):
            continue
        yield Waiting(
            kind="task", char="审", since=held.asked_at, due=held.due_at, changes={},
            title=f"{held.word}　{held.title}", note=held.rule, href="/tasks#3",
            urgent=decides or held.state == ClearanceState.ASKED or _close(seen, held.due_at),
        )  # fmt: skip


def _report(title: str, note: str, since: datetime | None) -> Waiting:
    return Waiting(
        kind="task", char="报", title=title, note=note, since=since, href="/filing", changes={}
    )


def open_things(
    seen: Situation, areas: AreaTree, incident: Incident
) -> list[tuple[str, str, datetime | None, str]]:
    """(title, who, deadline, page) of an incident's open tasks and instructions, overdue first."""
    held = [
        (f"批示：{n.text}", f"{tw.owner_words(areas, n)} · {n.state.word}", n.due_at, "/tasks")
        for n in seen.instructions.values()
        if n.incident_id == incident.id and n.open
    ]
    tasks = [
        (t.title, f"{tw.owner_words(areas, t)} · {t.state.word}", t.due_at, "/tasks")
        for t in seen.tasks.values()
        if t.incident_id == incident.id and t.open
    ]
    return sorted([*held, *tasks], key=lambda row: (row[2] is None, row[2] or seen.at))


def overdue_words(seen: Situation, incident_id: str) -> str:
    """What is past its time: 超时任务 2 · 批示逾期 1; blank when nothing is."""
    tasks = sum(t.overdue(seen.at) for t in seen.tasks.values() if t.incident_id == incident_id)
    asked = sum(
        n.overdue(seen.at) for n in seen.instructions.values() if n.incident_id == incident_id
    )
    parts = (f"超时任务 {tasks}" if tasks else "", f"批示逾期 {asked}" if asked else "")
    return " · ".join(p for p in parts if p)
