"""The channels and receivers that are configured, and the rules that decide who may warn."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import warning_words as ww
from dashboard.components.admin_parts import hole, table
from dashboard.components.flat import FLAT, flat
from data.center import Center
from data.domain.delivery import CHANNEL_WORDS
from data.domain.warning_rules import LEVELS

# CAP 1.2's codes as the page says them
CAP_WORDS = {
    "Extreme": "极严重", "Severe": "严重", "Moderate": "中等", "Minor": "轻微",
    "Immediate": "立即", "Expected": "即将", "Future": "以后", "Past": "已过",
    "Observed": "已发生", "Likely": "很可能", "Possible": "可能", "Unlikely": "不太可能",
    "Unknown": "不详",
}  # fmt: skip


class Ids(StrEnum):
    """The ids of the part."""

    LIST = "warning-channels"


def layout() -> list[Any]:
    """One flat list."""
    return [hole(Ids.LIST)]


def _cap_words(*codes: str) -> Any:
    """CAP's codes in Chinese; the codes themselves on hover."""
    return html.Span(" / ".join(CAP_WORDS.get(c, c) for c in codes), title=" / ".join(codes))


def list_view(center: Center) -> list[Any]:
    """Receivers, authority, colours; each with its basis."""
    rules, settings = center.tools.rules["warnings"], center.tools.rules["channels"]
    rows = [
        (r.name, CHANNEL_WORDS.get(r.channel, r.channel), r.address, center.areas.name(r.area),
         html.Span([ww.chip(c) for c in r.colours], className="chips"), "要" if r.receipt else "")
        for r in settings.receivers
    ]  # fmt: skip
    drill = (
        html.P("当前为演练：以下单位一律不外发，写入演练发件箱；exercise.hosts 所列主机除外。",
               className="sample")
        if settings.drill else None
    )  # fmt: skip
    allowed = [
        (LEVELS[a.level], html.Span([ww.chip(c) for c in a.colours], className="chips"), a.basis)
        for a in rules.authority.values()
    ]
    colours = [
        (ww.chip(c.colour), f"{c.level} 级 · {c.word}",
         _cap_words(c.severity, c.urgency, c.certainty), f"{c.within_min:g} 分钟",
         "须签发" if c.colour in rules.signed else "")
        for c in rules.colours.values()
    ]  # fmt: skip
    return [
        drill,
        html.H3("外部接收单位"),
        table(("单位", "渠道", "地址", "范围", "颜色", "签收"), rows,
              "还没有设置外部接收单位（HUBEI_CHANNELS）；预警只发到本系统内的值班室。"),
        html.H3("发布权限"),
        table(("层级", "可发布", "依据"), allowed, ""),
        html.H3("颜色"),
        table(("颜色", "级别", "CAP 严重程度 / 紧迫 / 确定", "催签时限", "签发"), colours, ""),
        html.P(f"{rules.colours_basis}。{rules.signature_basis}。{rules.identifier_basis}。",
               className="basis"),
        html.P(center.tools.rules["warnings_file"], className="basis"),
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Show once: both tables are read at the start."""

    @app.callback(Output(Ids.LIST, FLAT), Input(Ids.LIST, "id"))
    async def show(_id: str) -> str:
        return flat(list_view(center))
