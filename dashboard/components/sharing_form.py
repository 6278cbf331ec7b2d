"""The mapping file in a form: from a sample, tried out on pasted data, saved as an edition."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.components import desk, desk_fields, office, toasts
from dashboard.components import sharing_views as views
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import sharing as m
from data.domain.org import Permission
from data.domain.sharing import Connector
from data.errors import CenterError

NAME = "mapping"
FORM = "mapping"
FIELDS = ("text", "sample")


class Page(StrEnum):
    """The page's own ids."""

    BODY = "sharing-body"


class Ids(StrEnum):
    """The ids of the form."""

    FORM = "mapping-form"
    WHICH = "mapping-which"
    EDITED = "mapping-edited"
    TRIED = "mapping-tried"
    SAMPLES = "mapping-samples"
    ERROR = "mapping-error"


def layout() -> list[Any]:
    """The file on the left, sample and outcome on the right; never drawn again while typed in."""
    keys = {"spellCheck": "false"}
    left = html.Div(
        [
            html.P("新接口", id=Ids.WHICH, className="which"),
            html.Div(id=Ids.SAMPLES, className="bar samples", **{FLAT: ""}),
            _area("text", "映射文件（YAML）", "name: …", 26, keys),
        ],
        className="main",
    )
    right = html.Div(
        [
            _area("sample", "样例数据：粘贴对方推送的一段原文", "{ … } 或 CSV、XML", 9, keys),
            html.P(id=Ids.ERROR, className="field-error", role="alert"),
            html.Div(id=Ids.TRIED, className="list", **{FLAT: ""}),
        ],
        className="side",
    )
    buttons = html.Div(
        [
            html.Button(["试跑 ", html.Kbd("Ctrl E")], className="btn", **desk.key("ctrl+e"),
                        **desk.acts(NAME, do="try")),
            html.Button(["保存 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                        **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
            html.Button("清空，作为新接口", className="btn", **desk.confirm("再按一次清空"),
                        **desk.acts(NAME, do="clear")),
        ],
        className="bar",
    )  # fmt: skip
    return [
        html.Div(
            [buttons, html.Div([left, right], className="two")], id=Ids.FORM, className="mapping",
            **{"data-draft": FORM},
        ),
        dcc.Store(id=Ids.EDITED, storage_type="local"),
        desk.act_store(NAME),
    ]  # fmt: skip


def _area(name: str, label: str, hint: str, rows: int, more: dict[str, str]) -> Any:
    own = desk_fields.field_id(FORM, name)
    return html.Div(
        [
            html.Label(label, htmlFor=own),
            dcc.Textarea(id=own, value="", placeholder=hint, rows=rows, className="code", **more),
            html.Span(id=desk_fields.error_id(FORM, name), className="field-error", role="alert"),
        ],
        className="field wide", **{"data-field": own},
    )  # fmt: skip


def open_form(held: Connector | None) -> None:
    """Show the form, filled with a connector's file or as it is for a new one."""
    if held is not None:
        desk_fields.fill(FORM, {"text": held.text})
        set_props(Ids.EDITED, {"data": {"id": held.id, "version": held.version}})
        set_props(Ids.WHICH, {"children": f"修改 {held.id}　{held.body}　第 {held.edition} 版"})
    set_props(Page.BODY, office.opened(2))


def register(app: Dash, center: Center) -> None:
    """Offer the samples; try out, save, begin anew."""

    @app.callback(Output(Ids.SAMPLES, FLAT), Input(Ids.FORM, "id"))
    async def offer(_form: str) -> str:
        if not current_actor().may(Permission.SHARE):
            return ""
        names = await center.ask(center.sharing.samples)
        return flat(
            [html.Span("样例："), *[
                html.Button(name, className="btn tiny", **desk.acts(NAME, do="sample", key=name))
                for name in names
            ]]
        )  # fmt: skip

    @app.callback(
        Output(Ids.TRIED, FLAT), Output(Ids.ERROR, "children"), Output(Ids.EDITED, "data"),
        Input(desk.act_id(NAME), "data"),
        State(desk_fields.field_id(FORM, "text"), "value"),
        State(desk_fields.field_id(FORM, "sample"), "value"),
        State(Ids.EDITED, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    async def act(
        asked: dict[str, Any] | None, text: str | None, sample: str | None,
        edited: dict[str, Any] | None,
    ) -> Any:  # fmt: skip
        if not asked:
            return no_update, no_update, no_update
        match asked["do"]:
            case "sample":
                known = await center.ask(center.sharing.samples)
                desk_fields.fill(FORM, {"text": known.get(asked["key"], "")})
                return flat(views.tried(None)), "", no_update
            case "clear":
                desk_fields.fill(FORM, dict.fromkeys(FIELDS, ""))
                desk_fields.drop(FORM, Ids.FORM, asked["n"])
                set_props(Ids.WHICH, {"children": "新接口"})
                return flat(views.tried(None)), "", None
            case "try":
                shown, said = await _tried(center, text or "", sample or "")
                return shown, said, no_update
        return await _saved(center, asked["n"], text or "", edited)


async def _tried(center: Center, text: str, sample: str) -> tuple[str, str]:
    """What would be taken of the sample, or what is wrong with file or sample."""
    try:
        current_actor().require(Permission.SHARE)
        told = await center.ask(center.sharing.try_out, text, sample)
    except CenterError as error:
        return "", _said(error)
    return flat(views.tried(told)), ""


async def _saved(
    center: Center, request_id: str, text: str, edited: dict[str, Any] | None
) -> tuple[Any, Any, Any]:
    """Keep the file: a new connector, or a new edition of the one that is being edited."""
    command = m.SaveConnector(
        text=text, connector_id=edited["id"] if edited else None,
        expect_version=edited["version"] if edited else None,
    )  # fmt: skip
    try:
        answer = await center.do(command, current_actor(), request_id)
    except CenterError as error:
        return no_update, _said(error), no_update
    made = answer.body["connector"]
    desk_fields.drop(FORM, Ids.FORM, request_id)
    words = f"{made['id']}　{made['body']}　第 {made['edition']} 版"
    set_props(Ids.WHICH, {"children": f"修改 {words}"})
    toasts.say(f"已保存 {words}")
    return no_update, "", {"id": made["id"], "version": made["version"]}


def _said(error: CenterError) -> str:
    if error.errors:
        return "；".join(f"{e['message']}。{e['remedy']}" for e in error.errors)
    return error.detail
