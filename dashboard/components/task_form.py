"""The task at hand: what it is, what may be done with it now, its record; and the form for one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.components import admin_parts, desk, desk_fields, toasts
from dashboard.components import task_words as tw
from dashboard.components.at_hand import at_hand
from dashboard.components.desk_words import clock, empty
from dashboard.components.due_field import HINT, read_due, typed_due
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import Command
from data.domain.messages import tasks as m
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.domain.task import TASK_MOVES, Task, TaskState
from data.errors import CenterError

NAME = "tasks"
FORM = "task"
FIELDS = ("title", "incident_id", "owner_org", "owner", "due_at", "detail", "checklist", "reason")
T = TaskState
# What a press of a button does next, in the order of a task's life, each with its key.
MOVES = ((T.TAKEN, "签收", "s"), (T.DOING, "开始办理", "w"), (T.DONE, "办结", "d"))


class Ids(StrEnum):
    """The ids of the right side."""

    SIDE = "tasks-side"
    CHOSEN = "tasks-chosen"
    EDITED = "tasks-edited"
    DETAIL = "tasks-detail"
    ACTIONS = "tasks-actions"
    STEPS = "tasks-steps"
    WORDS = "tasks-words"
    FORM = "tasks-form"
    AREAS = "tasks-areas"
    INCIDENT = "task-incident-id"


def layout() -> Any:
    """The right side: the task at hand, or the form."""
    words = dcc.Textarea(
        id=Ids.WORDS, rows=2, value="", placeholder="办理情况、结果；撤销、重办、延期的理由"
    )
    detail = at_hand(Ids.DETAIL, [words], Ids.ACTIONS, steps=Ids.STEPS)
    return html.Aside(
        [
            detail, _form(), dcc.Store(id=Ids.CHOSEN), dcc.Store(id=Ids.EDITED),
            desk.act_store(NAME),
        ],
        id=Ids.SIDE, className="side show-detail",
    )  # fmt: skip


def _form() -> Any:
    org = html.Div(
        [
            html.Label("承办单位", htmlFor=desk_fields.field_id(FORM, "owner_org")),
            dcc.Input(
                id=desk_fields.field_id(FORM, "owner_org"), type="text", list=Ids.AREAS, value="",
                placeholder="本级可不填；如：黄梅县", autoComplete="off",
            ),
            html.Datalist(id=Ids.AREAS),
            html.Span(id=desk_fields.error_id(FORM, "owner_org"), className="field-error",
                      role="alert"),
        ],
        className="field", **{"data-field": desk_fields.field_id(FORM, "owner_org")},
    )  # fmt: skip
    return html.Div(
        [
            html.Div(
                [
                    desk_fields.text(FORM, "title", "任务", "一句话：办什么", wide=True),
                    desk_fields.choice(FORM, "incident_id", "事件", {}),
                    org,
                    desk_fields.text(FORM, "owner", "承办人或工作组", "如：后勤保障组"),
                    desk_fields.text(FORM, "due_at", "时限", HINT, wide=True),
                    desk_fields.area(FORM, "detail", "说明", rows=2),
                    desk_fields.area(FORM, "checklist", "检查项", "一行一项；全部勾选才能办结",
                                     rows=4),
                    desk_fields.text(FORM, "reason", "修改理由", "延期必填", wide=True),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["保存 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                    html.Button(["返回 ", html.Kbd("Esc")], className="btn", **desk.key("Escape"),
                                **desk.sets({Ids.SIDE: {"className": "side show-detail"}})),
                ],
                className="bar",
            ),
        ],
        id=Ids.FORM, className="form", **{"data-draft": FORM},
    )  # fmt: skip


def detail_views(
    seen: Situation, actor: Actor, areas: AreaTree, task: Task | None
) -> tuple[Any, Any, Any]:
    """(what it is, what may be done, what was done) of the task at hand."""
    if task is None:
        return empty("选一项任务查看", "点开任务可签收、办理、办结、催办和查看全过程"), None, None
    side, letter, name = tw.place_of(seen, task.incident_id)
    facts = [
        ("来源", task.source), ("承办", tw.owner_words(areas, task)),
        ("下达", f"{task.created_by} {clock(task.created_at, seen.at)}"),
        ("时限", clock(task.due_at, seen.at) if task.due_at else "无"),
    ]  # fmt: skip
    if task.result:
        facts.append(("结果", task.result))
    if task.carried_from:
        facts.append(("转自", f"事件 {task.carried_from}"))
    head = [
        html.P([html.B(letter, className=f"letter {side}"), html.Span(name),
                html.Em(task.state.word)], className="of"),
        html.H2(task.title),
        html.P(task.detail, className="said") if task.detail else None,
        html.Dl([x for k, v in facts for x in (html.Dt(k), html.Dd(v))]),
        tw.checklist_view(task, NAME, editable=task.open and actor.may(Permission.TASK)),
    ]  # fmt: skip
    return head, _actions(actor, task), tw.steps_view(task.steps, seen.at)


def _actions(actor: Actor, task: Task) -> Any:
    """The buttons that do something in this state."""
    if not actor.may(Permission.TASK):
        return html.Small("你的账号只能查看任务；要求办理请用“领导批示”。")
    if not task.open:
        return html.Button("重新办理", className="btn", **desk.acts(
            NAME, do="to", to="doing" if task.state == T.DONE else "open"))  # fmt: skip
    allowed = TASK_MOVES[task.state]
    found = [
        html.Button([word, html.Kbd(key.upper())], **desk.key(key), **desk.acts(
            NAME, do="to", to=to.value), className="btn pri" if n == 0 else "btn")
        for n, (to, word, key) in enumerate(x for x in MOVES if x[0] in allowed)
    ]  # fmt: skip
    found.append(html.Button(["修改 ", html.Kbd("E")], className="btn", **desk.key("e"),
                             **desk.acts(NAME, do="edit")))  # fmt: skip
    found.append(html.Button("撤销任务", className="btn danger", **desk.confirm("再按一次撤销"),
                             **desk.acts(NAME, do="cancel")))  # fmt: skip
    return found


def register(app: Dash, center: Center) -> None:
    """Carry out what is pressed."""

    @app.callback(Output(Ids.AREAS, "children"), Input(Ids.SIDE, "id"))
    async def areas(_id: str) -> Any:
        tree, mine = center.areas, current_actor().org
        return [html.Option(value=a.name) for a in tree.areas.values() if tree.covers(mine, a.code)]

    @app.callback(
        Output(Ids.WORDS, "value"),
        Output(Ids.SIDE, "className"),
        Output(Ids.EDITED, "data"),
        Output(Ids.CHOSEN, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.EDITED, "data"),
        State(Ids.WORDS, "value"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, edited: str | None, words: str | None,
        *typed: Any,
    ) -> Any:  # fmt: skip
        same = (no_update,) * 4
        if not asked:
            return same
        if asked["do"] == "save":
            held = dict(zip(FIELDS, typed, strict=True))
            made = await _save(center, asked["n"], edited, held)
            return (no_update, "side show-detail", None, made) if made else same
        task = (await desk.see(center)).tasks.get(chosen or "")
        if task is None:
            return same
        if asked["do"] == "edit":
            _open(center, task)
            return no_update, "side show-form", task.id, no_update
        answer = await desk.attempt(center, command_of(task, asked, words or ""), asked["n"])
        if answer is None:
            return same
        if asked["do"] == "tick":
            return same
        late = "（已超过时限）" if answer.body.get("late") else ""
        toasts.say(f"任务“{task.title}”{_done_words(asked)}{late}")
        return "", no_update, no_update, no_update


def _done_words(asked: dict[str, Any]) -> str:
    """What was just done, in words."""
    return "已撤销" if asked["do"] == "cancel" else f"：{TaskState(asked['to']).word}"


def command_of(task: Task, asked: dict[str, Any], words: str) -> Command:
    """The command of a button of the task at hand."""
    if asked["do"] == "tick":
        return m.TickTask(task_id=task.id, item=int(asked["item"]), done=bool(asked["done"]))
    if asked["do"] == "cancel":
        return m.CancelTask(task_id=task.id, reason=words)
    return m.AdvanceTask(task_id=task.id, to=asked["to"], words=words, expect_version=task.version)


def _open(center: Center, task: Task) -> None:
    """Fill the form with a task."""
    desk_fields.fill(
        FORM,
        {
            "title": task.title, "incident_id": task.incident_id or "", "owner": task.owner,
            "owner_org": center.areas.name(task.owner_org) if task.owner_org else "",
            "due_at": typed_due(task.due_at), "detail": task.detail, "reason": "",
            "checklist": "\n".join(i.text for i in task.checklist),
        },
    )  # fmt: skip
    desk_fields.show_errors(FORM, FIELDS, ())


async def _save(
    center: Center, request_id: str, edited: str | None, typed: dict[str, Any]
) -> str | None:
    """Carry the form out; the task's id when it was taken."""
    task = (await desk.see(center)).tasks.get(edited or "")
    try:
        command = saving(center, task, typed)
        answer = await center.do(command, current_actor(), request_id)
    except CenterError as error:
        desk_fields.show_errors(FORM, FIELDS, error.errors)
        if not {e["field"].split(".")[-1] for e in error.errors} & set(FIELDS):
            toasts.complain(error)
        return None
    desk_fields.show_errors(FORM, FIELDS, ())
    desk_fields.fill(FORM, dict.fromkeys(FIELDS, ""))
    desk_fields.drop(FORM, Ids.FORM, request_id)
    set_props(Ids.WORDS, {"value": ""})
    kept = answer.body["task"]
    toasts.say(f"{'已修改' if task else '已下达'}任务“{kept['title']}”")
    return str(kept["id"])


def saving(center: Center, task: Task | None, typed: dict[str, Any]) -> Command:
    """The command for what was typed into the form.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    said = {n: str(typed.get(n) or "").strip() for n in FIELDS}
    same_due = task is not None and said["due_at"] == typed_due(task.due_at)
    due = None if same_due else read_due(said["due_at"], center.clock.now())
    org = admin_parts.area_of(center.areas, said["owner_org"]) if said["owner_org"] else None
    lines = tuple(filter(None, (line.strip() for line in said["checklist"].splitlines())))
    if task is None:
        return m.AddTask(
            title=said["title"], incident_id=said["incident_id"] or None, detail=said["detail"],
            owner=said["owner"], owner_org=org, due_at=due, checklist=lines,
        )  # fmt: skip
    return m.EditTask(
        task_id=task.id, title=said["title"], detail=said["detail"], owner=said["owner"],
        owner_org=org, due_at=due, checklist=lines, reason=said["reason"],
        expect_version=task.version,
    )  # fmt: skip
