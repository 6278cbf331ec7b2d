"""The form of a contingency: fields and lines, or a YAML file read into them first."""

from __future__ import annotations

import base64
import re
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, set_props

from dashboard.components import admin_parts, desk, desk_fields, office, toasts
from dashboard.gate import current_actor
from data.center import Center
from data.domain.contingency import KIND_WORDS, TIER_WORDS, Contingency
from data.domain.contingency_file import read
from data.domain.contingency_lines import COLUMNS, HINTS, lines_of, text_of
from data.domain.messages import contingencies as m
from data.domain.strict_yaml import LONGEST
from data.errors import CenterError, FieldError, Invalid

NAME = "contingency-form"
FORM = "contingency"
FIELDS = (
    "name", "area_code", "tier", "kind", "types", "overlay", "body", "office", "commander",
    "deputies", *COLUMNS, "basis", "source", "note", "reason",
)  # fmt: skip
LINE_WORDS = {
    "triggers": "分级启动条件", "groups": "工作组", "tasks": "分级任务", "needs": "力量需求",
    "items": "物资需求",
}  # fmt: skip


class Page(StrEnum):
    """The page's own ids."""

    BODY = "contingencies-body"


class Ids(StrEnum):
    """The ids of the form."""

    FILE = "contingency-file"
    EDITED = "contingency-edited"
    FORM = "contingency-form"
    WHICH = "contingency-which"
    ERROR = "contingency-error"


