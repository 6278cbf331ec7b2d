"""The forces' timeline as a plotly chart: a bar a team, a colour an incident, a shade a state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from data.domain.clock import SHANGHAI
from data.domain.dispatch import Assignment
from data.domain.situation import Situation

STEPS = ("ordered", "accepted", "departed", "arrived", "working", "released", "returned")
CHARS = {"ordered": "接", "accepted": "接", "departed": "出", "arrived": "到", "working": "展",
         "released": "返"}  # fmt: skip
OPACITY = {"ordered": 0.3, "accepted": 0.4, "departed": 0.6, "arrived": 0.85, "working": 1.0,
           "released": 0.25}  # fmt: skip
PALE = 0.5  # below this a bar is too dark for dark letters
COLOURS = {"甲": "#74e0bf", "乙": "#c6a4ff"}
OTHERS = "#e8eef8"
FONT = "'Hubei Sans', sans-serif"
MOST, ROW_PX = 60, 22


def figure(now: Situation, cursor: datetime | None) -> Any:
    """The chart of every assignment up to now, with the cursor as a white line."""
    rows = sorted(now.assignments.values(), key=lambda a: (a.incident_id, a.id))[:MOST]
    chart = go.Figure()
    for state in CHARS:
        bars = [bar for a in rows for bar in _bars(now, a, state)]
        if bars:
            chart.add_trace(_trace(state, bars))
    if cursor is not None:
        chart.add_vline(x=cursor.astimezone(SHANGHAI), line={"color": "#ffffff", "width": 2})
    names = [_name(now, a) for a in rows]
    chart.update_layout(**_layout(list(dict.fromkeys(names))))
    return chart


def height_px(now: Situation) -> int:
    """How tall the chart must be for every team's name to be read."""
    return 60 + ROW_PX * min(MOST, len(now.assignments))


def _bars(now: Situation, assignment: Assignment, state: str) -> list[dict[str, Any]]:
    """The stretch an assignment spent in one state, if it did."""
    start = assignment.times.get(state)
    if start is None:
        return []
    later = [t for step, t in assignment.times.items()
             if step in STEPS and step != state and t >= start]  # fmt: skip
    end = min(later, default=None)
    if end is None:
        end = now.at if assignment.active or state == "released" else start
    incident = now.incidents.get(assignment.incident_id)
    return [
        {
            "y": _name(now, assignment),
            "start": start.astimezone(SHANGHAI),
            "milliseconds": max(0.0, (end - start).total_seconds() * 1000),
            "colour": COLOURS.get(incident.letter if incident else "", OTHERS),
        }
    ]


def _name(now: Situation, assignment: Assignment) -> str:
    team = now.teams.get(assignment.team_id)
    return team.name if team else assignment.team_id


def _trace(state: str, bars: list[dict[str, Any]]) -> Any:
    return go.Bar(
        y=[b["y"] for b in bars],
        base=[b["start"] for b in bars],
        x=[b["milliseconds"] for b in bars],
        orientation="h",
        marker={"color": [b["colour"] for b in bars], "opacity": OPACITY[state]},
        text=CHARS[state],
        textposition="inside",
        textangle=0,
        constraintext="none",
        cliponaxis=True,
        insidetextanchor="start",
        textfont={"color": "#0a0f1a" if OPACITY[state] > PALE else "#e8eef8", "size": 14},
        hovertemplate="%{y}<br>%{base|%m-%d %H:%M}<extra>" + CHARS[state] + "</extra>",
        showlegend=False,
    )


def _layout(names: list[str]) -> dict[str, Any]:
    return {
        "barmode": "overlay",
        "paper_bgcolor": "#0d1524",
        "plot_bgcolor": "#0d1524",
        "font": {"family": FONT, "color": "#c9d5e8", "size": 14},
        "margin": {"l": 8, "r": 16, "t": 8, "b": 32},
        "bargap": 0.35,
        "xaxis": {
            "visible": bool(names), "type": "date", "gridcolor": "#22304a",
            "tickformat": "%H:%M\n%m-%d",
        },
        "yaxis": {
            "visible": bool(names),
            "autorange": "reversed", "automargin": True, "type": "category",
            "categoryorder": "array", "categoryarray": names,
        },
        "annotations": []
        if names
        else [
            {
                "text": "尚无调派记录", "showarrow": False, "xref": "paper", "yref": "paper",
                "x": 0.5, "y": 0.5, "font": {"size": 16, "color": "#9fb0cb"},
            }
        ],
    }  # fmt: skip
