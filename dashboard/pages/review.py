"""The review: the situation of now or of any moment, key times, plans compared, take-away map."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from dashboard.components import (
    figures_chart,
    forces_chart,
    live,
    plan_review,
    review_ledgers,
    review_views,
)
from dashboard.components import map as live_maps
from dashboard.components.flat import FLAT, flat
from dashboard.components.map import Part, live_map, part
from dashboard.gate import current_actor
from dashboard.words import clock_time
from data.center import Center
from data.domain.clock import SHANGHAI
from data.domain.org import Actor
from data.domain.situation import Situation


class Ids(StrEnum):
    """The review's own ids."""

    PAGE = "review"
    MAP = "review-map"
    SLIDER = "review-slider"
    STAMP = "review-stamp"
    COURSE = "review-course"
    CARDS = "review-cards"
    KEYS = "review-keys"
    PAPERS = "review-papers"
    PLANS = "review-plans"
    CHART = "review-chart"
    LIVE = "review-live"
    TAKEAWAY = "review-takeaway"
    PICTURE = "review-picture"
    FIGURES = "review-figures"
    JUMP = "review-jump"
    PROBLEM = "review-problem"


CURSOR = part(Ids.MAP, Part.CURSOR)


def layout() -> Any:
    """The skeleton; it holds no data."""
    return html.Div(
        [
            live.header("湖北省应急指挥中心 · 研判复盘", "review"),
            html.Main(
                [
                    html.Aside([html.H3("经过"), html.Div(id=Ids.COURSE)]),
                    html.Div(
                        [
                            live_map(Ids.MAP, mode="review"),
                            html.Div(id=Ids.STAMP, className="stamp"),
                        ],
                        className="map-cell",
                    ),
                    _right(),
                ]
            ),
            _timeline(),
            plan_review.layout(),
        ],
        id=Ids.PAGE,
        className="review",
    )


def _right() -> Any:
    return html.Aside(
        [
            html.H3(["此刻态势", html.Small("光标处所知")]),
            html.Div(id=Ids.CARDS, className="cards"),
            html.H3(["人员数字", html.Small("各次报告")]),
            dcc.Graph(
                id=Ids.FIGURES, className="figures", responsive=True, style={"height": "220px"},
                config={"displayModeBar": False},
            ),
            html.H3(["材料", html.Small("光标处所知")]),
            html.Div(id=Ids.PAPERS),
            html.H3("关键用时"),
            html.Div(id=Ids.KEYS),
            html.H3(["方案对比", plan_review.opener()]),
            html.Div(id=Ids.PLANS),
        ],
        className="right",
    )


