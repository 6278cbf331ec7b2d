"""Finds what a county's row and the province's own doing cannot both be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import func, select

from data.domain.candidates import candidates
from data.domain.clash_words import field_word
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import TRANSFER_OPEN, Assignment, Transfer
from data.domain.incident import Incident, Report
from data.domain.node import (
    OWN_COMMANDS,
    OWN_KINDS,
    Change,
    Clash,
    NodeRow,
    NodeState,
    Side,
)
from data.domain.team import Team
from data.domain.three_way import FieldClash, join
from data.services import clash_sides as sides
from data.services.tools import Tools
from data.store.codec import decode, encode
from data.store.schema import TABLES, image
from data.store.unit_of_work import Unit

NAMED = 3  # fields said before 等


def body_of(unit: Unit, kind: str, key: str) -> dict[str, Any] | None:
    """A thing as it stands here, as plain JSON; None when there is none."""
    table = TABLES[kind]
    body = unit.connection.execute(select(table.c.body).where(table.c.id == key)).scalar()
    return msgspec.json.decode(body) if body is not None else None


def bound(unit: Unit, incident_id: str) -> bool:
    """Whether teams or goods are still on their way to, or at, an incident."""
    return any(a.active for a in unit.find(Assignment, incident_id=incident_id)) or any(
        t.state in TRANSFER_OPEN for t in unit.find(Transfer, incident_id=incident_id)
    )


# ---------------------------------------------------------------- what a node has no right to


def refusal(unit: Unit, state: NodeState, row: NodeRow, tools: Tools) -> str:
    """Why a row is not the county's to write; blank when it is."""
    if state.revoked_at is not None:
        return "节点已注销"
    if row.command not in OWN_COMMANDS:
        return f"{row.command} 不由县级节点办理"
    if not tools.areas.covers(state.org, row.org):
        return f"{row.actor} 不属{tools.areas.name(state.org)}"
    for change in row.changes:
        if change.kind not in OWN_KINDS:
            return f"{change.kind} 不由县级节点更改"
        if not _mine(unit, state, row, change, tools):
            return f"{change.id} 不在{tools.areas.name(state.org)}辖区"
    return ""


def _mine(unit: Unit, state: NodeState, row: NodeRow, change: Change, tools: Tools) -> bool:
    """Whether a thing lies in the county, or hangs on an incident or a team that does."""
    sent = {c.body["team_id"] for c in row.changes if c.kind == "assignment"}
    codes = list(_codes(unit, row, change))
    if change.kind == "team" and change.before is not None and change.id in sent:
        return True  # another's team at the county's incident, moved on with its order
    if change.kind == "assignment" and change.before is None:
        team = body_of(unit, "team", change.body["team_id"]) or {}
        return tools.areas.covers(state.org, team.get("area_code") or "")
    return any(tools.areas.covers(state.org, code) for code in codes)


def _codes(unit: Unit, row: NodeRow, change: Change) -> Iterable[str]:
    """The areas a thing lies in or hangs on."""
    body = change.body
    yield from (c for c in (body.get("area_code"), *body.get("areas", ())) if c)
    named = [body.get("incident_id"), *body.get("incidents", ())]
    for key in (k for k in named if k):
        own = next((c.body for c in row.changes if c.kind == "incident" and c.id == key), None)
        incident = own or body_of(unit, "incident", key) or {}
        yield from (c for c in (incident.get("area_code"), *incident.get("areas", ())) if c)
    if body.get("depot_id"):
        yield (body_of(unit, "depot", body["depot_id"]) or {}).get("area_code") or ""
    if body.get("org"):
        yield body["org"]


# ---------------------------------------------------------------- teams and lots


def concerns(clash: Clash, change: Change) -> bool:
    """Whether a change is about a conflict's subject and so waits with it."""
    body, key = change.body, clash.subject_id
    if clash.kind == "team":
        own = change.kind == "assignment" and body["team_id"] == key
        # an approval that names the order waits with it
        own = own or (
            change.kind == "clearance" and clash.county.thing in body.get("assignments", ())
        )
        return own or (change.kind == "team" and change.id == key)
    if clash.kind == "lot":
        own = change.kind in ("transfer", "movement") and body["lot_id"] == key
        return own or (change.kind == "lot" and change.id == key)
    return False


def of_teams(unit: Unit, state: NodeState, row: NodeRow, known: Iterable[Clash]) -> list[Clash]:
    """A conflict for every team that is active for another order here, or whose incident ended."""
    taken = {c.subject_id for c in known if c.kind == "team"}
    orders = [c for c in row.changes if c.kind == "assignment"]
    ended = {c.id for c in orders if c.body["released_seq"] is not None}
    found = []
    for change in orders:
        order = decode(encode(change.body), Assignment)
        if not order.active or order.team_id in taken:
            continue
        others = [
            a
            for a in unit.find(Assignment, team_id=order.team_id, released_seq=None)
            if a.id != order.id and a.id not in ended
        ]
        shut = _shut(unit, row, change)
        if not others and shut is None:
            continue
        taken.add(order.team_id)
        side = sides.of_order(unit, others[0]) if others else sides.of_closed(shut)
        found.append(
            _clash(
                unit, state, row, kind="team", subject=("team", order.team_id),
                name=unit.get(Team, order.team_id).name, side=side,
                why="省里已另有调派" if others else "事件已由省里结束",
                incident_id=order.incident_id, thing=order.id,
            )
        )  # fmt: skip
    return found


