"""值班快报: the last hours on one page, as they stand, and as a file at a click."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html

from dashboard.components import admin_parts as parts
from dashboard.components import desk
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.paper_view import paper_view
from dashboard.components.shift_log import links
from dashboard.documents import duty_papers
from dashboard.gate import current_actor
from data.center import Center

HOURS = {"24": "近 24 小时", "12": "近 12 小时", "72": "近 3 天"}


class Ids(StrEnum):
    """The ids of the brief."""

    HOURS = "brief-hours"
    FILES = "brief-files"
    VIEW = "brief-view"


def layout() -> list[Any]:
    """The span, the files, the page."""
    options = [{"label": word, "value": hours} for hours, word in HOURS.items()]
    return [
        html.Div(
            [
                dcc.RadioItems(id=Ids.HOURS, className="pills", options=options, value="24"),
                html.Span(id=Ids.FILES, className="bar", **{FLAT: ""}),
            ],
            className="bar",
        ),
        parts.hole(Ids.VIEW),
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Show the brief as it stands."""

    @app.callback(
        Output(Ids.VIEW, FLAT),
        Output(Ids.FILES, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.HOURS, "value"),
    )
    async def show(_revision: Any, hours: str | None) -> tuple[str, str]:
        span = int(hours) if hours in HOURS else 24
        seen, rules = await desk.see(center), center.tools.rules["reporting"]
        paper = await center.ask(
            duty_papers.brief, seen, center.areas, current_actor().org, rules, span
        )
        return flat(paper_view(paper)), flat(links(f"/api/v1/brief?hours={span}&format="))
