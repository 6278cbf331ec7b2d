"""设备接入: each door for devices, open or shut, who is connected, and the newest faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import admin_parts, ingest_health
from dashboard.components.desk_words import clock, empty
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.clock import SHANGHAI, real_now
from data.domain.org import Permission

SHUT = "未开启设备接入"
HOW = "由运维设置 HUBEI_MQTT、HUBEI_SL651_PORT 或 HUBEI_HJ212_PORT 后重启；HTTP 上报不受影响"


class Ids(StrEnum):
    """The ids of this part."""

    DOORS = "ingest-doors"
    FAULTS = "ingest-faults"


def layout() -> list[Any]:
    """The doors, and below them what came in that could not be taken."""
    return [
        admin_parts.hole(Ids.DOORS),
        html.H3("最近差错"),
        admin_parts.hole(Ids.FAULTS),
    ]


def doors_view(doors: Sequence[Mapping[str, Any]]) -> Any:
    """One row a door."""
    if not doors:
        return empty(SHUT, HOW)
    now = real_now()
    heads = (
        "协议", "地址", "状态", "最近一次", "设备", "报文", "已确认", "收下", "隔离", "未入库",
    )  # fmt: skip
    return admin_parts.table(heads, (_row(door, now) for door in doors), "")


def _row(door: Mapping[str, Any], now: Any) -> tuple[Any, ...]:
    if "messages" not in door:  # it could not be opened at all
        words = html.Span(door["error"], className="late")
        return (door["word"], "—", words, *["—"] * 7)
    last = door["last_at"]
    failed = door["failed"]
    counts = (
        html.Span(f"{door[name]:,}", className="n")
        for name in ("devices", "messages", "answered", "accepted", "refused")
    )
    return (
        html.B(door["word"]), html.Code(door["address"]), _state(door),
        html.Time(clock(last, now)) if last else "尚无", *counts,
        html.Span(f"{failed:,}　{door['error']}", className="late") if failed else "0",
    )  # fmt: skip


def _state(door: Mapping[str, Any]) -> Any:
    if not door["open"]:
        return html.Span("已关闭", className="late")
    if door["via"] == "mqtt":
        on = bool(door["connected"])
        return html.Span("已连接" if on else "未连接，正在重试", className="" if on else "late")
    return f"开启，{door['connected']:,} 个连接"


def faults_view(doors: Sequence[Mapping[str, Any]]) -> Any:
    """What could not be taken, from whom and why, the newest first."""
    held = [(door["word"], fault) for door in doors for fault in door.get("newest_faults", ())]
    held.sort(key=lambda pair: pair[1]["at"], reverse=True)
    return admin_parts.table(
        ("时刻", "协议", "来自", "差错", "详情"),
        (
            (f"{f['at'].astimezone(SHANGHAI):%m-%d %H:%M:%S}", word, f["from"] or "—", f["kind"],
             html.Code(f["words"]))
            for word, f in held[:60]
        ),
        "启动以来没有差错。",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw with the page's beat."""

    @app.callback(
        Output(Ids.DOORS, FLAT), Output(Ids.FAULTS, FLAT), Input(ingest_health.Ids.BEAT, "data")
    )  # fmt: skip
    async def redraw(_beat: Any) -> tuple[str, str]:
        if not current_actor().may(Permission.MONITOR):
            return flat(html.P("本账号不办理监测接入。", className="none")), ""
        doors = await center.ask(center.doors.status)
        return flat(doors_view(doors)), flat(faults_view(doors))
