"""The rule tables in force: which file, since when, and what is wrong with a newer one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import admin_needs, desk
from dashboard.components import admin_parts as parts
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import Actor, Permission
from data.domain.rule_table import RuleTable

NAME = "rules"
WORD = "规则表"


class Ids(StrEnum):
    """The ids of the rule tables."""

    LIST = "admin-rules"


def allowed(actor: Actor) -> bool:
    """Whether the actor keeps the center's tables, or may read what the desks start from."""
    return actor.may(Permission.ACCOUNTS) or actor.may(Permission.IMPORT)


def layout() -> Any:
    """The skeleton; it holds no data."""
    return parts.panel(
        NAME, WORD,
        "改动数据目录下 rules/ 里的文件，几秒内自动换用并记入值班记录；读不懂的不换，仍照原来的。"
        "需求模板由省级系统管理员在本页修改。",
        html.Div(
            html.Button(["立即重读 ", html.Kbd("R")], className="btn", **desk.key("r"),
                        **desk.acts(NAME, do="reread")),
            className="bar",
        ),
        parts.hole(Ids.LIST),
        *admin_needs.layout(),
        desk.act_store(NAME),
    )  # fmt: skip


def view(tables: Sequence[RuleTable]) -> Any:
    """One row a table; what cannot be read stands in red with its file and remedy."""
    rows = [
        (html.Strong(t.title), html.Span("本单位" if t.own else "随附"),
         [html.Div(t.words), html.Small(f"SHA-256 {t.digest[:16]}", className="agent"),
          html.P(f"未换用：{t.fault}", className="fault", role="alert") if t.fault else None],
         parts.stamp(t.read_at))
        for t in tables
    ]  # fmt: skip
    return parts.table(("规则表", "用哪一份", "文件", "自何时"), rows, "没有规则表。")


def register(app: Dash, center: Center) -> None:
    """Show the tables as they stand; read them again when asked."""
    admin_needs.register(app, center)

    @app.callback(
        Output(Ids.LIST, FLAT), Input(Live.REVISION, "data"), Input(desk.act_id(NAME), "data")
    )
    async def show(_revision: Any, asked: dict[str, Any] | None) -> str:
        actor = current_actor()
        if not allowed(actor):
            return ""
        found = await parts.tried(center, center.rule_tables, actor, reread=bool(asked))
        return flat(view(found)) if found else ""
