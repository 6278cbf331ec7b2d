"""The panel of a picked alarm or surge: what it says, by which rule, and what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard.components import alarm_words as aw
from dashboard.components import desk, desk_fields, toasts, warn_from
from dashboard.components.desk import Desk
from dashboard.components.desk_words import clock, letter_box, level
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.alarm import ALARM_MOVES, Alarm, AlarmState
from data.domain.messages import AcknowledgeAlarm, Command
from data.domain.messages import monitoring as m
from data.domain.org import Actor, Permission
from data.domain.situation import Situation
from data.errors import Invalid

NAME = "alarm"
FORM = "alarm"
FIELDS = ("how", "hours")
LINK_KEYS = "JL"
ASIDE = {"1": "1 小时", "4": "4 小时", "12": "12 小时", "24": "24 小时"}


class Ids(StrEnum):
    """The panel's own ids."""

    VIEW = "alarm-view"
    WORDS = "alarm-words"


def layout() -> Any:
    """The view re-renders; what is typed under it never does."""
    words = [
        desk_fields.text(FORM, "how", "处置情况，或暂搁理由", "如：已通知企业停泵、现场核实",
                         wide=True),
        desk_fields.choice(FORM, "hours", "暂搁多久", ASIDE, "4"),
    ]  # fmt: skip
    buttons = [
        html.Button(["记为已处置", html.Kbd("H")], className="btn", **desk.key("h"),
                    **desk.acts(NAME, do="handle")),
        html.Button(["暂搁，到时自动恢复", html.Kbd("B")], className="btn", **desk.key("b"),
                    **desk.acts(NAME, do="shelve")),
    ]  # fmt: skip
    return html.Div(
        [
            html.Div(id=Ids.VIEW, className="thing-view"),
            html.Section([html.Div(words, className="fields"), *buttons], id=Ids.WORDS,
                         hidden=True),
            desk.act_store(NAME),
        ],
        className="pane pane-thing pane-alarm",
    )  # fmt: skip


def picked(seen: Situation, thing: dict[str, Any] | None) -> list[Alarm]:
    """The alarms at hand: one, or those of a surge whose cause holds."""
    kind, key = (thing or {}).get("kind"), (thing or {}).get("id", "")
    if kind == "surge":
        return aw.surge_alarms(seen, key)
    return [seen.alarms[key]] if kind == "alarm" and key in seen.alarms else []


def panel(seen: Situation, actor: Actor, thing: dict[str, Any] | None) -> tuple[Any, bool]:
    """The view, and whether the fields under it are hidden."""
    alarms = picked(seen, thing)
    if not alarms:
        over = (thing or {}).get("kind") in {"alarm", "surge"}
        said = "这组报警已全部解除" if over else "请在左侧选择一项"
        return html.Div([head("报警", ""), html.P(said, className="mu")]), True
    view = alarm_view(seen, alarms[0]) if len(alarms) == 1 else group_view(seen, alarms)
    allowed = any(AlarmState.HANDLED in ALARM_MOVES[a.state] for a in alarms)
    return view, not (allowed and actor.may(Permission.ALARM))


def alarm_view(seen: Situation, alarm: Alarm) -> Any:
    """One alarm: what was measured against what, by which rule, and the ways on."""
    rows = html.Dl([p for k, v in aw.facts(seen, alarm) for p in (html.Dt(k), html.Dd(v))])
    top = head("报警", f"{alarm.id} {alarm.state.word}", alarm)
    return html.Div([top, rows, *_buttons(seen, [alarm])])


def group_view(seen: Situation, alarms: Sequence[Alarm]) -> Any:
    """A surge: its alarms one by one, and the same ways on for all of them."""
    surge = seen.surges.get(alarms[0].surge_id or "")
    waiting = sum(a.waits for a in alarms)
    top = head(
        surge.title if surge else "报警", f"{len(alarms)} 条，未签收 {waiting} 条",
        aw.gravest(alarms),
    )  # fmt: skip
    rows = [
        html.Button(
            [
                html.B(aw.mark(a)[0], className=f"mark {aw.mark(a)[1]}"),
                html.Span([html.Strong(level(a)), html.Small(aw.rule_line(a))]),
                html.Span([html.Em(a.state.word), html.Small(clock(a.raised_at, seen.at))]),
            ],
            className="one-alarm",
            **desk.sets({Desk.THING: {"data": {"kind": "alarm", "id": a.id}}}),
        )
        for a in alarms
    ]  # fmt: skip
    span = html.P(aw.surge_span(seen, surge), className="mu")
    return html.Div([top, span, html.Div(rows, className="alarm-list"), *_buttons(seen, alarms)])