def of_lots(unit: Unit, state: NodeState, row: NodeRow, known: Iterable[Clash]) -> list[Clash]:
    """A conflict for every lot that does not suffice for both, or that goes to an ended incident.

    What went out of a lot is judged by the lot; why it went, by the transfer.
    """
    taken = {c.subject_id for c in known if c.kind == "lot"}
    found = []
    for change in row.changes:
        key = change.id if change.kind == "lot" else change.body.get("lot_id", "")
        if change.kind not in ("lot", "transfer") or key in taken:
            continue
        shut = _shut(unit, row, change) if change.kind == "transfer" else None
        if shut is None and not (change.kind == "lot" and short(unit, change)):
            continue
        taken.add(key)
        lot = unit.get(Lot, key)
        sent = next(
            (c for c in row.changes if c.kind == "transfer" and c.body["lot_id"] == key), None
        )
        name = f"{unit.get(Depot, lot.depot_id).name} {unit.get(Item, lot.item_id).name}"
        side = sides.of_closed(shut) if shut else sides.of_lot(unit, lot)
        found.append(
            _clash(
                unit, state, row, kind="lot", subject=("lot", key), name=name, side=side,
                why="事件已由省里结束" if shut else "两头合计超出结存",
                incident_id=sent.body["incident_id"] if sent else row.incident_id,
                thing=sent.id if sent else "",
            )
        )  # fmt: skip
    return found


def _shut(unit: Unit, row: NodeRow, change: Change) -> Incident | None:
    """The incident of a new order, when it was ended here meanwhile."""
    if change.before is not None:
        return None
    key = change.body["incident_id"]
    if any(c.kind == "incident" and c.id == key for c in row.changes):
        return None
    body = body_of(unit, "incident", key)
    incident = decode(encode(body), Incident) if body else None
    return incident if incident and incident.status == "closed" else None


def short(unit: Unit, change: Change) -> bool:
    """Whether a lot does not suffice for both sides."""
    ours = body_of(unit, "lot", change.id)
    if ours is None or change.before is None:
        return False
    body = join(change.before, ours, change.body).body
    return not 0 <= body["reserved"] <= body["on_hand"]


# ---------------------------------------------------------------- the rest


def of_fields(unit: Unit, state: NodeState, row: NodeRow, apart: list[FieldClash]) -> Clash:
    """One conflict for the fields that a row and the province set differently."""
    first = apart[0]
    body = body_of(unit, first.kind, first.id) or {}
    name = body.get("short_name") or body.get("name") or body.get("title") or first.id
    said = "、".join(field_word(f.field) for f in apart[:NAMED])
    said += "等" if len(apart) > NAMED else ""
    with_fields = _clash(
        unit, state, row, kind="fields", subject=(first.kind, first.id), name=name,
        side=sides.of_image(unit, first.kind, first.id), why=f"两头都改了 {said}",
        incident_id=first.id if first.kind == "incident" else body.get("incident_id"),
        thing=first.id,
    )  # fmt: skip
    return replace(with_fields, fields=tuple(apart))


def twice(unit: Unit, state: NodeState, row: NodeRow) -> list[Clash]:
    """A conflict for an incident that the province opened too while the county could not know."""
    found = []
    for change in row.changes:
        if change.kind != "incident" or change.before is not None:
            continue
        report = next(
            (c for c in row.changes if c.kind == "report" and c.body["incident_id"] == change.id),
            None,
        )
        if report is None:
            continue
        unknown = [
            i
            for i in unit.find(Incident, status="open")
            if i.id != change.id and _first_seen(unit, i.id) > state.cursor
        ]
        told = candidates(decode(encode(report.body), Report), unknown)
        if not told:
            continue
        other = unit.get(Incident, told[0]["incident_id"])
        side = Side(
            who=other.desk or "", when=other.opened_at, incident_id=other.id, thing=other.id,
            what=f"开设 {other.letter} {other.name}",
        )  # fmt: skip
        made = _clash(
            unit, state, row, kind="twice", subject=("incident", change.id),
            name=str(change.body["short_name"]), side=side, why=str(told[0]["why"]),
            incident_id=change.id, thing=change.id,
        )  # fmt: skip
        found.append(replace(made, other_id=other.id))
    return found


def refused(unit: Unit, state: NodeState, row: NodeRow, why: str) -> Clash:
    """A row that is not taken, kept whole."""
    subject = row.changes[0] if row.changes else Change(kind="entry", id="", body={})
    made = _clash(
        unit, state, row, kind="refused", subject=(subject.kind, subject.id),
        name=row.summary[:40], side=Side(), why=why, incident_id=None, thing=subject.id,
    )  # fmt: skip
    return replace(made, held=row.changes)


def _clash(
    unit: Unit, state: NodeState, row: NodeRow, *, kind: Any, subject: tuple[str, str],
    name: str, side: Side, why: str, incident_id: str | None, thing: str,
) -> Clash:  # fmt: skip
    issued = next((c.body for c in row.changes if c.kind == "dispatch"), {})
    return Clash(
        id=unit.next_id("clash"), node=state.name, org=state.org, kind=kind,
        subject_kind=subject[0], subject_id=subject[1], subject=name, why=why,
        incident_id=incident_id, opened_at=unit.now, province=side,
        county=Side(
            who=str(issued.get("issued_by") or row.actor), when=row.at, what=row.summary,
            thing=thing, incident_id=incident_id,
        ),
    )  # fmt: skip


def _first_seen(unit: Unit, incident_id: str) -> int:
    found = unit.connection.execute(
        select(func.min(image.c.seq)).where(image.c.kind == "incident", image.c.id == incident_id)
    ).scalar_one_or_none()
    return int(found or 0)
