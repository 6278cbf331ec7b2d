"""A center's watch on a real store: sensors put, readings fed, alarms looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from data.domain.alarm import Alarm
from data.domain.feeding import Reading
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor, Threshold
from data.domain.source import RiskSource
from data.domain.surge import Surge
from data.ingest.rule_book import rule_book
from data.ingest.seeding import area_tree
from data.services.bus import Bus
from data.services.handlers import HANDLERS
from data.services.pulse import Pulse
from data.services.tools import Tools
from data.services.watching import Watching
from data.store.database import Database
from data.store.leader import Leadership
from data.store.queries import Queries
from data.store.telemetry import Telemetry

START = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
BOOK = rule_book()
AREAS = area_tree()


class Hand:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        """Where it stands."""
        return self.at


class WatchWorld:
    """Store, bus and watch; `again` starts anew on the same store, as after a restart."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Hand()
        self.telemetry = Telemetry(database.telemetry_url)
        self._open()

    def _open(self) -> None:
        self.queries = Queries(self.database.reader, self.telemetry, AREAS, self.clock)
        tools = Tools(areas=AREAS, rules={"alarms": BOOK}, spatial=None, travel=None)
        self.bus = Bus(self.database.units, HANDLERS, tools, self.clock)
        self.watching = Watching(queries=self.queries, bus=self.bus)
        self.pulse = Pulse(
            watching=self.watching, queries=self.queries, bus=self.bus, clock=self.clock,
            office=Leadership(self.database, "watch"),
        )  # fmt: skip

    def again(self) -> None:
        """As after a restart: nothing is remembered but what is stored."""
        self.telemetry.close()
        self.telemetry = Telemetry(self.database.telemetry_url)
        self._open()

    def put(self, *things: Sensor | RiskSource) -> None:
        """Register sensors and sources."""
        self.bus.handle(StoreRows(what="测试", things=things), SYSTEM)

    def feed(self, sensor: str, rows: Iterable[tuple[float, float]]) -> None:
        """Store and watch readings at minutes after the start, one by one; the clock goes along."""
        for minute, value in rows:
            self.store(sensor, [(minute, value)])
            self.watching.take(SYSTEM, self.last)

    def store(self, sensor: str, rows: Iterable[tuple[float, float]]) -> None:
        """Store readings that nobody watches, as when the process dies between."""
        self.last = [
            Reading(sensor=sensor, value=value, at=START + timedelta(minutes=minute))
            for minute, value in rows
        ]
        self.telemetry.add_readings(self.last)
        self.clock.at = max(self.clock.at, *(r.at for r in self.last))

    def at(self, minute: float) -> None:
        """Let the domain's time be so many minutes after the start, and the pulse beat."""
        self.clock.at = START + timedelta(minutes=minute)
        self.pulse.beat()

    def alarms(self, sensor: str | None = None) -> list[Alarm]:
        """All alarms ever raised, in order."""
        seen = self.queries.situation(SYSTEM).alarms.values()
        return sorted((a for a in seen if sensor in (None, a.sensor_id)), key=lambda a: a.id)

    def surges(self) -> list[Surge]:
        """All surges, in order."""
        return sorted(self.queries.situation(SYSTEM).surges.values(), key=lambda s: s.id)

    def said(self) -> list[tuple[str, str]]:
        """Level and state of every alarm, in order."""
        return [(a.level, a.state.value) for a in self.alarms()]

    def close(self) -> None:
        """Give the connections back."""
        self.telemetry.close()


def station(key: str = "S-1", **more: Any) -> Sensor:
    """A river station with 设防 25.00, 警戒 27.30 and 保证 29.73."""
    rungs = (("设防", 25.0), ("警戒", 27.3), ("保证", 29.73))
    return Sensor(
        id=key, name=more.pop("name", "汉口"),
        **{
            "river": "长江", "area_code": "420102",
            "thresholds": tuple(Threshold(level=w, value=v, source="测试") for w, v in rungs),
            **more,
        },
    )  # fmt: skip
