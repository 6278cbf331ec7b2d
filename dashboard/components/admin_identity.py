"""Who a provider's people are here: accounts bound to its subjects, bound and released."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import ROLE_WORDS, Actor, Permission

NAME = "identity"
WORD = "统一身份"
FORM = "identity"
FIELDS = ("username", "subject")


class Ids(StrEnum):
    """The ids of the bound identities."""

    LIST = "admin-identities"
    DONE = "admin-identities-done"


def allowed(actor: Actor) -> bool:
    """Whether the actor may bind."""
    return actor.may(Permission.ACCOUNTS)


def layout() -> Any:
    """The skeleton; it holds no data."""
    bind = html.Button("绑定", className="btn pri", **desk.acts(NAME, do="bind"))
    return parts.panel(
        NAME, WORD,
        "认证平台只说明来人是谁，权限由本系统的账号决定：一人一号，未绑定的身份不能登录，也不会自动建号。",
        html.Div(
            [
                desk_fields.text(FORM, "username", "本系统用户名", "如：duty.421127"),
                desk_fields.text(FORM, "subject", "认证平台标识（sub）", "此人试登录一次即见"),
            ],
            className="fields",
        ),
        html.Div(bind, className="bar"),
        parts.hole(Ids.LIST),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List, bind and release."""

    @app.callback(Output(Ids.LIST, FLAT), Input(Ids.DONE, "data"))
    async def show(_done: Any) -> str:
        rows = await parts.tried(center, center.accounts.accounts, current_actor())
        bound = await center.ask(center.accounts.identities)
        return flat(view(rows or [], bound, center.accounts.provider_name))

    @app.callback(
        Output(Ids.DONE, "data"),
        Input(desk.act_id(NAME), "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, username: str | None, subject: str | None
    ) -> Any:
        if not asked:
            return no_update
        actor, accounts = current_actor(), center.accounts
        if asked["do"] == "release":
            if await parts.tried(center, accounts.unbind, actor, asked["account"]) is None:
                return no_update
            toasts.say(f"已解除 {asked['account']} 的统一身份，由它打开的会话已收回")
            return asked["n"]
        name = (username or "").strip()
        if await parts.filed(
            center, FORM, FIELDS, accounts.bind, actor, name, subject or ""
        ) is None:
            return no_update
        desk_fields.fill(FORM, {"username": "", "subject": ""})
        toasts.say(f"已绑定账号 {name}")
        return asked["n"]


def view(rows: list[dict[str, Any]], bound: dict[str, str], provider: str) -> Any:
    """The bound accounts within reach."""
    if not provider:
        return html.P(
            "没有设置认证平台。设置 HUBEI_OIDC_ISSUER、HUBEI_OIDC_CLIENT_ID、HUBEI_PUBLIC_URL "
            "后重启，登录页即出现它的按钮；用户名和密码登录照常可用。", className="none",
        )  # fmt: skip
    mine = [row for row in rows if row["username"] in bound]
    return parts.table(
        ("用户名", "姓名或席位", "角色", f"{provider}标识", ""),
        (
            (
                html.B(row["username"]), row["name"], ROLE_WORDS.get(row["role"], row["role"]),
                html.Code(bound[row["username"]]),
                html.Button(
                    "解除", className="btn tiny danger",
                    **desk.acts(NAME, do="release", account=row["username"]),
                    **desk.confirm("再按一次：解除"),
                ),
            )
            for row in mine
        ),
        "还没有账号绑定统一身份。",
    )  # fmt: skip
