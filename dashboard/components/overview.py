"""概况: one incident's grade, figures, responses, people in charge and place; and their changes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, State, html

from dashboard.components import close_desk, contingency_start, desk, desk_fields, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import clock, empty, number
from dashboard.components.grade_view import deadline_rows, grade_view
from dashboard.components.thing_panel import figures, position
from dashboard.words import DASH, response_words
from data.center import Center
from data.domain.incident import ROMAN, Figure, Incident
from data.domain.incident_types import type_name
from data.domain.messages import (
    Command,
    ConfirmGrade,
    EditIncident,
    EndResponse,
    EndZone,
    RecordResponse,
)
from data.domain.reporting import Deadline
from data.domain.situation import Situation

LEVELS = {**{k: f"{v}级" for k, v in ROMAN.items()}, "none": "未定级"}
GRADE, RESPONSE, PEOPLE = "grade", "response", "people"
FIELDS = {
    GRADE: ("level", "basis"),
    RESPONSE: ("body", "contingency", "level", "basis"),
    PEOPLE: ("commander", "lead_body", "desk"),
}
_EFFECTS = {"people": "人口", "teams": "队伍", "depots": "储备库", "sensors": "监测点"}


class Ids(StrEnum):
    """The overview's ids."""

    VIEW = "overview-view"


def layout() -> Any:
    """The view re-renders; the forms below it never do."""
    return html.Div(
        [
            html.Div(id=Ids.VIEW, className="scroll-in"),
            html.Div(
                [contingency_start.layout(), _grade(), _response(), _people(), close_desk.layout()],
                className="forms",
            ),
            desk.act_store("overview"),
        ],
        className="panel panel-overview",
    )


def _details(title: str, name: str, fields: list[Any], button: Any) -> Any:
    return html.Details(
        [html.Summary(title), html.Div(fields, className="fields"), button],
        className="form", id=f"{name}-form", **{"data-draft": name},
    )  # fmt: skip


def _grade() -> Any:
    fields = [
        desk_fields.choice(GRADE, "level", "改定为", LEVELS),
        desk_fields.text(GRADE, "basis", "依据", "为何与建议不同", wide=True),
    ]
    button = html.Button("改定等级", className="btn", **desk.acts("overview", do="grade"))
    return _details("不按建议定级", GRADE, fields, button)


def _response() -> Any:
    fields = [
        desk_fields.text(RESPONSE, "body", "响应单位", "如：省防汛抗旱指挥部"),
        desk_fields.text(RESPONSE, "contingency", "应急预案", "如：防汛"),
        desk_fields.choice(RESPONSE, "level", "级别", {k: f"{v}级" for k, v in ROMAN.items()}),
        desk_fields.text(RESPONSE, "basis", "依据", "文号、会商、指令", wide=True),
    ]
    button = html.Button("登记响应", className="btn", **desk.acts("overview", do="respond"))
    return _details("登记其他单位的响应", RESPONSE, fields, button)


def _people() -> Any:
    fields = [
        desk_fields.text(PEOPLE, "commander", "指挥长", "留空则不变"),
        desk_fields.text(PEOPLE, "lead_body", "主责单位", "留空则不变"),
        desk_fields.text(PEOPLE, "desk", "值守席位", "留空则不变"),
    ]
    button = html.Button("更改", className="btn", **desk.acts("overview", do="people"))
    return _details("更改指挥长、主责单位、席位", PEOPLE, fields, button)


def overview_view(seen: Situation, incident: Incident | None, clocks: list[Deadline]) -> Any:
    """Everything known of one incident on one screen."""
    if incident is None:
        return empty("当前没有进行中的事件", "接到报告后按 N 登记")
    return html.Div(
        [
            _title(seen, incident),
            _grading(incident),
            html.H3("人员与损失"), figures(incident), _conflicts(incident),
            html.H3("执行中的响应"), _responses(seen, incident),
            html.H3("报送时限"), deadline_rows([c for c in clocks if c.done_at is None], seen.at),
            *_zones(seen, incident),
        ]
    )  # fmt: skip


def _title(seen: Situation, incident: Incident) -> Any:
    rows = [
        ("类型", type_name(incident.type)), ("地点", incident.place or DASH),
        ("坐标", position(incident.lon, incident.lat)), ("坐标说明", incident.coord_note),
        ("事发", clock(incident.occurred_at, seen.at)),
        ("接报", clock(incident.received_at, seen.at)),
        ("指挥长", incident.commander or DASH), ("主责单位", incident.lead_body or DASH),
        ("现场指挥部", _post(seen, incident)),
        ("值守席位", incident.desk or DASH), ("来源与假定", incident.assumption or ""),
    ]  # fmt: skip
    return html.Div(
        [
            html.H2(incident.name),
            html.Dl([part for k, v in rows if v for part in (html.Dt(k), html.Dd(v))]),
        ]
    )


def _post(seen: Situation, incident: Incident) -> str:
    """Where the incident's command post stands and its number; blank while there is none."""
    posts = (p for p in seen.posts.values() if p.incident_id == incident.id and p.state == "open")
    return next((f"{p.place} {p.phone}".strip() for p in posts), "")


def _grading(incident: Incident) -> Any:
    grading = incident.grading
    button = html.Button(
        ["按建议确认定级", html.Kbd("G")], className="btn slim", **desk.key("g"),
        **desk.acts("overview", do="confirm", v=incident.version),
    )  # fmt: skip
    open_ = incident.status == "open" and grading.provisional and grading.level is not None
    return html.Div([html.H3("定级"), grade_view(grading), button if open_ else None])


