"""A county machine's link: up first, then down, once a second; asks before an order; knows when."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from data.domain.clock import real_now
from data.domain.messages import Command, IssueDispatch
from data.domain.node import APART, LOCAL_COMMANDS, OWN_COMMANDS, LinkState, NodeRow, org_of
from data.domain.org import Actor, AreaTree
from data.errors import CenterError, Forbidden
from data.rounds import Rounds
from data.services.node_follow import File, Follower
from data.services.node_wire import LinkLost, Wire
from data.store.blobs import read_blob
from data.store.codec import encode
from data.store.leader import Leadership
from data.store.node_book import files_missing, files_of, link_state, own_rows, waiting
from data.store.queries import Queries

log = logging.getLogger("hubei.node")
EVERY_S = 1.0
LONGEST_PAUSE_S = 5.0
ROWS, MOST_BYTES = 50, 6_000_000  # of one sending; the province takes 10 MB


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the link stands: linked, since when, what waits, and what is wrong."""

    name: str
    org: str
    linked: bool
    since: datetime
    waiting: int = 0
    contact_at: datetime | None = None
    error: str = ""
    acked: int = 0
    cursor: int = 0
    comparing: bool = False


class Link:
    """One thread that keeps a node and the province the same while there is a link."""

    def __init__(
        self, *, name: str, wire: Wire, queries: Queries, follower: Follower, areas: AreaTree,
        office: Leadership,
    ) -> None:  # fmt: skip
        self.name, self.org = name, org_of(name)
        self.wire, self.queries, self.follower, self.areas = wire, queries, follower, areas
        self.office = office
        self._rounds = Rounds("node-link", self._round, LONGEST_PAUSE_S)
        self._pause = EVERY_S
        self._lock = Lock()
        self._standing = Standing(name=name, org=self.org, linked=False, since=real_now())

    # ------------------------------------------------------------ for everybody

    @property
    def standing(self) -> Standing:
        """How the link stands now, with what waits in the journal."""
        state, held = self._states()
        with self._lock:
            return replace(
                self._standing, waiting=held, acked=state.acked, cursor=state.cursor,
                comparing=state.fresh,
            )  # fmt: skip

    def apart(self) -> str:
        """The mark of an order that is given while the province cannot be asked."""
        with self._lock:
            return "" if self._standing.linked else APART

    def guard(self, command: Command, actor: Actor) -> None:
        """Refuse what is not a county machine's to do; ask the province for teams first.

        Raises
        ------
        Forbidden, Conflict
        """
        what = type(command).__name__
        if what in LOCAL_COMMANDS:
            return
        if what not in OWN_COMMANDS:
            raise Forbidden(f"本机是{self.areas.name(self.org)}节点，此项请在省中心的页面办理")
        if not self.areas.covers(self.org, actor.org):
            raise Forbidden(f"本机是{self.areas.name(self.org)}节点，请用本县账号办理")
        if isinstance(command, IssueDispatch):
            self._ask_for(command, actor)

    def wake(self, fact: dict[str, Any]) -> None:
        """Something was committed here: send it at once."""
        del fact
        self._rounds.wake()

    def start(self) -> None:
        """Begin."""
        self._rounds.start()

    def stop(self) -> None:
        """End soon; what was not acknowledged goes up again with the next start."""
        self._rounds.stop()
        self.office.give_up()
        self.wire.close()

    # ------------------------------------------------------------ the thread's

    def step(self) -> None:
        """Send all that waits, then take over all that is new. Blocking.

        Raises
        ------
        LinkLost, CenterError
        """
        while not self._rounds.ending:
            self._send_all()
            state, held = self._states()
            page = self.wire.page(state.cursor, held, whole=state.fresh)
            self._heard()
            files = self._files(page.shown, *(row.things for row in page.rows))
            if not self.follower.follow(page, files):
                continue  # something of our own came first
            if page.upto >= page.head and not self._states()[0].fresh:
                return

    def _send_all(self) -> None:
        while not self._rounds.ending:
            rows, files = self._next()
            if not rows:
                return
            for taken in self.wire.send(rows, files):
                self.follower.acknowledge(taken.number)
            self._heard()

    def _next(self) -> tuple[list[NodeRow], dict[str, tuple[bytes, str]]]:
        """The oldest rows that wait, with the files they name, as many as one sending takes."""
        with self.queries.engine.connect() as connection:
            waits = own_rows(connection, link_state(connection), ROWS)
            named = [files_of(connection, row.changes) for row in waits]
        rows: list[NodeRow] = []
        files: dict[str, tuple[bytes, str]] = {}
        size = 0
        for row, keys in zip(waits, named, strict=True):
            more = {key: read_blob(self.queries.engine, key) for key in keys if key not in files}
            size += len(encode(row)) + sum(len(body) for body, _ in more.values()) * 4 // 3
            if rows and size > MOST_BYTES:
                break
            rows.append(row)
            files |= more
        return rows, files

    def _files(self, *groups: Any) -> list[File]:
        with self.queries.engine.connect() as connection:
            missing = files_missing(connection, [c for group in groups for c in group])
        found = [self.wire.file(key) for key in missing]
        return [File(body=f[0], media=f[1]) for f in found if f is not None]

    def _ask_for(self, command: IssueDispatch, actor: Actor) -> None:
        teams = [want.team for want in command.assignments]
        if not teams or self.apart():
            return
        try:
            self.wire.keep(teams, actor.name)
        except LinkLost as error:
            self._lost(error)

    def _states(self) -> tuple[LinkState, int]:
        with self.queries.engine.connect() as connection:
            state = link_state(connection)
            return state, waiting(connection, state)

    def _heard(self) -> None:
        now = real_now()
        with self._lock:
            was = self._standing
            since = was.since if was.linked else now
            self._standing = replace(was, linked=True, since=since, contact_at=now, error="")
        if not was.linked:
            log.info("linked with the province")

    def _lost(self, error: CenterError) -> None:
        with self._lock:
            was = self._standing
            since = real_now() if was.linked else was.since
            self._standing = replace(was, linked=False, since=since, error=error.detail)
        if was.linked:
            log.warning("the province does not answer: %s", error.detail)

    def _round(self) -> float:
        try:
            if self.office.holds():
                self.step()
                self._pause = EVERY_S
        except CenterError as error:
            self._lost(error)
            self._pause = min(self._pause * 1.5, LONGEST_PAUSE_S)
        except Exception as error:
            log.exception("the link stumbled")
            self._lost(CenterError(f"同步出错（{type(error).__name__}），已记录"))
            self._pause = LONGEST_PAUSE_S
        return self._pause
