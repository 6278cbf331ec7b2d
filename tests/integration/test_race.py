"""Eight processes race for fifty teams and one scarce lot: nothing is ever promised twice."""

from __future__ import annotations

import json
import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import select

from data.domain.clock import RealClock
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Assignment, Transfer
from data.domain.incident import Incident
from data.domain.messages import AdvanceAssignment, IssueDispatch, StoreRows, WantedLot, WantedTeam
from data.domain.org import SYSTEM, Actor
from data.domain.team import Team, TeamState
from data.errors import Conflict
from data.ingest.geography import build_spatial, build_travel
from data.ingest.seeding import area_tree
from data.services.bus import Bus
from data.services.handlers import HANDLERS
from data.services.tools import Tools
from data.store.codec import decode
from data.store.database import Database
from data.store.journal import verify
from data.store.schema import TABLES, image, journal, request

RACERS, TEAMS, TRIES = 8, 50, 18
STOCK, FLOOR, SHARE = 100.0, 20.0, 10.0
SHARED_KEY = "everybody-at-once"
DUTY = Actor.of("duty", "duty", "420000")


@dataclass(frozen=True, kw_only=True)
class Won:
    """One order that was accepted, as the racer was told."""

    key: str
    seq: int
    teams: tuple[str, ...]
    lots: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What one racer saw."""

    won: tuple[Won, ...]
    refused: int
    shared: tuple[int, str]
    faults: tuple[str, ...]


def test_eight_processes_never_assign_a_team_twice(database, database_url):
    """At no journal number is a team bound twice; stock, numbers, chain and retries all hold."""
    _lay_out(database)
    runs = _race(database_url)
    assert [fault for ran in runs for fault in ran.faults] == []
    won = [order for ran in runs for order in ran.won]
    assert sum(bool(ran.won) for ran in runs) > 1, "only one process ever won: there was no race"
    assert sum(ran.refused for ran in runs) > 0, "nobody was ever refused: there was no race"

    with database.reader.connect() as connection:
        rows = {r.seq: r for r in connection.execute(select(journal).order_by(journal.c.seq))}
        images = connection.execute(select(image).order_by(image.c.seq)).all()
        lot = decode(connection.execute(select(TABLES["lot"].c.body)).scalar_one(), Lot)
        column = connection.execute(select(TABLES["lot"].c.on_hand, TABLES["lot"].c.reserved)).one()
        promised = [
            decode(body, Transfer)
            for body in connection.execute(select(TABLES["transfer"].c.body)).scalars()
        ]
        kept_keys = connection.execute(select(request.c.request_id)).scalars().all()
        verdict = verify(connection)

    # numbers gap-free, the chain whole
    assert list(rows) == list(range(1, len(rows) + 1))
    assert verdict.ok, verdict.reason
    # every win is one row, and every row of an order is somebody's win
    issued = {seq: r.request_id for seq, r in rows.items() if r.command == "IssueDispatch"}
    shared = {ran.shared for ran in runs}
    assert len(shared) == 1, "one key was answered in different words"
    [(shared_seq, _)] = shared
    assert issued == {order.seq: order.key for order in won} | {shared_seq: SHARED_KEY}
    assert sorted(kept_keys) == sorted(set(kept_keys))
    # at every number: one active assignment a team at most, the lot never below its floor
    _replay(images)
    _as_won(images, won)
    reserved = sum(t.amount for t in promised)
    assert lot.reserved == column.reserved == reserved
    assert reserved == sum(sum(order.lots) for order in won)
    assert reserved == STOCK - FLOOR, "the lot was to be fought over to its floor"


def _replay(images: list[Any]) -> None:
    """Walk the after-images; fail at the first number that binds a team twice or overdraws."""
    bound: dict[str, str] = {}
    held: dict[str, Assignment] = {}
    by_seq: dict[int, list[Any]] = {}
    for one in images:
        by_seq.setdefault(one.seq, []).append(one)
    for seq in sorted(by_seq):
        for one in by_seq[seq]:
            if one.kind == "assignment":
                held[one.id] = decode(one.body, Assignment)
            elif one.kind == "lot":
                lot = decode(one.body, Lot)
                assert 0 <= lot.reserved <= lot.on_hand - FLOOR, f"overdrawn at {seq}"
        bound = {}
        for assignment in held.values():
            if assignment.active:
                assert assignment.team_id not in bound, f"{assignment.team_id} twice at {seq}"
                bound[assignment.team_id] = assignment.id


def _as_won(images: list[Any], won: list[Won]) -> None:
    """Each win stands in the journal under its number, with just the teams it asked for."""
    written: dict[int, set[str]] = {}
    for one in images:
        if one.kind == "assignment":
            written.setdefault(one.seq, set()).add(decode(one.body, Assignment).team_id)
    for order in won:
        assert written.get(order.seq, set()) == set(order.teams)


def _lay_out(database: Database) -> None:
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
    _bus(database).handle(StoreRows(what="竞赛用队伍", things=things), SYSTEM)
    now = datetime.now(UTC)
    base = Incident(
        id="I-0001", letter="甲", name="滑坡", short_name="滑坡", type="landslide",
        area_code="421127", lon=115.94, lat=30.07, received_at=now, opened_at=now,
    )  # fmt: skip
    with database.units.unit("Test", DUTY, RealClock()) as unit:
        unit.put(base)
        unit.put(replace(base, id="I-0002", letter="乙", area_code="420102", lon=114.3, lat=30.6))
        unit.tell("两起事件")


def _bus(database: Database) -> Bus:
    """The real bus with the real handlers and travel times."""
    tools = Tools(areas=area_tree(), rules={}, spatial=build_spatial(), travel=build_travel())
    return Bus(database.units, HANDLERS, tools, RealClock())


def _race(url: str) -> list[Ran]:
    """Start the racers in processes of their own and let them go together."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        line = manager.Barrier(RACERS)
        with ProcessPoolExecutor(RACERS, mp_context=context) as pool:
            lanes = [pool.submit(_run, url, line, lane) for lane in range(RACERS)]
            return [lane.result(timeout=120) for lane in lanes]


