"""What we share with others: tokens given out with their last use, and where data are read."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, toasts
from dashboard.components import sharing_views as views
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import Permission
from data.domain.whole_number import half_width, whole
from data.errors import Invalid

NAME = "sharing-out"
FORM = "give-token"
FIELDS = ("label", "org", "days")
CHOICES = {"read": "查看", "read telemetry": "查看＋上报监测数据", "telemetry": "只上报监测数据"}
MOST_DAYS = 1100


class Ids(StrEnum):
    """The ids of what is given out."""

    LIST = "sharing-out-list"
    GIVEN = "sharing-out-given"
    SECRET = "sharing-out-secret"  # noqa: S105 - an id
    DONE = "sharing-out-done"
    WHAT = "give-token-what"


def layout() -> list[Any]:
    """The tokens, a form for a new one, and the addresses; it holds no data."""
    what = html.Div(
        [
            html.Label("能做什么", htmlFor=Ids.WHAT),
            dcc.RadioItems(id=Ids.WHAT, className="pills", value="read",
                           options=[{"label": w, "value": v} for v, w in CHOICES.items()]),
        ],
        className="field wide",
    )  # fmt: skip
    return [
        admin_parts.hole(Ids.LIST),
        html.H3("发一个新令牌"),
        html.Div(
            [
                desk_fields.text(FORM, "label", "给谁", "如：省电力公司"),
                desk_fields.text(FORM, "org", "辖区", "留空为本级；市县名称或六位代码"),
                desk_fields.text(FORM, "days", "有效天数", "365"),
                what,
            ],
            className="fields",
        ),
        html.Div(
            html.Button(["生成令牌 ", html.Kbd("Ctrl G")], className="btn pri",
                        **desk.key("ctrl+g"), **desk.acts(NAME, do="make")),
            className="bar",
        ),
        html.Div(id=Ids.SECRET),
        html.H3("对外提供的数据（凭令牌，按令牌的辖区裁剪）"),
        admin_parts.hole(Ids.GIVEN),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List, give and take back."""

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.GIVEN, FLAT), Input(Ids.DONE, "data")
    )  # fmt: skip
    async def show(_done: Any) -> tuple[str, str]:
        actor = current_actor()
        if not actor.may(Permission.SHARE):
            return "", ""
        rows = await admin_parts.tried(center, center.accounts.tokens, actor)
        return flat(views.tokens(rows or [], center.areas, NAME)), flat(views.given())

    @app.callback(
        Output(Ids.DONE, "data"), Output(Ids.SECRET, "children"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.WHAT, "value"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )  # fmt: skip
    async def act(
        asked: dict[str, Any] | None, what: str, label: str | None, org: str | None,
        days: str | None,
    ) -> Any:  # fmt: skip
        if not asked:
            return no_update, no_update
        actor, accounts = current_actor(), center.accounts
        if asked["do"] == "revoke":
            if await admin_parts.tried(center, accounts.revoke_token, actor, asked["key"]) is None:
                return no_update, no_update
            toasts.say("令牌已收回，数秒内失效")
            return asked["n"], no_update

        def make() -> str:
            name = (label or "").strip()
            if not name:
                raise Invalid.field("label", "未填写给谁", "请写明单位，日后好收回")
            area = admin_parts.area_of(center.areas, org) if (org or "").strip() else actor.org
            return accounts.make_token(actor, name, what.split(), area, _days(days))

        token = await admin_parts.filed(center, FORM, FIELDS, make)
        if token is None:
            return no_update, no_update
        desk_fields.fill(FORM, dict.fromkeys(FIELDS, ""))
        return asked["n"], admin_parts.secret(f"{(label or '').strip()}的令牌", token)


def _days(text: str | None) -> int:
    said = half_width(text or "").strip() or "365"
    days = whole(said)
    if days is None or not 1 <= days <= MOST_DAYS:
        raise Invalid.field("days", f"“{said}”不是天数", f"请填 1 到 {MOST_DAYS}")
    return days
