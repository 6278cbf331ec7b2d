"""假设推演: a fork of the plan at hand, solved beside it, compared, then thrown away or kept."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboard.components import (
    desk,
    desk_fields,
    drafting,
    fork_panel,
    fork_view,
    fork_work,
    forking,
    toasts,
)
from dashboard.components.desk import Desk
from dashboard.components.flat import FLAT, flat
from dashboard.components.fork_panel import AREA, FORM, KEEP, OPEN, SHUT, SOLVE, ForkIds
from dashboard.components.live import Live
from dashboard.components.plan import PlanIds
from dashboard.gate import current_actor
from dashboard.place_index import search_places
from data.center import Center
from data.errors import CenterError

MOST_PLACES = 6
layout = fork_panel.layout


def register(app: Dash, center: Center) -> None:
    """Change the fork, solve it, show it, keep it."""
    _finding(app, center)
    _changing(app, center)
    _solving(app, center)
    _drawing(app, center)
    _keeping(app, center)


def _finding(app: Dash, center: Center) -> None:
    @app.callback(
        Output(ForkIds.PLACES, FLAT), Input(ForkIds.PLACE, "value"), prevent_initial_call=True
    )
    async def find(text: str | None) -> str:
        if not text or not text.strip():
            return ""
        found = await center.ask(search_places, center, current_actor(), text)
        return flat(fork_view.places(found[:MOST_PLACES]))

    @app.callback(Output(ForkIds.ROADS, FLAT), Input(ForkIds.ROAD, "value"))
    async def find_road(text: str | None) -> str:
        if not text or not text.strip():
            return ""
        edges = await center.ask(center.travel.edges)
        return flat(fork_view.roads(fork_view.find_roads(edges, text)))


def _changing(app: Dash, center: Center) -> None:
    @app.callback(
        Output(ForkIds.STATE, "data"),
        Output(ForkIds.RESULT, "data", allow_duplicate=True),
        Output(ForkIds.PROBLEM, "children", allow_duplicate=True),
        Output(ForkIds.PLACE, "value"),
        Input(desk.act_id(AREA), "data"),
        State(ForkIds.STATE, "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in ("name", "type", "level")),
        prevent_initial_call=True,
    )
    async def change(
        act: dict[str, Any] | None, kept: Any, name: str | None, kind: str, level: str
    ) -> Any:
        if not act:
            return (no_update,) * 4
        state = forking.mine(kept, current_actor().username)
        if act["do"] == "discard":
            return forking.blank(state["owner"]), None, None, ""
        try:
            seen = await center.ask(fork_work.supposed, center, current_actor(), state["changes"])
            after = fork_work.changed(seen, state, act, ((name or "").strip(), kind, level))
        except CenterError as error:
            return no_update, no_update, toasts.refusal(error), no_update
        if act["do"] == "incident":
            desk_fields.fill(FORM, {"name": ""})
            desk_fields.drop(FORM, ForkIds.BOX, act["n"])
        return after, no_update, None, "" if act["do"] == "at" else no_update


def _solving(app: Dash, center: Center) -> None:
    @app.callback(
        Output(ForkIds.RESULT, "data"),
        Output(ForkIds.PROBLEM, "children"),
        Input(desk.act_id(SOLVE), "data"),
        State(ForkIds.STATE, "data"),
        State(Desk.DRAFT, "data"),
        running=[
            (Output(ForkIds.BUSY, "hidden"), False, True),
            (Output(ForkIds.SOLVE, "disabled"), True, False),
        ],
        prevent_initial_call=True,
    )
    async def solve(act: dict[str, Any] | None, kept: Any, draft: Any) -> Any:
        if not act:
            return no_update, no_update
        actor = current_actor()
        state = forking.mine(kept, actor.username)
        try:
            held = drafting.mine(draft, actor.username)
            return await center.ask(fork_work.solved, center, actor, state["changes"], held), None
        except CenterError as error:
            if error.code == "superseded":
                return no_update, no_update
            return no_update, toasts.refusal(error)


def _drawing(app: Dash, center: Center) -> None:
    @app.callback(
        Output(ForkIds.CHANGES, FLAT),
        Output(ForkIds.NEEDS, FLAT),
        Output(ForkIds.TEAMS, FLAT),
        Output(ForkIds.AT, FLAT),
        Input(ForkIds.BOX, "className"),
        Input(Live.REVISION, "data"),
        Input(ForkIds.STATE, "data"),
    )
    async def show(box: str, _revision: Any, kept: Any) -> Any:
        if box != OPEN:
            return (no_update,) * 4
        state = forking.mine(kept, current_actor().username)
        seen = await center.ask(fork_work.supposed, center, current_actor(), state["changes"])
        drawn = (fork_view.changes(seen, state), fork_view.needs(seen, state),
                 fork_view.bound(seen, state), fork_view.place_at(state))  # fmt: skip
        return tuple(flat(part) for part in drawn)

    @app.callback(
        Output(ForkIds.COMPARED, FLAT),
        Output(ForkIds.COLUMNS, FLAT),
        Output(ForkIds.KEEPING, FLAT),
        Output(ForkIds.KEEP, "disabled"),
        Input(ForkIds.BOX, "className"),
        Input(ForkIds.RESULT, "data"),
        Input(ForkIds.STATE, "data"),
    )
    async def compare(box: str, result: Any, kept: Any) -> Any:
        if box != OPEN:
            return (no_update,) * 4
        state = forking.mine(kept, current_actor().username)
        return await center.ask(fork_work.drawn, center, current_actor(), result, state)


def _keeping(app: Dash, center: Center) -> None:
    @app.callback(
        Output(PlanIds.ANSWERED, "data", allow_duplicate=True),
        Output(ForkIds.STATE, "data", allow_duplicate=True),
        Output(ForkIds.RESULT, "data", allow_duplicate=True),
        Output(ForkIds.BOX, "className"),
        Input(desk.act_id(KEEP), "data"),
        State(ForkIds.RESULT, "data"),
        State(ForkIds.STATE, "data"),
        prevent_initial_call=True,
    )
    async def keep(act: dict[str, Any] | None, result: Any, kept: Any) -> Any:
        state = forking.mine(kept, current_actor().username)
        if not act or not result or forking.mark(result["changes"]) != forking.mark(
            state["changes"]
        ):
            return (no_update,) * 4
        try:
            found = await center.ask(fork_work.kept, center, current_actor(), result)
        except CenterError as error:
            toasts.complain(error)
            return (no_update,) * 4
        for number, command in enumerate(found.commands):
            if await desk.attempt(center, command, f"{act['n']}-{number}") is None:
                return (no_update,) * 4
        asked = {"locks": found.kept.locks, "bans": found.kept.bans,
                 "release": found.kept.release}  # fmt: skip
        carried = {"do": "carry", "request": asked, "solve": True, "n": act["n"]}
        toasts.say("已采用推演，按真实情况重新求解")
        return carried, forking.blank(state["owner"]), None, SHUT
