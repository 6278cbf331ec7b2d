"""接报登记: the form beside the map in which a report is taken; nothing typed is ever lost."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html, no_update, set_props

from dashboard.components import desk, desk_fields, place_field, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import CASUALTY_ORDER, clock
from dashboard.components.map import Part, part
from dashboard.components.report_fields import AMOUNTS, FIELDS, read_report
from dashboard.gate import current_actor
from data.center import Center
from data.domain.incident import CASUALTY_WORDS
from data.domain.incident_types import INCIDENT_TYPES
from data.errors import CenterError, Invalid

FORM = "report"
_CLEARED = {name: "" for name in FIELDS if name not in ("type", "crs")}


class Ids(StrEnum):
    """The ids of the form that are not its fields."""

    SUBMIT = "report-submit"
    FORM = "report-form"
    PLACES = "report-places"


def layout() -> Any:
    """The static form: lists may change around it, it never re-renders."""
    return html.Div(
        [
            _head(),
            html.Div([*_where(), *_when(), *_people(), *_more()], className="fields"),
            html.Div(
                [
                    html.Small("随填随存；不清楚的一律留空", className="mu"),
                    html.Button(
                        ["登记", html.Kbd("Ctrl ⏎")], id=Ids.SUBMIT, className="btn pri",
                        **desk.acts(FORM, do="submit"), **desk.key("ctrl+Enter"),
                    ),
                ],
                className="act two",
            ),
            desk.act_store(FORM),
        ],
        id=Ids.FORM, className="pane pane-form", **{"data-draft": FORM},
    )  # fmt: skip


def _head() -> Any:
    close = html.Button(
        ["收起", html.Kbd("Esc")], className="quiet", **desk.key("Escape"),
        **desk.sets({Desk.SIDE: desk.side("none")}),
    )  # fmt: skip
    return html.Header([html.H2("接报登记"), close])


def _where() -> list[Any]:
    types = {key: each.name for key, each in INCIDENT_TYPES.items()}
    return [
        desk_fields.choice(FORM, "type", "事件类型", types),
        *place_field.layout(FORM, Ids.PLACES, "或在地图上点选"),
    ]


def _when() -> list[Any]:
    return [
        desk_fields.text(FORM, "occurred_at", "事发时间", "04:10 或 07-08 04:10"),
        desk_fields.text(FORM, "received_at", "接报时间", "留空即现在"),
        desk_fields.text(FORM, "source", "信息来源", "谁、用什么方式报来", wide=True),
    ]


def _people() -> list[Any]:
    counted = [desk_fields.digits(FORM, n, CASUALTY_WORDS[n], "人") for n in CASUALTY_ORDER]
    note = html.Small("一人只计一处：被埋、被困、失联择一", className="mu wide")
    return [html.Div([html.H3("人员"), *counted, note], className="people")]


def _more() -> list[Any]:
    amounts = [desk_fields.digits(FORM, n, words, unit) for n, (words, unit) in AMOUNTS.items()]
    return [
        html.Div([html.H3("损失与程度"), *amounts], className="people pairs"),
        desk_fields.text(
            FORM, "water_supply_cut", "水源地取水中断", "如：县级城市水源地", wide=True
        ),
        desk_fields.area(FORM, "text", "情况", "经过、原因、已采取的措施、需要什么"),
    ]


def register(app: Dash, center: Center) -> None:
    """Search places, take map clicks, and hand the report in."""
    _places(app, center)
    _submit(app, center)


def _places(app: Dash, center: Center) -> None:
    place_field.register(app, center, FORM, Ids.PLACES)

    @app.callback(
        Output(desk_fields.field_id(FORM, "lon"), "value"),
        Output(desk_fields.field_id(FORM, "lat"), "value"),
        Output(desk_fields.field_id(FORM, "crs"), "value"),
        Input(part(Desk.MAP, Part.CLICKED), "data"),
        State(Desk.SIDE, "className"),
        prevent_initial_call=True,
    )
    async def clicked(point: dict[str, float] | None, shown: str) -> Any:
        if not point or "show-form" not in shown:
            return no_update, no_update, no_update
        return f"{point['lon']:.5f}", f"{point['lat']:.5f}", "WGS84"


def _submit(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Desk.THING, "data", allow_duplicate=True),
        Output(Desk.SIDE, "className", allow_duplicate=True),
        Input(desk.act_id(FORM), "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def submit(act: dict[str, Any] | None, *values: Any) -> Any:
        if not act:
            return no_update, no_update
        now = center.clock.now()
        try:
            command = read_report(dict(zip(FIELDS, values, strict=True)), now)
            answer = await center.do(command, current_actor(), act["n"])
        except CenterError as error:
            desk_fields.show_errors(FORM, FIELDS, error.errors)
            if not isinstance(error, Invalid):
                toasts.complain(error)
            return no_update, no_update
        report_id = (answer.body.get("report") or answer.body)["id"]
        desk_fields.show_errors(FORM, FIELDS, [])
        desk_fields.fill(FORM, {**_CLEARED, "type": None, "crs": "WGS84"})
        desk_fields.drop(FORM, Ids.FORM, act["n"])
        set_props(Ids.PLACES, {"children": None})
        toasts.say(f"{clock(now)} 你 登记报告 {report_id}")
        return {"kind": "report", "id": report_id}, desk.side("thing")["className"]
