"""The primary killed under writers, its standby promoted: no acknowledged write is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from data.store.database import Database
from tests.faults import kills, world
from tests.postgres_pair import Pair, synchronous_pair

LONGEST_S = 0.4
Writers = list[tuple[int, int]]


def fail_over(cycles: int, *, seed: int = 1) -> list[str]:
    """Kill the primary `cycles` times while two workers write; returns what did not hold."""
    draw, told, found = random.Random(seed), kills.Told(), []
    with synchronous_pair() as pair:
        with writers(pair.url, told, seed) as alive:
            for cycle in range(cycles):
                time.sleep(draw.random() * LONGEST_S)  # the moment of death is drawn
                found += [f"cycle {cycle}: {line}" for line in change_over(pair, alive, told)]
                pair.follow()
        return found + kills.judge(pair.url, told)


@contextmanager
def writers(url: str, told: kills.Told, seed: int = 1) -> Iterator[Writers]:
    """Two processes that write, on a database laid out for them; both have written already."""
    world.tools()  # made once, before the forks
    kills.prepare(url)
    alive = [kills.start_worker(url, f"f{seed}.{n}", seed + n) for n in range(2)]
    try:
        yield alive
    finally:
        for pid, pipe in alive:
            kills.end(pid, pipe, told)


def change_over(pair: Pair, alive: Writers, told: kills.Told) -> list[str]:
    """Kill the primary and promote the standby, once all have written; then all must again."""
    found = [] if _all_write(alive, told) else ["a worker did not write"]
    pair.primary.kill()
    for _, pipe in alive:
        while told.hear(pipe, wait_s=0):
            pass  # what was acknowledged before
    pair.promote()
    return found if _all_write(alive, told) else [*found, "a worker did not come back"]


def _all_write(alive: Writers, told: kills.Told) -> bool:
    return all(told.hear(pipe, wait_s=60) for _, pipe in alive)


def standing(url: str) -> int:
    """The journal's newest number at an address."""
    database = Database(url)
    try:
        with database.reader.connect() as connection:
            return int(connection.exec_driver_sql("SELECT seq FROM journal_head").scalar_one())
    finally:
        database.close()
