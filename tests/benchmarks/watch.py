"""What looking at readings costs: rows a second by the watch, against a plain pass over a dict.

    python -m tests.benchmarks.watch [sensors] [rows]

One core, in memory: the commands that changes of state become are counted, not carried out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from data.domain.feeding import Reading
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor, Threshold
from data.domain.situation import Situation
from data.ingest.rule_book import rule_book
from data.ingest.seeding import area_tree
from data.services.watching import Watching

START = datetime(2026, 7, 1, tzinfo=UTC)
BATCH = 1000
OVER = 5003  # one row in so many is over a level
GOAL = 5000  # rows a second, on one core, with 50,000 sensors
KINDS = (("水位", "m", (25.0, 27.3, 29.7)), ("雨量", "mm", ()), ("液位", "m", (7.0, 8.0)),
         ("温度", "℃", (60.0,)), ("可燃气体", "%LEL", (25.0, 50.0)))  # fmt: skip
WORDS = ("设防", "警戒", "保证")


def sensors(number: int) -> dict[str, Sensor]:
    """A province of sensors: a fifth each of stations, gauges, tanks, temperatures and gas."""
    made = {}
    for n in range(number):
        quantity, unit, rungs = KINDS[n % len(KINDS)]
        levels = tuple(Threshold(level=w, value=v) for w, v in zip(WORDS, rungs, strict=False))
        made[f"P{n}"] = Sensor(
            id=f"P{n}", name=f"点{n}", quantity=quantity, unit=unit, thresholds=levels,
            area_code="420102", expected_every_s=10,
        )  # fmt: skip
    return made


def rounds(held: dict[str, Sensor], rows: int) -> Iterator[list[Reading]]:
    """Batches as they come: every sensor in turn, each ten seconds, one in 5,000 over a level."""
    keys = list(held)
    batch: list[Reading] = []
    for n in range(rows):
        key, turn = keys[n % len(keys)], n // len(keys)
        dry = held[key].quantity == "雨量"
        value = 30.5 if n % OVER == OVER - 1 else 0.0 if dry else 5.0 + turn % 7 / 100
        batch.append(Reading(sensor=key, value=value, at=START + timedelta(seconds=10 * turn)))
        if len(batch) == BATCH:
            yield batch
            batch = []


class Counted:
    """A bus that counts what it is told."""

    def __init__(self) -> None:
        self.commands = self.signals = 0
        self.tools = SimpleNamespace(rules={"alarms": rule_book()})
        self.units = SimpleNamespace(listeners=[])

    def handle(self, command: Any, _actor: Any) -> None:
        """Count a command and the changes in it."""
        self.commands += 1
        self.signals += len(command.signals)


def timed(work: Callable[[list[Reading]], Any], batches: list[list[Reading]]) -> float:
    """Rows a second."""
    began = time.perf_counter()
    for batch in batches:
        work(batch)
    return sum(map(len, batches)) / (time.perf_counter() - began)


def main() -> int:
    """Print both rates, the ratio, and what a beat of the pulse costs."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
    held = sensors(number)
    seen = Situation(revision=1, at=START, sensors=held)
    telemetry = SimpleNamespace(readings=dict, series=lambda *_: [])
    queries = SimpleNamespace(
        situation=lambda _: seen, areas=area_tree(), exercise=None, telemetry=telemetry
    )
    bus = Counted()
    watching = Watching(queries=queries, bus=bus)  # type: ignore[arg-type]
    began = time.perf_counter()
    watching.ready()
    print(f"ready: {number} sensors read in {time.perf_counter() - began:.2f} s")
    batches = list(rounds(held, rows))
    newest: dict[str, float] = {}

    def plain(batch: list[Reading]) -> None:
        for reading in sorted(batch, key=lambda r: r.at):
            newest[reading.sensor] = reading.value

    bare = timed(plain, batches)
    looked = timed(lambda batch: watching.take(SYSTEM, batch), batches)
    print(f"plain pass over a dict: {bare:,.0f} rows/s")
    print(f"the watch:              {looked:,.0f} rows/s = {looked / bare:.2f} of it; "
          f"{bus.signals} changes in {bus.commands} commands")  # fmt: skip
    print(f"goal {GOAL:,} rows/s: {looked / GOAL:.0f} times")
    began = time.perf_counter()
    watching.tick(START + timedelta(seconds=10 * (rows // number) + 5))
    print(f"one beat over {number} sensors: {(time.perf_counter() - began) * 1000:.0f} ms")
    return 0 if looked >= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
