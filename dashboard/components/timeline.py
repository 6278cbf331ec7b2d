"""时间线: what was done and when, newest first; and a line to write."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, State, html

from dashboard.components import desk, desk_fields, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import clock, empty
from data.center import Center
from data.domain.incident import Incident
from data.domain.messages import WriteEntry
from data.domain.situation import Situation, TimelineLine

FORM = "entry"
MOST = 400


class Ids(StrEnum):
    """The ids of the tab."""

    SUBMIT = "entry-submit"
    VIEW = "timeline-view"
    FORM = "entry-form"


def layout() -> Any:
    """A line to write on top of the lines written."""
    button = html.Button(
        "记一笔", className="btn", id=Ids.SUBMIT, **desk.acts("timeline", do="write")
    )
    return html.Div(
        [
            html.Div(
                [
                    desk_fields.area(FORM, "text", "写入值班记录", "谁、说了什么、怎么办", rows=2),
                    button,
                ],
                className="entry fields", id=Ids.FORM, **{"data-draft": FORM},
            ),
            html.Div(id=Ids.VIEW, className="scroll-in"),
            desk.act_store("timeline"),
        ],
        className="panel panel-timeline",
    )  # fmt: skip


def timeline_view(seen: Situation, incident: Incident | None) -> Any:
    """The incident's lines, newest first; the exercise's own are marked."""
    if incident is None:
        return empty("当前没有进行中的事件")
    lines = seen.timeline(incident.id)
    if not lines:
        return empty("还没有记录")
    rows = [_line(seen, line) for line in reversed(lines[-MOST:])]
    return html.Ul(rows, className="timeline")


def _line(seen: Situation, line: TimelineLine) -> Any:
    drill = html.Em("演练假定", title=line.basis or "") if line.kind == "exercise" else None
    number = f"#{line.seq}" if line.seq is not None else "手记"
    return html.Li(
        [
            html.Time(clock(line.at, seen.at)),
            html.Div([drill, html.Span(line.text)]),
            html.Small(f"{'演练程序' if line.author == 'runner' else line.author} {number}"),
        ],
        className=f"by-{line.kind}",
    )


def register(app: Dash, center: Center) -> None:
    """Write a line for the incident at hand."""

    @app.callback(
        Input(desk.act_id("timeline"), "data"),
        State(Desk.INCIDENT, "data"),
        State(desk_fields.field_id(FORM, "text"), "value"),
        prevent_initial_call=True,
    )
    async def write(act: Any, incident_id: str | None, text: str | None) -> None:
        if not act:
            return
        if not (text or "").strip():
            missing = {"field": "text", "message": "没有内容", "remedy": "请写清时间、人和事"}
            desk_fields.show_errors(FORM, ("text",), [missing])  # type: ignore[list-item]
            return
        incident = desk.chosen(await desk.see(center), incident_id)
        command = WriteEntry(incident_id=incident.id if incident else None, text=text.strip())
        if await desk.attempt(center, command, act["n"]) is None:
            return
        desk_fields.show_errors(FORM, ("text",), [])
        desk_fields.fill(FORM, {"text": ""})
        desk_fields.drop(FORM, Ids.FORM, act["n"])
        toasts.say(f"你 写入值班记录{f' {incident.letter}' if incident else ''}")
