"""A county's machine takes over what the province knows: row by row, exactly as it is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from data.domain.clock import SHANGHAI, Clock
from data.domain.dispatch import Assignment
from data.domain.incident import COUNTY_LETTERS, Incident, free_letter
from data.domain.node import Change, Clash, FollowedRow, LinkState, Page
from data.domain.org import PROVINCE, Actor
from data.domain.registry import KINDS
from data.services.node_intake import order_of_putting
from data.store.blobs import keep_blob
from data.store.codec import decode, encode
from data.store.node_book import FOLLOWED, keep_link, link_state, touched, waiting
from data.store.unit_of_work import Unit, UnitOfWork

LATE = timedelta(minutes=1)
_FROM = Actor(username="province", name="省中心", role="system", org=PROVINCE)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that things refer to."""

    body: bytes
    media: str


class Follower:
    """The node's side of the way down."""

    def __init__(self, units: UnitOfWork, clock: Clock) -> None:
        self.units, self.clock = units, clock

    def follow(self, page: Page, files: Iterable[File] = ()) -> bool:
        """Take a page over; False at a row about what the node itself has changed meanwhile.

        That goes up first. What is about other things is taken over beside it.

        Each row is one unit of work with its cursor, so that a page half taken is gone on with.
        """
        first, last = ((), page.rows) if not page.whole else (page.rows, ())
        steps = [*first, *self._shown(page), *last]
        for number, row in enumerate(steps):
            if not self._one(row, page.apart, files=files if number == 0 else ()):
                return False
        return self._reach(page)

    def _shown(self, page: Page) -> list[FollowedRow]:
        """What came into sight, as a row without a number.

        Before the rows, since they move the cursor; all there is comes after them, since it is
        what they end with.
        """
        if not page.shown:
            return []
        words = "与省中心核对全部数据" if page.whole else "纳入本辖区可见"
        return [
            FollowedRow(
                number=0, at=self.clock.now(), command="FollowProvince", actor=_FROM.username,
                role=_FROM.role, org=_FROM.org, summary=f"{words}：{len(page.shown)} 项",
                things=page.shown,
            )
        ]  # fmt: skip

    def _one(self, row: FollowedRow, apart: Iterable[str], files: Iterable[File] = ()) -> bool:
        """One row into the node's journal, unless it changes nothing and was the node's own."""
        actor = Actor(username=row.actor, name=row.actor, role=row.role, org=row.org)
        mark = f"{FOLLOWED}{row.number}"
        with self.units.unit(row.command, actor, self.clock, mark) as unit:
            state = link_state(unit.connection)
            if 0 < row.number <= state.cursor:
                return True
            waits = touched(unit.connection, state)
            if any((c.kind, c.id) in waits for c in row.things):
                return False
            for file in files:
                keep_blob(unit.connection, file.body, file.media)
            settled = self._adopt(unit, row.things, apart)
            if row.number:
                clear = state.clear if waiting(unit.connection, state) else unit.seq - 1
                kept = replace(
                    state, cursor=row.number, fresh=state.fresh or settled, clear=clear
                )
                keep_link(unit.connection, kept)
            if unit.images or not (row.echo or row.number == 0):
                unit.tell(
                    row.summary + self._late(unit, row), incident_id=row.incident_id,
                    area=row.area, authority=row.authority,
                )  # fmt: skip
            return True

    def _late(self, unit: Unit, row: FollowedRow) -> str:
        if unit.now - row.at <= LATE:
            return ""
        return f"（省里 {row.at.astimezone(SHANGHAI):%m-%d %H:%M}）"

    def _adopt(self, unit: Unit, changes: Iterable[Change], apart: Iterable[str]) -> bool:
        """Take things over; whether a conflict was settled among them.

        While a conflict is open each side goes on with its own order: the province's order for
        the team stays with the conflict, and comes when everything is compared after it.
        """
        held = list(changes)
        clashes = [decode(encode(c.body), Clash) for c in held if c.kind == "clash"]
        known = {c.id: c for c in unit.find(Clash, state="open")}
        settled = any(not c.open and c.id in known for c in clashes)
        over = {c.id for c in clashes if not c.open}
        subjects = {*apart, *(c.subject_id for c in known.values() if c.id not in over)}
        doubled = self._doubled(unit, held)
        for change in sorted(held, key=order_of_putting):
            if not _waits(change, subjects, doubled):
                thing = decode(encode(change.body), KINDS[change.kind])
                _make_way(unit, thing)
                unit.adopt(thing)
        return settled

    def _doubled(self, unit: Unit, held: list[Change]) -> set[str]:
        """Teams for which the province has another order than the one this node goes on with."""
        orders = [decode(encode(c.body), Assignment) for c in held if c.kind == "assignment"]
        coming = {o.id: o for o in orders}
        found = set()
        for order in orders:
            if not order.active:
                continue
            for own in unit.find(Assignment, team_id=order.team_id, released_seq=None):
                now = coming.get(own.id, own)
                if own.id != order.id and now.active:
                    found.add(order.team_id)
        return found

    def _reach(self, page: Page) -> bool:
        with self.units.transaction() as connection:
            state = link_state(connection)
            if page.whole and waiting(connection, state):
                return False
            fresh = state.fresh and not page.whole
            kept = replace(state, cursor=max(state.cursor, page.upto), fresh=fresh)
            if kept != state:
                keep_link(connection, kept)
        return True

    def acknowledge(self, number: int) -> LinkState:
        """The province has taken the node's rows up to a number."""
        with self.units.transaction() as connection:
            state = link_state(connection)
            if number > state.acked:
                state = replace(state, acked=number)
                keep_link(connection, state)
        return state


def _make_way(unit: Unit, thing: Any) -> None:
    """Give up a letter that another's incident has: the province will have changed it too."""
    if not isinstance(thing, Incident) or thing.status != "open":
        return
    held = unit.find(Incident, status="open")
    for own in held:
        if own.letter == thing.letter and own.id != thing.id:
            taken = {i.letter for i in held} | {thing.letter}
            unit.put(replace(own, letter=free_letter(taken, COUNTY_LETTERS)))


def _waits(change: Change, subjects: set[str], doubled: set[str]) -> bool:
    """Whether a thing is left as the node has it until a conflict about it is settled."""
    body: dict[str, Any] = change.body
    if change.kind == "team":
        return change.id in subjects | doubled
    if change.kind == "assignment":
        return body["team_id"] in doubled and body["released_seq"] is None
    if change.kind == "lot":
        return change.id in subjects
    if change.kind == "movement":
        return body["lot_id"] in subjects
    return False
