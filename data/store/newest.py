"""The newest reading of each sensor in memory, handed out as snapshots that cost nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from threading import Lock

from data.domain.feeding import Latest

NEVER = -inf


class Newest:
    """Newest values by sensor; a snapshot never changes, and is shared until there is news."""

    def __init__(self, held: dict[str, Latest]) -> None:
        self.held: dict[str, Latest] = held  # looked into, never changed, from outside
        self.seconds = in_seconds(held)  # likewise
        self._snapshot: dict[str, Latest] | None = None
        self._lock = Lock()

    def take(self, readings: Mapping[str, Latest], seconds: Mapping[str, float]) -> None:
        """Take readings that are newer than what is held, one a sensor, with their instants."""
        if readings:
            with self._lock:
                self.held.update(readings)
                self.seconds.update(seconds)
                self._snapshot = None

    def snapshot(self) -> Mapping[str, Latest]:
        """The newest of every sensor, as of now."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = self.held.copy()
            return self._snapshot


def in_seconds(readings: Mapping[str, Latest]) -> dict[str, float]:
    """The instants of readings in seconds since the epoch."""
    return {key: latest.at.timestamp() for key, latest in readings.items()}


class Within(Mapping[str, Latest]):
    """The readings of some sensors, cut out when they are looked at and not before."""

    def __init__(self, readings: Mapping[str, Latest], sensors: Mapping[str, object]) -> None:
        self._readings = readings
        self._sensors = sensors

    def __getitem__(self, sensor: str) -> Latest:
        if sensor not in self._sensors:
            raise KeyError(sensor)
        return self._readings[sensor]

    def __iter__(self) -> Iterator[str]:
        readings, sensors = self._readings, self._sensors
        if len(sensors) < len(readings):
            return (k for k in sensors if k in readings)
        return (k for k in readings if k in sensors)

    def __len__(self) -> int:
        return sum(1 for _ in self)
