"""The panel of a picked report: what it says, and what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard.components import desk, desk_fields, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import CASUALTY_ORDER, clock, number
from dashboard.components.grade_view import as_if_opened, deadline_rows, grade_view
from dashboard.components.live import Live
from dashboard.components.report_fields import AMOUNTS
from dashboard.gate import current_actor
from data.center import Center
from data.domain.candidates import candidates, suggest_command
from data.domain.incident import CASUALTY_WORDS, Report
from data.domain.incident_types import type_name
from data.domain.messages import DismissReport, MergeReport, OpenIncident
from data.domain.reporting import Deadline, deadlines
from data.domain.situation import Situation

OPEN, DISMISS = "open", "dismiss"
OPEN_FIELDS = ("name", "short_name", "commander", "lead_body", "desk")
MERGE_KEYS = "JKL"


class Ids(StrEnum):
    """The panel's own ids."""

    OPEN_SUBMIT = "open-submit"
    VIEW = "thing-view"
    SETTLE = "thing-settle"
    OPEN = "open-form"
    HINT = "open-hint"


def layout() -> Any:
    """The view re-renders; the forms under it never do."""
    return html.Div(
        [
            html.Div(id=Ids.VIEW, className="thing-view"),
            html.Div([_open_form(), _dismiss_form()], id=Ids.SETTLE, hidden=True),
            desk.act_store("thing"),
        ],
        className="pane pane-thing",
    )


def _open_form() -> Any:
    text = desk_fields.text
    fields = [
        text(OPEN, "name", "事件全称", wide=True), text(OPEN, "short_name", "简称"),
        text(OPEN, "commander", "指挥长", "姓名和职务"),
        text(OPEN, "lead_body", "主责单位"), text(OPEN, "desk", "值守席位"),
    ]  # fmt: skip
    button = html.Button(
        ["开设事件", html.Kbd("Ctrl ⏎")], className="btn pri", id=Ids.OPEN_SUBMIT,
        **desk.acts("thing", do="open"), **desk.key("ctrl+Enter"),
    )  # fmt: skip
    hint = html.Small(id=Ids.HINT, className="mu wide")
    return html.Section(
        [html.H3("开设事件"), html.Div([*fields, hint], className="fields"), button], id=Ids.OPEN
    )


def _dismiss_form() -> Any:
    button = html.Button(
        "不构成事件，办结", className="btn", **desk.acts("thing", do="dismiss"),
        **desk.confirm("再按一次：办结此报告"),
    )  # fmt: skip
    reason = desk_fields.text(
        DISMISS, "reason", "不构成事件的原因", "如：误报，已与属地核实", wide=True
    )
    return html.Section([html.Div([reason], className="fields"), button])


def report_view(
    seen: Situation, report: Report, clocks: Sequence[Deadline], found: Sequence[dict[str, Any]]
) -> Any:
    """A report: as told, its suggested grade, the clocks that run, where it may belong."""
    state = {"new": "待处理", "merged": "已并入", "opened": "已开设", "dismissed": "已办结"}
    told = [
        ("地点", report.place), ("事发", clock(report.occurred_at, seen.at)),
        ("接报", clock(report.received_at, seen.at)), ("来源", report.source or "—"),
        ("坐标", position(report.lon, report.lat)), ("情况", report.text),
        ("取水中断", report.water_supply_cut or ""), ("来源与假定", report.assumption or ""),
    ]  # fmt: skip
    return html.Div(
        [
            _head(
                f"{report.kind} · {type_name(report.type)}", f"{report.id} {state[report.state]}"
            ),
            html.Dl([part for k, v in told if v for part in (html.Dt(k), html.Dd(v))]),
            figures(report),
            html.H3("建议定级"), grade_view(report.suggested),
            *(_belonging(report, found) if report.state == "new" else []),
            html.H3("报送时限"),
            deadline_rows([c for c in clocks if c.done_at is None], seen.at),
        ]
    )  # fmt: skip


def figures(thing: Any) -> Any:
    """Counted people and losses; unknown is — and never 0."""
    people = [(CASUALTY_WORDS[n], number(getattr(thing.casualties, n))) for n in CASUALTY_ORDER]
    lost = [
        (words, number(getattr(thing, name), unit))
        for name, (words, unit) in AMOUNTS.items()
        if getattr(thing, name) is not None
    ]
    cells = [html.Div([html.B(v), html.Small(k)]) for k, v in (*people, *lost)]
    return html.Div(cells, className="cells")


def position(lon: float | None, lat: float | None) -> str:
    """A position as the desk writes it."""
    return "—" if lon is None or lat is None else f"{lon:.4f}°E {lat:.4f}°N"


def _belonging(report: Report, found: Sequence[dict[str, Any]]) -> list[Any]:
    head = html.H3("可能属于已有事件")
    if not found:
        return [head, html.P("没有相近的事件", className="mu")]
    buttons = [
        html.Button(
            [f"并入 {c['letter']} {c['short_name']}", html.Small(c["why"]), html.Kbd(key)],
            className="btn merge", **desk.key(key.lower()),
            **desk.acts("thing", do="merge", report=report.id, incident=c["incident_id"]),
        )
        for c, key in zip(found, MERGE_KEYS, strict=False)
    ]  # fmt: skip
    return [head, *buttons]


