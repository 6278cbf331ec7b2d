"""值班日志: lines by the minute, corrections beside them, printed at a click."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, finding, toasts
from dashboard.components.desk_words import clock
from dashboard.components.due_field import read_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.task_words import incident_options, place_of
from dashboard.gate import current_actor
from dashboard.words import iso
from data.center import Center
from data.domain.duty_log import LogLine, duty_log
from data.domain.messages import Command, WriteEntry
from data.domain.messages.shifts import CorrectLine
from data.domain.org import Actor, Permission
from data.domain.shift import on_duty
from data.domain.situation import Situation
from data.errors import CenterError, Invalid

NAME = "dutylog"
FORM = "logline"
FIELDS = ("text", "at", "incident_id", "ref", "reason")
SPANS = {"shift": "本班", "24": "24 小时", "72": "3 天", "all": "全部"}
KINDS = {"": "全部", "hand": "手写", "record": "系统"}
SHOWN = 400


class Ids(StrEnum):
    """The ids of the log."""

    LIST = "dutylog-list"
    TEXT = "dutylog-text"
    SPAN = "dutylog-span"
    KIND = "dutylog-kind"
    FILES = "dutylog-files"
    BOX = "dutylog-form"


def layout() -> list[Any]:
    """Filters and lines on the left, the form on the right."""
    filters = html.Div(
        [
            *finding.search(Ids.TEXT, "按内容、记录人、编号筛选"),
            finding.pills(Ids.SPAN, SPANS, "24"),
            finding.pills(Ids.KIND, KINDS, ""),
            html.Span(id=Ids.FILES, className="bar", **{FLAT: ""}),
        ],
        className="bar",
    )  # fmt: skip
    form = html.Div(
        [
            html.H3("记一条"),
            html.Div(
                [
                    desk_fields.area(FORM, "text", "内容", "何时、何人、何事、如何处理", rows=4),
                    desk_fields.text(FORM, "at", "时间", "空为此刻；补记填 08:05 或 7-8 08:05",
                                     wide=True),
                    desk_fields.choice(FORM, "incident_id", "事件", {}),
                    desk_fields.text(FORM, "ref", "更正哪一条", "点左边的“更正”带入编号"),
                    desk_fields.text(FORM, "reason", "更正理由", "更正必填"),
                ],
                className="fields",
            ),
            html.Div(
                html.Button(["记入日志 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                            **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                className="bar",
            ),
            html.Small("日志不能修改和删除；写错了用更正，原文照留。"),
        ],
        id=Ids.BOX, className="side", **{"data-draft": FORM},
    )  # fmt: skip
    return [
        html.Div([html.Div([filters, parts.hole(Ids.LIST)], className="main"), form],
                 className="two"),
        desk.act_store(NAME),
    ]  # fmt: skip


def links(at: str) -> list[Any]:
    """A paper's address as a page to print, in Word and in PDF."""
    return [
        html.A(word, href=at + form, className="btn",
               **({"target": "_blank"} if form == "html" else {"download": ""}))
        for word, form in (("预览打印", "html"), ("Word", "docx"), ("PDF", "pdf"))
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Show the log, take lines and corrections."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.FILES, FLAT),
        Output(desk_fields.field_id(FORM, "incident_id"), "options"),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.SPAN, "value"),
        Input(Ids.KIND, "value"),
    )
    async def show(_revision: Any, text: str | None, span: str | None, kind: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        since = since_of(seen, actor.org, span or "24")
        lines = await center.ask(duty_log, seen, since=since, text=text or "", kind=kind or "")
        asked = {"text": text or "", "kind": kind or "", **({"since": iso(since)} if since else {})}
        files = links(f"/api/v1/log?{urlencode(asked)}&format=")
        return flat(view(seen, actor, lines)), flat(files), incident_options(seen)

    @app.callback(
        Output(Ids.BOX, "title"),
        Input(desk.act_id(NAME), "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, *typed: Any) -> Any:
        if not asked:
            return no_update
        if asked["do"] == "correct":
            desk_fields.fill(FORM, {"ref": asked["ref"]})
            return no_update
        held = dict(zip(FIELDS, (str(v or "").strip() for v in typed), strict=True))
        try:
            command = command_of(held, center.clock.now())
            await center.do(command, current_actor(), asked["n"])
        except CenterError as error:
            desk_fields.show_errors(FORM, FIELDS, error.errors)
            if not {e["field"] for e in error.errors} & set(FIELDS):
                toasts.complain(error)
            return no_update
        desk_fields.show_errors(FORM, FIELDS, ())
        desk_fields.fill(FORM, dict.fromkeys(("text", "at", "ref", "reason"), ""))
        desk_fields.drop(FORM, Ids.BOX, asked["n"])
        toasts.say(f"已更正 {held['ref']}" if held["ref"] else "已记入值班日志")
        return no_update


def since_of(seen: Situation, org: str, span: str) -> datetime | None:
    """From when a span of the filters runs."""
    if span == "all":
        return None
    if span == "shift":
        on = on_duty(seen.shifts.values(), org)
        return on.took_at if on else seen.at - timedelta(hours=12)
    return seen.at - timedelta(hours=int(span))


def command_of(typed: dict[str, str], now: datetime) -> Command:
    """The command for what was typed: a line, or the correction of one.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    if typed["ref"]:
        return CorrectLine(ref=typed["ref"], text=typed["text"], reason=typed["reason"])
    at = read_due(typed["at"], now, "at") if typed["at"] else None
    if at is not None and at > now and "-" not in typed["at"]:
        at -= timedelta(days=1)  # a bare time of a log is the last one, not the next
    if at is not None and at > now:
        raise Invalid.field("at", "时间晚于现在", "日志只记已经发生的事")
    return WriteEntry(incident_id=typed["incident_id"] or None, text=typed["text"], at=at)


def view(seen: Situation, actor: Actor, lines: list[LogLine]) -> Any:
    """The lines, the newest first."""
    said = f"共 {len(lines)} 条" + (f"，显示最近 {SHOWN} 条" if len(lines) > SHOWN else "")
    may = actor.may(Permission.ENTRY)
    rows = [_row(seen, line, may) for line in list(reversed(lines))[:SHOWN]]
    heads = ("时间", "事件", "事项", "记录人", "编号", "")
    return [html.P(said, className="count"), parts.table(heads, rows, "没有符合的记录。")]


def _row(seen: Situation, line: LogLine, may: bool) -> tuple[Any, ...]:
    side, letter, _ = place_of(seen, line.incident_id)
    notes = [f"更正 {line.corrects}：{line.reason}"] if line.corrects else []
    notes += [f"已由 {'、'.join(line.corrected_by)} 更正"] if line.corrected_by else []
    notes += [f"{clock(line.written_at, seen.at)} 补记"] if line.late else []
    text = html.S(line.text) if line.corrected_by else html.Span(line.text)
    return (
        html.Time(clock(line.at, seen.at)), html.B(letter, className=f"letter {side}"),
        [text, html.Br() if notes else "", html.Small("；".join(notes)) if notes else ""],
        line.author, html.Code(line.ref),
        html.Button("更正", className="btn tiny", **desk.acts(NAME, do="correct", ref=line.ref),
                    **{"data-focus": "#logline-text"}) if may else "",
    )  # fmt: skip
