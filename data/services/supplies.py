"""Moves transfers on: shipped leaves the depot, received arrives, cancelled gives back."""

from __future__ import annotations

from typing import Any

from data.domain.depot import Depot, Item
from data.domain.dispatch import Transfer, TransferState
from data.domain.incident import Incident
from data.domain.messages import AdvanceTransfer
from data.domain.org import Permission
from data.errors import Invalid
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def advance_transfer(unit: Unit, command: AdvanceTransfer, tools: Tools) -> dict[str, Any]:
    """Move a 调拨单 on and keep its lot's stock in step.

    Raises
    ------
    Invalid, IllegalMove, NotFound, Forbidden
        An unknown state, a move its state does not allow, outside one's area, no permission.
    """
    unit.actor.require(Permission.SUPPLY)
    transfer = unit.get(Transfer, command.transfer_id)
    incident = unit.get(Incident, transfer.incident_id)
    depot = unit.get(Depot, transfer.depot_id)
    tools.areas.require(unit.actor.org, [*incident.all_areas, depot.area_code or ""])
    try:
        to = TransferState(command.to)
    except ValueError as error:
        words = "、".join(s.value for s in TransferState)
        raise Invalid.field("to", f"不认识的调拨状态“{command.to}”", f"可填：{words}") from error
    moved = unit.put(transfer.moved(to, command.at or unit.now))
    if to == TransferState.SHIPPED:
        unit.consume_lot(transfer.lot_id, transfer.amount)
    elif to == TransferState.CANCELLED:
        unit.release_lot(transfer.lot_id, transfer.amount)
    item = unit.get(Item, transfer.item_id)
    what = f"{depot.name} {item.name} {transfer.amount:g}{item.unit}"
    unit.tell(
        f"物资{to.word}：{what} → {incident.letter}",
        incident_id=incident.id,
        area=incident.area_code,
    )
    return {"id": moved.id, "state": moved.state.value, "times": moved.times}
