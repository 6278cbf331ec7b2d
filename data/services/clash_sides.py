"""The province's side of a conflict, in words a person decides by: who did what, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from data.domain.clock import aware
from data.domain.depot import Lot
from data.domain.dispatch import TRANSFER_OPEN, Assignment, AssignmentState, Dispatch, Transfer
from data.domain.incident import Incident
from data.domain.node import Side
from data.store.schema import image, journal
from data.store.unit_of_work import Unit


def of_order(unit: Unit, order: Assignment) -> Side:
    """The province's order of a team."""
    issued, incident = unit.get(Dispatch, order.dispatch_id), unit.get(Incident, order.incident_id)
    return Side(
        who=issued.issued_by, when=_ordered(order) or issued.issued_at, thing=order.id,
        incident_id=incident.id,
        what=f"调派 {issued.number} → {incident.letter} {incident.short_name}，{order.word}",
    )  # fmt: skip


def _ordered(order: Assignment) -> datetime | None:
    at = order.times.get(AssignmentState.ORDERED.value)
    return aware(at) if at else None


def of_closed(incident: Incident | None) -> Side:
    """The province's ending of an incident."""
    if incident is None:
        return Side()
    return Side(
        who=incident.desk or "", when=incident.closed_at, incident_id=incident.id,
        thing=incident.id,
        what=f"结束 {incident.letter} {incident.short_name}：{incident.closed_reason or ''}",
    )  # fmt: skip


def of_lot(unit: Unit, lot: Lot) -> Side:
    """The province's newest transfer of a lot that has not left the depot."""
    held = [t for t in unit.find(Transfer, lot_id=lot.id) if t.state in TRANSFER_OPEN]
    if not held:
        return Side(what=f"结存 {lot.on_hand:g}，已预留 {lot.reserved:g}", thing=lot.id)
    last = max(held, key=lambda t: (str(t.times.get("ordered", "")), t.id))
    issued, incident = unit.get(Dispatch, last.dispatch_id), unit.get(Incident, last.incident_id)
    return Side(
        who=issued.issued_by, when=issued.issued_at, thing=last.id, incident_id=incident.id,
        what=f"调派 {issued.number}：{last.amount:g} → {incident.letter} {incident.short_name}"
        f"，{last.state.word}；结存 {lot.on_hand:g}，已预留 {lot.reserved:g}",
    )  # fmt: skip


def of_image(unit: Unit, kind: str, key: str) -> Side:
    """Who changed a thing last here."""
    row = unit.connection.execute(
        select(journal.c.actor, journal.c.at, journal.c.summary)
        .join(image, image.c.seq == journal.c.seq)
        .where(image.c.kind == kind, image.c.id == key)
        .order_by(journal.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return Side(who=row.actor, when=row.at, what=row.summary, thing=key) if row else Side()
