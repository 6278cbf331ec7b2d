"""From the duty desk to a warning: drafted from alarms, the incident at hand, or a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, Input, State, html, set_props

from dashboard.components import desk
from dashboard.components.desk import Desk
from dashboard.components.live import Live
from dashboard.components.map import Part, part
from data.center import Center
from data.domain.alarm import Alarm
from data.domain.messages.warnings import DraftWarning, WarningWords

NAME = "warn-from"


def alarm_button(alarms: Sequence[Alarm], first: Alarm) -> Any:
    """Draft from an alarm, or from all of a surge: Y."""
    whole = {first.surge_id} if first.surge_id else set()
    surge = len(alarms) > 1 and {a.surge_id for a in alarms} == whole
    given = {"surge": first.surge_id} if surge else {"alarm": first.id}
    return html.Button(
        ["拟预警", html.Kbd("Y")], className="btn", **desk.key("y"), **desk.acts(NAME, **given)
    )  # fmt: skip


def incident_button() -> Any:
    """Draft from the incident at hand: W."""
    return html.Button(
        ["拟预警 ", html.Kbd("W")], className="stab warn-from", **desk.key("w"),
        title="由当前事件拟预警", **desk.acts(NAME, at="hand"),
    )  # fmt: skip


def draft_of(asked: dict[str, Any], incident_id: str | None) -> DraftWarning | None:
    """The command of a button; None where there is nothing to draft from."""
    if asked.get("surge"):
        return DraftWarning(surge_id=asked["surge"])
    if asked.get("alarm"):
        return DraftWarning(alarm_id=asked["alarm"])
    return DraftWarning(incident_id=incident_id) if incident_id else None


def opened(warning_id: str) -> None:
    """Open the draft on the warnings' page."""
    set_props(Live.PLACE, {"refresh": True, "href": f"/warnings?id={warning_id}"})


def layout() -> Any:
    """The store its buttons write into."""
    return desk.act_store(NAME)


def register(app: Dash, center: Center) -> None:
    """Draft, then go where drafts are worked on."""

    @app.callback(
        Input(desk.act_id(NAME), "data"),
        State(Desk.INCIDENT, "data"),
        prevent_initial_call=True,
    )
    async def draft(asked: dict[str, Any] | None, incident_id: str | None) -> None:
        if not asked:
            return
        chosen = desk.chosen(await desk.see(center), incident_id)
        command = draft_of(asked, chosen.id if chosen else None)
        answer = await desk.attempt(center, command, asked["n"]) if command else None
        if answer is not None:
            opened(answer.body["warning"]["id"])

    @app.callback(Input(part(Desk.MAP, Part.DRAWN), "data"), prevent_initial_call=True)
    async def drawn(shape: dict[str, Any] | None) -> None:
        """What the map's warning tool drew becomes a draft at once."""
        if not shape or shape.get("kind") != "warning":
            return
        command = DraftWarning(words=WarningWords(geometry=shape["geometry"]))
        answer = await desk.attempt(center, command)
        if answer is not None:
            opened(answer.body["warning"]["id"])
