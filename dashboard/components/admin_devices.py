"""Wall machines: a one-time code for a new one, and those signed in, to be taken back."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import Actor, Permission

NAME = "devices"
WORD = "大屏设备"
FORM = "new-device"
FIELDS = ("label", "username")


class Ids(StrEnum):
    """The ids of the devices."""

    LIST = "admin-devices"
    CODES = "admin-codes"
    DONE = "admin-devices-done"
    SECRET = "admin-devices-secret"  # noqa: S105 - an id


def allowed(actor: Actor) -> bool:
    """Whether the actor may let wall machines in."""
    return actor.may(Permission.ACCOUNTS)


def layout() -> Any:
    """The skeleton; it holds no data."""
    make = html.Button("生成设备码", className="btn pri", **desk.acts(NAME, do="make"))
    return parts.panel(
        NAME, WORD,
        "大屏机器在登录页选“大屏用设备码登录”，输入一次即长期有效，直到在此收回。设备码 24 小时内有效，只能用一次。",  # noqa: E501
        html.Div(
            [
                desk_fields.text(FORM, "label", "设备名称", "如：指挥大厅主屏"),
                desk_fields.text(FORM, "username", "大屏账号", "留空为 wall"),
            ],
            className="fields",
        ),
        html.Div(make, className="bar"),
        html.Div(id=Ids.SECRET),
        html.H3("已登录的大屏"),
        parts.hole(Ids.LIST),
        html.H3("未使用的设备码"),
        parts.hole(Ids.CODES),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List the machines and open codes; make a code, take a machine back."""

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.CODES, FLAT), Input(Ids.DONE, "data")
    )
    async def show(_done: Any) -> tuple[str, str]:
        actor = current_actor()
        held = await parts.tried(center, center.accounts.devices, actor)
        codes = await parts.tried(center, center.accounts.open_codes, actor)
        return flat(machines(held or [])), flat(open_codes(codes or []))

    @app.callback(
        Output(Ids.DONE, "data"),
        Output(Ids.SECRET, "children"),
        Input(desk.act_id(NAME), "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, label: str | None, username: str | None) -> Any:
        if not asked:
            return no_update, no_update
        actor, accounts = current_actor(), center.accounts
        if asked["do"] == "make":
            label, wall = (label or "").strip() or "大屏", (username or "").strip() or "wall"
            code = await parts.filed(
                center, FORM, FIELDS, accounts.make_device_code, actor, label, wall
            )
            if code is None:
                return no_update, no_update
            desk_fields.fill(FORM, {"label": ""})
            return asked["n"], parts.secret(f"{label} 的设备码", code)
        if await parts.tried(center, accounts.revoke_device, actor, asked["key"]) is None:
            return no_update, no_update
        toasts.say("已收回大屏，数秒内断开")
        return asked["n"], no_update


def machines(rows: list[dict[str, Any]]) -> Any:
    """The wall machines signed in."""
    return parts.table(
        ("设备", "账号", "地址", "登录", "最近在线", ""),
        (
            (
                html.B(row["label"]), row["username"], row["address"],
                parts.stamp(row["created_at"]), parts.stamp(row["seen_at"]),
                html.Button(
                    "收回", className="btn tiny danger",
                    **desk.acts(NAME, do="revoke", key=row["token_hash"]),
                    **desk.confirm("再按一次：收回"),
                ),
            )
            for row in rows
        ),
        "没有已登录的大屏。",
    )  # fmt: skip


def open_codes(rows: list[dict[str, Any]]) -> Any:
    """The codes that still let a machine in; the codes themselves are known to nobody here."""
    return parts.table(
        ("设备", "账号", "生成", "生成人", "有效至"),
        (
            (
                row["label"], row["username"], parts.stamp(row["created_at"]),
                parts.maker(row["created_by"]), parts.stamp(row["expires_at"]),
            )
            for row in rows
        ),
        "没有未使用的设备码。",
    )  # fmt: skip
