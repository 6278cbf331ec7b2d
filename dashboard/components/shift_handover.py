"""交接班: who is on, who comes next, and every open item taken by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, toasts
from dashboard.components.desk_words import clock, empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.task_words import place_of
from dashboard.gate import current_actor
from dashboard.words import iso
from data.center import Center
from data.domain.handover import open_items
from data.domain.messages import Command
from data.domain.messages import shifts as m
from data.domain.org import Actor, Permission
from data.domain.people import typed_people
from data.domain.shift import (
    Handover,
    HandoverItem,
    HandoverState,
    Shift,
    following,
    on_duty,
    rostered,
)
from data.domain.situation import Situation
from data.errors import CenterError

NAME = "handover"
PAST = 12


class Ids(StrEnum):
    """The ids of the handover."""

    NOW = "handover-now"
    BY = "handover-by"
    WORDS = "handover-words"
    ACTIONS = "handover-actions"
    ITEMS = "handover-items"
    PAST = "handover-past"


def layout() -> list[Any]:
    """The skeleton; it holds no data."""
    return [
        html.Div(id=Ids.NOW, className="posts-now", **{FLAT: ""}),
        html.Div(
            [
                html.Label("接收人", htmlFor=Ids.BY),
                dcc.RadioItems(id=Ids.BY, className="pills", options=[]),
                dcc.Input(
                    id=Ids.WORDS, type="text", value="", className="filter", autoComplete="off",
                    placeholder="接收意见、交代事项或理由", maxLength=400,
                ),
                html.Span(id=Ids.ACTIONS, className="bar", **{FLAT: ""}),
            ],
            className="bar take-bar",
        ),
        parts.hole(Ids.ITEMS),
        html.H3("历次交接班"),
        parts.hole(Ids.PAST),
        desk.act_store(NAME),
    ]  # fmt: skip


class Sides:
    """The two shifts a room is between, and the handover that runs."""

    def __init__(self, seen: Situation, org: str) -> None:
        shifts = list(seen.shifts.values())
        self.on = on_duty(shifts, org)
        self.named = rostered(shifts, org, seen.at)
        self.running = next(
            (h for h in seen.handovers.values()
             if h.org == org and h.state == HandoverState.OPEN), None,
        )  # fmt: skip
        after = following(shifts, org, self.on)
        if self.running is not None:
            after = seen.shifts.get(self.running.to_shift or "")
        elif self.on is None and self.named is not None and self.named.state == "planned":
            after = self.named
        self.next = after


def register(app: Dash, center: Center) -> None:
    """Show the handover and carry its buttons out."""

    @app.callback(
        Output(Ids.NOW, FLAT),
        Output(Ids.BY, "options"),
        Output(Ids.ACTIONS, FLAT),
        Output(Ids.ITEMS, FLAT),
        Output(Ids.PAST, FLAT),
        Input(Live.REVISION, "data"),
    )
    async def show(_revision: Any) -> Any:
        seen, actor = await desk.see(center), current_actor()
        sides = Sides(seen, actor.org)
        items = await center.ask(listed, center, seen, actor.org, sides.running)
        names = [p.name for p in sides.next.people] if sides.next else []
        return (
            flat(now_view(seen, sides)), names, flat(actions(actor, sides, items)),
            flat(items_view(seen, actor, sides, items)), flat(past_view(seen, actor.org)),
        )  # fmt: skip

    @app.callback(
        Output(Ids.WORDS, "value"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.BY, "value"),
        State(Ids.WORDS, "value"),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, by: str | None, words: str | None) -> Any:
        if not asked:
            return no_update
        sides = Sides(await desk.see(center), current_actor().org)
        command = command_of(sides, asked, by or "", (words or "").strip())
        if command is None:
            return no_update
        try:
            await center.do(command, current_actor(), asked["n"])
        except CenterError as error:
            toasts.complain(error)
            return no_update
        toasts.say(_SAID[asked["do"]])
        return ""


_SAID = {
    "start": "已接班", "open": "已开始交接班", "take": "已接收", "note": "已写入交代事项",
    "complete": "交接班完成", "cancel": "已撤销交接班",
}  # fmt: skip


def listed(
    center: Center, seen: Situation, org: str, running: Handover | None
) -> tuple[HandoverItem, ...]:
    """What is open now; during a handover with what was taken. Blocking."""
    still = open_items(seen, org, center.areas, center.tools.rules["reporting"])
    return running.standing(still) if running else still


def command_of(sides: Sides, asked: dict[str, Any], by: str, words: str) -> Command | None:
    """The command of a button; None when there is nothing it could mean."""
    running = sides.running
    if asked["do"] == "start" and sides.next is not None:
        return m.StartShift(shift_id=sides.next.id, by=by)
    if asked["do"] == "open":
        return m.OpenHandover(words=words)
    if running is None:
        return None
    if asked["do"] == "take":
        return m.TakeItem(handover_id=running.id, key=asked["key"], by=by, words=words)
    if asked["do"] == "note":
        return m.NoteItem(handover_id=running.id, title=words)
    if asked["do"] == "complete":
        return m.CompleteHandover(handover_id=running.id, by=by, words=words)
    return m.CancelHandover(handover_id=running.id, reason=words)


def now_view(seen: Situation, sides: Sides) -> Any:
    """The shift that is on beside the one that comes."""
    return [
        _shift_card("在岗班次", sides.on, seen, "没有在岗班次"),
        _shift_card("接班班次", sides.next, seen, "值班表里没有下一班，请先排班"),
    ]


def _shift_card(title: str, shift: Shift | None, seen: Situation, none: str) -> Any:
    if shift is None:
        return html.Div([html.H3(title), html.P(none, className="none")], className="box")
    since = f"，{clock(shift.took_at, seen.at)} 接班" if shift.took_at else ""
    over = shift.state == "on" and shift.ends_at is not None and seen.at > shift.ends_at
    return html.Div(
        [
            html.H3([title, html.Small(f"{shift.state.word}{since}")]),
            html.P(html.B("已过下班时间，尚未交接", className="off")) if over else None,
            html.Dl(
                [
                    html.Dt("时间"),
                    html.Dd(f"{parts.stamp(shift.starts_at)} 至 {parts.stamp(shift.ends_at)}"),
                    html.Dt("带班领导"), html.Dd(shift.chief.words() if shift.chief else "—"),
                    html.Dt("值班员"), html.Dd(typed_people(shift.officers) or "—"),
                ]
            ),
        ],
        className="box",
    )  # fmt: skip


def actions(actor: Actor, sides: Sides, items: tuple[HandoverItem, ...]) -> Any:
    """The buttons that do something now."""
    if not actor.may(Permission.SHIFT):
        return html.Small("你的账号只能查看交接班。")
    if sides.running is None:
        if sides.on is None:
            return _button("接班", "start", "G") if sides.next else None
        return _button("开始交接班", "open", "G")
    waiting = sum(not i.taken for i in items)
    done = "完成交接" if not waiting else f"完成交接（还有 {waiting} 项）"
    return [
        _button(done, "complete", "G", main=not waiting),
        _button("写入交代事项", "note", "N", main=False),
        html.Button("撤销交接", className="btn danger", **desk.confirm("再按一次撤销"),
                    **desk.acts(NAME, do="cancel")),
    ]  # fmt: skip


def _button(word: str, do: str, key: str, *, main: bool = True) -> Any:
    return html.Button(
        [f"{word} ", html.Kbd(key)], className="btn pri" if main else "btn",
        **desk.key(key.lower()), **desk.acts(NAME, do=do),
    )  # fmt: skip


def items_view(seen: Situation, actor: Actor, sides: Sides, items: tuple[HandoverItem, ...]) -> Any:
    """Every open item; during a handover who took it, the first that waits by key J."""
    if not items:
        return empty("没有未办结事项")
    running, may = sides.running, actor.may(Permission.SHIFT)
    waiting = [i.key for i in items if not i.taken]
    said = f"未办结事项 {len(items)} 项"
    if running:
        settled = len(running.items) - sum(i.key in {x.key for x in items} for i in running.items)
        said += f"，已接收 {len(items) - len(waiting)} 项，待接收 {len(waiting)} 项"
        said += f"；交接期间办结 {settled} 项" if settled else ""
    rows = []
    for item in items:
        side, letter, _ = place_of(seen, item.incident_id)
        late = item.due_at is not None and item.due_at < seen.at and not item.taken
        due = html.Time(**{"data-due": iso(item.due_at)}) if item.due_at else ""
        rows.append(
            (
                html.B(letter, className=f"letter {side}"), item.kind,
                [html.B(item.title, className="off" if late else ""), html.Br(),
                 html.Small(item.detail)],
                due, _taken(seen, item, waiting, may) if running else "",
            )
        )  # fmt: skip
    heads = ("事件", "类别", "事项", "时限", "接收")
    return [html.P(said, className="count"), parts.table(heads, rows, "")]


def _taken(seen: Situation, item: HandoverItem, waiting: list[str], may: bool) -> Any:
    if item.taken:
        words = f"：{item.words}" if item.words else ""
        return html.Small(f"✓ {item.by} {clock(item.at, seen.at)}{words}")
    if not may:
        return html.Small("待接收")
    first = waiting[0] == item.key
    return html.Button(
        ["接收 ", html.Kbd("J")] if first else "接收", className="btn tiny",
        **(desk.key("j") if first else {}), **desk.acts(NAME, do="take", key=item.key),
    )  # fmt: skip


def past_view(seen: Situation, org: str) -> Any:
    """Handovers that are over, each with its record to print."""
    held = sorted(
        (h for h in seen.handovers.values() if h.org == org and h.state != HandoverState.OPEN),
        key=lambda h: h.id, reverse=True,
    )  # fmt: skip
    rows = (
        (
            h.id, h.state.word, parts.stamp(h.opened_at), parts.stamp(h.ended_at), h.ended_by,
            f"{sum(i.taken for i in h.items)} 项", h.end_words, _files(h),
        )
        for h in held[:PAST]
    )  # fmt: skip
    heads = ("编号", "状态", "开始", "结束", "接班", "接收", "意见", "记录单")
    return parts.table(heads, rows, "还没有办过交接班。")


def _files(held: Handover) -> Any:
    at = f"/api/v1/handovers/{held.id}/document?format="
    return [html.A(f"{word} ", href=at + form, download="" if form != "html" else None)
            for word, form in (("Word", "docx"), ("PDF", "pdf"), ("打印", "html"))]  # fmt: skip
