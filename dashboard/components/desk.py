"""What all parts of the duty desk share: store ids, clicks as data, and how a command is run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import dcc

from dashboard.components import toasts
from dashboard.gate import current_actor
from data.center import Answer, Center
from data.domain.incident import Incident
from data.domain.messages import Command
from data.domain.situation import Situation
from data.errors import CenterError


class Desk(StrEnum):
    """Ids more than one part of the desk uses."""

    INCIDENT = "desk-incident"
    THING = "desk-thing"
    DRAFT = "desk-draft"
    DONE = "desk-done"
    WORK = "desk-work"
    SIDE = "desk-side"
    QUEUE = "desk-queue"
    MAP = "duty-map"


TABS: Mapping[str, str] = {
    "overview": "概况", "dispatch": "联合调派", "supplies": "物资", "tasks": "任务",
    "filing": "信息报送", "timeline": "时间线", "field": "现场",
}  # fmt: skip


def stores() -> list[Any]:
    """The shared stores, placed once by the page."""
    return [
        dcc.Store(id=Desk.INCIDENT),
        dcc.Store(id=Desk.THING),
        dcc.Store(id=Desk.DRAFT, storage_type="local"),
        dcc.Store(id=Desk.DONE),
    ]


def sets(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Attributes by which a click sets properties in the browser, without a callback."""
    return {"data-sets": json.dumps({str(k): v for k, v in changes.items()}, ensure_ascii=False)}


def tab(name: str) -> dict[str, Any]:
    """The property that shows one tab of the work column."""
    return {"className": f"wk tab-{name}"}


def side(name: str) -> dict[str, Any]:
    """The property that shows one content of the side panel; `none` hides it."""
    return {"className": f"side-panel show-{name}"}


def act_id(area: str) -> str:
    """The id of the store that an area's buttons write into."""
    return f"act-{area}"


def act_store(area: str) -> Any:
    """The store that an area's buttons write into."""
    return dcc.Store(id=act_id(area))


def acts(area: str, **what: Any) -> dict[str, str]:
    """Attributes by which a click writes `what` into the area's store, with a nonce `n`."""
    return {"data-acts": json.dumps({"store": act_id(area), **what}, ensure_ascii=False)}


def confirm(words: str) -> dict[str, str]:
    """Attributes that ask for a second click, showing `words` meanwhile."""
    return {"data-confirm": words}


def key(name: str) -> dict[str, str]:
    """The key that clicks an element."""
    return {"data-key": name}


async def see(center: Center) -> Situation:
    """The situation for whoever is signed in."""
    return await center.ask(center.queries.situation, current_actor())


async def attempt(center: Center, command: Command, request_id: str | None = None) -> Answer | None:
    """Carry a command out for whoever is signed in; a refusal is shown and None returned."""
    try:
        return await center.do(command, current_actor(), request_id)
    except CenterError as error:
        toasts.complain(error)
        return None


def chosen(seen: Situation, incident_id: str | None) -> Incident | None:
    """The incident at hand: the one picked, else the first of the sides."""
    picked = seen.incidents.get(incident_id or "")
    if picked is not None:
        return picked
    return next(iter(seen.sided()), None)
