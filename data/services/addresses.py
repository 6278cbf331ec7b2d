"""Sensors by the address their device goes by: `sl651:0012345678/39` is a sensor's other name."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from data.domain.sensor import Sensor


class Addresses:
    """Ids of sensors by `device/element`, or by `device` alone where there is no element.

    Kept for as long as the sensors are the very same, which they are until one of them changes.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Mapping[str, Sensor], Mapping[str, str]]] = {}
        self._lock = Lock()

    def of(self, sensors: Mapping[str, Sensor]) -> Mapping[str, str]:
        """The addresses of these sensors; of two with one address the first keeps it."""
        with self._lock:
            held = self._kept.get(id(sensors))
            if held is not None and held[0] is sensors:
                return held[1]
        made: dict[str, str] = {}
        for sensor in sensors.values():
            if sensor.device:
                made.setdefault(address(sensor.device, sensor.element), sensor.id)
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[id(sensors)] = sensors, made
        return made


MOST_KEPT = 8


def address(device: str, element: str = "") -> str:
    """How a device's element is called at the door for readings."""
    return f"{device}/{element}" if element else device
