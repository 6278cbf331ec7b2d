"""Watching a sensor: which rung a new value stands on, what it raises and what it clears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.domain.sensor import Sensor, Threshold

HYSTERESIS_M = 0.1  # a wave within this below a threshold neither clears nor raises again


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a value means: the rung it leaves the sensor on, and the alarm to raise or clear."""

    rung: str | None
    raises: Threshold | None = None
    clears: bool = False


def watched(
    sensor: Sensor,
    previous: str | None,
    value: float,
    on: date,
    hysteresis: float = HYSTERESIS_M,
) -> Watched:
    """Compare a value with the thresholds in force on a date.

    Parameters
    ----------
    previous
        The level the sensor stood on before, None below every threshold.
    value
        In the sensor's own unit (metres for a station).
    hysteresis
        How far below its threshold a rung is still held.
    """
    ladder = sensor.in_force(on)
    reached = sensor.reached(value, on)
    held = next((t for t in ladder if t.level == previous), None)
    if reached is not None and (held is None or reached.value > held.value):
        return Watched(rung=reached.level, raises=reached)
    if held is not None and value >= held.value - hysteresis:
        return Watched(rung=held.level)
    return Watched(
        rung=reached.level if reached else None, clears=previous is not None
    )  # fmt: skip
