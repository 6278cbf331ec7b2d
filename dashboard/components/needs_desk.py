"""Needs as they are typed in the plan view: stated, added, or given back to the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, no_update

from dashboard.components import desk, plan_stating, toasts
from dashboard.components.plan_needs import AREA, PARTS
from dashboard.gate import current_actor
from data.center import Center
from data.domain.incident import Incident
from data.domain.messages import EditIncident
from data.domain.situation import Situation
from data.errors import CenterError, Invalid, Stale

TRIES = 3  # two fields typed in quick succession: the second is read against what the first made


class NeedsIds(StrEnum):
    """The ids of the needs box."""

    TOLD = "plan-needs-told"


def store() -> Any:
    """What became of what was typed, for `assets/needs.js`."""
    return dcc.Store(id=NeedsIds.TOLD)


def register(app: Dash, center: Center, answered: str) -> None:
    """Carry out what is typed; `answered` is the store that asks for the next plan."""
    app.clientside_callback(ClientsideFunction("hubei_needs", "told"), Input(NeedsIds.TOLD, "data"))

    @app.callback(
        Output(answered, "data", allow_duplicate=True),
        Output(NeedsIds.TOLD, "data"),
        Input(desk.act_id(AREA), "data"),
        prevent_initial_call=True,
    )
    async def state_need(act: dict[str, Any] | None) -> Any:
        if not act or act.get("do") not in ACTS:
            return no_update, no_update
        try:
            written = await _written(center, act)
        except Invalid as error:
            return {"do": "unsolved", "for": act["n"]}, _refused(act, error)
        except CenterError as error:
            toasts.complain(error)
            return {"do": "unsolved", "for": act["n"]}, no_update
        told = {"settled": _settled(act, *written), "n": act["n"]}
        if written[1] is None:
            return {"do": "unsolved", "for": act["n"]}, told
        toasts.say(_words(act))
        return {"do": "solve", "n": act["n"]}, told


async def _written(
    center: Center, act: Mapping[str, Any]
) -> tuple[Situation, EditIncident | None, Incident]:
    """What was seen, the command carried out (None: it stood so already), and its incident.

    Raises
    ------
    CenterError
        What the center refuses; `Stale` only when the incident keeps changing under the hand.
    """
    for left in range(TRIES - 1, -1, -1):
        seen = await desk.see(center)
        incident = seen.incidents.get(str(act.get("incident")))
        if incident is None:
            raise Invalid.field("incident", "此事件已不可见", "请收起方案后重新打开")
        command = ACTS[str(act["do"])](incident, act, seen)
        if command is None:
            return seen, None, incident
        try:
            await center.do(command, current_actor(), f"{act['n']}-{left}")
        except Stale:
            if not left:
                raise
            continue
        return seen, command, incident
    raise AssertionError("unreachable")  # pragma: no cover


ACTS: Mapping[str, Callable[[Incident, Mapping[str, Any], Situation], EditIncident | None]] = {
    "need": lambda incident, act, seen: plan_stating.edit(incident, act, seen.at),
    "add_need": lambda incident, act, seen: plan_stating.add(incident, act, seen.at),
    "restore": lambda incident, _act, _seen: plan_stating.restore(incident),
}


def _refused(act: Mapping[str, Any], error: Invalid) -> Any:
    """Each fault at the field it is about; what no field shows is told beside the work."""
    words = "；".join(f"{e['message']}。{e['remedy']}" for e in error.errors)
    fields = act.get("fields")
    if act["do"] == "need":
        return {"errors": {act["field"]: words}, "n": act["n"]}
    names = {e["field"] for e in error.errors}
    at = next((n for n in ("key", "amount", "by") if n in names), "amount")
    if not fields:
        toasts.complain(error)
        return no_update
    return {"errors": {fields[at]: words}, "settled": {}, "n": act["n"]}


def _settled(
    act: Mapping[str, Any], seen: Situation, command: EditIncident | None, incident: Incident
) -> dict[str, str]:
    """The fields whose text is now kept, with that text; those of an added row are empty again."""
    if act["do"] == "add_need":
        return dict.fromkeys(act["fields"].values(), "")
    if act["do"] != "need":
        return {}
    is_supply = act.get("kind") == "supply"
    kept = (command.supply_needs if is_supply else command.needs) if command else None
    if kept is None:
        kept = incident.supply_needs if is_supply else incident.needs
    name = "item" if is_supply else "capability"
    row = next((r for r in kept if str(r[name]) == act["key"]), {})
    return {act["field"]: plan_stating.stated_text(row, str(act["part"]), seen.at)}


def _words(act: Mapping[str, Any]) -> str:
    """What was done: 已改需求：搜救 需要的数量 28."""
    if act["do"] == "restore":
        return "已恢复需求模板"
    if act["do"] == "add_need":
        return f"已增加需求：{act['key']} {act['amount']}"
    what = "" if act["part"] == "amount" else f"{PARTS[act['part']]} "
    return f"已改需求：{act['key']} {what}{act['text'].strip() or '（清空）'}"