def _conflicts(incident: Incident) -> Any:
    """Stated figures by label; where sources differ they stand side by side."""
    by_label: dict[str, list[Figure]] = {}
    for figure in incident.figures:
        by_label.setdefault(figure.label, []).append(figure)
    rows = [
        html.Tr(
            [
                html.Th([label, html.Em("口径不一") if len(said) > 1 else None]),
                html.Td([_said(f) for f in said]),
            ]
        )
        for label, said in by_label.items()
    ]
    return html.Table(html.Tbody(rows), className="said") if rows else None


def _said(figure: Figure) -> Any:
    words = figure.text or number(figure.value, figure.unit)
    return html.Div([html.B(words), html.Small(figure.source or "来源未注明")])


def _responses(seen: Situation, incident: Incident) -> Any:
    held = seen.responses_of(incident.id)
    if not held:
        return html.P("没有登记响应", className="mu")
    return html.Ul(
        [
            html.Li(
                [
                    html.Div(
                        [html.Strong(response_words(r)), html.Small(r.basis)]
                    ),
                    html.Span(f"{clock(r.since, seen.at)} 起"),
                    html.Button(
                        "终止", className="btn tiny", **desk.confirm("再按一次"),
                        **desk.acts("overview", do="end", response=r.id),
                    ),
                ]
            )
            for r in held
        ],
        className="responses",
    )  # fmt: skip


def _zones(seen: Situation, incident: Incident) -> list[Any]:
    zones = [
        z
        for z in seen.zones.values()
        if z.until is None and (z.incident_id == incident.id or z.kind == "closure")
    ]
    if not zones:
        return []
    rows = [
        html.Li(
            [
                html.Div(
                    [
                        html.Strong(("受影响范围 " if z.kind == "affected" else "管制 ") + z.label),
                        html.Small(effects_words(z.effects)),
                    ]
                ),
                html.Button(
                    "解除", className="btn tiny", **desk.confirm("再按一次"),
                    **desk.acts("overview", do="lift", zone=z.id),
                ),
            ]
        )
        for z in zones
    ]  # fmt: skip
    return [html.H3("受影响范围与管制"), html.Ul(rows, className="responses")]


def effects_words(effects: dict[str, Any]) -> str:
    """What a drawn area touches, in one line."""
    words = []
    for name, value in effects.items():
        label = _EFFECTS.get(name, name)
        if isinstance(value, list | tuple):
            names = [str(v.get("name", v.get("id", ""))) if isinstance(v, dict) else str(v)
                     for v in value]  # fmt: skip
            more = f" 等 {len(names)} 个" if len(names) > 3 else ""  # noqa: PLR2004
            if names:
                words.append("、".join(names[:3]) + more)
        elif isinstance(value, int | float):
            words.append(f"{label} {number(value)}")
    return " · ".join(words)


def command_of(act: dict[str, Any], incident_id: str, form: dict[str, str]) -> Command:
    """The command a button of the overview means."""
    todo = act["do"]
    if todo == "confirm":
        return ConfirmGrade(incident_id=incident_id, expect_version=act.get("v"))
    if todo == "grade":
        level: Any = None if form.get("level") in (None, "", "none") else form["level"]
        return ConfirmGrade(
            incident_id=incident_id, level=level, basis=form["basis"], as_suggested=False
        )
    if todo == "respond":
        given: Any = form.get("level") or ""
        return RecordResponse(
            incident_id=incident_id, body=form["body"], contingency=form["contingency"],
            level=given, basis=form["basis"],
        )  # fmt: skip
    if todo == "people":
        named = {name: form[name] or None for name in FIELDS[PEOPLE]}
        return EditIncident(incident_id=incident_id, **named)
    if todo == "end":
        return EndResponse(response_id=act["response"])
    return EndZone(zone_id=act["zone"])


_FORM_OF = {"grade": GRADE, "respond": RESPONSE, "people": PEOPLE}
_DONE = {
    "confirm": "你 确认定级", "grade": "你 改定等级", "respond": "你 登记应急响应",
    "people": "你 更改负责人", "end": "你 终止应急响应",
    "lift": "你 解除范围",
}  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Carry out what the overview's buttons ask."""
    contingency_start.register(app, center)
    close_desk.register(app, center)
    states = [
        State(desk_fields.field_id(form, name), "value")
        for form, names in FIELDS.items()
        for name in names
    ]

    @app.callback(
        Input(desk.act_id("overview"), "data"),
        State(Desk.INCIDENT, "data"),
        states,
        prevent_initial_call=True,
    )
    async def change(act: Any, incident_id: str | None, *values: str | None) -> None:
        incident = desk.chosen(await desk.see(center), incident_id)
        if not act or incident is None:
            return
        form = _FORM_OF.get(act["do"], "")
        keys = [(f, n) for f, names in FIELDS.items() for n in names]
        typed = {n: (v or "").strip() for (f, n), v in zip(keys, values, strict=True) if f == form}
        answer = await desk.attempt(center, command_of(act, incident.id, typed), act["n"])
        if answer is None:
            return
        if form:
            desk_fields.fill(form, dict.fromkeys(FIELDS[form], ""))
            desk_fields.drop(form, f"{form}-form", act["n"])
        toasts.say(f"{_DONE[act['do']]} {incident.letter} {incident.short_name}")
