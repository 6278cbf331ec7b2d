"""The code that lets a team leader's phone in: shown once, as digits and to be photographed."""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from dash import Dash, Input, Output, State, html, no_update
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from dashboard.components import desk, toasts
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages.fielding import RevokeFieldCode
from data.errors import CenterError

AREA = "field-code"
QUIET = 4  # modules of white around a QR code, by ISO/IEC 18004


class Ids(StrEnum):
    """The ids of the code's panel."""

    PANEL = "field-code-panel"


def layout() -> Any:
    """The panel, empty until a code is made."""
    return html.Div([desk.act_store(AREA), html.Div(id=Ids.PANEL, role="status")])


def button(assignment_id: str) -> Any:
    """The button on a followed order."""
    return html.Button(
        "现场码", className="mini", title="给队伍负责人的手机签发一次性登录码；旧码同时作废",
        **desk.acts(AREA, do="give", id=assignment_id),
    )  # fmt: skip


def drawn(text: str) -> str:
    """A text as a QR code: the address of an SVG image that holds itself."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    dark = [
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y in range(size)
        for x in range(size)
        if code.isDark(y, x)
    ]
    whole = size + 2 * QUIET
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}">'
        f'<rect width="{whole}" height="{whole}" fill="#fff"/><path d="{"".join(dark)}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def shown(made: dict[str, Any], team: str, href: str | None) -> Any:
    """The code once: to read out, to type, to photograph."""
    place = urlsplit(href or "")
    base = f"{place.scheme}://{place.netloc}" if place.netloc else ""
    address = f"{base}{made['path']}"
    bare = place.scheme == "http" and place.hostname not in ("127.0.0.1", "localhost")
    return html.Div(
        [
            html.Img(src=drawn(address), alt="现场码二维码"),
            html.Div(
                [
                    html.B(f"{team} 现场码"),
                    html.Code(made["code"]),
                    html.Small(f"手机打开 {base}/field 输入，或扫码；只能用一次，24 小时内有效。"),
                    html.Small("此地址不是 HTTPS：手机断网后不能重新打开现场页，也不能共享位置。",
                               className="late") if bare else None,
                    html.Small("只显示这一次，请当面或电话告知队伍负责人；重新签发后旧码与旧手机即失效。"),
                    html.Div(
                        [
                            html.Button("已告知", className="mini pri",
                                        **desk.acts(AREA, do="shut")),
                            html.Button(
                                "收回", className="mini", **desk.confirm("再按：收回"),
                                **desk.acts(AREA, do="revoke", id=made["assignment"]),
                            ),
                        ],
                        className="to",
                    ),
                ]
            ),
        ],
        className="field-code",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Make a code as pressed, take it back, or shut the panel."""

    @app.callback(
        Output(Ids.PANEL, "children"),
        Input(desk.act_id(AREA), "data"),
        State(Live.PLACE, "href"),
        prevent_initial_call=True,
    )
    async def press(act: dict[str, Any] | None, href: str | None) -> Any:
        do, order = (act or {}).get("do"), str((act or {}).get("id") or "")
        if do == "shut":
            return None
        if do == "revoke":
            command = RevokeFieldCode(assignment_id=order)
            if await desk.attempt(center, command) is None:
                return no_update
            toasts.say("现场码已收回，手机已退出")
            return None
        if do != "give":
            return no_update
        try:
            made = await center.ask(center.field_code, current_actor(), order)
        except CenterError as error:
            toasts.complain(error)
            return no_update
        seen = await desk.see(center)
        held = seen.assignments.get(order)
        team = seen.teams.get(held.team_id) if held else None
        return shown(made, team.name if team else order, href)
