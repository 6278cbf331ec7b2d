"""Conflicts at work: both sides seen, one verdict with a reason; county machines kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, toasts
from dashboard.components import clash_views as views
from dashboard.components.at_hand import at_hand
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages.nodes import DecideClash
from data.domain.org import Permission

NAME, NODES = "clash", "nodes"


class Ids(StrEnum):
    """The ids of conflicts and machines."""

    CHOSEN = "clash-chosen"
    LIST = "clash-list"
    DETAIL = "clash-detail"
    ACTIONS = "clash-actions"
    REASON = "clash-reason"
    MACHINES = "clash-machines"
    ORG = "clash-org"
    SECRET = "clash-secret"  # noqa: S105 - an id
    DONE = "clash-done"
    ENROL = "clash-enrol"


def layout() -> list[Any]:
    """The columns on the left, both sides of the one at hand on the right."""
    reason = dcc.Textarea(
        id=Ids.REASON, rows=2, value="", placeholder="裁定理由：与谁商定、为何如此（必填）"
    )
    side = html.Aside(
        [at_hand(Ids.DETAIL, [reason], Ids.ACTIONS), dcc.Store(id=Ids.CHOSEN),
         desk.act_store(NAME)],
        className="side show-detail",
    )  # fmt: skip
    left = html.Div(admin_parts.hole(Ids.LIST), className="main")
    return [html.Div([left, side], className="two")]


def machines_layout() -> list[Any]:
    """The machines, and a line to enrol one, for the administrator."""
    bar = html.Div(
        [
            dcc.Input(id=Ids.ORG, type="text", value="", autoComplete="off",
                      placeholder="市县全称或六位代码"),
            html.Button(["登记节点 ", html.Kbd("N")], className="btn pri", **desk.key("n"),
                        **desk.acts(NODES, do="enrol")),
        ],
        id=Ids.ENROL, className="bar",
    )  # fmt: skip
    look = html.Button(
        ["刷新 ", html.Kbd("F")], className="btn", **desk.key("f"), **desk.acts(NODES, do="look")
    )
    return [
        html.Div(
            [bar, html.Div(look, className="bar"), html.Div(id=Ids.SECRET),
             admin_parts.hole(Ids.MACHINES), dcc.Store(id=Ids.DONE), desk.act_store(NODES)],
            className="machines",
        )
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, carry out what is pressed."""

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.DETAIL, FLAT), Output(Ids.ACTIONS, FLAT),
        Input(Live.REVISION, "data"), Input(Ids.CHOSEN, "data"),
    )  # fmt: skip
    async def redraw(_revision: Any, chosen: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        held = seen.clashes.get(chosen or "")
        listed = views.board(
            seen, center.areas, chosen,
            lambda c: desk.sets({Ids.CHOSEN: {"data": c.id}, Ids.REASON: {"value": ""}}),
        )  # fmt: skip
        return (
            flat(listed), flat(views.detail(seen, center.areas, held)),
            flat(views.actions(actor, held, NAME)),
        )  # fmt: skip

    @app.callback(
        Output(Ids.REASON, "value"), Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"), State(Ids.REASON, "value"), prevent_initial_call=True,
    )  # fmt: skip
    async def decide(asked: dict[str, Any] | None, chosen: str | None, reason: str | None) -> Any:
        if not asked or not chosen:
            return no_update
        command = DecideClash(clash_id=chosen, verdict=asked["do"], reason=reason or "")
        if await desk.attempt(center, command, asked["n"]) is None:
            return no_update
        toasts.say(f"{chosen} 已裁定，随即下发县里")
        return ""

    @app.callback(
        Output(Ids.MACHINES, FLAT), Output(Ids.ENROL, "hidden"),
        Input(Live.REVISION, "data"), Input(Ids.DONE, "data"),
    )  # fmt: skip
    async def listed(_revision: Any, _done: Any) -> Any:
        actor = current_actor()
        held = await center.ask(center.nodes.all, actor)
        shown = views.machines(held, center.areas, center.nodes.silent, actor, NODES)
        may = actor.may(Permission.ACCOUNTS) and center.link is None
        return flat(shown), not may

    @app.callback(
        Output(Ids.DONE, "data"), Output(Ids.SECRET, "children"), Output(Ids.ORG, "value"),
        Input(desk.act_id(NODES), "data"), State(Ids.ORG, "value"), prevent_initial_call=True,
    )  # fmt: skip
    async def keep(asked: dict[str, Any] | None, org: str | None) -> Any:
        actor, tried = current_actor(), admin_parts.tried
        if not asked:
            return (no_update,) * 3
        if asked["do"] == "look":
            return asked["n"], no_update, no_update
        if asked["do"] == "revoke":
            if await tried(center, center.nodes.revoke, actor, asked["key"]):
                toasts.say(f"{asked['key']} 已注销，数秒内失效")
            return asked["n"], no_update, no_update
        area = await tried(center, admin_parts.area_of, center.areas, org)
        made = await tried(center, center.nodes.enrol, actor, area) if area else None
        if made is None:
            return (no_update,) * 3
        words = f"节点 {made.name} 的令牌（HUBEI_NODE={made.name}，HUBEI_NODE_TOKEN 如下）"
        return asked["n"], admin_parts.secret(words, made.token), ""
