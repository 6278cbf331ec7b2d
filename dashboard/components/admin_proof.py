"""动态口令: the second factor of one's own account, set up with a phone and stopped with a code."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from dashboard.qr import qr_picture
from data.center import Center
from data.domain.org import Actor

NAME = "proof"
WORD = "动态口令"
FORM = "proof"
FIELDS = ("code",)


class Ids(StrEnum):
    """The ids of this part."""

    VIEW = "admin-proof"


def allowed(actor: Actor) -> bool:
    """Everybody with an account of their own."""
    return actor.role != "wall"


def layout() -> Any:
    """The skeleton; it holds no data."""
    does = (("begin", "生成二维码"), ("confirm", "启用"), ("stop", "停用"))
    return parts.panel(
        NAME, WORD, "登录时除密码外再输入手机上的 6 位数字；下达前再次验证身份时也可用它。",
        html.Div(id=Ids.VIEW, **{FLAT: ""}),
        html.Div(desk_fields.text(FORM, "code", "动态口令", "启用、停用时填"), className="fields"),
        html.Div(
            [html.Button(w, className="btn", **desk.acts(NAME, do=do)) for do, w in does],
            className="bar",
        ),
        desk.act_store(NAME),
    )  # fmt: skip


def standing(on: bool) -> Any:
    """Whether it is in use."""
    return html.P("本账号已启用动态口令。" if on else "本账号未启用动态口令。")


def register(app: Dash, center: Center) -> None:
    """Show how it stands; set it up and stop it."""

    @app.callback(
        Output(Ids.VIEW, FLAT),
        Input(desk.act_id(NAME), "data"),
        State(desk_fields.field_id(FORM, "code"), "value"),
    )
    async def act(asked: dict[str, Any] | None, code: str | None) -> Any:
        actor, keeper, typed = current_actor(), center.accounts, code or ""
        if not asked:
            return flat(standing(await center.ask(keeper.second_factor, actor.username)))
        work = {
            "begin": lambda: keeper.begin_totp(actor),
            "confirm": lambda: keeper.confirm_totp(actor, typed),
            "stop": lambda: keeper.stop_totp(actor, actor.username, typed),
        }[asked["do"]]
        done = await parts.filed(center, FORM, FIELDS, work)
        if done is None:
            return no_update
        desk_fields.fill(FORM, {"code": ""})
        if asked["do"] == "begin":
            return flat([
                html.P("用手机上的动态口令应用扫描，再填入它显示的 6 位数字并启用。"),
                html.Img(src=qr_picture(done["uri"]), alt="动态口令二维码", className="qr"),
                parts.secret("不能扫描时手工输入：", done["secret"]),
            ])  # fmt: skip
        toasts.say(f"动态口令已{'启用' if asked['do'] == 'confirm' else '停用'}")
        if asked["do"] == "stop":
            return flat(standing(False))
        return flat(parts.secret("备用码，手机不在身边时各用一次：", "　".join(done)))
