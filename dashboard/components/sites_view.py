"""How small sites and their queue look: the lines read, then each team's stops with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components.sites_map import tint
from dashboard.components.sites_text import Line
from dashboard.words import clock_time

Answer = Mapping[str, Any]


def lines(found: Sequence[Line], minutes: float) -> list[Any]:
    """The sites as they were read, the faulty first, each with its line."""
    if not found:
        return [html.P("还没有点位", className="mu")]
    wrong = [line for line in found if line.problem]
    good = [line for line in found if not line.problem]
    told = f"{len(good)} 处可排" + (f"，{len(wrong)} 行有误，不参与排程" if wrong else "")
    return [
        html.P(told, className="sites-told" + (" lack" if wrong else "")),
        html.Ul([_line(line, minutes) for line in [*wrong, *good]], className="sites-lines"),
    ]


def _line(line: Line, minutes: float) -> Any:
    """One site, or what is wrong with its line."""
    if line.problem:
        words = [html.B(f"第 {line.number} 行"), f" {line.name}：{line.problem}"]
        return html.Li(words, className="lack")
    work = f"{line.minutes:g} 分" if line.minutes else f"{minutes:g} 分（默认）"
    needs = "、".join(line.needs) or "任何队伍"
    return html.Li(
        [html.B(line.name), html.Span(f"权重 {line.weight:g} · {needs} · {work}"),
         html.Small(line.note)]
    )  # fmt: skip


def result(answer: Answer, image: str) -> list[Any]:
    """The whole answer: figures, what stays unserved, the picture, then the routes."""
    return [
        _figures(answer),
        _unserved(answer["unserved"]),
        html.Img(src=image, alt="各队路线示意：方块为队伍，圆圈为点位", className="sites-map")
        if image else None,
        html.Div([_route(n, r) for n, r in enumerate(answer["routes"])], className="sites-routes"),
        html.Details(
            [html.Summary("依据与假定"), html.Ul([html.Li(a) for a in answer["assumptions"]])],
            className="sites-why",
        ),
    ]  # fmt: skip


def _figures(answer: Answer) -> Any:
    """How many sites, teams, until when, and how far from the best it can be."""
    routes, goal = answer["routes"], answer["objective"]
    served = sum(len(r["stops"]) for r in routes)
    parts = [html.B(f"{served} 处 · {len(routes)} 队")]
    if routes:
        parts.append(html.Span(f"{clock_time(max(r['finish'] for r in routes))} 全部完成"))
    if goal["gap"] is None:
        parts.append(html.Span("时限内未得出下界，不知离最优多远"))
    elif goal["optimal"]:
        parts.append(html.Span("已证明最优"))
    else:
        parts.append(html.Span(f"离最优不超过 {goal['gap']:.1%}"))
    told = answer["teams"]
    parts.append(html.Span(f"空闲可派 {told['free']} 队，取近 {told['considered']} 队"))
    parts.append(html.Span(f"{clock_time(answer['at'])} 的态势"))
    return html.Div(parts, className="sites-figures")


def _unserved(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Sites no team takes, with reason and remedy."""
    found = [
        html.Li([html.B(r["name"]), f"（权重 {r['weight']:g}）{r['why']}"]) for r in rows
    ]  # fmt: skip
    if not found:
        return None
    return html.Div([html.B(f"{len(found)} 处无人可去"), html.Ul(found)], className="short")


def _route(n: int, route: Mapping[str, Any]) -> Any:
    """One team: when it leaves, and its stops in order with the reason of each."""
    head = [
        html.I(str(n + 1), className="sites-no", style={"background": tint(n)}),
        html.Strong(route["name"]),
        html.Span(f"{clock_time(route['leave'])} 出发"),
        html.Span(f"{clock_time(route['finish'])} 完成"),
    ]
    if route["approval"]:
        head.append(html.Small(route["approval"]))
    return html.Section([html.Header(head), html.Ol([_stop(n, m, s) for m, s in
                                                     enumerate(route["stops"], 1)])])  # fmt: skip


def _stop(n: int, m: int, stop: Mapping[str, Any]) -> Any:
    """One stop."""
    return html.Li(
        [
            html.I(f"{n + 1}.{m}"),
            html.Time(f"{clock_time(stop['arrive'])}–{clock_time(stop['finish'])}"),
            html.B(stop["name"]),
            html.Span(f"权重 {stop['weight']:g} · 行 {stop['travel_minutes']:.0f} 分 · "
                      f"作业 {stop['work_minutes']:g} 分"),
            html.P(stop["reason"]),
        ]
    )  # fmt: skip


def as_text(answer: Answer) -> str:
    """The queue as plain lines, to be read out or sent on."""
    rows = [f"多点排程（{clock_time(answer['at'])}）"]
    for n, route in enumerate(answer["routes"], 1):
        rows.append(f"{n}. {route['name']}：{clock_time(route['leave'])} 出发")
        rows += [
            f"   {n}.{m} {clock_time(s['arrive'])} 到 {s['name']}，{clock_time(s['finish'])} 完成"
            for m, s in enumerate(route["stops"], 1)
        ]
    rows += [f"无人可去：{r['name']}（{r['why']}）" for r in answer["unserved"]]
    return "\n".join(rows)