def layout() -> list[Any]:
    """The form; it is never drawn again while somebody types."""
    field, area = desk_fields.text, desk_fields.area
    rows = {"triggers": 4, "groups": 6, "tasks": 10, "needs": 5, "items": 4}
    return [
        html.Div(
            [
                html.P("新预案", id=Ids.WHICH, className="which"),
                dcc.Upload(
                    html.Span([html.B("导入 YAML 文件"), " 读入下面各栏，核对后再保存"]),
                    id=Ids.FILE, className="upload slim", max_size=4 * LONGEST,
                    accept=".yaml,.yml",
                ),
            ],
            className="bar",
        ),
        html.P(id=Ids.ERROR, className="field-error", role="alert"),
        html.Div(
            [
                field(FORM, "name", "预案名称"),
                field(FORM, "area_code", "编制地区", "六位代码或名称，如：黄冈市"),
                field(FORM, "body", "响应单位", "如：市防汛抗旱指挥部"),
                field(FORM, "office", "办事机构"),
                desk_fields.choice(FORM, "tier", "层级", TIER_WORDS, "province"),
                desk_fields.choice(FORM, "kind", "类别", KIND_WORDS, "special"),
                desk_fields.choice(FORM, "overlay", "用法", {
                    "no": "独立启动", "yes": "叠加在其他响应之上"}, "no"),
                field(FORM, "types", "事件类型", "用、隔开；留空适用于各类事件", wide=True),
                field(FORM, "commander", "总指挥"), field(FORM, "deputies", "副总指挥", "用；隔开"),
                field(FORM, "basis", "编制依据"), field(FORM, "source", "来源"),
                *[area(FORM, n, f"{LINE_WORDS[n]}　一行一项：{HINTS[n]}", HINTS[n], rows[n])
                  for n in COLUMNS],
                area(FORM, "note", "说明", rows=2),
                field(FORM, "reason", "修订说明", "改了什么、依据什么；修订时必填", wide=True),
            ],
            className="fields", id=Ids.FORM, **{"data-draft": FORM},
        ),
        html.Div(
            [
                html.Button(["保存 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                            **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                html.Button(["返回预案库 ", html.Kbd("Esc")], className="btn",
                            **desk.key("Escape"), **desk.sets({Page.BODY: office.opened(1)})),
                html.Button("清空", className="btn", **desk.confirm("再按一次清空"),
                            **desk.acts(NAME, do="clear")),
            ],
            className="bar",
        ),
        dcc.Store(id=Ids.EDITED, storage_type="local"),
        desk.act_store(NAME),
    ]  # fmt: skip


def open_form(plan: Contingency | None) -> None:
    """Show the form, filled with a contingency or empty for a new one."""
    _fill({} if plan is None else lines_of(plan))
    if plan is None:
        set_props(Ids.EDITED, {"data": None})
    else:
        held = {"id": plan.id, "version": plan.version, "name": plan.name}
        set_props(Ids.EDITED, {"data": held})
    set_props(Page.BODY, office.opened(2))


def _fill(lines: dict[str, str]) -> None:
    blank = dict.fromkeys(FIELDS, "") | {"tier": "province", "kind": "special", "overlay": "no"}
    desk_fields.fill(FORM, {**blank, **lines, "reason": ""})
    _errors(())


def _errors(errors: tuple[FieldError, ...] | list[FieldError]) -> None:
    """Each error beside the field it is in; what belongs to none stands on top."""
    own = [{**e, "field": _field(e["field"])} for e in errors]
    desk_fields.show_errors(FORM, FIELDS, own)  # type: ignore[arg-type]
    rest = [e for e in own if e["field"] not in FIELDS]
    said = "；".join(f"{e['message']}。{e['remedy']}" for e in rest)
    set_props(Ids.ERROR, {"children": said})


def _field(path: str) -> str:
    """The form's field of a path such as ``tasks[3].minutes``."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def file_of(contents: str, name: str) -> Contingency:
    """The contingency in an uploaded file.

    Raises
    ------
    Invalid
        When it is no UTF-8 text, or its reader refuses it.
    """
    try:
        raw = base64.b64decode(contents.partition(",")[2], validate=True)
        text = raw.decode("utf-8-sig")
    except ValueError as error:
        raise Invalid.field(
            "text", f"{name} 不是 UTF-8 文本", "请用 UTF-8 编码另存后再导入"
        ) from error
    return Contingency(id="", **read(text, name))


def saving(center: Center, edited: dict[str, Any] | None, typed: dict[str, str]) -> Any:
    """The command for what was typed.

    Raises
    ------
    Invalid
        Naming the field or the line.
    """
    try:
        code = admin_parts.area_of(center.areas, typed["area_code"])
    except Invalid as error:
        first = error.errors[0]
        raise Invalid.field("area_code", first["message"], first["remedy"]) from error
    return m.SaveContingency(
        text=text_of(typed | {"area_code": code}), reason=typed["reason"], file="填写的预案",
        contingency_id=edited["id"] if edited else None,
        expect_version=edited["version"] if edited else None,
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Read files into the form, keep what was typed."""

    @app.callback(
        Input(Ids.FILE, "contents"), State(Ids.FILE, "filename"), prevent_initial_call=True
    )
    async def upload(contents: str | None, name: str | None) -> None:
        if not contents:
            return
        try:
            plan = await center.ask(file_of, contents, name or "预案文件")
        except CenterError as error:
            _errors(error.errors)
            return
        _fill(lines_of(plan))
        toasts.say(f"已读入 {name}，请核对后保存")
        set_props(Ids.FILE, {"contents": None})

    @app.callback(Output(Ids.WHICH, "children"), Input(Ids.EDITED, "data"))
    async def which(edited: dict[str, Any] | None) -> Any:
        return f"修订《{edited['name']}》" if edited else "新预案"

    @app.callback(
        Input(desk.act_id(NAME), "data"),
        State(Ids.EDITED, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, edited: dict[str, Any] | None, *values: str | None
    ) -> None:
        if not asked:
            return
        if asked["do"] == "clear":
            _fill({})
            set_props(Ids.EDITED, {"data": None})
            return
        typed = {n: str(v or "") for n, v in zip(FIELDS, values, strict=True)}
        try:
            command = saving(center, edited, typed)
            done = await center.do(command, current_actor(), asked["n"])
        except CenterError as error:
            _errors(error.errors)
            if not error.errors:
                toasts.complain(error)
            return
        _kept(done.body, asked["n"])


def _kept(body: dict[str, Any], mark: str) -> None:
    """Empty the form, go back to the library, show what was kept."""
    plan = body["contingency"]
    _fill({})
    desk_fields.drop(FORM, Ids.FORM, mark)
    set_props(Ids.EDITED, {"data": None})
    set_props("contingencies-chosen", {"data": plan["id"]})
    set_props(Page.BODY, office.opened(1))
    said = f"已保存《{plan['name']}》第 {plan['edition']} 版"
    toasts.say(said if body["changed"] else f"《{plan['name']}》没有改动")
