"""审批 at work: whose word an order waits for, or owes, and giving or noting it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, finding, toasts
from dashboard.components import clearance_views as views
from dashboard.components import task_words as tw
from dashboard.components.at_hand import at_hand
from dashboard.components.dispatch import WAYS, clock_typed
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.authority import read_table
from data.domain.dispatch import Authority
from data.domain.messages import Command
from data.domain.messages import clearing as m
from data.errors import CenterError

NAME = "clearance"


class Ids(StrEnum):
    """The ids of the approvals."""

    CHOSEN = "clearance-chosen"
    TEXT = "clearance-text"
    LIST = "clearance-list"
    DETAIL = "clearance-detail"
    ACTIONS = "clearance-actions"
    STEPS = "clearance-steps"
    WORDS = "clearance-words"
    WHO = "clearance-who"
    POST = "clearance-post"
    WAY = "clearance-way"
    TIME = "clearance-time"
    WHOSE = "clearance-whose"


def layout() -> list[Any]:
    """The columns on the left, the approval at hand on the right."""
    bar = html.Div(
        finding.search(Ids.TEXT, "按队伍、单号、依据筛选"), className="bar",
    )  # fmt: skip
    word = html.Div(
        [
            html.Span("何人授权", className="mu"),
            dcc.Input(id=Ids.WHO, placeholder="姓名", autoComplete="off"),
            dcc.Input(id=Ids.POST, placeholder="职务", autoComplete="off"),
            dcc.RadioItems(list(WAYS[1:]), None, id=Ids.WAY, inline=True, className="pills"),
            dcc.Input(id=Ids.TIME, placeholder="时间 HH:MM，空为此刻", maxLength=5),
        ],
        id=Ids.WHOSE, className="whose", title="由他人电话、当面授权时填写；本人批准不必填",
    )  # fmt: skip
    words = dcc.Textarea(
        id=Ids.WORDS, rows=2, value="", placeholder="意见；不同意须写明理由"
    )
    side = html.Aside(
        [
            at_hand(Ids.DETAIL, [word, words], Ids.ACTIONS, steps=Ids.STEPS),
            dcc.Store(id=Ids.CHOSEN), desk.act_store(NAME),
        ],
        className="side show-detail",
    )  # fmt: skip
    left = html.Div([bar, admin_parts.hole(Ids.LIST)], className="main")
    return [html.Div([left, side], className="two")]


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, and carry out what is pressed."""

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.DETAIL, FLAT), Output(Ids.ACTIONS, FLAT),
        Output(Ids.STEPS, FLAT), Output(Ids.WHOSE, "hidden"),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.CHOSEN, "data"),
    )  # fmt: skip
    async def redraw(_revision: Any, text: str | None, chosen: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        held = seen.clearances.get(chosen or "")
        pace = read_table(center.tools.rules["authority"]).escalation
        listed = views.board(
            seen, center.areas, text or "", chosen, pace.words(),
            lambda c: desk.sets({Ids.CHOSEN: {"data": c.id}}),
        )  # fmt: skip
        return (
            flat(listed), flat(views.detail(seen, center.areas, held)),
            flat(views.actions(actor, center.areas, held, NAME)),
            flat(tw.steps_view(held.steps if held else (), seen.at)),
            held is None or not held.open or held.may_decide(actor),
        )  # fmt: skip

    @app.callback(
        Output(Ids.WORDS, "value"),
        Output(Ids.WHO, "value"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.WORDS, "value"),
        State(Ids.WHO, "value"),
        State(Ids.POST, "value"),
        State(Ids.WAY, "value"),
        State(Ids.TIME, "value"),
        prevent_initial_call=True,
    )
    async def act(asked: Any, chosen: str | None, words: str | None, *typed: Any) -> Any:
        same = (no_update,) * 2
        if not asked or not chosen:
            return same
        try:
            command = command_of(chosen, asked["do"], words or "", typed, center.clock.now())
            await center.do(command, current_actor(), asked["n"])
        except CenterError as error:
            toasts.complain(error)
            return same
        toasts.say(DONE[asked["do"]])
        return "", ""


DONE: Mapping[str, str] = {
    "grant": "已批准", "note": "已记录授权", "review": "已写审核意见", "refuse": "已记录不同意",
}  # fmt: skip


def command_of(
    held: str, do: str, words: str, typed: tuple[Any, ...], now: datetime
) -> Command:
    """The command of a button; `typed` is whose word: name, post, way, time.

    Raises
    ------
    Invalid
        A time that is none.
    """
    name, post, way, time = (str(x or "").strip() for x in typed)
    word = None
    if name and do != "grant":
        word = Authority(name=name, post=post, way=way, at=clock_typed(time, now))
    match do:
        case "review":
            return m.ReviewClearance(clearance_id=held, words=words)
        case "refuse":
            return m.RefuseClearance(clearance_id=held, words=words, authorised_by=word)
        case _:
            return m.GrantClearance(clearance_id=held, words=words, authorised_by=word)
