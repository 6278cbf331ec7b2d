"""A river as a long profile: stations in order downstream, each value against its levels."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from data.domain.point_state import PointState
from data.domain.river_profile import REFERENCE, Profile, ProfilePoint

FONT = "'Hubei Sans', sans-serif"
INK, INK_2, LINE, WATER = "#e8eef8", "#c9d5e8", "#22304a", "#5b9bd5"
# The four rungs in the four warning colours, the word beside them in the legend.
RUNGS = {"设防": "#4da3ff", "警戒": "#ffd84d", "保证": "#ff9a2e", "历史最高": "#ff5a5f"}
COLOURS = {
    PointState.BLUE: "#4da3ff", PointState.YELLOW: "#ffd84d", PointState.ORANGE: "#ff9a2e",
    PointState.RED: "#ff5a5f",
}  # fmt: skip
EDGE_M = 0.5
LIFTED_M = 2.4  # so near the bottom a figure stands above its mark
LOWEST_M = -6.0  # what lies deeper is drawn at the edge and says its own figure


def figure(profile: Profile, scale: float) -> Any:
    """The chart, its writing scaled by the size of the wall (1 at 1080p)."""
    chart = go.Figure()
    low = _floor(profile)
    for name, colour in RUNGS.items():
        chart.add_trace(_rung(profile, name, colour, scale))
    chart.add_trace(_water(profile, low, scale))
    chart.add_trace(_values(profile, low, scale))
    chart.update_layout(**_layout(profile, low, scale))
    return chart


def note(profile: Profile) -> str:
    """What the horizontal axis is, honestly."""
    return "横轴为里程" if profile.measured else "站序自上而下，非里程"


def _floor(profile: Profile) -> float:
    lowest = min((p.over_m for p in profile.points if p.over_m is not None), default=-1.5)
    return max(LOWEST_M, min(-1.5, lowest)) - 0.9


def _place(profile: Profile) -> list[float]:
    if profile.measured:
        return [p.km or 0.0 for p in profile.points]
    return [float(n) for n in range(len(profile.points))]


def _rung(profile: Profile, name: str, colour: str, scale: float) -> Any:
    held = [
        (x, p.levels_m[name])
        for x, p in zip(_place(profile), profile.points, strict=True)
        if name in p.levels_m
    ]
    return go.Scatter(
        x=[x for x, _ in held], y=[y for _, y in held], mode="markers", name=name,
        marker={
            "symbol": "line-ew", "size": 34 * scale, "line": {"width": 3 * scale, "color": colour},
        },
        hoverinfo="skip",
    )  # fmt: skip


def _water(profile: Profile, low: float, scale: float) -> Any:
    """The surface from station to station; broken where one has no value or lies below."""
    heights = [None if _below(p, low) else _shown(p, low) for p in profile.points]
    return go.Scatter(
        x=_place(profile), y=heights, mode="lines", showlegend=False, connectgaps=False,
        line={"color": WATER, "width": 3 * scale}, hoverinfo="skip",
    )  # fmt: skip


def _shown(point: ProfilePoint, low: float) -> float | None:
    return None if point.over_m is None else max(point.over_m, low + EDGE_M)


def _below(point: ProfilePoint, low: float) -> bool:
    """Whether a value lies deeper than the chart, so that its mark only points down."""
    return point.over_m is not None and point.over_m < low + EDGE_M


def _values(profile: Profile, low: float, scale: float) -> Any:
    known = _known(profile)
    return go.Scatter(
        x=[x for x, _ in known], y=[_shown(p, low) for _, p in known], mode="markers",
        showlegend=False, cliponaxis=False, hoverinfo="skip",
        marker={
            "size": 15 * scale,
            "symbol": ["triangle-down" if _below(p, low) else "circle" for _, p in known],
            "color": [COLOURS.get(p.state, INK) for _, p in known],
            "line": {"color": "#0d1524", "width": 2 * scale},
        },
    )  # fmt: skip


def _known(profile: Profile) -> list[tuple[float, ProfilePoint]]:
    places = zip(_place(profile), profile.points, strict=True)
    return [(x, p) for x, p in places if p.over_m is not None]


def _figures(profile: Profile, low: float, scale: float) -> list[dict[str, Any]]:
    """Each height in figures beside its mark, on a ground of its own; above it where it is low."""
    return [
        {
            "x": x, "y": _shown(p, low), "text": f"<b>{p.over_m:+.2f}</b>", "showarrow": False,
            "yshift": (24 if (p.over_m or 0.0) < low + LIFTED_M else -24) * scale,
            "font": {"size": 20 * scale, "color": COLOURS.get(p.state, INK)},
            "bgcolor": "rgba(13,21,36,0.82)", "borderpad": 1,
        }
        for x, p in _known(profile)
    ]  # fmt: skip


def _label(point: ProfilePoint) -> str:
    value = "无数据" if point.value_m is None else f"{point.value_m:.2f}"
    mark = point.state.char if point.state > PointState.CALM else ""
    return f"{point.name}{f' {mark}' if mark else ''}<br>{value}"


def _layout(profile: Profile, low: float, scale: float) -> dict[str, Any]:
    places = _place(profile)
    reach = (max(places) - min(places) or 1.0) * 0.06
    measured = [p for _, p in _known(profile)] or profile.points
    top = max((y for p in measured for y in p.levels_m.values()), default=1.0)
    over = max((p.over_m or 0.0 for p in measured), default=0.0)
    return {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "color": INK_2, "size": 20 * scale},
        "margin": {"l": 64 * scale, "r": 10 * scale, "t": 6 * scale, "b": 60 * scale},
        "showlegend": False, "annotations": _figures(profile, low, scale),
        "xaxis": {
            "tickvals": places, "ticktext": [_label(p) for p in profile.points],
            "range": [min(places) - reach, max(places) + reach], "showgrid": False,
            "zeroline": False, "fixedrange": True, "tickangle": 0,
            "tickfont": {"size": 20 * scale, "color": INK},
        },
        "yaxis": {
            "range": [low, max(top, over) + 0.6], "gridcolor": LINE, "zerolinecolor": "#6b5d25",
            "zerolinewidth": 2 * scale, "ticksuffix": "", "fixedrange": True, "nticks": 6,
            "tickformat": "+.0f", "tickfont": {"size": 20 * scale},
        },
    }  # fmt: skip


__all__ = ["REFERENCE", "RUNGS", "figure", "note"]
