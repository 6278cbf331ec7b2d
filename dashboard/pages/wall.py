"""The wall display: 甲 | map | 乙 over the shared pool, unattended for weeks."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import live, wall_calm, wall_card, wall_pool, wall_rivers
from dashboard.components import map as live_maps
from dashboard.components.map import live_map
from dashboard.gate import current_actor
from dashboard.words import grade_chip, iso
from data.center import Center
from data.domain.incident import Incident
from data.domain.reporting import deadlines_in
from data.domain.situation import Situation

SIDES = 2


class Ids(StrEnum):
    """The wall's own ids."""

    PAGE = "wall"
    MAP = "wall-map"
    LEFT = "wall-left"
    RIGHT = "wall-right"
    STRIP = "wall-strip"
    POOL = "wall-pool"
    CONTESTED = "wall-contested"
    TICKER = "wall-ticker"


def layout() -> Any:
    """The skeleton; it holds no data."""
    return html.Div(
        [
            live.header("湖北省应急指挥中心", "wall"),
            html.Main(
                [
                    html.Div(id=Ids.LEFT, className="side"),
                    html.Div(
                        [
                            live_map(Ids.MAP, mode="wall"),
                            html.Div(id=Ids.STRIP, className="strip"),
                        ],
                        className="wall-map",
                    ),
                    html.Div(id=Ids.RIGHT, className="side"),
                ]
            ),
            html.Div(
                [html.Div(id=Ids.POOL), html.Div(id=Ids.CONTESTED), wall_rivers.layout()],
                className="pool",
            ),
            html.Footer(id=Ids.TICKER),
        ],
        id=Ids.PAGE,
        className="wall",
    )


def register(app: Dash, center: Center) -> None:
    """Redraw the panels at every journal number and heard value; the map redraws itself."""
    live_maps.register(app, center, Ids.MAP)
    wall_rivers.register(app, center, Ids.MAP)

    @app.callback(
        Output(Ids.LEFT, "children"),
        Output(Ids.RIGHT, "children"),
        Output(Ids.STRIP, "children"),
        Output(Ids.POOL, "children"),
        Output(Ids.CONTESTED, "children"),
        Output(Ids.TICKER, "children"),
        Output(Ids.PAGE, "className"),
        Input(live.Live.REVISION, "data"),
        Input(live_maps.part(Ids.MAP, live_maps.Part.HEARD), "data"),
    )
    async def redraw(_revision: Any, _heard: Any) -> tuple[Any, ...]:
        viewer = current_actor()
        parts = await center.ask(panels, center, center.queries.situation, viewer)
        seen = await center.ask(center.queries.situation, viewer)
        return *parts, "wall" if seen.open_incidents() else "wall is-calm"


def panels(center: Center, situation: Any, actor: Any) -> tuple[Any, ...]:
    """Left, right, strip, pool, contested and ticker of the situation now."""
    seen: Situation = situation(actor)
    open_ = seen.sided()
    plan = _plan_at_hand(center, seen)
    return (
        _side(center, seen, open_, 0),
        _side(center, seen, open_, 1),
        [_strip_item(i) for i in open_[SIDES:]],
        wall_pool.pool(seen),
        wall_pool.contested(seen, plan),
        wall_pool.ticker(seen, center.areas),
    )


def _side(center: Center, seen: Situation, open_: list[Incident], index: int) -> Any:
    """The incident of a side, or what the side shows without one."""
    if index >= len(open_):
        if index == 0:
            return wall_calm.risk_side(seen, center.areas)
        if open_:
            return wall_calm.second_side(seen, center.areas)
        return wall_calm.watch_side(seen)
    incident = open_[index]
    clocks = deadlines_in(seen, incident, center.tools.rules["reporting"], center.areas)
    gaps = [
        (name, wall_pool.with_unit(name, gap)) for name, gap in wall_pool.lacking(seen, incident)
    ]
    return wall_card.card(seen, incident, clocks, gaps)


def _strip_item(incident: Incident) -> Any:
    """The third and later incidents, one line each; the browser rotates them."""
    text, colour = grade_chip(incident.grading)
    return html.Div(
        [
            html.B(incident.letter, className="badge"),
            html.Span(incident.short_name or incident.name),
            html.Span(text, className=f"chip {colour}"),
            html.Time(**{"data-elapsed-since": iso(incident.occurred_at or incident.received_at)}),
        ],
        className="strip-item bing",
        key=incident.id,
    )


def _plan_at_hand(center: Center, seen: Situation) -> dict[str, Any] | None:
    """The answer of the newest issued plan that still concerns open incidents."""
    open_ids = {i.id for i in seen.open_incidents()}
    issued = [
        d
        for d in sorted(seen.dispatches.values(), key=lambda d: d.id, reverse=True)
        if d.plan_id and open_ids & set(d.incidents)
    ]
    return center.database.plan(issued[0].plan_id).answer if issued else None  # type: ignore[arg-type]
