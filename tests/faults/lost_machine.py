"""The machine is lost with all it held: the center goes on elsewhere from its running backup.

The oracle: whatever was acknowledged up to the archive's last number is there, and nothing after it
is half there. What a loss costs (seconds until work goes on, facts after the last run) is told.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx

from data.store.archive import read_manifest
from tests.faults.odd_days import Told
from tests.faults.server_kills import END_S, REPORT, ROOT, Served, judge, seed

EVERY_S = 5  # between two runs of the backup
BATCH = 5_000  # readings in one list
PATIENCE_S = 300.0


class Acknowledged(NamedTuple):
    """One report the server said it has: under which key, id and number, and when."""

    key: str
    report: str
    seq: int
    at: float


def lose_machine(
    runs: int = 6, readings: int = 500_000, url: str | None = None, new_url: str | None = None,
    begin: int = 1, say: Callable[[str], object] = lambda _told: None,
) -> list[str]:  # fmt: skip
    """Lose a machine after so many runs of its backup, go on elsewhere; what did not hold."""
    with tempfile.TemporaryDirectory(prefix="hubei-lost-") as name:
        archive = Path(name) / "archive"
        lost = Served(var=Path(name) / "lost", url=url)
        new = Served(var=Path(name) / "new", url=new_url)
        seed(lost)
        lost.start()
        told = Told(lost)
        before = _measured(told, readings)
        acknowledged = list[Acknowledged]()
        with _backing_up(lost, archive), _writing(told, acknowledged):
            found = _wait_for(archive, runs, acknowledged)
            time.sleep(random.Random(begin).random() * EVERY_S)  # the moment is drawn
            gone = time.monotonic()
            lost.kill()
        if url is None:
            shutil.rmtree(lost.var)
        _restore(new, archive)
        restored = time.monotonic()
        new.start()
        try:
            elsewhere = Told(new)
            elsewhere.expect("the first report", elsewhere.report(), 201)
            again = time.monotonic()
            elsewhere.expect("readings", _series(elsewhere, before.times), before.values)
        finally:
            new.kill()
        last = read_manifest(archive).last
        kept = {one.key: one.report for one in acknowledged if one.seq <= last}
        after = [one for one in acknowledged if one.seq > last]
        say(
            f"{last:,} numbers, {readings:,} readings: restored in {restored - gone:.1f} s, working"
            f" {again - gone:.1f} s after the loss; {len(after)} of {len(acknowledged)} reports"
            f" lost, all of the last {gone - min([gone, *(a.at for a in after)]):.1f} s"
        )
        return found + elsewhere.found + judge(new, kept | elsewhere.told)


class _Measured(NamedTuple):
    times: tuple[str, str]
    values: list[float]


def _measured(told: Told, readings: int) -> _Measured:
    """Send so many readings of all sensors; what one of them has between which times."""
    sensors = [s["id"] for s in told.client.get("/api/v1/sensors?limit=200").json()["items"]]
    now = datetime.fromisoformat(told.server_now())
    sent = 0
    while sent < readings:
        rows = [
            {
                "sensor": sensors[n % len(sensors)],
                "at": (now - timedelta(seconds=n // len(sensors))).isoformat(),
                "value": 20 + n % 7 / 10,
            }
            for n in range(sent, min(sent + BATCH, readings))
        ]
        told.client.post("/api/v1/telemetry", json=rows, timeout=120).raise_for_status()
        sent += len(rows)
    times = ((now - timedelta(hours=6)).isoformat(), (now + timedelta(seconds=1)).isoformat())
    return _Measured(times, _series(told, times))


def _series(told: Told, times: tuple[str, str]) -> list[float]:
    """How many one sensor has between the times, then their values, thinned as the API does."""
    given = {"since": times[0], "until": times[1]}
    answer = told.client.get("/api/v1/sensors/S07/readings", params=given).raise_for_status()
    said = answer.json()
    return [said["of"], *(row["value"] for row in said["items"])]


@contextmanager
def _backing_up(served: Served, archive: Path) -> Iterator[None]:
    """The backup as its unit runs it, beside the server, until the machine is gone."""
    running = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "backup", str(archive), "--every", str(EVERY_S)],
        cwd=ROOT, env=_known(served), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        running.kill()
        running.wait(END_S)


@contextmanager
def _writing(told: Told, acknowledged: list[Acknowledged]) -> Iterator[None]:
    """One officer who files reports without a pause until the server is gone."""

    def write() -> None:
        with suppress(httpx.HTTPError):
            while True:
                key = uuid.uuid4().hex
                answer = told.client.post(
                    "/api/v1/reports", json=REPORT, headers={"Idempotency-Key": key}
                ).raise_for_status()
                said = answer.json()
                acknowledged.append(
                    Acknowledged(key, said["report"]["id"], said["revision"], time.monotonic())
                )

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield
    finally:
        writer.join(END_S)


def _wait_for(archive: Path, runs: int, acknowledged: list[Acknowledged]) -> list[str]:
    """Until so many runs have each kept something new, and reports followed the last of them."""
    until, numbers = time.monotonic() + PATIENCE_S, set[int]()
    while time.monotonic() < until:
        last = read_manifest(archive).last
        numbers.add(last)
        if len(numbers - {0}) >= runs and acknowledged and acknowledged[-1].seq > last:
            return []
        time.sleep(0.02)  # asked again until it is so
    return [f"{len(numbers)} runs of the backup within {PATIENCE_S:.0f} s"]


def _restore(new: Served, archive: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "dashboard", "restore", str(archive)], cwd=ROOT, env=_known(new),
        check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_S,
    )  # fmt: skip


def _known(served: Served) -> dict[str, str]:
    known = {**os.environ, "HUBEI_VAR": str(served.var), "HUBEI_SCENARIO": "none"}
    return known | ({"HUBEI_DATABASE_URL": served.url} if served.url else {})
