"""信息报送: the reports so far, what each changed, and the form for the next, changes only."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, State, html

from dashboard.components import desk, desk_fields, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import CASUALTY_ORDER, changed_words, clock, empty, number
from dashboard.components.grade_view import deadline_rows
from dashboard.components.report_fields import read_casualties
from data.center import Center
from data.domain.incident import CASUALTY_WORDS, Casualties, Incident, Report
from data.domain.messages import FileFollowup
from data.domain.reporting import Deadline
from data.domain.situation import Situation

FORM = "followup"
KINDS = {"续报": "续报", "终报": "终报", "补报": "补报"}
FIELDS = ("kind", *CASUALTY_ORDER, "loss_wan_yuan", "source", "text")


class Ids(StrEnum):
    """The ids of the tab."""

    SUBMIT = "followup-submit"
    VIEW = "filing-view"
    FORM = "followup-form"


def layout() -> Any:
    """Reports above, the static form below."""
    counted = [desk_fields.digits(FORM, n, CASUALTY_WORDS[n], "人") for n in CASUALTY_ORDER]
    fields = [
        desk_fields.choice(FORM, "kind", "种类", KINDS, "续报"),
        html.Div([html.H3("只填有变化的；变为没有请填 0"), *counted,
                  desk_fields.digits(FORM, "loss_wan_yuan", "直接经济损失", "万元")],
                 className="people"),
        desk_fields.text(FORM, "source", "信息来源", "谁报来的", wide=True),
        desk_fields.area(FORM, "text", "进展", rows=2),
    ]  # fmt: skip
    button = html.Button(
        "上报", className="btn pri", id=Ids.SUBMIT, **desk.acts("filing", do="file")
    )
    return html.Div(
        [
            html.Div(id=Ids.VIEW, className="scroll-in"),
            html.Details(
                [html.Summary("登记收到的续报、终报"),
                 html.Div(fields, className="fields"), button],
                className="form", id=Ids.FORM, **{"data-draft": FORM},
            ),
            html.A("向上报送：拟稿、审签、报出 →", href="/filing", className="btn"),
            desk.act_store("filing"),
        ],
        className="panel panel-filing",
    )  # fmt: skip


def filing_view(seen: Situation, incident: Incident | None, clocks: list[Deadline]) -> Any:
    """Deadlines with their legal basis, then every report and what it changed."""
    if incident is None:
        return empty("当前没有进行中的事件")
    known = Casualties()
    rows = []
    for report in seen.reports_of(incident.id):
        rows.append(_report(seen, report, known))
        known = known.updated(report.casualties)
    return html.Div(
        [
            html.H3("报送时限"), deadline_rows(clocks, seen.at),
            html.H3("已收报告"), html.Ul(rows[::-1], className="reports"),
        ]
    )  # fmt: skip


def _report(seen: Situation, report: Report, known: Casualties) -> Any:
    drill = html.Em("演练假定", title=report.assumption) if report.assumption else None
    loss = report.loss_wan_yuan
    return html.Li(
        [
            html.Time(clock(report.received_at, seen.at)),
            html.Div(
                [
                    html.Strong([f"{report.kind}{report.number if report.kind != '首报' else ''} ",
                                 html.Small(report.source or "来源未注明"), drill]),
                    html.B(changed_words(known, report.casualties), className="changed"),
                    html.P(f"直接经济损失 {number(loss, '万元')}") if loss is not None else None,
                    html.P(report.text) if report.text else None,
                    *[html.P([f"{f.label}：{f.text or number(f.value, f.unit)}",
                              html.Small(f"（{f.source}）")]) for f in report.figures],
                ]
            ),
        ]
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """File a follow-up of the incident at hand."""

    @app.callback(
        Input(desk.act_id("filing"), "data"),
        State(Desk.INCIDENT, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def file(act: Any, incident_id: str | None, *values: Any) -> None:
        incident = desk.chosen(await desk.see(center), incident_id)
        if not act or incident is None:
            return
        typed = {n: str(v or "").strip() for n, v in zip(FIELDS, values, strict=True)}
        people, errors = read_casualties(typed, center.clock.now())
        loss = _loss(typed["loss_wan_yuan"])
        if loss is not None and loss < 0:
            errors.append(
                {"field": "loss_wan_yuan", "message": "损失不是数字", "remedy": "请填万元数"}
            )
        desk_fields.show_errors(FORM, FIELDS, errors)
        if errors:
            return
        kind: Any = typed["kind"] or "续报"
        command = FileFollowup(
            incident_id=incident.id, kind=kind, casualties=people, loss_wan_yuan=loss,
            source=typed["source"], text=typed["text"],
        )  # fmt: skip
        answer = await desk.attempt(center, command, act["n"])
        if answer is None:
            return
        desk_fields.fill(FORM, {**dict.fromkeys(FIELDS, ""), "kind": "续报"})
        desk_fields.drop(FORM, Ids.FORM, act["n"])
        left = "；".join(answer.body.get("warnings") or ())
        toasts.say(f"你 上报{kind} {incident.letter}{'。请核对：' + left if left else ''}")


def _loss(text: str) -> float | None:
    """An amount; -1 when it is no number."""
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return -1.0
