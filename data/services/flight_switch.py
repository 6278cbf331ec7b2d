"""Sets whether helicopters fly, and hands the word to every plan that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.flight_switch import SWITCH, FlightSwitch, switch_of
from data.domain.messages import Command
from data.domain.messages.standing import SetFlying
from data.domain.org import PROVINCE, Permission
from data.domain.situation import Situation
from data.errors import Forbidden, Invalid
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

LONGEST = 60


def set_flying(unit: Unit, command: SetFlying, tools: Tools) -> dict[str, Any]:
    """Set the switch; it stands until it is set again, and setting it as it stands is nothing.

    Raises
    ------
    Forbidden, Invalid
        Who sends no teams of the whole province; a reason that is too long.
    """
    unit.actor.require(Permission.DISPATCH)
    if not tools.areas.covers(unit.actor.org, PROVINCE):
        raise Forbidden("直升机由省级统一调度，停飞或可飞请报省值班席位设定")
    reason = command.reason.strip()
    if len(reason) > LONGEST:
        raise Invalid.field("reason", f"理由超过 {LONGEST} 字", "请写短一些，如：大雾")
    held = next((f for f in unit.find(FlightSwitch) if f.id == SWITCH), FlightSwitch())
    if (held.flying, held.reason) == (command.flying, reason):
        return {"flight": held}
    kept = unit.put(
        replace(held, flying=command.flying, reason=reason, set_at=unit.now,
                set_by=unit.actor.name)
    )  # fmt: skip
    unit.tell(f"直升机：{kept.words}")
    return {"flight": kept}


def with_switch(situation: Situation, request: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's request that says of flights what stands, where it says nothing itself."""
    held = switch_of(situation.flights).flying
    if held is None or request.get("flying") is not None:
        return dict(request)
    return {**request, "flying": held}


HANDLERS: Mapping[type[Command], Handler] = {SetFlying: set_flying}
