"""PostgreSQL killed whole while workers write, started again, and asked what it still knows."""

from __future__ import annotations

import random
import time

from data.store.database import Database
from tests.faults import kills, world
from tests.postgres import DURABLE, standing_postgres

LONGEST_S = 0.4


def kill_database(cycles: int, *, seed: int = 1) -> list[str]:
    """Kill every process of the database `cycles` times while two workers write.

    The workers live on and must come back by themselves. Returns what did not hold.
    """
    world.tools()
    draw, told, found = random.Random(seed), kills.Told(), []
    with standing_postgres(DURABLE) as server:
        database = Database(server.url)
        database.migrate()
        world.lay_out(database)
        database.close()
        alive = [kills.start_worker(server.url, f"d{seed}.{n}", seed + n) for n in range(2)]
        try:
            for cycle in range(cycles):
                for _, pipe in alive:
                    if not told.hear(pipe, wait_s=60):
                        found.append(f"cycle {cycle}: a worker did not come back within a minute")
                time.sleep(draw.random() * LONGEST_S)  # the moment of death is drawn
                server.kill()
                server.start()
        finally:
            for pid, pipe in alive:
                kills.end(pid, pipe, told)
        found += kills.judge(server.url, told)
    return found
