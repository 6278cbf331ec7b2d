"""The province's desk for county nodes: enrolled, revoked, answered, and asked by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from data.domain.clock import real_now
from data.domain.dispatch import Assignment
from data.domain.node import NodeRow, NodeState, Page, Taken
from data.domain.org import PROVINCE, Actor, AreaTree, Permission
from data.domain.team import Team
from data.errors import CenterError, Conflict, Forbidden, NotFound
from data.services import orders
from data.services.accounts import AccountService
from data.services.node_feed import NodeFeed
from data.services.node_intake import Intake
from data.services.tools import Tools
from data.store.blobs import keep_blob, read_blob
from data.store.node_book import hold, keep_node, node_of, nodes
from data.store.queries import Queries
from data.store.unit_of_work import Unit, UnitOfWork

HOLD = timedelta(minutes=1)  # a team asked for and not ordered after this is free again
NOTED = timedelta(seconds=5)  # how often a contact without news is written down
SILENT = timedelta(minutes=1)  # a node not heard of for this long is 失联
MOST_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """A node's name, and its token, said this once."""

    name: str
    token: str


class Nodes:
    """Everything that the machine-to-machine addresses ask, and the list for people."""

    def __init__(
        self, *, units: UnitOfWork, queries: Queries, accounts: AccountService, tools: Tools,
        intake: Intake, real: Callable[[], datetime] = real_now,
    ) -> None:  # fmt: skip
        self.units, self.queries, self.accounts, self.tools = units, queries, accounts, tools
        self.intake, self.feed, self.real = intake, NodeFeed(queries), real

    # ------------------------------------------------------------ for the administrator

    def enrol(self, by: Actor, org: str, label: str = "") -> Enrolled:
        """A county's next machine: a name never used before, and a token for it alone.

        Raises
        ------
        Forbidden, NotFound, Conflict
            Who may not, an unknown area or the province itself, a machine that is still enrolled.
        """
        by.require(Permission.ACCOUNTS)
        areas: AreaTree = self.tools.areas
        if org not in areas.areas or org == PROVINCE:
            raise NotFound(f"没有代码为 {org} 的市县，请填六位行政区划代码")
        if not areas.covers(by.org, org):
            raise Forbidden("不能超出本账号的辖区")
        with self.units.transaction() as connection:
            before = [n for n in nodes(connection).values() if n.org == org]
            live = [n.name for n in before if n.revoked_at is None]
            if live:
                raise Conflict(f"{live[0]} 仍在用；更换机器请先注销它，再登记新的")
            name = f"{org}-{len(before) + 1}"
            keep_node(
                connection,
                NodeState(
                    name=name,
                    org=org,
                    label=label or f"{areas.name(org)}节点",
                    enrolled_at=self.real(),
                ),
            )
        return Enrolled(name=name, token=self.accounts.make_node_token(by, name, org))

    def revoke(self, by: Actor, name: str) -> None:
        """A machine that was lost or given up: its token ends, what it sent stays.

        Raises
        ------
        Forbidden, NotFound
        """
        by.require(Permission.ACCOUNTS)
        with self.units.transaction() as connection:
            state = node_of(connection, name)
            keep_node(connection, replace(state, revoked_at=self.real()))
        self.accounts.revoke_node_token(by, name)

    def all(self, viewer: Actor) -> list[NodeState]:
        """The nodes of the viewer's area.

        Raises
        ------
        Forbidden
        """
        viewer.require(Permission.READ)
        with self.queries.engine.connect() as connection:
            held = nodes(connection).values()
        return [n for n in held if self.tools.areas.covers(viewer.org, n.org)]

    def silent(self, node: NodeState) -> bool:
        """Whether a node in use has not been heard of for a minute."""
        if node.revoked_at is not None:
            return False
        return node.contact_at is None or self.real() - node.contact_at > SILENT

    # ------------------------------------------------------------ for the node

    def page(
        self, actor: Actor, name: str, after: int, waiting: int, *, whole: bool, error: str = ""
    ) -> Page:
        """What is new for a node since a number; notes that it was here and how much it holds.

        Raises
        ------
        Forbidden, NotFound, Conflict
        """
        actor.require(Permission.NODE)
        state = self._contact(name, after, waiting, error)
        return self.feed.page(actor, name, after, state.number, whole=whole)

    def take(
        self, actor: Actor, name: str, rows: list[NodeRow],
        files: Sequence[tuple[bytes, str]] = (),
    ) -> list[Taken]:  # fmt: skip
        """Take rows in their order; what was taken before one that cannot be is taken.

        Raises
        ------
        Forbidden, NotFound, Stale, IllegalMove
        """
        actor.require(Permission.NODE)
        if files:
            with self.units.transaction() as connection:
                for body, media in files:
                    keep_blob(connection, body, media)
        done: list[Taken] = []
        for row in rows[:MOST_ROWS]:
            try:
                done.append(self.intake.take(name, row))
            except CenterError as error:
                self._note_error(name, error.detail)
                raise
        return done

    def file(self, actor: Actor, key: str) -> tuple[bytes, str]:
        """A file that things name, and its media type.

        Raises
        ------
        Forbidden, NotFound
        """
        actor.require(Permission.NODE)
        return read_blob(self.queries.engine, key)

    def keep(self, actor: Actor, name: str, teams: list[str], by: str) -> datetime:
        """Keep teams for a node's order that is being written; until when.

        Raises
        ------
        Forbidden, Conflict
            `holders` names who has a team that is taken.
        """
        actor.require(Permission.NODE)
        until = self.real() + HOLD
        with self.units.unit("HoldTeams", actor, self.intake.clock) as unit:
            holders = [h for team in teams if (h := self._holder(unit, team)) is not None]
            if holders:
                raise Conflict("；".join(h["message"] for h in holders), holders=holders)
            hold(unit.connection, teams, name, by, until)
        return until

    def _holder(self, unit: Unit, team_id: str) -> dict[str, Any] | None:
        """Who has a team at the province; a team it does not know is nobody's."""
        active = unit.find(Assignment, team_id=team_id, released_seq=None)
        if not active:
            return None
        name = unit.get(Team, team_id).name
        row: dict[str, Any] = {"thing": "team", "id": team_id, "name": name, "next_best": []}
        row |= orders.holder(unit, self.tools, active[0])
        held = f"{row['incident_letter']}{row['incident_name']}"
        return {**row, "message": f"{name} 已由省里派往 {held}"}

    def _contact(self, name: str, after: int, waiting: int, error: str) -> NodeState:
        with self.queries.engine.connect() as connection:
            held = nodes(connection).get(name)
        now = self.real()
        if held is not None and held.contact_at is not None and now - held.contact_at < NOTED and (
            held.cursor, held.waiting, held.error
        ) == (after, waiting, error):  # fmt: skip
            return held
        with self.units.transaction() as connection:
            state = replace(
                node_of(connection, name), contact_at=now, cursor=after, waiting=waiting,
                error=error,
            )  # fmt: skip
            keep_node(connection, state)
        return state

    def _note_error(self, name: str, words: str) -> None:
        with self.units.transaction() as connection:
            keep_node(connection, replace(node_of(connection, name), error=words[:400]))
