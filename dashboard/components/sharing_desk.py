"""Connectors at work: who shares what with us, how it stands, paused, polled, given a token."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, finding, toasts
from dashboard.components import sharing_form as form
from dashboard.components import sharing_views as views
from dashboard.components.at_hand import at_hand
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import Command
from data.domain.messages import sharing as m
from data.domain.org import Actor, Permission
from data.domain.sharing import Connector

NAME = "sharing"
NOT_ALLOWED = empty("本账号不办理数据共享", "由系统管理员办理；值班席位在“监测”看数据")


class Ids(StrEnum):
    """The ids of the connectors."""

    TEXT = "sharing-text"
    LIST = "sharing-list"
    CHOSEN = "sharing-chosen"
    DETAIL = "sharing-detail"
    ACTIONS = "sharing-actions"
    REASON = "sharing-reason"
    SECRET = "sharing-secret"  # noqa: S105 - an id
    DONE = "sharing-done"


def layout() -> list[Any]:
    """The list on the left, the connector at hand on the right; it holds no data."""
    bar = html.Div(
        [
            *finding.search(Ids.TEXT, "按单位、名称筛选"),
            html.Button(["刷新 ", html.Kbd("F")], className="btn", **desk.key("f"),
                        **desk.acts(NAME, do="look")),
        ],
        className="bar",
    )  # fmt: skip
    reason = dcc.Input(
        id=Ids.REASON, type="text", value="", autoComplete="off", placeholder="暂停理由"
    )
    shown = at_hand(Ids.DETAIL, [reason], Ids.ACTIONS, html.Div(id=Ids.SECRET))
    side = html.Aside(
        [shown, dcc.Store(id=Ids.CHOSEN), dcc.Store(id=Ids.DONE), desk.act_store(NAME)],
        className="side show-detail",
    )  # fmt: skip
    left = html.Div([bar, admin_parts.hole(Ids.LIST)], className="main")
    return [html.Div([left, side], className="two")]


def register(app: Dash, center: Center) -> None:
    """Draw the connectors; carry out what is pressed."""

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.DETAIL, FLAT), Output(Ids.ACTIONS, FLAT),
        Input(Live.REVISION, "data"), Input(Ids.DONE, "data"), Input(Ids.TEXT, "value"),
        Input(Ids.CHOSEN, "data"),
    )  # fmt: skip
    async def redraw(_revision: Any, _done: Any, text: str | None, chosen: str | None) -> Any:
        actor = current_actor()
        if not actor.may(Permission.SHARE):
            return flat(NOT_ALLOWED), "", ""
        held = (await center.ask(center.queries.situation, actor)).connectors
        book = await center.ask(center.sharing.book.all)
        at_hand = held.get(chosen or "")
        stands = book.get(chosen or "")
        return (
            flat(views.listing(
                held.values(), book, center.areas, (text or "").strip(), chosen,
                lambda c: desk.sets({Ids.CHOSEN: {"data": c.id}, Ids.SECRET: {"children": None}}),
            )),
            flat(views.detail(at_hand, stands, center.areas)),
            flat(views.actions(at_hand, stands, NAME)),
        )  # fmt: skip

    @app.callback(
        Output(Ids.DONE, "data"), Output(Ids.SECRET, "children"), Output(Ids.REASON, "value"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"), State(Ids.REASON, "value"),
        prevent_initial_call=True,
    )  # fmt: skip
    async def act(asked: dict[str, Any] | None, chosen: str | None, reason: str | None) -> Any:
        if not asked:
            return no_update, no_update, no_update
        if asked["do"] == "look" or not chosen:
            return asked["n"], no_update, no_update
        actor = current_actor()
        found = await admin_parts.tried(center, center.sharing.connector, actor, chosen)
        if found is None:
            return no_update, no_update, no_update
        secret = await _acted(center, actor, found, asked, (reason or "").strip())
        return asked["n"], secret, "" if asked["do"] == "pause" else no_update


async def _acted(
    center: Center, actor: Actor, held: Connector, asked: dict[str, Any], reason: str
) -> Any:
    """Carry out one button; a secret to show, or nothing to change."""
    tried, accounts = admin_parts.tried, center.accounts
    match asked["do"]:
        case "edit":
            form.open_form(held)
        case "pause" | "resume":
            await _moved(center, held, asked, reason)
        case "poll":
            _say(await tried(center, center.poller.poll, held), _polled)
        case "retake":
            _say(await tried(center, center.sharing.retake, held),
                 lambda done: f"重取：收 {done.accepted} 条，仍拒的留在隔离区")  # fmt: skip
        case "token":
            token = await tried(center, accounts.make_share_token, actor, held.id, held.name)
            return admin_parts.secret(f"{held.body}的推送令牌", token) if token else no_update
        case "revoke":
            _say(await tried(center, accounts.revoke_share_token, actor, held.id),
                 lambda _: "令牌已收回，数秒内失效")  # fmt: skip
    return no_update


async def _moved(center: Center, held: Connector, asked: dict[str, Any], reason: str) -> None:
    """Pause it with the reason, or take from it again."""
    pause = asked["do"] == "pause"
    command: Command = (
        m.PauseConnector(connector_id=held.id, reason=reason)
        if pause
        else m.ResumeConnector(connector_id=held.id)
    )
    if await desk.attempt(center, command, asked["n"]):
        toasts.say(f"{held.name}已{'暂停' if pause else '恢复'}")


def _say(done: Any, words: Callable[[Any], str]) -> None:
    if done:
        toasts.say(words(done))


def _polled(told: dict[str, Any]) -> str:
    if not told["changed"]:
        return "对方没有新数据"
    return f"轮询：收 {told['accepted']} 条，拒 {len(told['refused'])} 条"
