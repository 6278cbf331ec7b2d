"""通话记录: note a call at once, see which must be made again, the log of each incident."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, finding, office_form, toasts
from dashboard.components.desk_words import clock
from dashboard.components.due_field import HINT, read_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.task_words import fits, incident_options, place_of
from dashboard.gate import current_actor
from dashboard.words import iso
from data.center import Center
from data.domain.directory import CALL_WORDS, CallNote, CallResult
from data.domain.messages import Command
from data.domain.messages import directing as m
from data.domain.org import Actor, Permission
from data.domain.situation import Situation
from data.errors import Invalid

NAME = "calls"
FORM = "call"
FIELDS = ("name", "number", "direction", "result", "words", "incident_id", "again_at")
WAYS = {"out": "去电", "in": "来电"}
SHOWN = 300


class Ids(StrEnum):
    """The ids of the calls."""

    LIST = "calls-list"
    TEXT = "calls-text"
    OF = "calls-of"
    BOX = "calls-form"


def layout() -> list[Any]:
    """The calls on the left, the form on the right."""
    results = {k.value: w for k, w in CALL_WORDS.items()}
    filters = html.Div(finding.search(Ids.TEXT, "按对象、内容、事件代号筛选"), className="bar")
    form = html.Div(
        [
            html.H3("记一次通话"),
            html.Div(
                [
                    desk_fields.text(FORM, "name", "通话对象", "从通讯录点“记通话”带入"),
                    desk_fields.text(FORM, "number", "号码"),
                    desk_fields.choice(FORM, "direction", "方向", WAYS, "out"),
                    desk_fields.choice(FORM, "result", "结果", results, "spoke"),
                    desk_fields.area(FORM, "words", "通话内容", "说了什么、答复什么", rows=4),
                    desk_fields.choice(FORM, "incident_id", "事件", {}),
                    desk_fields.text(FORM, "again_at", "再拨", HINT, wide=True),
                ],
                className="fields",
            ),
            html.Div(
                html.Button(["记入 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                            **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                className="bar",
            ),
        ],
        id=Ids.BOX, className="side", **{"data-draft": FORM},
    )  # fmt: skip
    return [
        html.Div([html.Div([filters, parts.hole(Ids.LIST)], className="main"), form],
                 className="two"),
        dcc.Store(id=Ids.OF, data={}),
        desk.act_store(NAME),
    ]  # fmt: skip


def register(app: Dash, center: Center, body_id: str) -> None:
    """List the calls and note one; `body_id` is the page's `main`, whose tab is switched."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(desk_fields.field_id(FORM, "incident_id"), "options"),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
    )
    async def show(_revision: Any, text: str | None) -> Any:
        seen = await desk.see(center)
        return flat(view(seen, current_actor(), text or "")), incident_options(seen)

    @app.callback(
        Output(Ids.OF, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.OF, "data"),
        *office_form.states(FORM, FIELDS),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, of: dict[str, str] | None, *values: Any) -> Any:
        if not asked:
            return no_update
        if asked["do"] == "open":
            desk_fields.fill(FORM, {"name": asked["name"], "number": asked["number"]})
            set_props(body_id, {"className": "at-2"})
            return {"contact": asked.get("contact", ""), "answers": asked.get("call", ""),
                    "name": asked["name"]}  # fmt: skip
        if asked["do"] == "settle":
            command = m.SettleCall(call_id=asked["call"], reason="不必再拨")
            if await desk.attempt(center, command, asked["n"]):
                toasts.say("已销去待回电话")
            return no_update
        typed = office_form.typed_of(FIELDS, values)

        def make() -> Command:
            return command_of(center, typed, of or {})

        if await office_form.sent(center, FORM, FIELDS, make, asked["n"]) is None:
            return no_update
        office_form.emptied(FORM, ("name", "number", "words", "again_at"), Ids.BOX, asked["n"])
        toasts.say(f"已记录与{typed['name'] or typed['number']}的通话")
        return {}


def command_of(center: Center, typed: dict[str, str], of: dict[str, str]) -> Command:
    """The command for what was typed; the contact counts only while its name stands.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    if typed["direction"] not in WAYS or typed["result"] not in set(CallResult):
        raise Invalid.field("result", "未选方向或结果", "请选择")
    same = bool(of) and of.get("name") == typed["name"]
    return m.NoteCall(
        name=typed["name"], number=typed["number"], words=typed["words"],
        direction="in" if typed["direction"] == "in" else "out",
        result=CallResult(typed["result"]), incident_id=typed["incident_id"] or None,
        again_at=read_due(typed["again_at"], center.clock.now(), "again_at"),
        contact_id=(of.get("contact") or None) if same else None,
        answers=(of.get("answers") or None) if same else None,
    )  # fmt: skip


def view(seen: Situation, actor: Actor, text: str) -> Any:
    """The calls, those to be made again first, then the newest."""
    held = [
        c
        for c in seen.calls.values()
        if fits(text, c.name, c.body, c.words, c.by, *place_of(seen, c.incident_id)[1:])
    ]
    held.sort(key=lambda c: (c.at or seen.at, c.id), reverse=True)
    held.sort(key=lambda c: c.settled or c.again_at is None)
    waits = sum(not c.settled and c.again_at is not None for c in held)
    said = f"共 {len(held)} 次通话" + (f"，待回 {waits} 个" if waits else "")
    rows = (_cells(seen, actor, c) for c in held[:SHOWN])
    heads = ("时间", "事件", "方向", "对象", "结果", "内容", "记录人", "再拨")
    return [html.P(said, className="count"), parts.table(heads, rows, "还没有通话记录。")]


def _cells(seen: Situation, actor: Actor, c: CallNote) -> tuple[Any, ...]:
    side, letter, _ = place_of(seen, c.incident_id)
    again: Any = ""
    if c.again_at is not None and not c.settled:
        again = [html.Time(**{"data-due": iso(c.again_at)}), " "]
        if actor.may(Permission.ENTRY) and c.org == actor.org:
            again += [
                html.Button("再拨", className="btn tiny", **desk.acts(
                    NAME, do="open", contact=c.contact_id or "", name=c.name, number=c.number,
                    call=c.id)),
                " ",
                html.Button("不必再拨", className="btn tiny", **desk.confirm("再按一次"),
                            **desk.acts(NAME, do="settle", call=c.id)),
            ]  # fmt: skip
    elif c.settled:
        again = html.Small("已回")
    number = html.A(c.number, href=f"tel:{c.number}", className="tel") if c.number else ""
    return (
        clock(c.at, seen.at), html.B(letter, className=f"letter {side}"), WAYS[c.direction],
        [html.B(c.name), html.Br(), number], c.result.word, c.words, c.by, again,
    )  # fmt: skip
