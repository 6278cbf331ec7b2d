"""One's own account: who one is, a new password, and signing out."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, toasts
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import ROLE_WORDS, Actor
from data.errors import Invalid

NAME = "own"
WORD = "我的账号"
FORM = "own-password"
FIELDS = ("old", "password", "again")


class Ids(StrEnum):
    """The ids of one's own account."""

    WHO = "admin-own"
    DONE = "admin-own-done"


def allowed(actor: Actor) -> bool:
    """Everybody but a wall machine, whose account is shared and has nobody to type."""
    return actor.role != "wall"


def layout() -> Any:
    """The skeleton; it holds no data."""
    return parts.panel(
        NAME, WORD, "密码至少 10 个字符；离开席位请退出登录。",
        html.P(id=Ids.WHO, className="whoami"),
        html.Div(
            [
                parts.password(FORM, "old", "原密码"),
                parts.password(FORM, "password", "新密码"),
                parts.password(FORM, "again", "再输一次新密码"),
            ],
            className="fields three",
        ),
        html.Div(
            [
                html.Button("修改密码", className="btn pri", **desk.acts(NAME, do="change")),
                html.Button("退出登录", className="btn", **{"data-signout": "1"}),
                html.Span(id=Ids.DONE, role="status"),
            ],
            className="bar",
        ),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Say who is signed in; change the password."""

    @app.callback(Output(Ids.WHO, "children"), Input(Ids.WHO, "id"))
    async def who(_who: str) -> str:
        actor = current_actor()
        role = ROLE_WORDS.get(actor.role, actor.role)
        return f"{actor.name}（{actor.username}）　{role}　{center.areas.name(actor.org)}"

    @app.callback(
        Output(Ids.DONE, "children"),
        Input(desk.act_id(NAME), "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def change(asked: Any, old: str | None, new: str | None, again: str | None) -> Any:
        if not asked:
            return no_update
        actor = current_actor()

        def keep() -> None:
            if new != again:
                raise Invalid.field("again", "两次输入的新密码不同", "请重新输入")
            center.accounts.change_password(actor, actor.username, new or "", old or "")

        if await parts.filed(center, FORM, FIELDS, keep) is None:
            return ""
        desk_fields.fill(FORM, dict.fromkeys(FIELDS, ""))
        toasts.say("已修改本账号的密码")
        return "密码已修改，下次登录请用新密码"
