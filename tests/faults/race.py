"""A race of processes for fifty teams and one scarce lot, and what must hold after it."""

from __future__ import annotations

import itertools
import json
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import select

from data.domain.depot import Lot
from data.domain.dispatch import Assignment, Transfer
from data.domain.messages import AdvanceAssignment, IssueDispatch, WantedTeam
from data.errors import Conflict
from data.store.codec import decode
from data.store.database import Database
from data.store.journal import verify
from data.store.schema import TABLES, image, journal, request
from tests.faults import world
from tests.forked import FORKED

RACERS = 8
SHARED_KEY = "everybody-at-once"


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


def contest(database: Database, url: str, tries: int) -> int:
    """Let eight processes try `tries` orders each, and check everything; the number of wins.

    At no journal number is a team bound twice; stock, numbers, chain and retries all hold.

    Raises
    ------
    AssertionError
        Naming the first thing that does not hold.
    """
    world.lay_out(database)
    runs = _race(url, tries)
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
    assert reserved == world.STOCK - world.FLOOR, "the lot was to be fought over to its floor"
    return len(won)


def _replay(images: list[Any]) -> None:
    """Walk the after-images; fail at the first number that binds a team twice or overdraws."""
    held: dict[str, set[str]] = {}  # the active assignments of each team
    for seq, group in itertools.groupby(images, key=lambda one: one.seq):
        changed: set[str] = set()
        for one in group:
            if one.kind == "assignment":
                assignment = decode(one.body, Assignment)
                changed.add(assignment.team_id)
                active = held.setdefault(assignment.team_id, set())
                (active.add if assignment.active else active.discard)(assignment.id)
            elif one.kind == "lot":
                lot = decode(one.body, Lot)
                assert 0 <= lot.reserved <= lot.on_hand - world.FLOOR, f"overdrawn at {seq}"
        for team in changed:
            assert len(held[team]) <= 1, f"{team} twice at {seq}"


def _as_won(images: list[Any], won: list[Won]) -> None:
    """Each win stands in the journal under its number, with just the teams it asked for."""
    written: dict[int, set[str]] = {}
    for one in images:
        if one.kind == "assignment":
            written.setdefault(one.seq, set()).add(decode(one.body, Assignment).team_id)
    for order in won:
        assert written.get(order.seq, set()) == set(order.teams)


def _race(url: str, tries: int) -> list[Ran]:
    """Start the racers in processes of their own and let them go together."""
    with FORKED.Manager() as manager:
        line = manager.Barrier(RACERS)
        with ProcessPoolExecutor(RACERS, mp_context=FORKED) as pool:
            lanes = [pool.submit(_run, url, line, lane, tries) for lane in range(RACERS)]
            return [lane.result(timeout=120 + tries) for lane in lanes]


def _run(url: str, line: Barrier, lane: int, tries: int) -> Ran:
    """One racer: random teams for either incident, some lots, some cancelled, some repeated."""
    draw = random.Random(lane)
    database = Database(url)
    bus = world.bus_of(database)
    line.wait(60)
    first = bus.handle(_shared(), world.DUTY, SHARED_KEY)
    won: list[Won] = []
    faults: list[str] = []
    refused = 0
    for turn in range(tries):
        key, order = f"{lane}-{turn}", world.order(draw)
        try:
            done = bus.handle(order, world.DUTY, key)
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
        again = bus.handle(order, world.DUTY, key)
        if (again.seq, again.body) != (done.seq, done.body):
            faults.append(f"{key}: the retry was answered otherwise")
        if draw.random() < 0.4:  # the team is given back, to be fought over again
            for row in done.body["assignments"]:
                bus.handle(AdvanceAssignment(assignment_id=row["id"], to="cancelled"), world.DUTY)
    database.close()
    shared = (first.seq, json.dumps(first.body, sort_keys=True))
    return Ran(won=tuple(won), refused=refused, shared=shared, faults=tuple(faults))


def _shared() -> IssueDispatch:
    """The order all racers send under one key."""
    return IssueDispatch(assignments=(WantedTeam(team="TM-R00", incident="I-0001"),))
