"""Two incidents, fifty teams and one lot to be fought over, and the oracle that judges the rest.

The oracle is every request that was acknowledged: its key and the journal number it was told.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, select

from data.domain.clock import RealClock
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Assignment
from data.domain.incident import Incident
from data.domain.messages import (
    AdvanceAssignment,
    AdvanceTransfer,
    IssueDispatch,
    StoreRows,
    WantedLot,
    WantedTeam,
)
from data.domain.messages import stock as m
from data.domain.org import SYSTEM, Actor
from data.domain.stock import Movement, summed
from data.domain.team import Team, TeamState
from data.errors import CenterError, Unavailable
from data.ingest.geography import build_spatial, build_travel
from data.ingest.seeding import area_tree
from data.services.bus import Bus
from data.services.handlers import HANDLERS
from data.services.tools import Tools
from data.store.codec import decode
from data.store.database import Database
from data.store.journal import verify
from data.store.schema import TABLES, journal, request

TEAMS = 50
STOCK, FLOOR, SHARE = 100.0, 20.0, 10.0
DUTY = Actor.of("duty", "duty", "420000")
Said = Callable[[str, int], None]


@cache
def tools() -> Tools:
    """Real areas, geometry and travel times, made once a process."""
    return Tools(areas=area_tree(), rules={}, spatial=build_spatial(), travel=build_travel())


def bus_of(database: Database) -> Bus:
    """The real bus with the real handlers."""
    return Bus(database.units, HANDLERS, tools(), RealClock())


def lay_out(database: Database) -> None:
    """Two open incidents, fifty teams, one scarce lot."""
    teams = tuple(
        Team(
            id=f"TM-R{n:02d}", name=f"竞赛 {n} 队", area_code="420100", lon=114.3 + n / 100,
            lat=30.6, people=20, provides={"搜救": 20.0}, state=TeamState.STANDBY,
            origin="exercise", assumption="演练假定",
        )
        for n in range(TEAMS)
    )  # fmt: skip
    things = (
        Depot(id="DP-R", name="竞赛库", area_code="420100", lon=114.3, lat=30.6),
        Item(id="IT-R", name="竞赛帐篷", unit="顶"),
        Lot(id="LOT-R", depot_id="DP-R", item_id="IT-R", on_hand=STOCK, keep=FLOOR),
        *teams,
    )
    bus_of(database).handle(StoreRows(what="竞赛用队伍", things=things), SYSTEM)
    now = datetime.now(UTC)
    base = Incident(
        id="I-0001", letter="甲", name="滑坡", short_name="滑坡", type="landslide",
        area_code="421127", lon=115.94, lat=30.07, received_at=now, opened_at=now,
    )  # fmt: skip
    with database.units.unit("Test", DUTY, RealClock()) as unit:
        unit.put(base)
        unit.put(replace(base, id="I-0002", letter="乙", area_code="420102", lon=114.3, lat=30.6))
        unit.tell("两起事件")


def order(draw: random.Random) -> IssueDispatch:
    """One to three random teams for one of the two incidents, sometimes with tents."""
    incident = draw.choice(("I-0001", "I-0002"))
    teams = draw.sample(range(1, TEAMS), draw.choice((1, 1, 2, 3)))
    tents = draw.random() < 0.5
    return IssueDispatch(
        assignments=tuple(WantedTeam(team=f"TM-R{n:02d}", incident=incident) for n in teams),
        transfers=(WantedLot(lot="LOT-R", incident=incident, amount=SHARE),) if tents else (),
    )


def work(bus: Bus, draw: random.Random, name: str, said: Said, turns: int | None = None) -> None:
    """Order, give back, take in and write off under fresh keys; `said` hears what was acknowledged.

    Parameters
    ----------
    turns
        How many orders are tried; None goes on until the process is ended from outside.
    """
    turn = 0
    while turns is None or turn < turns:
        key = f"{name}-{turn}"
        turn += 1
        try:
            done = bus.handle(order(draw), DUTY, key)
            said(key, done.seq)
            _undo(bus, draw, key, done.body, said)
        except Unavailable:
            raise
        except CenterError:
            # refused: the teams are out, or the lot is empty; make room
            _refill(bus, draw, key, said)


def _undo(bus: Bus, draw: random.Random, key: str, body: Mapping[str, Any], said: Said) -> None:
    for row in body["assignments"]:
        if draw.random() < 0.7:
            step = AdvanceAssignment(assignment_id=row["id"], to="cancelled")
            said(f"{key}-{row['id']}", bus.handle(step, DUTY, f"{key}-{row['id']}").seq)
    for row in body["transfers"]:
        if draw.random() < 0.7:
            back = AdvanceTransfer(transfer_id=row["id"], to="cancelled")
            said(f"{key}-{row['id']}", bus.handle(back, DUTY, f"{key}-{row['id']}").seq)


def _refill(bus: Bus, draw: random.Random, key: str, said: Said) -> None:
    took = m.TakeIn(lot_id="LOT-R", amount=draw.randint(1, 30), reason="补库")
    said(f"{key}-in", bus.handle(took, SYSTEM, f"{key}-in").seq)
    with bus.units.engine.connect() as connection:
        held = _all(connection, Assignment, "assignment")
    freed = [a for a in held if a.active and draw.random() < 0.5]
    for one in freed:
        step = AdvanceAssignment(assignment_id=one.id, to="cancelled")
        try:
            said(f"{key}-{one.id}", bus.handle(step, DUTY, f"{key}-{one.id}").seq)
        except CenterError:
            continue


def _all(connection: Connection, cls: type[Any], kind: str) -> list[Any]:
    bodies = connection.execute(select(TABLES[kind].c.body).order_by(TABLES[kind].c.id))
    return [decode(body, cls) for body in bodies.scalars()]


def broken(database: Database, acknowledged: Mapping[str, int]) -> list[str]:
    """What does not hold: acknowledged and lost, a team twice, a ledger off, a chain torn.

    Everything is read in one snapshot, so that others may go on writing meanwhile.
    """
    reader = database.reader
    if reader.dialect.name == "postgresql":
        reader = reader.execution_options(isolation_level="REPEATABLE READ")
    with reader.connect() as connection:
        lost = _lost(connection, acknowledged)
        verdict = verify(connection)
        torn = [] if verdict.ok else [f"chain: {verdict.reason} at {verdict.broken_at}"]
        return [*lost, *torn, *_twice(connection), *_ledger(connection)]


def _lost(connection: Connection, acknowledged: Mapping[str, int]) -> list[str]:
    """Acknowledged requests that are not kept, or kept under another number."""
    answers = select(request.c.request_id, request.c.seq)
    rows = select(journal.c.request_id, journal.c.seq).where(journal.c.request_id.is_not(None))
    kept = dict(connection.execute(answers).all())
    written = dict(connection.execute(rows).all())
    return [
        f"acknowledged and lost: {key} at {seq}, kept at {kept.get(key)}"
        for key, seq in acknowledged.items()
        if kept.get(key) != seq or written.get(key) != seq
    ]


def _twice(connection: Connection) -> list[str]:
    held = Counter(a.team_id for a in _all(connection, Assignment, "assignment") if a.active)
    return [f"{team} is active {count} times" for team, count in held.items() if count > 1]


def _ledger(connection: Connection) -> list[str]:
    [lot] = _all(connection, Lot, "lot")
    lines = _all(connection, Movement, "movement")
    sums = summed(lines)
    if lines and (abs(sums.amount - lot.on_hand) > 1e-5 or abs(sums.held - lot.reserved) > 1e-5):
        return [f"ledger says {sums.amount}/{sums.held}, lot {lot.on_hand}/{lot.reserved}"]
    return []
