"""How the figures of both incidents became what they are: steps of each report, side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from data.domain.clock import SHANGHAI
from data.domain.incident import CASUALTY_WORDS, Casualties, Incident
from data.domain.situation import Situation

SIDES = 2
SHOWN = ("dead", "missing", "trapped", "rescued", "injured_serious", "injured_minor")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
COLOURS = {"甲": "#74e0bf", "乙": "#c6a4ff"}
FONT = "'Hubei Sans', sans-serif"


def steps(now: Situation, incident: Incident) -> dict[str, list[tuple[datetime, int]]]:
    """Per figure its value after each report that states it, up to now; unknown has no point."""
    found: dict[str, list[tuple[datetime, int]]] = {}
    known = Casualties()
    for report in now.reports_of(incident.id):
        known = known.updated(report.casualties)
        for name in SHOWN:
            value = getattr(known, name)
            if value is not None:
                found.setdefault(name, []).append((report.received_at, value))
    return {name: [*points, (now.at, points[-1][1])] for name, points in found.items()}


def figure(now: Situation, cursor: datetime | None) -> Any:
    """Step lines of people for the first two incidents, with the cursor as a white line."""
    sides = now.sided()[:SIDES]
    titles = [f"{i.letter} {i.short_name or i.name}" for i in sides]
    chart = make_subplots(rows=1, cols=SIDES, subplot_titles=titles, horizontal_spacing=0.08)
    silent = list(range(1, len(sides) + 1))
    for column, incident in enumerate(sides, 1):
        held = steps(now, incident)
        for n, name in enumerate(SHOWN):
            if points := held.get(name):
                chart.add_trace(_line(incident, name, DASHES[n], points), row=1, col=column)
        if any(held.get(name) for name in SHOWN):
            silent.remove(column)
    told = len(silent) < len(sides)
    if cursor is not None and told:
        chart.add_vline(x=cursor.astimezone(SHANGHAI), line={"color": "#ffffff", "width": 1.5})
    chart.update_layout(**_layout())
    chart.update_xaxes(
        type="date", gridcolor="#22304a", tickformat="%H:%M\n%m-%d", visible=told, nticks=4
    )
    chart.update_yaxes(gridcolor="#22304a", rangemode="tozero", visible=told, nticks=4)
    for column in silent if told else ():
        chart.update_xaxes(visible=False, col=column)
        chart.update_yaxes(visible=False, col=column)
        axis = chart.layout["xaxis" if column == 1 else f"xaxis{column}"]
        _nothing(chart, sum(axis.domain) / 2)
    if not told:
        _nothing(chart, 0.5)
    return chart


def _nothing(chart: Any, across: float) -> None:
    """The words that stand where no figure was told, so far across the paper.

    Never by the axis: one without lines is none to the browser, which takes the first instead.
    """
    chart.add_annotation(
        text="尚无人员数字", showarrow=False, xref="paper", yref="paper", x=across, y=0.5,
        font={"size": 16, "color": "#9fb0cb"},
    )  # fmt: skip


def _line(
    incident: Incident, name: str, dash: str, points: list[tuple[datetime, int]]
) -> Any:
    """One figure as steps, its word written at its end."""
    word = CASUALTY_WORDS[name]
    return go.Scatter(
        x=[at.astimezone(SHANGHAI) for at, _ in points], y=[value for _, value in points],
        mode="lines+text", text=[""] * (len(points) - 1) + [f"{word} {points[-1][1]}"],
        textposition="top left", textfont={"size": 14}, cliponaxis=False,
        line={"shape": "hv", "dash": dash, "width": 2,
              "color": COLOURS.get(incident.letter, "#e8eef8")},
        hovertemplate=f"%{{x|%m-%d %H:%M}}<br>{word} %{{y}} 人<extra></extra>", showlegend=False,
    )  # fmt: skip


def _layout() -> dict[str, Any]:
    return {
        "paper_bgcolor": "#0d1524", "plot_bgcolor": "#0d1524", "height": 220,
        "font": {"family": FONT, "color": "#c9d5e8", "size": 14},
        "margin": {"l": 8, "r": 16, "t": 28, "b": 36},
    }  # fmt: skip
