"""角色与锁定: what the security officer does with an account; the administrator cannot."""

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

NAME = "roles"
WORD = "角色与锁定"
FORM = "roles"
FIELDS = ("username", "role")
ROLES = {role: word for role, word in ROLE_WORDS.items() if role not in ("runner", "field")}
DOES = (
    ("role", "变更角色", "再按一次：变更并收回其会话"), ("unlock", "解除锁定", ""),
    ("totp", "停用其动态口令", "再按一次：停用"),
)  # fmt: skip


class Ids(StrEnum):
    """The ids of this part."""

    LIST = "admin-roles"
    DONE = "admin-roles-done"


def allowed(actor: Actor) -> bool:
    """Whether the actor keeps the security of accounts."""
    return actor.may(Permission.SESSIONS)


def layout() -> Any:
    """The skeleton; it holds no data."""
    return parts.panel(
        NAME, WORD, "角色变更后该账号的会话与令牌即刻失效；三员与业务角色不能互转。",
        desk_fields.text(FORM, "username", "用户名", "从下表抄写"),
        desk_fields.choice(FORM, "role", "新角色", ROLES),
        _bar(),
        parts.hole(Ids.LIST),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def _bar() -> Any:
    """The three things that may be done."""
    return html.Div(
        [
            html.Button(word, className="btn pri" if n == 0 else "btn",
                        **desk.acts(NAME, do=do), **(desk.confirm(sure) if sure else {}))
            for n, (do, word, sure) in enumerate(DOES)
        ],
        className="bar",
    )  # fmt: skip


def accounts_view(rows: list[dict[str, Any]], areas: AreaTree) -> Any:
    """Every account with its role."""
    return parts.table(
        ("用户名", "姓名或席位", "角色", "单位", "状态"),
        (
            (
                row["username"], row["name"], ROLE_WORDS.get(row["role"], row["role"]),
                areas.name(row["org"]), "停用" if row["disabled"] else "启用",
            )
            for row in rows
        ),
        "没有账号。",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List the accounts; carry out what is pressed."""

    @app.callback(Output(Ids.LIST, FLAT), Input(Ids.DONE, "data"))
    async def show(_done: Any) -> str:
        rows = await parts.tried(center, center.accounts.accounts, current_actor())
        return flat(accounts_view(rows or [], center.areas))

    @app.callback(
        Output(Ids.DONE, "data"),
        Input(desk.act_id(NAME), "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, username: str | None, role: str | None) -> Any:
        if not asked:
            return no_update
        keeper, named = center.accounts, (username or "").strip()
        work = {
            "role": lambda: keeper.change_role(current_actor(), named, role or ""),
            "unlock": lambda: keeper.unlock(current_actor(), named),
            "totp": lambda: keeper.stop_totp(current_actor(), named),
        }[asked["do"]]
        if await parts.filed(center, FORM, FIELDS, work) is None:
            return no_update
        toasts.say(f"{named}：已{next(w for d, w, _ in DOES if d == asked['do'])}")
        return asked["n"]
