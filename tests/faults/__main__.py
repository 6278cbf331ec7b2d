"""The long faults, by hand: ``python -m tests.faults [name ...]`` prints a table of what held."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from data.store.database import Database
from tests import postgres
from tests.faults import (
    database_kills,
    failover,
    fuzz_api,
    fuzz_callbacks,
    fuzz_importers,
    hard_days,
    kills,
    link_cuts,
    load,
    lost_machine,
    node_cuts,
    odd_days,
    power,
    race,
    server_kills,
)
from tests.postgres import DURABLE, standing_postgres

RECORDINGS, CUTS, ATTEMPTS = 10, 500, 100_000
EXAMPLES, ROUNDS, SPOILT = 20, 300, 500
LONGEST_FOUND = 4_000  # characters of what did not hold, beside the table


def _power() -> list[str]:
    return [line for seed in range(RECORDINGS) for line in power.cut_power(CUTS, seed=seed)]


def _power_normal() -> list[str]:
    """The self-check: with NORMAL it must lose, and that it does is what held."""
    lost = power.cut_power(100, synchronous="NORMAL")
    return [] if lost else ["synchronous=NORMAL lost nothing: the test is blind"]


def _sqlite_kills() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="hubei-kills-") as folder:
        return kills.kill_workers(f"sqlite:///{folder}/center.db", 1000)


def _postgres_kills() -> list[str]:
    with standing_postgres(DURABLE) as server:
        return kills.kill_workers(server.url, 1000)


def _race(url: str) -> list[str]:
    database = Database(url)
    database.migrate()
    try:
        race.contest(database, url, ATTEMPTS // race.RACERS)
    except AssertionError as error:
        return [str(error)]
    finally:
        database.close()
    return []


def _sqlite_race() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="hubei-race-") as folder:
        return _race(f"sqlite:///{folder}/center.db")


def _postgres_race() -> list[str]:
    with standing_postgres(DURABLE) as server:
        return _race(server.url)


def _sqlite_server() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="hubei-server-") as folder:
        return server_kills.kill_server(Path(folder), 50)


def _postgres_server() -> list[str]:
    with (
        tempfile.TemporaryDirectory(prefix="hubei-server-") as folder,
        standing_postgres(DURABLE) as server,
    ):
        return server_kills.kill_server(Path(folder), 50, url=server.url)


def _sqlite_lost() -> list[str]:
    return lost_machine.lose_machine(begin=time.time_ns(), say=_aside)


def _postgres_lost() -> list[str]:
    with standing_postgres(DURABLE) as server, postgres.database_of(server.url) as elsewhere:
        return lost_machine.lose_machine(
            url=server.url, new_url=elsewhere, begin=time.time_ns(), say=_aside
        )


def _aside(figures: str) -> None:
    sys.stderr.write(figures + "\n")


def _node() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="hubei-node-") as folder:
        return node_cuts.cut_link(Path(folder), 150)


FAULTS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "power": (f"{RECORDINGS * CUTS:,} power cuts, SQLite, synchronous=FULL", _power),
    "power-normal": ("100 power cuts, synchronous=NORMAL: must lose", _power_normal),
    "kills-sqlite": ("1,000 SIGKILLs of writing workers, SQLite", _sqlite_kills),
    "kills-postgres": ("1,000 SIGKILLs of writing workers, PostgreSQL", _postgres_kills),
    "database": (
        "100 SIGKILLs of all PostgreSQL processes", lambda: database_kills.kill_database(100)
    ),
    "link": (
        "120 cuts between application and PostgreSQL, every tenth without a word",
        lambda: link_cuts.cut_link(120),
    ),
    "failover": (
        "20 primaries killed, their synchronous standbys promoted", lambda: failover.fail_over(20)
    ),
    "server-sqlite": ("50 SIGKILLs of the whole server under writers, SQLite", _sqlite_server),
    "server-postgres": ("50 SIGKILLs of the whole server, PostgreSQL", _postgres_server),
    "node": ("150 cuts between a county's machine and the province, both ordering", _node),
    "lost-sqlite": ("a machine lost under a writer, restored elsewhere, SQLite", _sqlite_lost),
    "lost-postgres": (
        "a machine lost under a writer, restored elsewhere, PostgreSQL", _postgres_lost
    ),
    "disk": ("a full disk, and room again, SQLite", odd_days.fill_disk),
    "clock": ("the clock three hours on, back, three hours back, on again", odd_days.jump_clock),
    "stalled": ("60 clients that never read and 6 that hardly do, beside those who do",
                hard_days.stall_clients),
    "memory": ("a server whose memory ends under a crowd of large lists", hard_days.limit_memory),
    "race-sqlite": (f"{ATTEMPTS:,} orders raced for by 8 processes, SQLite", _sqlite_race),
    "race-postgres": (f"{ATTEMPTS:,} orders raced for by 8 processes, PostgreSQL", _postgres_race),
    "load": (
        "500 stream clients and 100 requests a second for ten minutes, SQLite",
        lambda: load.load(600, say=lambda told: _aside(load.described(told))),
    ),
    "fuzz-api": (
        f"every operation of the API, bent {3 * EXAMPLES} times each: no 5xx, no hang",
        lambda: fuzz_api.fuzz_api(EXAMPLES, begin=time.time_ns() % 10**6),
    ),
    "fuzz-callbacks": (
        f"every callback of the pages, bent {ROUNDS} times each: no 5xx, no hang, nothing moved",
        lambda: fuzz_callbacks.fuzz_callbacks(ROUNDS, begin=time.time_ns() % 10**6),
    ),
    "fuzz-importers": (
        f"every importer, {SPOILT} spoilt files each: read or refused by name",
        lambda: fuzz_importers.fuzz_importers(SPOILT, begin=time.time_ns() % 10**6),
    ),
}  # fmt: skip


def why_not(name: str) -> str | None:
    """Why a fault cannot be done on this machine, or None."""
    if name in {"disk", "clock"}:
        return odd_days.why_no_disk() if name == "disk" else odd_days.why_no_clock()
    needs_server = name in {"database", "link", "failover"} or name.endswith("-postgres")
    return postgres.why_not() if needs_server else None


def main(names: list[str]) -> int:
    """Run the named faults, or all; 1 when anything did not hold."""
    if names[:1] == ["load"] and len(names) > 1:
        return load.main(names[1:])
    print("| fault | held | seconds |\n|---|---|---|")
    failed = False
    for name in names or FAULTS:
        title, run = FAULTS[name]
        if reason := why_not(name):
            print(f"| {title} | skipped: {reason} | |", flush=True)
            continue
        began = time.monotonic()
        wrong = run()
        failed |= bool(wrong)
        for one in wrong:
            _aside(one[:LONGEST_FOUND])
        told = "yes" if not wrong else f"no ({len(wrong)}): {wrong[0][:120]}"
        print(f"| {title} | {told} | {time.monotonic() - began:.0f} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
