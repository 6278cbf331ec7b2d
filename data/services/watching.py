"""Watches stored readings: what they mean for the alarms, handed on as commands."""

from __future__ import annotations

from collections.abc import Iterable

from data.domain.messages import RaiseAlarm
from data.domain.org import Actor
from data.domain.sensor import Sensor
from data.services.bus import Bus
from data.store.queries import Queries
from data.store.telemetry import Reading


class Watching:
    """Compares readings with the thresholds in force; the monitoring service decides."""

    def __init__(self, *, queries: Queries, bus: Bus) -> None:
        self.queries = queries
        self.bus = bus

    def take(self, actor: Actor, readings: Iterable[Reading]) -> None:
        """Look at readings that are stored already, oldest first."""
        sensors = self.queries.situation(actor).sensors
        for reading in sorted(readings, key=lambda r: r.at):
            if reading.sensor in sensors:
                self._watch(actor, sensors[reading.sensor], reading)

    def _watch(self, actor: Actor, sensor: Sensor, reading: Reading) -> None:
        """Tell the monitoring service when a reading stands on another rung than its alarm."""
        alarms = [
            a
            for a in self.queries.situation(actor).alarms.values()
            if a.sensor_id == sensor.id and a.state != "cleared"
        ]
        rung = sensor.reached(reading.value, reading.at.date())
        held = max(alarms, key=lambda a: a.threshold, default=None)
        if held is None and rung is None:
            return
        if held and rung and held.level == rung.level and held.threshold == rung.value:
            return
        lowest = rung.value if rung else reading.value
        self.bus.handle(
            RaiseAlarm(
                sensor_id=sensor.id, level=rung.level if rung else "",
                value=reading.value, threshold=lowest, at=reading.at,
            ),
            actor,
        )  # fmt: skip
