"""The way between the application and PostgreSQL cut, at once or without a word, under writers."""

from __future__ import annotations

import random
import time
from unittest.mock import patch

from data.store import postgres_wait
from tests.faults import kills, world
from tests.postgres import DURABLE, standing_postgres
from tests.tcp_proxy import TcpProxy

LONGEST_S = 0.4
SILENT_EVERY = 10  # every so many-th cut says nothing
SILENCE_S = 1.0  # what an application waits in the test; see `postgres_wait` for the center's


def cut_link(cuts: int, *, seed: int = 1) -> list[str]:
    """Cut the link `cuts` times while two workers write; what did not hold.

    The workers live on and must come back by themselves, after a silence too.
    """
    world.tools()
    draw, told, found = random.Random(seed), kills.Told(), list[str]()
    with (
        standing_postgres(DURABLE) as server,
        TcpProxy(server.port) as link,
        patch.object(postgres_wait, "SILENCE_S", SILENCE_S),
    ):
        kills.prepare(server.url)
        through = server.url.replace(f":{server.port}/", f":{link.port}/")
        alive = [kills.start_worker(through, f"l{seed}.{n}", seed + n) for n in range(2)]
        try:
            for cut in range(cuts):
                for _, pipe in alive:
                    if not told.hear(pipe, wait_s=60):
                        found.append(f"cut {cut}: a worker did not come back within a minute")
                time.sleep(draw.random() * LONGEST_S)  # the moment of the cut is drawn
                if cut % SILENT_EVERY == SILENT_EVERY - 1:
                    link.silence()
                    time.sleep(SILENCE_S * 2)  # longer than anybody waits
                    link.heal()
                else:
                    link.reset()
        finally:
            for pid, pipe in alive:
                kills.end(pid, pipe, told)
        found += kills.judge(server.url, told)
    if len(told.acknowledged) < cuts:
        found.append(f"only {len(told.acknowledged)} writes were acknowledged: no real test")
    return found
