"""What a plan rests on that changes by the hour: flights, closed roads, more sites than teams."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, drafting, plan_head, road_closing, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import kbd
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.sites import OPEN as SITES_OPEN
from dashboard.components.sites import SitesIds
from dashboard.gate import current_actor
from dashboard.words import clock_time
from data.center import Center
from data.domain.flight_switch import WORDS, switch_of
from data.domain.messages.standing import SetFlying
from data.domain.org import PROVINCE, Actor, Permission
from data.domain.situation import Situation
from data.errors import NotFound

AREA = "conditions"
PILLS: tuple[tuple[bool | None, str], ...] = ((None, "按昼夜"), (True, "可夜航"), (False, "停飞"))


class ConditionIds(StrEnum):
    """The ids of the strip."""

    FLIGHTS = "condition-flights"
    REASON = "condition-reason"
    QUEUE = "condition-queue"
    FOLLOWED = "condition-followed"


def layout() -> list[Any]:
    """The strip below the plan's head, and the form that opens under it."""
    return [
        html.Div(
            [
                desk.act_store(AREA),
                dcc.Store(id=ConditionIds.FOLLOWED),
                html.Div(id=ConditionIds.FLIGHTS, className="pflights"),
                dcc.Input(id=ConditionIds.REASON, type="text", placeholder="理由，如：大雾",
                          autoComplete="off", value="", maxLength=60, className="preason"),
                road_closing.opener(),
                road_closing.held(),
                html.Div(id=ConditionIds.QUEUE, className="pqueue"),
            ],
            className="pconditions",
        ),
        road_closing.layout(),
    ]  # fmt: skip


def register(app: Dash, center: Center, box: str, shown: str, answered: str) -> None:
    """Show and set the conditions; the plan of an open view follows them by itself.

    `box` is the plan view's id, `shown` its class while open, `answered` the store that asks for
    the next plan.
    """
    road_closing.register(app, center)
    _setting(app, center, box, shown)
    _following(app, center, box, shown, answered)


def _setting(app: Dash, center: Center, box: str, shown: str) -> None:
    @app.callback(
        Output(ConditionIds.FLIGHTS, FLAT),
        Output(ConditionIds.QUEUE, FLAT),
        Input(box, "className"),
        Input(Live.REVISION, "data"),
    )
    async def show(at: str, _revision: Any) -> Any:
        if at != shown:
            return no_update, no_update
        seen = await desk.see(center)
        return flat(flights(seen, editable=may_set(current_actor()))), flat(queue_hint(seen))

    @app.callback(
        Output(ConditionIds.REASON, "value"),
        Input(desk.act_id(AREA), "data"),
        State(ConditionIds.REASON, "value"),
        prevent_initial_call=True,
    )
    async def press(act: dict[str, Any] | None, reason: str | None) -> Any:
        if not act:
            return no_update
        command = SetFlying(flying=act.get("flying"), reason=(reason or "").strip())
        if await desk.attempt(center, command, act["n"]) is None:
            return no_update
        toasts.say(f"直升机：{WORDS[command.flying]}")
        return ""


def _following(app: Dash, center: Center, box: str, shown: str, answered: str) -> None:
    @app.callback(
        Output(answered, "data", allow_duplicate=True),
        Output(ConditionIds.FOLLOWED, "data"),
        Input(box, "className"),
        Input(Live.REVISION, "data"),
        Input(Desk.DRAFT, "data"),
        State(ConditionIds.FOLLOWED, "data"),
        prevent_initial_call=True,
    )
    async def follow(at: str, _revision: Any, kept: Any, followed: str | None) -> Any:
        """A road closed or opened, or flights stopped: the rest is solved again, once a change."""
        draft = drafting.mine(kept, current_actor().username)
        if at != shown or not draft["plan_id"] or draft["ask"]:
            return no_update, no_update
        seen = await desk.see(center)
        words = await center.ask(moved, center, seen, draft)
        mark = f"{draft['plan_id']} {words}"
        if not words or mark == followed:
            return no_update, no_update
        toasts.say(f"{words}，方案随即重算")
        return {"do": "solve", "n": mark}, mark


def moved(center: Center, seen: Situation, draft: drafting.Draft) -> str:
    """What the draft's plan did not know of the conditions; empty when it knew all. Blocking."""
    known, now = draft["closures"], plan_head.closures(seen)
    words = []
    if known is not None:
        words += [f"新封闭“{label or key}”" for key, label in now.items() if key not in known]
        words += ["管制已解除"] if set(known) - set(now) else []
    try:
        asked: Mapping[str, Any] = center.database.plan(draft["plan_id"]).request
    except NotFound:
        return "；".join(words)
    switch = switch_of(seen.flights)
    if asked.get("flying") != switch.flying:
        words.append(f"直升机改为{switch.words}")
    return "；".join(words)


def may_set(actor: Actor) -> bool:
    """Whether the actor sets flights for the province; the handler asks the same."""
    return actor.may(Permission.DISPATCH) and actor.org == PROVINCE


def flights(seen: Situation, *, editable: bool) -> list[Any]:
    """直升机 按昼夜 | 可夜航 | 停飞, who set it and when."""
    switch = switch_of(seen.flights)
    pills = [
        html.Button(word, className="mini on" if switch.flying is value else "mini",
                    title=WORDS[value], disabled=not editable,
                    **{"aria-pressed": str(switch.flying is value).lower()},
                    **desk.acts(AREA, do="fly", flying=value))
        for value, word in PILLS
    ]  # fmt: skip
    by = f"{switch.set_by} {clock_time(switch.set_at, seen.at)} 设定" if switch.set_at else ""
    if by and switch.reason:
        by += f"：{switch.reason}"
    said = "" if switch.set_at else "气象未作限制"
    return [html.B("直升机"), html.Span(pills, className="ppills"),
            html.Small(by or said, title=by or said)]  # fmt: skip


def queue_hint(seen: Situation) -> Any:
    """More incidents than free teams: one plan cannot serve them all at once, a queue can."""
    sites, free = len(seen.sided()), len(free_teams(seen))
    if sites <= free:
        return None
    return [
        html.Span(f"事件 {sites} 起，多于可派 {free} 队：一队须先后去几处，可排先后"),
        html.Button(["多点排程 ", kbd("F7")], className="mini",
                    **desk.sets({SitesIds.BOX: {"className": SITES_OPEN}}),
                    **{"data-focus": f"#{SitesIds.TEXT}"}),
    ]  # fmt: skip


def free_teams(seen: Situation) -> list[str]:
    """The teams that could be sent now."""
    return [t.id for t in seen.available_teams()
            if t.plannable and not seen.assignment_of_team(t.id)]  # fmt: skip
