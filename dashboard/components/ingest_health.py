"""接入概况: who sends how much, what is refused, repeated or late, and whose clock goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html

from dashboard.components import admin_parts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.clock import SHANGHAI
from data.domain.feeding import KIND_WORDS, VIA_WORDS, SenderCount, SensorSkew
from data.domain.org import Permission
from data.domain.sensor import Sensor

MOST = 200
SKEW_S = 300.0  # a clock this far off is marked; the door refuses what is five minutes ahead
SILENT_S = 600.0
SOURCE_WORDS = {"runner": "演练程序"}  # our own account; others go by the name they gave


class Ids(StrEnum):
    """The ids of this part."""

    BEAT = "ingest-beat"
    SUMS = "ingest-sums"
    SENDERS = "ingest-senders"
    SKEWS = "ingest-skews"


def layout() -> list[Any]:
    """Sums on top, senders on the left, clocks on the right."""
    return [
        dcc.Store(id=Ids.BEAT),
        html.Div(id=Ids.SUMS, className="sums", **{FLAT: ""}),
        html.Div(
            [
                html.Div([html.H3("来源"), admin_parts.hole(Ids.SENDERS)], className="main rolls"),
                html.Aside(
                    [
                        html.H3("设备时钟"),
                        html.P("收到时刻减设备时间；补报也显得大，连续都大才是时钟不准。"),
                        admin_parts.hole(Ids.SKEWS),
                    ],
                    className="side rolls",
                ),
            ],
            className="two even",
        ),
    ]


def sums_view(seen: Mapping[str, Any]) -> Any:
    """The day in one line of figures."""
    senders: list[SenderCount] = seen["senders"]
    refused = sum(sum(s.refused.values()) for s in senders)
    figures = (
        ("每秒", f"{sum(s.rate for s in senders):,.1f}", "行，近一分钟"),
        ("今日收下", f"{sum(s.accepted for s in senders):,}", "行"),
        ("拒收", f"{refused:,}", "行"),
        ("重复", f"{sum(s.duplicates for s in senders):,}", "行，只存一次"),
        ("迟到", f"{sum(s.late for s in senders):,}", "行，照存"),
        ("隔离中", f"{sum(seen['held'].values()):,}", "行待处置"),
        ("待入库", f"{seen['waiting']:,}", "行"),
    )  # fmt: skip
    return [
        html.Div([html.Small(name), html.B(value), html.Small(unit)], className="sum")
        for name, value, unit in figures
    ]


def senders_view(seen: Mapping[str, Any]) -> Any:
    """One row a sender, the busiest first."""
    senders: list[SenderCount] = seen["senders"]
    rows = (
        (
            VIA_WORDS.get(s.via, s.via),
            html.Span(SOURCE_WORDS.get(s.source, s.source), className="long", title=s.source),
            html.Span(f"{s.rate:,.1f}", className="n"), html.Span(f"{s.accepted:,}", className="n"),
            refused_words(s), html.Span(f"{s.duplicates:,}", className="n"),
            html.Span(f"{s.late:,}", className="n"), skew_words(s), last_words(s, seen["at"]),
        )
        for s in senders[:MOST]
    )  # fmt: skip
    heads = (
        "协议", "来源", "行/秒", "今日收下", "拒收", "重复", "迟到", "时差（中位）", "最近一次",
    )  # fmt: skip
    none = (
        "今天还没有收到监测数据。设备或平台经 HTTP、MQTT、SL 651、HJ 212 接入后，这里逐个来源计数。"
    )
    more = len(senders) - MOST
    return [
        admin_parts.table(heads, rows, none),
        html.P(f"其余 {more} 个来源略", className="count") if more > 0 else "",
    ]


def refused_words(sender: SenderCount) -> Any:
    """How many rows were refused, and for what."""
    number = sum(sender.refused.values())
    if not number:
        return "0"
    kinds = sorted(sender.refused.items(), key=lambda kv: -kv[1])
    said = "、".join(f"{KIND_WORDS.get(k, k)} {n:,}" for k, n in kinds[:3])
    return html.Span([html.B(f"{number:,}", className="late"), html.Small(f"　{said}")])


def skew_words(sender: SenderCount) -> Any:
    """The median difference between receipt and device time, marked when it is large."""
    if sender.skew_s is None:
        return "—"
    span = f"{seconds(sender.skew_low_s)} 至 {seconds(sender.skew_high_s)}"
    off = abs(sender.skew_s) >= SKEW_S
    return html.Span(seconds(sender.skew_s), className="late" if off else "", title=span)


def last_words(sender: SenderCount, now: datetime) -> Any:
    """When it was last heard of; silence is marked."""
    if sender.last_at is None:
        return "—"
    silent = (now - sender.last_at).total_seconds() > SILENT_S
    at = sender.last_at.astimezone(SHANGHAI)
    return html.Time(f"{at:%H:%M:%S}", className="late" if silent else "")


def seconds(value: float | None) -> str:
    """A difference in the unit a person would use, with its sign."""
    if value is None:
        return "—"
    sign, size = ("−" if value < 0 else "+"), abs(value)
    for unit, each in (("天", 86_400), ("小时", 3_600), ("分", 60)):
        if size >= 2 * each:
            return f"{sign}{size / each:.1f} {unit}"
    return f"{sign}{size:.1f} 秒"


def skews_view(skews: list[SensorSkew], sensors: Mapping[str, Sensor]) -> Any:
    """The sensors whose time stands farthest from their receipt."""
    rows = (
        (
            html.Span(sensors[s.sensor].name, className="long", title=s.sensor),
            html.Span(seconds(s.skew_s), className="late" if abs(s.skew_s) >= SKEW_S else ""),
            f"{s.at.astimezone(SHANGHAI):%m-%d %H:%M:%S}",
        )
        for s in skews
        if s.sensor in sensors
    )
    return admin_parts.table(("监测点", "时差", "设备时间"), rows, "启动以来还没有收到读数。")


def register(app: Dash, center: Center) -> None:
    """Redraw at every beat of the page's own script."""

    @app.callback(
        Output(Ids.SUMS, FLAT), Output(Ids.SENDERS, FLAT), Output(Ids.SKEWS, FLAT),
        Input(Ids.BEAT, "data"),
    )  # fmt: skip
    async def redraw(_beat: Any) -> tuple[str, str, str]:
        actor = current_actor()
        if not actor.may(Permission.MONITOR):
            said = html.P("本账号不办理监测接入。", className="none")
            return "", flat(said), ""
        seen = await center.ask(center.feed.overview, actor)
        sensors = await center.ask(center.queries.sensors, actor)
        return (
            flat(sums_view(seen)), flat(senders_view(seen)),
            flat(skews_view(seen["skews"], sensors)),
        )  # fmt: skip
