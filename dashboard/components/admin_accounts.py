"""Accounts: the list, a new one, disabling, and a new password drawn for somebody."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import ROLE_WORDS, Actor, AreaTree, Permission

NAME = "accounts"
WORD = "账号"
FORM = "new-account"
FIELDS = ("username", "name", "role", "org", "password")
ROLES = {role: word for role, word in ROLE_WORDS.items() if role != "runner"}


class Ids(StrEnum):
    """The ids of the accounts."""

    LIST = "admin-accounts"
    DONE = "admin-accounts-done"
    SECRET = "admin-accounts-secret"  # noqa: S105 - an id
    AREAS = "admin-areas"


def allowed(actor: Actor) -> bool:
    """Whether the actor may see and keep accounts."""
    return actor.may(Permission.ACCOUNTS)


def layout() -> Any:
    """The skeleton; it holds no data."""
    org = html.Div(
        [
            html.Label("单位", htmlFor=desk_fields.field_id(FORM, "org")),
            dcc.Input(
                id=desk_fields.field_id(FORM, "org"), type="text", list=Ids.AREAS, value="",
                placeholder="如：黄梅县", autoComplete="off",
            ),
            html.Datalist(id=Ids.AREAS),
            html.Span(
                id=desk_fields.error_id(FORM, "org"), className="field-error", role="alert"
            ),
        ],
        className="field",
    )  # fmt: skip
    make = html.Button("新建账号", className="btn pri", **desk.acts(NAME, do="create"))
    return parts.panel(
        NAME, WORD, "一人一号；停用即收回其全部会话。系统、安全、审计三员分立，均不能指挥调派。",
        html.Div(
            [
                desk_fields.text(FORM, "username", "用户名", "如：duty.421127.2"),
                desk_fields.text(FORM, "name", "姓名或席位"),
                org,
                parts.password(FORM, "password", "初始密码", "留空由系统抽取"),
                desk_fields.choice(FORM, "role", "角色", ROLES, "duty"),
            ],
            className="fields",
        ),
        html.Div(make, className="bar"),
        html.Div(id=Ids.SECRET),
        parts.hole(Ids.LIST),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List the accounts; make, disable, enable them and reset their passwords."""

    @app.callback(Output(Ids.LIST, FLAT), Input(Ids.DONE, "data"))
    async def show(_done: Any) -> str:
        actor = current_actor()
        rows = await parts.tried(center, center.accounts.accounts, actor)
        return flat(view(rows or [], actor, center.areas))

    @app.callback(Output(Ids.AREAS, "children"), Input(Ids.LIST, "id"))
    async def areas(_list: str) -> Any:
        actor = current_actor()
        reach = [a for a in center.areas.areas.values() if center.areas.covers(actor.org, a.code)]
        return [html.Option(value=a.name, label=a.code) for a in reach]

    @app.callback(
        Output(Ids.DONE, "data"),
        Output(Ids.SECRET, "children"),
        Input(desk.act_id(NAME), "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, *typed: str | None) -> Any:
        if not asked:
            return no_update, no_update
        if asked["do"] == "create":
            shown = await _create(center, dict(zip(FIELDS, typed, strict=True)))
        else:
            shown = await _change(center, asked)
        return (no_update, no_update) if shown is None else (asked["n"], shown or None)


async def _create(center: Center, typed: dict[str, str | None]) -> Any:
    """Make the account; what is shown of its password, empty for nothing, None when refused."""
    actor, username = current_actor(), (typed["username"] or "").strip()
    drawn = typed["password"] or center.accounts.draw_password()

    def make() -> None:
        center.accounts.create(
            actor, username, (typed["name"] or "").strip(), typed["role"] or "",
            parts.area_of(center.areas, typed["org"]), drawn,
        )  # fmt: skip

    if await parts.filed(center, FORM, FIELDS, make) is None:
        return None
    desk_fields.fill(FORM, {"username": "", "name": "", "password": ""})
    toasts.say(f"已新建账号 {username}")
    return "" if typed["password"] else parts.secret(f"账号 {username} 的初始密码", drawn)


async def _change(center: Center, asked: dict[str, Any]) -> Any:
    """Disable, enable or reset; what is shown, empty for nothing, None when refused."""
    actor, username, accounts = current_actor(), str(asked["account"]), center.accounts
    if asked["do"] == "reset":
        drawn = accounts.draw_password()
        if await parts.tried(center, accounts.change_password, actor, username, drawn) is None:
            return None
        toasts.say(f"已重置 {username} 的密码，其会话已收回")
        return parts.secret(f"账号 {username} 的新密码", drawn)
    disabled = asked["do"] == "disable"
    if await parts.tried(center, accounts.set_disabled, actor, username, disabled=disabled) is None:
        return None
    toasts.say(f"已{'停用' if disabled else '启用'}账号 {username}")
    return ""


def view(rows: list[dict[str, Any]], actor: Actor, areas: AreaTree) -> Any:
    """The accounts as a table; one's own row and the exercise's carry no buttons."""
    heads = ("用户名", "姓名或席位", "角色", "单位", "状态", "建立", "")
    return parts.table(
        heads,
        (
            (
                html.B(row["username"]), row["name"], ROLE_WORDS.get(row["role"], row["role"]),
                areas.name(row["org"]),
                html.Span("停用", className="off") if row["disabled"] else "启用",
                f"{parts.stamp(row['created_at'])} {parts.maker(row['created_by'])}",
                _buttons(row, actor),
            )
            for row in rows
        ),
        "还没有账号。",
    )  # fmt: skip


def _buttons(row: dict[str, Any], actor: Actor) -> Any:
    username = row["username"]
    if username == actor.username:
        return html.Small("本账号")
    if row["role"] == "runner":
        return html.Small("演练程序专用")
    if row["disabled"]:
        return html.Button(
            "启用", className="btn tiny", **desk.acts(NAME, do="enable", account=username)
        )
    return html.Span(
        [
            html.Button(
                "重置密码", className="btn tiny", **desk.acts(NAME, do="reset", account=username),
                **desk.confirm("再按一次：重置"),
            ),
            html.Button(
                "停用", className="btn tiny danger",
                **desk.acts(NAME, do="disable", account=username), **desk.confirm("再按一次：停用"),
            ),
        ],
        className="acts",
    )  # fmt: skip
