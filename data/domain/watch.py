"""Watching a sensor: which rung a new value stands on, what it raises, eases or clears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.domain.sensor import Sensor, Threshold

FINE = 6  # decimals beyond which two levels are the same


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a value means: the rung it leaves the sensor on, and whether that is news.

    `raises` a graver rung (or the other side of the ladder), `eases` to a lower one, or `clears`.
    """

    rung: Threshold | None
    raises: bool = False
    eases: bool = False
    clears: bool = False


def released(held: Threshold, hysteresis: float) -> float:
    """The value past which a rung is left again, in the sensor's unit."""
    return round(held.value + hysteresis if held.below else held.value - hysteresis, FINE)


def graver(one: Threshold, other: Threshold) -> bool:
    """Whether a rung lies further out than another of the same side."""
    return one.value < other.value if one.below else one.value > other.value


def watched(
    sensor: Sensor, held: Threshold | None, value: float, on: date, hysteresis: float
) -> Watched:
    """Compare a value with the thresholds in force on a date.

    Parameters
    ----------
    held
        The rung the sensor stood on before, None when calm. It counts as it stands in force on
        the date: a rung whose level was moved or withdrawn is judged by the new one.
    value
        In the sensor's own unit (metres for a station).
    hysteresis
        How far a value must come back before a rung is left, in the same unit.
    """
    reached = sensor.reached(value, on)
    kept = held and next((t for t in sensor.in_force(on) if t.level == held.level), None)
    if reached is None and kept is None:
        return Watched(rung=None, clears=held is not None)
    if kept is None:
        return Watched(rung=reached, raises=True)
    if reached is not None and (reached.below != kept.below or graver(reached, kept)):
        return Watched(rung=reached, raises=True)
    edge = released(kept, hysteresis)
    if value <= edge if kept.below else value >= edge:
        return Watched(rung=kept)
    if reached is None:
        return Watched(rung=None, clears=True)
    return Watched(rung=reached, eases=True)
