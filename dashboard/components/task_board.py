"""The task board: cards by incident, by owner or by state, the nearest deadline first."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import desk, finding, task_form
from dashboard.components import task_words as tw
from dashboard.components.admin_parts import hole
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import Actor, AreaTree
from data.domain.situation import Situation
from data.domain.task import Task, TaskState

GROUPS = {"incident": "按事件", "owner": "按承办", "state": "按进度"}
SHOWN = {"open": "未办结", "over": "已超时", "mine": "本级承办", "ended": "已办结", "all": "全部"}
MOST = 400


class Ids(StrEnum):
    """The ids of the board."""

    TEXT = "tasks-text"
    GROUP = "tasks-group"
    SHOW = "tasks-show"
    BOARD = "tasks-board"


def layout() -> list[Any]:
    """Filters and board on the left, the task at hand or the form on the right."""
    filters = html.Div(
        [
            *finding.search(Ids.TEXT, "按任务、承办、事件筛选"),
            finding.pills(Ids.SHOW, SHOWN, "open"),
            finding.pills(Ids.GROUP, GROUPS, "incident"),
            html.Button(
                ["新任务 ", html.Kbd("N")], className="btn pri", **desk.key("n"),
                **desk.sets({task_form.Ids.SIDE: {"className": "side show-form"},
                             task_form.Ids.EDITED: {"data": None}}),
                **{"data-focus": "#task-title"},
            ),
        ],
        className="bar",
    )  # fmt: skip
    return [
        html.Div(
            [html.Div([filters, hole(Ids.BOARD)], className="main"), task_form.layout()],
            className="two",
        )
    ]


def picked(seen: Situation, actor: Actor, areas: AreaTree, text: str, shown: str) -> list[Task]:
    """The tasks that fit the filters, the nearest deadline first."""
    fits = {
        "open": lambda t: t.open,
        "over": lambda t: t.overdue(seen.at),
        "mine": lambda t: t.open and (t.owner_org or t.org) == actor.org,
        "ended": lambda t: not t.open,
        "all": lambda _: True,
    }[shown]  # fmt: skip
    held = [t for t in seen.tasks.values() if fits(t)]
    held = [
        t
        for t in held
        if tw.fits(text, t.title, t.detail, tw.owner_words(areas, t), t.source, t.id,
                   *tw.place_of(seen, t.incident_id)[1:])
    ]  # fmt: skip
    if shown == "ended":
        return sorted(held, key=lambda t: (t.ended_at or seen.at, t.id), reverse=True)
    return sorted(held, key=lambda t: (t.due_at is None, t.due_at or seen.at, t.id))


def grouped(
    seen: Situation, areas: AreaTree, tasks: Iterable[Task], group: str
) -> list[tuple[str, str, list[Task]]]:
    """(identity class, heading, tasks) of each column; open incidents first, always shown."""
    found: dict[str, tuple[str, str, list[Task]]] = {}
    if group == "incident":
        for incident in seen.sided()[:2]:
            side, letter, name = tw.place_of(seen, incident.id)
            found[incident.id] = (side, f"{letter}　{name}", [])
    for task in tasks:
        if group == "owner":
            key, side = tw.owner_words(areas, task), "room"
            head = key
        elif group == "state":
            key, side, head = task.state.value, "room", task.state.word
        else:
            side, letter, name = tw.place_of(seen, task.incident_id)
            key, head = task.incident_id or "", f"{letter}　{name}"
        found.setdefault(key, (side, head, []))[2].append(task)
    if group == "state":
        order = [s.value for s in TaskState]
        return [found[k] for k in sorted(found, key=order.index)]
    return list(found.values())


def board_view(
    seen: Situation, actor: Actor, areas: AreaTree, *, text: str, shown: str, group: str,
    chosen: str | None,
) -> Any:  # fmt: skip
    """How many there are, and the columns."""
    tasks = picked(seen, actor, areas, text, shown)
    over = sum(t.overdue(seen.at) for t in seen.tasks.values())
    waiting = sum(t.open for t in seen.tasks.values())
    said = html.P(
        [f"未办结 {waiting} 项", html.B(f"　超时 {over} 项", className="over") if over else "",
         f"　符合筛选 {len(tasks)} 项"], className="count",
    )  # fmt: skip
    columns = [
        html.Section(
            [
                html.H3([html.Span(head), html.Small(str(len(mine)))]),
                *[_card(seen, areas, t, chosen) for t in mine[:MOST]],
                *([] if mine else [empty("没有任务")]),
            ],
            className=f"col {side}",
        )
        for side, head, mine in grouped(seen, areas, tasks, group)
    ]
    if not columns:
        hint = "按 N 下达任务；启动应急响应会自动生成" if not seen.tasks else "换个筛选条件试试"
        return [said, empty("没有符合的任务", hint)]
    return [said, html.Div(columns, className="columns")]


def _card(seen: Situation, areas: AreaTree, task: Task, chosen: str | None) -> Any:
    return tw.card(
        seen, areas, task, title=task.title, chosen=task.id == chosen,
        marks=(task.source if task.source != "人工" else "", tw.ticks(task.checklist)),
        click=desk.sets({task_form.Ids.CHOSEN: {"data": task.id},
                         task_form.Ids.SIDE: {"className": "side show-detail"}}),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw the board at every change; the form stays as it is."""

    @app.callback(
        Output(Ids.BOARD, FLAT),
        Output(task_form.Ids.DETAIL, FLAT),
        Output(task_form.Ids.ACTIONS, FLAT),
        Output(task_form.Ids.STEPS, FLAT),
        Output(task_form.Ids.INCIDENT, "options"),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.SHOW, "value"),
        Input(Ids.GROUP, "value"),
        Input(task_form.Ids.CHOSEN, "data"),
    )
    async def redraw(
        _revision: Any, text: str | None, shown: str, group: str, chosen: str | None
    ) -> Any:
        seen, actor = await desk.see(center), current_actor()
        board = board_view(
            seen, actor, center.areas, text=text or "", shown=shown or "open",
            group=group or "incident", chosen=chosen,
        )  # fmt: skip
        detail = task_form.detail_views(seen, actor, center.areas, seen.tasks.get(chosen or ""))
        return flat(board), *map(flat, detail), tw.incident_options(seen)

    task_form.register(app, center)
