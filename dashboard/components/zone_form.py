"""A drawn area becomes an affected area or a closure, once it has its label and incident."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard.components import desk, desk_fields, toasts
from dashboard.components.desk import Desk
from dashboard.components.map import Part, part
from data.center import Center
from data.domain.messages import DrawZone

FORM = "zone"


class Ids(StrEnum):
    """The form's ids."""

    SUBMIT = "zone-submit"
    WHAT = "zone-what"


def layout() -> Any:
    """The side panel's form for a drawn area."""
    close = html.Button(
        ["不要了", html.Kbd("Esc")], className="quiet", **desk.key("Escape"),
        **desk.sets({Desk.SIDE: desk.side("none"), part(Desk.MAP, Part.DRAWN): {"data": None}}),
    )  # fmt: skip
    save = html.Button(
        ["划定", html.Kbd("Ctrl ⏎")], className="btn pri", id=Ids.SUBMIT,
        **desk.acts(FORM, do="draw"), **desk.key("ctrl+Enter"),
    )  # fmt: skip
    return html.Div(
        [
            html.Header([html.H2(id=Ids.WHAT), close]),
            html.Div(
                [desk_fields.text(FORM, "label", "名称", "如：大河镇 道路中断", wide=True)],
                className="fields",
            ),
            save,
            desk.act_store(FORM),
        ],
        className="pane pane-zone",
    )


def register(app: Dash, center: Center) -> None:
    """Ask for the label of what was drawn, and draw it."""

    @app.callback(
        Output(Desk.SIDE, "className", allow_duplicate=True),
        Output(Ids.WHAT, "children"),
        Input(part(Desk.MAP, Part.DRAWN), "data"),
        Input(Desk.INCIDENT, "data"),
        State(Desk.SIDE, "className"),
        prevent_initial_call=True,
    )
    async def drawn(shape: dict[str, Any] | None, incident_id: str | None, shown: str) -> Any:
        if not shape or shape["kind"] == "warning":
            return no_update, no_update
        incident = desk.chosen(await desk.see(center), incident_id)
        if shape["kind"] == "closure":
            words = "划定管制范围"
        else:
            words = "划定受影响范围" + (
                f"：{incident.letter} {incident.short_name}" if incident else ""
            )
        return desk.side("zone")["className"] if "zone" not in shown else no_update, words

    @app.callback(
        Output(Desk.SIDE, "className", allow_duplicate=True),
        Output(part(Desk.MAP, Part.DRAWN), "data", allow_duplicate=True),
        Input(desk.act_id(FORM), "data"),
        State(part(Desk.MAP, Part.DRAWN), "data"),
        State(Desk.INCIDENT, "data"),
        State(desk_fields.field_id(FORM, "label"), "value"),
        prevent_initial_call=True,
    )
    async def draw(act: Any, shape: Any, incident_id: str | None, label: str | None) -> Any:
        if not act or not shape:
            return no_update, no_update
        incident = desk.chosen(await desk.see(center), incident_id)
        command = DrawZone(
            kind=shape["kind"], geometry=shape["geometry"], label=(label or "").strip(),
            incident_id=incident.id if incident else None,
        )  # fmt: skip
        answer = await desk.attempt(center, command, act["n"])
        if answer is None:
            return no_update, no_update
        zone_id = (answer.body.get("zone") or answer.body).get("id")
        toasts.say("你 划定范围", undo={"do": "lift", "ids": [zone_id]} if zone_id else None)
        desk_fields.fill(FORM, {"label": ""})
        return desk.side("none")["className"], None
