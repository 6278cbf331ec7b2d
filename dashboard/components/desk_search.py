"""The search in the header: places, teams, depots and incidents by name or pinyin."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html

from dashboard.components import desk
from dashboard.components.desk import Desk
from dashboard.gate import current_actor
from dashboard.place_index import search_places
from data.center import Center

MOST = 10


class Ids(StrEnum):
    """The search's ids."""

    BOX = "desk-search"
    FOUND = "desk-found"


def layout() -> Any:
    """The box, its key, and where answers hang."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(dcc.Input(
                        id=Ids.BOX, type="text", value="", autoComplete="off",
                        placeholder="地点、队伍、储备库…",
                    ), className="find-in"),
                    html.Button("/", className="kbd", tabIndex="-1", **desk.key("/"),
                                **{"aria-label": "查找", "data-acts": '{"store": "act-find"}',
                                   "data-focus": f"#{Ids.BOX}"}),
                ],
                className="find-box",
            ),
            html.Div(id=Ids.FOUND, className="found"),
            desk.act_store("find"),
        ],
        className="find",
    )  # fmt: skip


def found_view(found: list[dict[str, Any]]) -> list[Any]:
    """Answers as buttons: the map goes there, a thing is picked."""
    return [_one(f) for f in found[:MOST]]


def _one(found: dict[str, Any]) -> Any:
    changes: dict[str, Any] = {Ids.FOUND: {"children": None}, Ids.BOX: {"value": ""}}
    if found["kind"] == "incident":
        changes[Desk.INCIDENT] = {"data": found["id"]}
    elif found["id"] and found["kind"] in ("team", "depot"):
        changes[Desk.THING] = {"data": {"kind": found["kind"], "id": found["id"]}}
    goto = f'{{"lon": {found["lon"]}, "lat": {found["lat"]}, "zoom": {found["zoom"]}}}'
    return html.Button(
        [found["name"], html.Small(found["detail"])], **desk.sets(changes), **{"data-goto": goto}
    )


def register(app: Dash, center: Center) -> None:
    """Answer while typing."""

    @app.callback(Output(Ids.FOUND, "children"), Input(Ids.BOX, "value"), prevent_initial_call=True)
    async def find(text: str | None) -> Any:
        if not text or not text.strip():
            return None
        found = await center.ask(search_places, center, current_actor(), text)
        return found_view(found) or html.P("没有找到", className="mu")
