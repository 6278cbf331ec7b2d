"""Watches 关注: who keeps an eye on what, what lies inside it now, closed with words."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, toasts
from dashboard.components import task_words as tw
from dashboard.components import warning_words as ww
from dashboard.components.admin_parts import area_of, hole
from dashboard.components.desk_words import clock, empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import Actor, Permission
from data.domain.situation import Situation
from data.domain.warning_watch import Touched, Watch, open_watches, over, touched
from data.errors import CenterError

NAME = "watches"
MOST = 12


class Ids(StrEnum):
    """The ids of the watches."""

    LIST = "watches-list"
    WORDS = "watches-words"
    AREA = "watches-area"


def layout() -> list[Any]:
    """One line to write with above, the watches below."""
    return [
        html.Div(
            [
                dcc.Input(id=Ids.WORDS, type="text", value="", autoComplete="off",
                          className="filter wide",
                          placeholder="新关注写什么；记录、结束关注写看到了什么"),
                dcc.Input(id=Ids.AREA, type="text", value="", autoComplete="off",
                          className="filter", placeholder="市县（新关注，可不填）"),
                html.Button(["新关注 ", html.Kbd("G")], className="btn pri", **desk.key("g"),
                            **desk.acts(NAME, do="open")),
            ],
            className="bar",
        ),
        hole(Ids.LIST),
        desk.act_store(NAME),
    ]  # fmt: skip


def list_view(center: Center, seen: Situation, actor: Actor) -> list[Any]:
    """Open watches first with everything inside; the last closed ones below."""
    held = open_watches(seen)
    closed = sorted(
        (w for w in seen.watches.values() if w.state == "closed"),
        key=lambda w: (w.closed_at or seen.at, w.id), reverse=True,
    )  # fmt: skip
    parts = [_watch(center, seen, actor, w) for w in held]
    if not parts:
        parts = [empty("没有关注事项", "收到外来预警会自动开始关注；也可在上面写一句话开始")]
    if closed:
        rows = [html.Li([ww.chip(w.colour), html.Strong(w.title),
                         html.Span(f"{clock(w.closed_at, seen.at)} {w.steps[-1].by}："
                                   f"{w.steps[-1].words}")])
                for w in closed[:MOST]]  # fmt: skip
        parts += [html.H3("已结束"), html.Ul(rows, className="closed")]
    return parts


def _watch(center: Center, seen: Situation, actor: Actor, held: Watch) -> Any:
    warning = seen.warnings.get(held.warning_id or "")
    inside = touched(seen, warning) if warning is not None else None
    ended = over(held, seen)
    may = actor.may(Permission.WARN)
    buttons = [
        html.Button(word, className="btn tiny", **desk.acts(NAME, do=do, watch=held.id), **more)
        for do, word, more in (
            ("keep", "我来盯" if held.keeper != actor.name else "", {}),
            ("note", "记录", {}), ("close", "结束关注", desk.confirm("再按一次：结束关注")),
        )
        if may and word
    ]  # fmt: skip
    return html.Article(
        [
            html.Header(
                [ww.chip(held.colour), html.Strong(held.title),
                 html.Em("预警已解除或到期，可以结束关注", className="over") if ended else None]
            ),
            html.P(
                [f"{center.areas.name(held.area_code)} · {clock(held.opened_at, seen.at)} 起 · ",
                 html.B(f"{held.keeper}在盯" if held.keeper else "无人在盯",
                        className="" if held.keeper else "nobody")]
            ),
            _inside(seen, inside) if inside else None,
            html.Div(buttons, className="bar"),
            html.Details([html.Summary(f"记录 {len(held.steps)} 条"),
                          tw.steps_view(held.steps, seen.at)],
                         **{"data-fold": held.id}),
        ],
        className=f"watch {ww.CLASSES.get(held.colour or '', 'c-none')}",
    )  # fmt: skip


def _inside(seen: Situation, inside: Touched) -> Any:
    """The incidents, sources, stations and teams inside, by name."""
    named = (
        ("事件", [f"{seen.incidents[k].letter} {seen.incidents[k].short_name}"
                 for k in inside.incidents]),
        ("风险源", [seen.sources[k].name for k in inside.sources]),
        ("监测点", [seen.sensors[k].name for k in inside.sensors]),
        ("队伍", [seen.teams[k].name for k in inside.teams]),
    )  # fmt: skip
    rows = [
        part
        for word, names in named
        if names
        for part in (
            html.Dt(f"{word} {len(names)}"),
            html.Dd("、".join(names[:MOST]) + ("等" if len(names) > MOST else "")),
        )
    ]
    return html.Dl(rows or [html.Dt("范围内"), html.Dd("没有登记的风险源、队伍或事件")])


def command_of(center: Center, asked: dict[str, Any], words: str, area: str) -> Command:
    """The command of a button.

    Raises
    ------
    Invalid
        When the area is none.
    """
    if asked["do"] == "open":
        code = area_of(center.areas, area) if area.strip() else None
        return m.OpenWatch(title=words, area_code=code)
    return m.MoveWatch(watch_id=asked["watch"], do=asked["do"], words=words)


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, carry out what is pressed."""

    @app.callback(Output(Ids.LIST, FLAT), Input(Live.REVISION, "data"))
    async def redraw(_revision: Any) -> str:
        return flat(list_view(center, await desk.see(center), current_actor()))

    @app.callback(
        Output(Ids.WORDS, "value"),
        Output(Ids.AREA, "value"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.WORDS, "value"),
        State(Ids.AREA, "value"),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, words: str | None, area: str | None) -> Any:
        if not asked:
            return no_update, no_update
        try:
            command = command_of(center, asked, words or "", area or "")
        except CenterError as error:
            toasts.complain(error)
            return no_update, no_update
        if await desk.attempt(center, command, asked["n"]) is None:
            return no_update, no_update
        toasts.say(
            {"open": "已开始关注", "keep": "你在盯", "note": "已记录", "close": "已结束关注"}[
                asked["do"]
            ]
        )
        # taking a watch over says nothing: what is being typed stays
        return (no_update, no_update) if asked["do"] == "keep" else ("", "")