def _timeline() -> Any:
    steps = (
        ("◀", "back", ",", "上一条"),
        ("▶", "play", "p", "播放"),
        ("▶▶", "on", ".", "下一条"),
        ("×1", "speed", "x", "播放速度"),
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H3("力量时间线"),
                    dcc.Input(
                        id=Ids.SLIDER, type="range", min=0, max=0, step=1, value=0, debounce=0.15,
                        className="slider",
                    ),
                    *(
                        html.Button(
                            [mark, html.Kbd(key)], title=word, className="btn",
                            **{"data-review": act, "data-key": key},
                        )
                        for mark, act, key, word in steps
                    ),
                    dcc.Input(
                        id=Ids.JUMP, type="text", placeholder="跳到 07-08 08:00", debounce=True,
                        className="jump",
                    ),
                    html.Button(
                        ["回到实时", html.Kbd("l")], id=Ids.LIVE, className="btn",
                        **{"data-key": "l"},
                    ),
                    html.A(
                        "离线地图 HTML", id=Ids.TAKEAWAY, className="btn pri",
                        download="hubei-map.html",
                    ),
                    html.A("大屏截图 PNG", id=Ids.PICTURE, className="btn pri", download=""),
                    html.Span(id=Ids.PROBLEM, className="problem", role="alert"),
                ],
                className="bar",
            ),
            html.Div(dcc.Graph(
                id=Ids.CHART, className="chart", responsive=True,
                config={"displayModeBar": False, "doubleClick": "reset"},
            ), className="charts"),
        ],
        className="forces",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Move the cursor; show what was known there."""
    live_maps.register(app, center, Ids.MAP)
    plan_review.register(app, center)

    @app.callback(
        Output(Ids.COURSE, FLAT),
        Output(Ids.STAMP, "children"),
        Output(Ids.CARDS, "children"),
        Output(Ids.KEYS, FLAT),
        Output(Ids.PAPERS, "children"),
        Output(Ids.PLANS, "children"),
        Output(Ids.CHART, "figure"),
        Output(Ids.CHART, "style"),
        Output(Ids.SLIDER, "max"),
        Output(Ids.SLIDER, "value"),
        Output(Ids.TAKEAWAY, "href"),
        Output(Ids.PICTURE, "href"),
        Output(Ids.FIGURES, "figure"),
        Input(CURSOR, "data"),
        Input(live.Live.REVISION, "data"),
    )
    async def show(cursor: int | None, _revision: Any) -> tuple[Any, ...]:
        return await center.ask(panels, center, current_actor(), cursor)

    @app.callback(
        Output(CURSOR, "data"),
        Input(Ids.LIVE, "n_clicks"),
        prevent_initial_call=True,
    )
    async def follow(_clicks: int) -> None:
        return None

    @app.callback(
        Output(CURSOR, "data", allow_duplicate=True),
        Output(Ids.PROBLEM, "children"),
        Input(Ids.JUMP, "value"),
        prevent_initial_call=True,
    )
    async def jump(text: str | None) -> tuple[Any, str]:
        return await center.ask(jump_to, center, current_actor(), text)


def jump_to(center: Center, actor: Actor, text: str | None) -> tuple[Any, str]:
    """The journal number that stood at a typed time, or what is wrong with the time."""
    if not text:
        return no_update, ""
    now: Situation = center.queries.situation(actor)
    instant = read_time(text, now.at)
    if instant is None:
        return no_update, "看不懂时间；请写成 07-08 08:00 或 2020-07-08 08:00"
    return center.queries.situation(actor, instant).revision, ""


def read_time(text: str, now: datetime) -> datetime | None:
    """A typed Shanghai time; the year, or the day, may be left out."""
    local = now.astimezone(SHANGHAI)
    for form, prefix in (
        ("%Y-%m-%d %H:%M", ""),
        ("%Y-%m-%d %H:%M", f"{local.year}-"),
        ("%Y-%m-%d %H:%M", f"{local:%Y-%m-%d} "),
    ):
        try:
            found = datetime.strptime(prefix + text.strip(), form)  # noqa: DTZ007
        except ValueError:
            continue
        return found.replace(tzinfo=SHANGHAI)
    return None


def panels(center: Center, actor: Actor, cursor: int | None) -> tuple[Any, ...]:
    """Course, stamp, cards, key times, plans, chart, slider and link at a cursor."""
    now: Situation = center.queries.situation(actor)
    seen = now if cursor is None else center.queries.situation(actor, min(cursor, now.revision))
    return (
        flat(review_views.course(now, cursor)),
        _stamp(seen),
        review_views.cards(seen),
        flat(
            [
                review_views.key_table(seen),
                review_views.target_table(seen, center.tools.rules["review"]),
                *review_ledgers.ledgers(seen, center.areas, issued(center, seen)),
            ]
        ),
        review_views.papers(seen),
        review_views.comparison(seen, _plan_at(center, seen)),
        forces_chart.figure(now, None if cursor is None else seen.at),
        {"minHeight": f"{forces_chart.height_px(now)}px"},
        now.revision,
        seen.revision,
        f"/api/v1/takeaway.html?at={seen.revision}",
        "/api/v1/wall.png" + ("" if cursor is None else f"?at={seen.revision}"),
        figures_chart.figure(now, None if cursor is None else seen.at),
    )


def issued(center: Center, seen: Situation) -> list[dict[str, Any]]:
    """The answers of the plans issued by then, in order."""
    orders = sorted(seen.dispatches.values(), key=lambda d: d.id)
    return [center.database.plan(d.plan_id).answer for d in orders if d.plan_id]


def _stamp(seen: Situation) -> Any:
    day = seen.at.astimezone(SHANGHAI).strftime("%m-%d")
    word = "实时" if seen.live else "当时所知"
    return [
        f"{day} {clock_time(seen.at)}",
        html.Small(f"记录 #{seen.revision:,}".replace(",", " ") + f" · {word}"),
    ]


def _plan_at(center: Center, seen: Situation) -> dict[str, Any] | None:
    """The answer of the newest plan issued by then."""
    answers = issued(center, seen)
    return answers[-1] if answers else None
