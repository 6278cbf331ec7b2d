"""The wall's rivers while there is no incident: 长江 and 汉江 as long profiles, side by side."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard.components import map as live_maps
from dashboard.components import river_chart
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.river_profile import Profile, profiles
from data.domain.situation import Situation

MOST = 2


class Ids(StrEnum):
    """The ids of the profiles."""

    BOX = "wall-rivers"
    SCALE = "wall-scale"


def layout() -> Any:
    """An empty box; the charts are drawn only when there is no incident."""
    return html.Div([html.Div(id=Ids.BOX), dcc.Store(id=Ids.SCALE)], className="rivers")


def view(center: Center, seen: Situation, scale: float) -> list[Any]:
    """The profiles, or nothing while an incident needs the room."""
    if seen.open_incidents():
        return []
    found = profiles(seen, center.tools.rules["rivers"])[:MOST]
    if not found:
        return [html.P("本辖区没有可作纵剖面的水位站", className="none")]
    return [_river(profile, scale) for profile in found]


def _river(profile: Profile, scale: float) -> Any:
    legend = [
        html.Span([html.I(style={"background": colour}), name])
        for name, colour in river_chart.RUNGS.items()
    ]
    return html.Figure(
        [
            html.Figcaption(
                [
                    html.B(f"{profile.river} 距警戒（米）"),
                    *legend,
                    html.Small(river_chart.note(profile), title=profile.source),
                ]
            ),
            dcc.Graph(
                figure=river_chart.figure(profile, scale), className="river-graph",
                config={"displayModeBar": False, "staticPlot": True, "responsive": True},
            ),
        ],
        style={"flexGrow": len(profile.points)}, key=profile.river,
    )  # fmt: skip


def register(app: Dash, center: Center, map_id: str) -> None:
    """Draw again at every journal number, and when the map has heard new values."""
    app.clientside_callback(
        ClientsideFunction("hubei_wall", "scale"), Output(Ids.SCALE, "data"), Input(Ids.BOX, "id")
    )

    @app.callback(
        Output(Ids.BOX, "children"),
        Input(Live.REVISION, "data"),
        Input(live_maps.part(map_id, live_maps.Part.HEARD), "data"),
        Input(Ids.SCALE, "data"),
    )
    async def redraw(_revision: Any, _heard: Any, scale: float | None) -> Any:
        seen = await center.ask(center.queries.situation, current_actor())
        return await center.ask(view, center, seen, float(scale or 1.0))
