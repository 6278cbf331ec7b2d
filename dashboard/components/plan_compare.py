"""A plan as leaders read it: in a list, against doing without one, and what was contested.

Plain functions from a stored plan to html and to a plotly chart; nothing here can be pressed but
the line of the list that opens a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go
from dash import html
from plotly.subplots import make_subplots

from dashboard.components import desk
from dashboard.components.desk_words import span
from dashboard.components.forces_chart import FONT
from dashboard.components.forking import SUPPOSED, letter
from dashboard.components.plan_head import price_words, proof
from dashboard.words import DASH, clock_time, count
from data.domain.dispatch import Plan
from data.domain.situation import Situation

AREA = "plan-review"
OURS = "plan"
WAYS = {OURS: "本方案", "nearest_first": "就近派遣", "severity_first": "灾情优先",
        "severity_trimmed": "灾情优先并精简"}  # fmt: skip
FIGURES = (
    ("value", "总代价（人·分）"), ("people_minutes", "路上人·分"), ("unmet", "缺口（折合人）"),
    ("shortfalls", "缺口项数"), ("cover_lost_last", "失去最后一支（县·能力）"),
    ("cover_lost_second", "仅剩一支（县·能力）"), ("last_arrival_minutes", "最后到达"),
    ("teams", "派出队伍"),
)  # fmt: skip
NEUTRAL = frozenset({"teams"})
CHARTED = (("value", "总代价 人·分"), ("people_minutes", "路上 人·分"),
           ("cover_lost_last", "失去最后一支 县·能力"),
           ("last_arrival_minutes", "最后到达"))  # fmt: skip
INK, LINE, PANEL = "#c9d5e8", "#22304a", "#0d1524"
OUR_COLOUR, THEIR_COLOUR = "#e8eef8", "#5f79ad"
CHART_PX = 190
Answer = Mapping[str, Any]


def plans_list(seen: Situation, plans: Iterable[Plan], chosen: str | None) -> list[Any]:
    """The newest plans, newest first, as lines that open one."""
    issued: dict[str, str] = {d.plan_id: d.number for d in seen.dispatches.values() if d.plan_id}
    rows = [_line(seen, made, issued.get(made.id), chosen) for made in plans]
    return rows or [html.P("还没有方案；值班台求解后显示在这里", className="none")]


def _line(seen: Situation, made: Plan, number: str | None, chosen: str | None) -> Any:
    answer = made.answer
    rows = [*(made.request.get("incidents") or ()), *(made.request.get("extra_incidents") or ())]
    asked = [str(r["id"]) for r in rows]
    short = len(answer.get("shortfalls") or [])
    return html.Button(
        [
            html.Span([html.B(made.id), html.Time(clock_time(made.created_at, seen.at)),
                       html.I(state_word(made, number), className="tag")], className="l1"),
            html.Small(
                f"{'、'.join(letter(seen, key) for key in asked)} · {teams_of(answer)} 队 · "
                + (f"缺口 {short} 项" if short else "无缺口")
            ),
        ],
        className="on" if made.id == chosen else "", **{"data-row": made.id},
        **desk.acts(AREA, do="open", plan=made.id),
    )  # fmt: skip


def state_word(made: Plan, number: str | None) -> str:
    """已下达 0708-0001, 推演, or 已提出."""
    if number:
        return f"已下达 {number}"
    return "推演" if made.request.get("what_if") else "已提出"


def teams_of(answer: Answer) -> int:
    """How many teams a plan sends."""
    return len({r["team"] for r in answer.get("assignments") or []})


def title(seen: Situation, made: Plan, number: str | None) -> list[Any]:
    """Which plan this is, and how good it is proven to be."""
    found = made.answer.get("objective") or {}
    seconds = found.get("seconds")
    invented = made.answer.get("supposed") or []
    return [
        html.H2(f"方案 {made.id}"),
        html.I(state_word(made, number), className="tag"),
        html.Span(f"{clock_time(made.created_at, seen.at)} 由 {made.created_by} 提出"),
        html.B(proof(found)) if found else None,
        html.Span(f"{seconds:.2f} 秒") if seconds is not None else None,
        html.Span(f"含假设：{'；'.join(map(str, invented))}", className="lack")
        if invented else None,
    ]  # fmt: skip


def table(answer: Answer) -> Any:
    """The plan beside each way of doing without one; the best of each line is marked."""
    compared = answer.get("comparison") or {}
    ways = [key for key in WAYS if key in compared]
    if not ways:
        return html.P("方案未带比较；重新求解后显示", className="none")
    head = [html.Th("")] + [html.Th(WAYS[key]) for key in ways]
    body = []
    for name, words in FIGURES:
        values = [figure(compared[key], name) for key in ways]
        known = [v for v in values if v is not None]
        best = min(known) if known and len(set(known)) > 1 and name not in NEUTRAL else None
        cells = [
            html.Td(shown(name, v), className="best" if v is not None and v == best else "")
            for v in values
        ]
        body.append(html.Tr([html.Th(words, scope="row"), *cells]))
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="pcompare")


def figure(way: Mapping[str, Any], name: str) -> float | None:
    """One figure of one way; shortfalls are counted."""
    value = way.get(name)
    if isinstance(value, list | tuple):
        return float(len(value))
    return None if value is None else float(value)


def shown(name: str, value: float | None) -> str:
    """A figure as it is read: minutes as a span, the rest with thousands."""
    if value is None:
        return DASH
    return span(value * 60) if name == "last_arrival_minutes" else f"{value:,.0f}"


def chart(answer: Answer) -> Any:
    """The ways side by side, a small chart a figure, ours in white."""
    compared = answer.get("comparison") or {}
    ways = [key for key in WAYS if key in compared]
    if not ways:
        return go.Figure(layout=_layout())
    made = make_subplots(
        rows=1, cols=len(CHARTED), shared_yaxes=True, horizontal_spacing=0.03,
        subplot_titles=[words for _, words in CHARTED],
    )  # fmt: skip
    for col, (name, words) in enumerate(CHARTED, start=1):
        values = [figure(compared[key], name) for key in ways]
        made.add_trace(_bars(ways, values, name, words), row=1, col=col)
    made.update_layout(**_layout())
    made.update_yaxes(autorange="reversed", automargin=True, ticksuffix=" ", tickfont={"size": 15})
    made.update_xaxes(visible=False, rangemode="tozero")
    made.update_annotations(font={"size": 14, "color": INK})
    return made


def _bars(ways: list[str], values: list[float | None], name: str, words: str) -> Any:
    most = max((v for v in values if v is not None), default=0.0)
    return go.Bar(
        y=[WAYS[key] for key in ways], x=values, orientation="h", showlegend=False,
        marker={"color": [OUR_COLOUR if key == OURS else THEIR_COLOUR for key in ways]},
        text=[shown(name, v) for v in values], cliponaxis=False, constraintext="none",
        # a long bar carries its figure inside, a short one beside it
        textposition=["inside" if v and v > most / 2 else "outside" for v in values],
        insidetextanchor="end",
        textfont={
            "size": 14,
            "color": ["#0a0f1a" if key == OURS and v and v > most / 2 else "#ffffff"
                      for key, v in zip(ways, values, strict=True)],
        },
        hovertemplate=f"%{{y}}<br>{words} %{{text}}<extra></extra>",
    )  # fmt: skip


def _layout() -> dict[str, Any]:
    return {
        "paper_bgcolor": PANEL, "plot_bgcolor": PANEL, "height": CHART_PX, "bargap": 0.3,
        "font": {"family": FONT, "color": INK, "size": 14},
        "margin": {"l": 8, "r": 12, "t": 30, "b": 6},
        "xaxis": {"gridcolor": LINE}, "yaxis": {"visible": True},
    }  # fmt: skip


def contested(seen: Situation, answer: Answer) -> Any:
    """What several incidents wanted: who got it, why, and what deciding otherwise costs."""
    rows = answer.get("contested") or []
    if not rows:
        none = html.P("没有两起事件都要的队伍或物资", className="mu")
        return html.Section([html.H4("争用"), none])
    return html.Section(
        [
            html.H4(["争用", html.Small(f"{len(rows)} 处，改派代价为其余重新优化后增加的人·分")]),
            html.Ul([_contest(seen, r) for r in rows], className="pcontests"),
        ]
    )


def _contest(seen: Situation, row: Mapping[str, Any]) -> Any:
    wanted = "、".join(letter(seen, str(k)) for k in row.get("wanted_by") or [])
    given = row.get("given_to")
    price = row.get("price")
    return html.Li(
        [
            html.Div(
                [
                    html.B(str(row.get("name") or row.get("team") or row.get("lot"))),
                    html.Span(f"{wanted}均需 → {letter(seen, str(given)) if given else '留守'}"),
                    html.B(price_words(price) if price is not None else "", className="price"),
                ]
            ),
            html.Small(str(row.get("why") or "")),
        ]
    )


def kept_back(answer: Answer) -> Any:
    """Teams held for the rest of the province, and what holding them costs."""
    rows = answer.get("kept_back") or []
    if not rows:
        return None
    return html.Section(
        [
            html.H4(["留守", html.Small(f"{len(rows)} 队")]),
            html.Ul(
                [
                    html.Li([html.B(str(r.get("name") or r["team"])),
                             html.Small(str(r.get("why") or ""))])
                    for r in rows
                ],
                className="pcontests",
            ),
        ]
    )  # fmt: skip


def people(answer: Answer) -> str:
    """How many people the plan sends: 新派 548 人."""
    sent = {r["team"]: r.get("people") or 0 for r in answer.get("assignments") or []}
    return f"新派 {count(sum(sent.values()))} 人" if sent else "没有新派队伍"


def is_supposed(made: Plan) -> bool:
    """Whether a plan holds incidents that are only supposed."""
    rows = made.request.get("extra_incidents") or []
    return any(str(r["id"]).startswith(SUPPOSED) for r in rows)
