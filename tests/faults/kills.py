"""Workers that write and are killed without warning, again and again, on either engine."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import select
import signal
import time
import warnings
from dataclasses import dataclass, field

from data.store.database import Database
from tests.faults import world

LONGEST_S = 0.12  # how long a worker may live after its first acknowledged write


@dataclass
class Told:
    """What was acknowledged so far, over all workers."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    rest: dict[int, bytes] = field(default_factory=dict)

    def hear(self, pipe: int, *, wait_s: float) -> bool:
        """Take in what a worker said; False when it is gone or said nothing in time."""
        ready, _, _ = select.select([pipe], [], [], wait_s)
        if not ready:
            return False
        heard = os.read(pipe, 65536)
        *lines, self.rest[pipe] = (self.rest.get(pipe, b"") + heard).split(b"\n")
        for line in lines:
            key, seq = line.decode().split()
            self.acknowledged[key] = int(seq)
        return bool(heard)


def start_worker(url: str, name: str, seed: int) -> tuple[int, int]:
    """A forked worker and the pipe it acknowledges into: (pid, pipe)."""
    ear, mouth = os.pipe()
    with warnings.catch_warnings():  # newer Pythons warn of threads; the child uses none of them
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        os.close(mouth)
        return pid, ear
    os.close(ear)
    try:
        _live(url, name, seed, mouth)
    finally:
        os._exit(1)


def _live(url: str, name: str, seed: int, mouth: int) -> None:
    def said(key: str, seq: int) -> None:
        os.write(mouth, f"{key} {seq}\n".encode())

    database = Database(url)
    for life in itertools.count():
        # what was cut off is asked again under the same keys, once; then new ones
        again = life // 2
        with contextlib.suppress(Exception):
            bus = world.bus_of(database)
            world.work(bus, random.Random(seed + 1000 * again), f"{name}.{again}", said)


def end(pid: int, pipe: int, told: Told) -> None:
    """Kill a worker and hear out what it had said."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while told.hear(pipe, wait_s=0):
        pass
    os.close(pipe)
    told.rest.pop(pipe, None)


def kill_workers(url: str, cycles: int, *, seed: int = 1, check_every: int = 100) -> list[str]:
    """Kill a worker `cycles` times in the middle of its writes; two live at any moment.

    Returns what did not hold; an empty list is the only good answer.
    """
    world.tools()  # made once, before the forks
    draw, told, found = random.Random(seed), Told(), []
    prepare(url)
    alive = [start_worker(url, f"k{seed}.{n}", seed + n) for n in range(2)]
    for cycle in range(cycles):
        pid, pipe = alive.pop(0)
        before = len(told.acknowledged)
        if not told.hear(pipe, wait_s=60) or len(told.acknowledged) == before:
            found.append(f"cycle {cycle}: nothing was acknowledged within a minute")
        time.sleep(draw.random() * LONGEST_S)  # the moment of death is drawn, not waited for
        end(pid, pipe, told)
        alive.append(start_worker(url, f"k{seed}.{cycle + 2}", seed + cycle + 2))
        if cycle % check_every == check_every - 1:
            found += judge(url, told)
    for pid, pipe in alive:
        end(pid, pipe, told)
    found += judge(url, told)
    if len(told.acknowledged) < cycles:
        found.append(f"only {len(told.acknowledged)} writes were acknowledged: no real test")
    return found


def prepare(url: str) -> None:
    """Two incidents, fifty teams and one lot in an empty database."""
    """A database at this address, laid out for the workers."""
    database = Database(url)
    database.migrate()
    world.lay_out(database)
    database.close()


def judge(url: str, told: Told) -> list[str]:
    """What does not hold in the database at this address, by what was acknowledged."""
    database = Database(url)
    try:
        return world.broken(database, dict(told.acknowledged))
    finally:
        database.close()
