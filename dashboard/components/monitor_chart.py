"""The course of one sensor as a plotly chart: what it read, with its levels as lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from data.domain.alarm_rules import RuleBook
from data.domain.clock import SHANGHAI
from data.domain.history import History
from data.domain.sensor import Sensor

FONT = "'Hubei Sans', sans-serif"
LINE, BAND, GRID = "#c9d5e8", "rgba(201,213,232,.16)", "#22304a"
LEVEL_COLOURS = {"red": "#ff4d4f", "orange": "#ff9a3d", "yellow": "#ffd84d", "blue": "#4da3ff"}
NEAR = 0.6  # a level further from the values than this share of their span is left off the chart
FEW = 60  # so few points are drawn as dots too
FALLS = frozenset({"雨量"})  # drawn as bars: each value is what fell in its span


def figure(sensor: Sensor, history: History, book: RuleBook) -> Any:
    """Values over time with the levels in force at the span's end; a word when there are none."""
    chart = go.Figure()
    if history.buckets:
        _values(chart, sensor, history)
        _levels(chart, sensor, history, book)
    chart.update_layout(**_layout(sensor, history))
    return chart


def _values(chart: Any, sensor: Sensor, history: History) -> None:
    at = [b.at.astimezone(SHANGHAI) for b in history.buckets]
    said = f"%{{x|%m-%d %H:%M}}<br>%{{y:.6g}} {sensor.unit}<extra></extra>"
    if sensor.quantity in FALLS and not sensor.counted:
        fell = [round(b.mean * b.count, 3) for b in history.buckets]
        chart.add_trace(go.Bar(x=at, y=fell, marker={"color": LINE}, hovertemplate=said))
        return
    low, high = [b.low for b in history.buckets], [b.high for b in history.buckets]
    if low != high:
        edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        chart.add_trace(go.Scatter(x=at, y=low, **edge))
        chart.add_trace(go.Scatter(x=at, y=high, fill="tonexty", fillcolor=BAND, **edge))
    mode = "lines+markers" if len(at) <= FEW else "lines"
    chart.add_trace(
        go.Scatter(
            x=at, y=[b.last for b in history.buckets], mode=mode, hovertemplate=said,
            line={"color": LINE, "width": 2}, marker={"size": 5},
        )
    )  # fmt: skip


def _levels(chart: Any, sensor: Sensor, history: History, book: RuleBook) -> None:
    """The levels near the values; one far above would press the course flat."""
    low = min(b.low for b in history.buckets)
    high = max(b.high for b in history.buckets)
    reach = max(high - low, abs(high) * 0.02, 0.5) * (1 + NEAR)
    for threshold in sensor.in_force(history.until.astimezone(SHANGHAI).date()):
        if not low - reach <= threshold.value <= high + reach:
            continue
        colour = LEVEL_COLOURS.get(book.colour_of(threshold.level), "#9fb0cb")
        chart.add_hline(
            y=threshold.value, line={"color": colour, "width": 1.5, "dash": "dash"},
            annotation={
                "text": f"{threshold.level} {threshold.value:g}", "xanchor": "right",
                "font": {"color": colour, "size": 13},
            },
        )  # fmt: skip


def _layout(sensor: Sensor, history: History) -> dict[str, Any]:
    empty: list[dict[str, Any]] = [
        {
            "text": "这段时间没有数据", "showarrow": False, "xref": "paper", "yref": "paper",
            "x": 0.5, "y": 0.5, "font": {"size": 16, "color": "#9fb0cb"},
        }
    ]  # fmt: skip
    some = bool(history.buckets)
    layout: dict[str, Any] = {
        "paper_bgcolor": "#0d1524", "plot_bgcolor": "#0d1524", "showlegend": False,
        "font": {"family": FONT, "color": "#c9d5e8", "size": 14},
        "margin": {"l": 56, "r": 16, "t": 12, "b": 40}, "bargap": 0.2, "hovermode": "x",
        "xaxis": {
            "visible": some, "type": "date", "gridcolor": GRID, "tickformat": "%H:%M\n%m-%d",
            "range": [_local(history.since), _local(history.until)],
        },
        "yaxis": {
            "visible": some, "gridcolor": GRID, "zeroline": False,
            "title": {"text": f"{sensor.quantity} {sensor.unit}".strip()},
        },
    }  # fmt: skip
    return layout if some else {**layout, "annotations": empty}


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()