def _head(title: str, note: str) -> Any:
    close = html.Button(
        ["收起", html.Kbd("Esc")], className="quiet", **desk.key("Escape"),
        **desk.sets({Desk.SIDE: desk.side("none"), Desk.THING: {"data": None}}),
    )  # fmt: skip
    return html.Header([html.H2(title), html.Span(note, className="mu"), close])


def panel(center: Center, seen: Situation, thing: dict[str, Any] | None) -> tuple[Any, bool]:
    """The view of the picked thing, and whether the settling forms are hidden."""
    kind, key = (thing or {}).get("kind"), (thing or {}).get("id", "")
    report = seen.reports.get(key) if kind == "report" else None
    if report is None:
        return html.P("请在左侧选择一项", className="mu"), True
    clocks = deadlines(
        as_if_opened(report), (report,), center.tools.rules["reporting"], seen.at, center.areas
    )
    found = candidates(report, seen.open_incidents())
    return report_view(seen, report, clocks, found), report.state != "new"


def prefill(center: Center, report: Report, actor_words: str) -> tuple[dict[str, str], str]:
    """What the opening form starts with, and the rule that says who leads."""
    area = center.areas.name(report.area_code) if report.area_code else ""
    place = report.place or area
    led: dict[str, Any] = {}
    if report.suggested is not None:
        led = suggest_command(report.suggested, report.area_code, center.tools)
    kind = type_name(report.type)
    short = f"{area or place}{kind}"
    values = {
        "name": f"{place}{kind}", "short_name": short, "commander": "",
        "lead_body": led.get("lead_body") or "", "desk": actor_words,
    }  # fmt: skip
    return values, f"主责层级依据：{led['basis']}" if led.get("lead_body") else ""


def register(app: Dash, center: Center) -> None:
    """Show the picked thing, and settle it."""
    _show(app, center)
    _settle(app, center)


def _show(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Ids.VIEW, "children"),
        Output(Ids.SETTLE, "hidden"),
        Input(Desk.THING, "data"),
        Input(Live.REVISION, "data"),
    )
    async def show(thing: dict[str, Any] | None, _revision: Any) -> Any:
        return await center.ask(panel, center, await desk.see(center), thing)

    @app.callback(
        [Output(desk_fields.field_id(OPEN, name), "value") for name in OPEN_FIELDS],
        Output(Ids.HINT, "children"),
        Input(Desk.THING, "data"),
        prevent_initial_call=True,
    )
    async def start(thing: dict[str, Any] | None) -> Any:
        seen = await desk.see(center)
        report = seen.reports.get((thing or {}).get("id", ""))
        if report is None or report.state != "new":
            return [no_update] * (len(OPEN_FIELDS) + 1)
        actor = current_actor()
        values, hint = prefill(center, report, f"{center.areas.name(actor.org)}值班员 {actor.name}")
        return [*(values[name] for name in OPEN_FIELDS), hint]


def _settle(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Desk.INCIDENT, "data", allow_duplicate=True),
        Output(Desk.SIDE, "className", allow_duplicate=True),
        Output(Desk.WORK, "className", allow_duplicate=True),
        Input(desk.act_id("thing"), "data"),
        State(Desk.THING, "data"),
        [State(desk_fields.field_id(OPEN, name), "value") for name in OPEN_FIELDS],
        State(desk_fields.field_id(DISMISS, "reason"), "value"),
        prevent_initial_call=True,
    )
    async def settle(act: Any, thing: Any, *typed: str | None) -> Any:
        stay = (no_update, no_update, no_update)
        if not act or not thing:
            return stay
        report_id = act.get("report") or thing["id"]
        command: Any = _command(act, report_id, typed[:-1], typed[-1] or "")
        answer = await desk.attempt(center, command, act["n"])
        if answer is None:
            return stay
        toasts.say(_said(act, report_id))
        if act["do"] == "dismiss":
            desk_fields.fill(DISMISS, {"reason": ""})
        closed = desk.side("none")["className"]
        if act["do"] in ("open", "merge"):
            incident_id = act.get("incident") or answer.body["incident"]["id"]
            return incident_id, closed, desk.tab("overview")["className"]
        return no_update, closed, no_update


def _command(
    act: dict[str, Any], report_id: str, opening: Sequence[str | None], reason: str
) -> Any:
    if act["do"] == "open":
        given = {k: (v or "").strip() for k, v in zip(OPEN_FIELDS, opening, strict=True)}
        return OpenIncident(report_id=report_id, **given)
    if act["do"] == "merge":
        return MergeReport(report_id=report_id, incident_id=act["incident"])
    return DismissReport(report_id=report_id, reason=reason.strip())


def _said(act: dict[str, Any], report_id: str) -> str:
    words = {"open": "开设事件", "merge": "并入事件", "dismiss": "办结报告"}
    return f"你 {words[act['do']]} {report_id}"
