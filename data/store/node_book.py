"""Beside the journal: how far each node has been taken, teams kept for one, a node's own cursor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    select,
)

from data.domain.node import LOCAL_COMMANDS, Change, LinkState, NodeRow, NodeState
from data.errors import NotFound
from data.store.codec import decode, encode
from data.store.schema import UtcTime, blob, image, journal, metadata
from data.store.upsert import put

FOLLOWED = "province#"  # begins the request id of a row that came down
LINK = "province"
_SHA = re.compile(r"\b[0-9a-f]{64}\b")

node = Table(
    "node", metadata, Column("name", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)  # fmt: skip
link = Table(
    "link", metadata, Column("name", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)  # fmt: skip
node_hold = Table(
    "node_hold",
    metadata,
    Column("team_id", String(64), primary_key=True),
    Column("node", String(64), nullable=False),
    Column("by", String(96), nullable=False),
    Column("until", UtcTime, nullable=False),
)


# ---------------------------------------------------------------- at the province


def nodes(connection: Connection) -> dict[str, NodeState]:
    """Every node by its name."""
    rows = connection.execute(select(node.c.name, node.c.body).order_by(node.c.name))
    return {name: decode(body, NodeState) for name, body in rows}


def node_of(connection: Connection, name: str) -> NodeState:
    """One node, its row locked until this transaction ends.

    Raises
    ------
    NotFound
        When it was never enrolled.
    """
    body = connection.execute(
        select(node.c.body).where(node.c.name == name).with_for_update()
    ).scalar_one_or_none()
    if body is None:
        raise NotFound(f"没有登记名为 {name} 的县级节点")
    return decode(body, NodeState)


def keep_node(connection: Connection, state: NodeState) -> None:
    """Write a node's state, new or not."""
    _keep(connection, node, state.name, encode(state))


def hold(
    connection: Connection, teams: Iterable[str], name: str, by: str, until: datetime
) -> None:
    """Keep teams for a node until an instant; what it kept of them before is replaced."""
    for team in teams:
        put(connection, node_hold, team_id=team, node=name, by=by, until=until)


def held_for(connection: Connection, team_id: str, now: datetime) -> tuple[str, str] | None:
    """The node a team is kept for now, and who orders it there."""
    row = connection.execute(
        select(node_hold.c.node, node_hold.c.by).where(
            node_hold.c.team_id == team_id, node_hold.c.until > now
        )
    ).one_or_none()
    return (row.node, row.by) if row else None


def unhold(connection: Connection, teams: Iterable[str], name: str) -> None:
    """Keep teams for a node no longer: its order has come."""
    for team in teams:
        connection.execute(
            delete(node_hold).where(and_(node_hold.c.team_id == team, node_hold.c.node == name))
        )


# ---------------------------------------------------------------- on a node


def link_state(connection: Connection) -> LinkState:
    """How far this node has followed and been taken."""
    body = connection.execute(select(link.c.body).where(link.c.name == LINK)).scalar_one_or_none()
    return decode(body, LinkState) if body else LinkState()


def keep_link(connection: Connection, state: LinkState) -> None:
    """Write how far this node has followed and been taken."""
    _keep(connection, link, LINK, encode(state))


def _own(after: int) -> Any:
    """Rows of this node's own, after a number."""
    return and_(
        journal.c.seq > after,
        journal.c.command.not_in(sorted(LOCAL_COMMANDS)),
        (journal.c.request_id.is_(None)) | (~journal.c.request_id.startswith(FOLLOWED)),
    )


def waiting(connection: Connection, state: LinkState) -> int:
    """How many own rows the province has not taken."""
    query = select(func.count()).select_from(journal).where(_own(max(state.acked, state.clear)))
    return int(connection.execute(query).scalar_one())


def touched(connection: Connection, state: LinkState) -> set[tuple[str, str]]:
    """Kind and id of what the own rows changed that the province has not taken."""
    seqs = select(journal.c.seq).where(_own(max(state.acked, state.clear)))
    rows = connection.execute(select(image.c.kind, image.c.id).where(image.c.seq.in_(seqs)))
    return {(kind, key) for kind, key in rows}


def own_rows(connection: Connection, state: LinkState, limit: int) -> list[NodeRow]:
    """The oldest own rows the province has not taken, with what each changed, before and after."""
    start = max(state.acked, state.clear)
    found = connection.execute(
        select(journal).where(_own(start)).order_by(journal.c.seq).limit(limit)
    ).mappings()
    rows, last = [], state.acked
    for row in found.all():
        rows.append(
            NodeRow(
                number=row["seq"], after=last, hash=row["hash"], at=row["at"],
                command=row["command"], actor=row["actor"], role=row["role"], org=row["org"],
                summary=row["summary"], authority=row["authority"],
                incident_id=row["incident_id"], area=row["area"],
                changes=tuple(_changes(connection, row["seq"])),
            )
        )  # fmt: skip
        last = row["seq"]
    return rows


def _changes(connection: Connection, seq: int) -> Iterable[Change]:
    rows = connection.execute(
        select(image.c.kind, image.c.id, image.c.body)
        .where(image.c.seq == seq)
        .order_by(image.c.kind, image.c.id)
    ).all()
    for kind, key, body in rows:
        before = connection.execute(
            select(image.c.body)
            .where(image.c.kind == kind, image.c.id == key, image.c.seq < seq)
            .order_by(image.c.seq.desc())
            .limit(1)
        ).scalar_one_or_none()
        yield Change(
            kind=kind, id=key, body=msgspec.json.decode(body),
            before=msgspec.json.decode(before) if before else None,
        )  # fmt: skip


def files_of(connection: Connection, changes: Iterable[Change]) -> list[str]:
    """The ids of the files that things name and that are kept here."""
    named = {sha for c in changes for sha in _SHA.findall(encode(c.body))}
    held = connection.execute(select(blob.c.id).where(blob.c.id.in_(sorted(named)))).scalars()
    return sorted(held) if named else []


def files_missing(connection: Connection, changes: Iterable[Change]) -> list[str]:
    """What looks like a file's id in things and is not kept here."""
    named = {sha for c in changes for sha in _SHA.findall(encode(c.body))}
    return sorted(named - set(files_of(connection, changes))) if named else []


def _keep(connection: Connection, table: Table, name: str, body: str) -> None:
    put(connection, table, name=name, body=body)