def head(title: str, note: str, alarm: Alarm | None = None) -> Any:
    """The line on top, with the mark in its colour."""
    chip = [html.B(aw.mark(alarm)[0], className=f"mark {aw.mark(alarm)[1]}")] if alarm else []
    close = html.Button(
        ["收起", html.Kbd("Esc")], className="quiet", **desk.key("Escape"),
        **desk.sets({Desk.SIDE: desk.side("none"), Desk.THING: {"data": None}}),
    )  # fmt: skip
    return html.Header([*chip, html.H2(title), html.Span(note, className="mu"), close])


def _buttons(seen: Situation, alarms: Sequence[Alarm]) -> list[Any]:
    """Take, make a report, make part of an incident; only what some of them still allows."""
    found = []
    if any(a.waits for a in alarms):
        word = "确认报警" if len(alarms) == 1 else f"全部确认（{sum(a.waits for a in alarms)}）"
        found.append(html.Button([word, html.Kbd("K")], className="btn pri", **desk.key("k"),
                                 **desk.acts(NAME, do="ack")))  # fmt: skip
    first = aw.gravest(alarms)
    if first.open and first.report_id is None and first.incident_id is None:
        found.append(html.Button(["生成报告，按事件处置", html.Kbd("E")], className="btn",
                                 **desk.key("e"),
                                 **desk.acts(NAME, do="report", alarm=first.id)))  # fmt: skip
    if first.open:
        found.append(warn_from.alarm_button(alarms, first))
    if any(AlarmState.LINKED in ALARM_MOVES[a.state] for a in alarms):
        found += [
            html.Button(
                [letter_box(i), f"转入 {i.short_name}", html.Kbd(key)], className="btn",
                **desk.key(key.lower()), **desk.acts(NAME, do="link", incident=i.id),
            )
            for i, key in zip(seen.sided(), LINK_KEYS, strict=False)
        ]  # fmt: skip
    return found


def register(app: Dash, center: Center) -> None:
    """Show the picked alarms, and do what is asked about them."""

    @app.callback(
        Output(Ids.VIEW, "children"),
        Output(Ids.WORDS, "hidden"),
        Input(Desk.THING, "data"),
        Input(Live.REVISION, "data"),
    )
    async def show(thing: dict[str, Any] | None, _revision: Any) -> Any:
        return await center.ask(panel, await desk.see(center), current_actor(), thing)

    @app.callback(
        Output(Desk.THING, "data", allow_duplicate=True),
        Output(Desk.SIDE, "className", allow_duplicate=True),
        Input(desk.act_id(NAME), "data"),
        State(Desk.THING, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(asked: Any, thing: Any, how: str | None, hours: str | None) -> Any:
        stay = (no_update, no_update)
        if not asked:
            return stay
        seen = await desk.see(center)
        try:
            command = command_of(asked, picked(seen, thing), seen, how or "", hours or "4")
        except Invalid as error:
            toasts.complain(error)
            return stay
        answer = await desk.attempt(center, command, asked["n"])
        if answer is None:
            return stay
        if asked["do"] in {"handle", "shelve"}:
            desk_fields.fill(FORM, {"how": ""})
        toasts.say(SAID[asked["do"]])
        if asked["do"] == "report":
            report = answer.body["report"]["id"]
            return {"kind": "report", "id": report}, desk.side("thing")["className"]
        return no_update, desk.side("none")["className"]


SAID = {
    "ack": "已确认报警", "handle": "已记处置情况", "shelve": "已暂搁，到时自动恢复",
    "link": "报警已转入事件", "report": "已由报警生成报告，请核对后开设或并入事件",
}  # fmt: skip


def command_of(
    asked: dict[str, Any], alarms: Sequence[Alarm], seen: Situation, how: str, hours: str
) -> Command:
    """The command a button asks for.

    Raises
    ------
    Invalid
        When none is at hand.
    """
    ids = tuple(a.id for a in alarms)
    if not ids:
        raise Invalid.field("alarm", "没有选中的报警", "请在左侧队列中选择")
    if asked["do"] == "ack" and len(ids) == 1:
        return AcknowledgeAlarm(alarm_id=ids[0])
    if asked["do"] == "ack":
        return m.AcknowledgeAlarms(alarm_ids=ids)
    if asked["do"] == "handle":
        return m.HandleAlarms(alarm_ids=ids, how=how)
    if asked["do"] == "shelve":
        until = seen.at + timedelta(hours=float(hours))
        return m.ShelveAlarms(alarm_ids=ids, until=until, why=how)
    if asked["do"] == "report":
        return m.ReportAlarm(alarm_id=asked["alarm"])
    return m.LinkAlarms(alarm_ids=ids, incident_id=asked["incident"])
