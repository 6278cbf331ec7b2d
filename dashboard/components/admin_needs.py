"""The templates of needs on the 规则表 page: read there, and changed by administrators."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, needs_tables, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain import needs
from data.domain.org import Actor, Permission
from data.domain.rule_table import RuleTable

AREA, TABLE = "needs-table", "needs"
FIELDS = ("text",)
ROWS = 26  # of the text's field


class Ids(StrEnum):
    """The ids of the templates."""

    CARDS = "admin-needs"
    EDIT = "admin-needs-edit"
    BOX = "admin-needs-box"
    FROM = "admin-needs-from"


def may_edit(actor: Actor) -> bool:
    """Whether the actor may change the templates; the handler asks for the province too."""
    return actor.may(Permission.ACCOUNTS)


def layout() -> list[Any]:
    """The skeleton; it holds no data."""
    return [
        html.H3("需求模板"),
        html.Div(
            html.Button(["修改模板 ", html.Kbd("E")], id=Ids.EDIT, className="btn", hidden=True,
                        **desk.key("e"), **desk.acts(AREA, do="edit")),
            className="bar",
        ),
        html.Div(_editor(), id=Ids.BOX, className="neditor", hidden=True),
        parts.hole(Ids.CARDS),
        dcc.Store(id=Ids.FROM),
        desk.act_store(AREA),
    ]  # fmt: skip


def _editor() -> list[Any]:
    hint = (
        "力量和物资各行写 [名称, 数量, 几分钟内到位]；一条可只为一个级别（grade: III）；"
        "依据写 basis，没有依据写“假定”。# 之后是说明。"
    )
    return [
        html.P(hint, className="said"),
        desk_fields.area(AREA, "text", "模板全文（YAML）", rows=ROWS),
        html.Div(
            [
                html.Button(["保存并启用 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                            **desk.key("ctrl+Enter"), **desk.acts(AREA, do="save")),
                html.Button("放弃修改", className="btn", **desk.acts(AREA, do="drop"),
                            **desk.confirm("再按一次：放弃修改")),
                html.Button("恢复规则文件", className="btn", **desk.acts(AREA, do="back"),
                            title="丢开本页保存的一份，执行数据目录下的规则文件；没有则执行随附的",
                            **desk.confirm("再按一次：恢复规则文件")),
            ],
            className="bar",
        ),
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Show the templates in force, open them to be changed, and keep what was typed."""
    _showing(app)
    _editing(app, center)


def _showing(app: Dash) -> None:
    @app.callback(
        Output(Ids.CARDS, FLAT),
        Output(Ids.EDIT, "hidden"),
        Input(Live.REVISION, "data"),
        Input(Ids.FROM, "data"),
    )
    async def show(_revision: Any, opened: Any) -> Any:
        actor = current_actor()
        if not (may_edit(actor) or actor.may(Permission.IMPORT)):
            return "", True
        return flat(needs_tables.view(needs.book())), not may_edit(actor) or opened is not None


def _editing(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Ids.BOX, "hidden"),
        Output(Ids.FROM, "data"),
        Input(desk.act_id(AREA), "data"),
        State(Ids.FROM, "data"),
        State(desk_fields.field_id(AREA, "text"), "value"),
        prevent_initial_call=True,
    )
    async def edit(act: dict[str, Any] | None, version: int | None, text: str | None) -> Any:
        if not act:
            return no_update, no_update
        if act["do"] == "edit":
            return await _open(center)
        if act["do"] != "drop":
            typed = (text or "") if act["do"] == "save" else ""
            if act["do"] == "save" and not typed.strip():
                typed = "#"  # nothing typed is no table; only the button gives the file's back
            kept = await parts.filed(
                center, AREA, FIELDS, center.save_rules, current_actor(), TABLE, typed, version,
                act["n"],
            )  # fmt: skip
            if kept is None:
                return no_update, no_update
            toasts.say("已保存需求模板，即时启用" if typed else "已恢复规则文件里的需求模板")
        desk_fields.show_errors(AREA, FIELDS, ())
        return True, None


async def _open(center: Center) -> Any:
    """The table in force in the field, with the version it began from."""
    found = await parts.tried(center, center.rule_tables, current_actor())
    table: RuleTable | None = next((t for t in found or () if t.name == TABLE), None)
    if table is None:
        return no_update, no_update
    desk_fields.show_errors(AREA, FIELDS, ())
    desk_fields.fill(AREA, {"text": table.text})
    return False, table.version
