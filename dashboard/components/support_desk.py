"""Support requests at work: asked, signed for, answered, fulfilled."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, finding, levels_view, toasts
from dashboard.components import support_views as views
from dashboard.components import task_words as tw
from dashboard.components.at_hand import at_hand
from dashboard.components.due_field import HINT, read_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.linking import WANT_KINDS, Want
from data.domain.messages import Command
from data.domain.messages import linking as m
from data.errors import CenterError

NAME = "support"
FORM = "support"
FIELDS = ("wants", "incident_id", "to", "due_at", "reason")
_WANT = re.compile(r"^(?:(\S+?)[:：])?\s*(.+?)\s*(?:(\d+(?:\.\d+)?)\s*(\D*))?$")


class Ids(StrEnum):
    """The ids of the support requests."""

    SIDE = "support-side"
    CHOSEN = "support-chosen"
    TEXT = "support-text"
    LIST = "support-list"
    DETAIL = "support-detail"
    ACTIONS = "support-actions"
    STEPS = "support-steps"
    WORDS = "support-words"
    BY = "support-by"
    GRANTED = "support-granted"
    FORM = "support-form"
    LEVELS = "support-levels"
    INCIDENT = "support-incident-id"


def layout() -> list[Any]:
    """The columns on the left, the request at hand or the form on the right."""
    bar = html.Div(
        [
            *finding.search(Ids.TEXT, "按编号、单位、内容筛选"),
            html.Button(
                ["请求支援 ", html.Kbd("N")], className="btn pri", **desk.key("n"),
                **desk.sets({Ids.SIDE: {"className": "side show-form"}}),
                **{"data-focus": "#support-wants"},
            ),
        ],
        className="bar",
    )  # fmt: skip
    says = [
        dcc.Textarea(id=Ids.WORDS, rows=2, value="",
                     placeholder="答复内容：派出什么、何时到达，或为何不能；撤回理由"),
        dcc.Textarea(id=Ids.GRANTED, rows=2, value="",
                     placeholder="部分同意时写给什么，一行一项，如：冲锋舟 10 艘"),
        dcc.Input(id=Ids.BY, type="text", value="", autoComplete="off",
                  placeholder="中心以外单位的答复人，如：部值班室 王某"),
    ]  # fmt: skip
    shown = at_hand(Ids.DETAIL, says, Ids.ACTIONS, steps=Ids.STEPS)
    side = html.Aside(
        [shown, _form(), dcc.Store(id=Ids.CHOSEN), desk.act_store(NAME)],
        id=Ids.SIDE, className="side show-detail",
    )  # fmt: skip
    left = html.Div([bar, admin_parts.hole(Ids.LIST)], className="main")
    return [html.Div([left, side], className="two")]


def _form() -> Any:
    return html.Div(
        [
            html.Div(
                [
                    desk_fields.area(FORM, "wants", "需要什么",
                                     f"一行一项，如：装备：冲锋舟 20 艘（{'、'.join(WANT_KINDS)}）",
                                     rows=4),
                    desk_fields.choice(FORM, "incident_id", "事件", {}),
                    desk_fields.text(FORM, "to", "向谁请求", "留空为上一级；可填市县或部队、邻省",
                                     wide=True),
                    desk_fields.text(FORM, "due_at", "答复时限", HINT, wide=True),
                    desk_fields.area(FORM, "reason", "请求理由", rows=3),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["发出请求 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="ask")),
                    html.Button(["返回 ", html.Kbd("Esc")], className="btn", **desk.key("Escape"),
                                **desk.sets({Ids.SIDE: {"className": "side show-detail"}})),
                ],
                className="bar",
            ),
        ],
        id=Ids.FORM, className="form", **{"data-draft": FORM},
    )  # fmt: skip


def read_wants(text: str | None) -> tuple[Want, ...]:
    """What is asked for, a line each: 装备：冲锋舟 20 艘; kind and amount may be left out."""
    found = []
    for line in filter(None, (x.strip() for x in (text or "").splitlines())):
        hit = _WANT.match(line)
        kind, name, amount, unit = hit.groups() if hit else (None, line, None, "")
        if kind and kind not in WANT_KINDS:
            kind, name = None, line
        found.append(
            Want(kind=kind or "其他", name=name or line, unit=(unit or "").strip(),
                 amount=float(amount) if amount else None)
        )  # fmt: skip
    return tuple(found)


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, and carry out what is pressed."""

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.DETAIL, FLAT), Output(Ids.ACTIONS, FLAT),
        Output(Ids.STEPS, FLAT), Output(Ids.LEVELS, FLAT), Output(Ids.INCIDENT, "options"),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.CHOSEN, "data"),
    )  # fmt: skip
    async def redraw(_revision: Any, text: str | None, chosen: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        held = seen.supports.get(chosen or "")
        listed = views.board(
            seen, center.areas, actor, text or "", chosen,
            lambda r: desk.sets({Ids.CHOSEN: {"data": r.id},
                                 Ids.SIDE: {"className": "side show-detail"}}),
        )  # fmt: skip
        stand = await center.ask(levels_view.stand, center, seen, actor)
        return (
            flat(listed), flat(views.detail(seen, center.areas, held)),
            flat(views.actions(actor, held, NAME)),
            flat(tw.steps_view(held.steps if held else (), seen.at)),
            flat(stand), tw.incident_options(seen),
        )  # fmt: skip

    @app.callback(
        Output(Ids.WORDS, "value"),
        Output(Ids.SIDE, "className"),
        Output(Ids.CHOSEN, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.WORDS, "value"),
        State(Ids.BY, "value"),
        State(Ids.GRANTED, "value"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, words: str | None, by: str | None,
        granted: str | None, *typed: Any,
    ) -> Any:  # fmt: skip
        same = (no_update,) * 3
        if not asked:
            return same
        if asked["do"] == "ask":
            made = await _ask(center, asked["n"], dict(zip(FIELDS, typed, strict=True)))
            return (no_update, "side show-detail", made) if made else same
        if not chosen:
            return same
        command = command_of(chosen, asked["do"], words or "", by or "", granted or "")
        if await desk.attempt(center, command, asked["n"]) is None:
            return same
        toasts.say(f"请求{DONE[asked['do']]}")
        return "", no_update, no_update


DONE = {
    "take": "已签收", "granted": "已同意", "partly": "已部分同意", "refused": "已答复不能支援",
    "finish": "已办结", "withdraw": "已撤回",
}  # fmt: skip


def command_of(held: str, do: str, words: str, by: str, granted: str) -> Command:
    """The command of a button of the request at hand."""
    match do:
        case "take":
            return m.TakeSupport(support_id=held, by=by)
        case "granted" | "partly" | "refused" as verdict:
            return m.AnswerSupport(
                support_id=held, verdict=verdict, words=words, by=by, granted=read_wants(granted)
            )
        case "finish":
            return m.FinishSupport(support_id=held, words=words)
        case _:
            return m.WithdrawSupport(support_id=held, reason=words)


async def _ask(center: Center, request_id: str, typed: dict[str, Any]) -> str | None:
    """Carry the form out; the request's id when it was taken."""
    said = {n: str(typed.get(n) or "").strip() for n in FIELDS}
    try:
        command = m.AskSupport(
            wants=read_wants(said["wants"]), reason=said["reason"], to=said["to"],
            incident_id=said["incident_id"] or None,
            due_at=read_due(said["due_at"], center.clock.now()),
        )  # fmt: skip
        answer = await center.do(command, current_actor(), request_id)
    except CenterError as error:
        named = [{**e, "field": e["field"].split(".")[0]} for e in error.errors]
        desk_fields.show_errors(FORM, FIELDS, named)  # type: ignore[arg-type]
        if not {e["field"] for e in named} & set(FIELDS):
            toasts.complain(error)
        return None
    desk_fields.show_errors(FORM, FIELDS, ())
    desk_fields.fill(FORM, dict.fromkeys(FIELDS, ""))
    desk_fields.drop(FORM, Ids.FORM, request_id)
    made = answer.body["support"]
    held = made["state"] == "held"
    then = "待批：由领导批准，或在“任务—审批”记下口头授权后发出" if held else "已发出"
    toasts.say(f"{made['number']}{then}")
    return str(answer.body["support"]["id"])
