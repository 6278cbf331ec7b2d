"""The duty officer's desk: queue | map | the incident at hand, everything by key."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import (
    alarm_panel,
    cover_view,
    desk,
    desk_search,
    exercise_bar,
    incident_card,
    keys_help,
    live,
    queue,
    report_form,
    thing_panel,
    toasts,
    warn_from,
    zone_form,
)
from dashboard.components.desk import Desk
from dashboard.components.map import live_map
from dashboard.gate import current_actor
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    PAGE = "duty"
    ROSTER = "duty-roster"
    ACCOUNT = "duty-account"
    MUTE = "duty-mute"


# The dispatch side of the desk, each part beside the others in its own file.
_SIDE = ("roster", "draft", "dispatch", "supplies", "plan", "fork", "sites")


def _parts() -> dict[str, Any]:
    names = {name: f"dashboard.components.{name}" for name in _SIDE}
    return {name: import_module(path) for name, path in names.items() if find_spec(path)}


def layout() -> Any:
    """The skeleton; it holds no data, and its forms are never re-rendered."""
    parts = {name: module.layout() for name, module in _parts().items()}
    dispatch = [parts[n] for n in ("draft", "dispatch") if n in parts]
    supplies = [parts[n] for n in ("supplies",) if n in parts]
    roster = [parts["roster"]] if "roster" in parts else []
    return html.Div(
        [
            live.header("湖北省应急指挥中心 · 值班台", "duty", desk_search.layout()),
            # before the desk: what opens later takes Esc first
            *[parts[n] for n in ("plan", "fork", "sites") if n in parts],
            html.Main(
                [
                    queue.layout(),
                    html.Div(
                        [
                            html.Div(live_map(Desk.MAP, mode="duty"), className="map-box"),
                            html.Div(roster, id=Ids.ROSTER, className="ros"),
                        ],
                        className="mid",
                    ),
                    incident_card.layout(dispatch, supplies),
                ]
            ),
            _footer(),
            html.Aside(
                [report_form.layout(), thing_panel.layout(), alarm_panel.layout(),
                 zone_form.layout()],
                id=Desk.SIDE, **desk.side("none"),
            ),
            toasts.layout(),
            keys_help.layout(),
            html.Div(id=Ids.ACCOUNT, hidden=True),
            *desk.stores(),
            warn_from.layout(),
        ],
        id=Ids.PAGE, className="duty",
    )  # fmt: skip


def _footer() -> Any:
    mute = html.Button(
        [html.Span("声音未启用：按任意键"), html.Kbd("M")], id=Ids.MUTE, className="quiet",
        **{"data-mute": "1", "aria-label": "静音"}, **desk.key("m"),
    )  # fmt: skip
    return html.Footer(
        [
            toasts.footer_part(),
            html.Span(className="sp"),
            exercise_bar.layout(),
            mute,
            keys_help.button(),
        ]
    )


def register(app: Dash, center: Center) -> None:
    """Register every part of the desk."""

    @app.callback(Output(Ids.ACCOUNT, "data-account"), Input(Ids.PAGE, "id"))
    async def account(_page: str) -> str:
        return current_actor().username

    ours = (desk_search, queue, report_form, thing_panel, alarm_panel, zone_form, incident_card,
            exercise_bar, toasts, cover_view, warn_from)  # fmt: skip
    for part in (*ours, *_parts().values()):
        part.register(app, center)
