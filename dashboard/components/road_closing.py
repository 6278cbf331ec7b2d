"""封路 by name beside the plan: found by road or place, closed by a press, opened again by two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from dashboard.components import desk, road_ways, toasts
from dashboard.components.desk_words import kbd
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.road_ways import Way
from dashboard.gate import current_actor
from dashboard.words import clock_time
from data.center import Center
from data.domain.incident import Zone
from data.domain.messages import Command, DrawZone, EndZone
from data.domain.situation import Situation
from data.errors import Invalid

AREA = "road-closing"
OPEN, SHUT = "road-closing open", "road-closing"
HINT = "路名、两端县名或地名，如：大河镇、黄梅 武穴"


class ClosingIds(StrEnum):
    """The form's ids."""

    BOX = "closing-box"
    TEXT = "closing-text"
    FOUND = "closing-found"
    HELD = "closing-held"


def opener() -> Any:
    """The button that opens the form."""
    return html.Button(
        ["封路 ", kbd("F6")], className="mini", **desk.key("F6"),
        title="按路名或地名封闭道路，方案随即重算",
        **desk.sets({ClosingIds.BOX: {"className": OPEN}}),
        **{"data-focus": f"#{ClosingIds.TEXT}"},
    )  # fmt: skip


def layout() -> Any:
    """The form, shut until asked for; what is typed in it stays."""
    return html.Div(
        [
            desk.act_store(AREA),
            html.Div(
                [
                    dcc.Input(id=ClosingIds.TEXT, type="text", placeholder=HINT, debounce=0.2,
                              autoComplete="off", value=""),
                    html.Button(["收起 ", kbd("Esc")], className="mini", **desk.key("Escape"),
                                **desk.sets({ClosingIds.BOX: {"className": SHUT}})),
                ],
                className="road-ask",
            ),
            html.Div(id=ClosingIds.FOUND, className="road-found"),
        ],
        id=ClosingIds.BOX, className=SHUT, **{"aria-label": "封路"},
    )  # fmt: skip


def held() -> Any:
    """Where the closures in force are listed."""
    return html.Div(id=ClosingIds.HELD, className="road-held")


def register(app: Dash, center: Center) -> None:
    """Find what goes by a name, close it, and open what is closed."""

    @app.callback(Output(ClosingIds.FOUND, FLAT), Input(ClosingIds.TEXT, "value"))
    async def find(text: str | None) -> str:
        if not text or not text.strip():
            return ""
        ways = await center.ask(road_ways.find, center, current_actor(), text.strip())
        return flat(found(ways))

    @app.callback(Output(ClosingIds.HELD, FLAT), Input(Live.REVISION, "data"))
    async def show(_revision: Any) -> str:
        return flat(closed(await desk.see(center)))

    @app.callback(
        Output(ClosingIds.BOX, "className"),
        Output(ClosingIds.TEXT, "value"),
        Input(desk.act_id(AREA), "data"),
        prevent_initial_call=True,
    )
    async def press(act: dict[str, Any] | None) -> Any:
        if not act:
            return no_update, no_update
        command = command_of(act)
        answer = await desk.attempt(center, command, act["n"])
        if answer is None or isinstance(command, EndZone):
            return no_update, no_update
        zone = answer.body["zone"]
        toasts.say(f"已封闭 {zone['label']}", undo={"do": "lift", "ids": [zone["id"]]})
        return SHUT, ""


def command_of(act: Mapping[str, Any]) -> Command:
    """The command of a press.

    Raises
    ------
    Invalid
        For what no button of this form says.
    """
    if act.get("do") == "lift":
        return EndZone(zone_id=str(act["zone"]))
    if act.get("do") != "close":
        raise Invalid.field("do", "不认识的操作", "请刷新页面后重试")
    geometry = json.loads(str(act.get("geometry") or "{}"))
    roads = (str(act["road"]),) if act.get("road") else ()
    return DrawZone(
        kind="closure", label=f"{act['name']} 道路中断", roads=roads, geometry=geometry
    )


def found(ways: Iterable[Way]) -> list[Any]:
    """One press closes one of them."""
    rows: list[Any] = [
        html.Button(
            [html.B(way.name), html.Small(way.detail), html.Span("封闭", className="mini")],
            **desk.acts(AREA, do="close", name=way.name, road=way.road,
                        geometry=json.dumps(way.geometry) if way.geometry else ""),
        )
        for way in ways
    ]  # fmt: skip
    return rows or [html.P("没有这样的道路或地名；可在地图上画管制区", className="none")]


def closed(seen: Situation) -> list[Any]:
    """The closures in force, the newest first, each opened by two presses."""
    now = [z for z in seen.zones.values()
           if z.kind == "closure" and (z.until is None or z.until > seen.at)]  # fmt: skip
    return [_chip(seen, z) for z in sorted(now, key=lambda z: z.since, reverse=True)]


def _chip(seen: Situation, zone: Zone) -> Any:
    since = clock_time(zone.since, seen.at)
    words = f"{zone.label} {since} 起"
    return html.Span(
        [
            html.Span(words, title=words),
            html.Button("解除", className="x", **{"aria-label": f"解除：{zone.label}"},
                        **desk.acts(AREA, do="lift", zone=zone.id),
                        **desk.confirm("再按：解除")),
        ],
        className="plimit pclosed",
    )  # fmt: skip