def _run(url: str, line: Barrier, lane: int) -> Ran:
    """One racer: random teams for either incident, some lots, some cancelled, some repeated."""
    draw = random.Random(lane)
    database = Database(url)
    bus = _bus(database)
    line.wait(60)
    first = bus.handle(_shared(), DUTY, SHARED_KEY)
    won: list[Won] = []
    faults: list[str] = []
    refused = 0
    for turn in range(TRIES):
        key, order = f"{lane}-{turn}", _order(draw)
        try:
            done = bus.handle(order, DUTY, key)
        except Conflict as error:
            refused += 1
            if not all(h["message"] and "next_best" in h for h in error.holders):
                faults.append(f"{key}: the loser was not told who holds it")
            continue
        except Exception as error:  # noqa: BLE001 - the parent reports whatever else happened
            faults.append(f"{key}: {error!r}")
            continue
        teams = tuple(a["team"] for a in done.body["assignments"])
        won.append(
            Won(
                key=key, seq=done.seq, teams=teams,
                lots=tuple(t["amount"] for t in done.body["transfers"]),
            )
        )  # fmt: skip
        again = bus.handle(order, DUTY, key)
        if (again.seq, again.body) != (done.seq, done.body):
            faults.append(f"{key}: the retry was answered otherwise")
        if draw.random() < 0.4:  # the team is given back, to be fought over again
            for row in done.body["assignments"]:
                bus.handle(AdvanceAssignment(assignment_id=row["id"], to="cancelled"), DUTY)
    database.close()
    shared = (first.seq, json.dumps(first.body, sort_keys=True))
    return Ran(won=tuple(won), refused=refused, shared=shared, faults=tuple(faults))


def _shared() -> IssueDispatch:
    """The order all racers send under one key."""
    return IssueDispatch(assignments=(WantedTeam(team="TM-R00", incident="I-0001"),))


def _order(draw: random.Random) -> IssueDispatch:
    """One to three random teams for one of the two incidents, sometimes with tents."""
    incident = draw.choice(("I-0001", "I-0002"))
    teams = draw.sample(range(1, TEAMS), draw.choice((1, 1, 2, 3)))
    tents = draw.random() < 0.5
    return IssueDispatch(
        assignments=tuple(WantedTeam(team=f"TM-R{n:02d}", incident=incident) for n in teams),
        transfers=(WantedLot(lot="LOT-R", incident=incident, amount=SHARE),) if tents else (),
    )
