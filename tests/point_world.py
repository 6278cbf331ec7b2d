"""Made points for the map's tests and benchmark: sensors of several kinds over every county."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from data.domain.alarm import Alarm
from data.domain.feeding import Latest
from data.domain.sensor import Sensor
from tests.map_world import AT, WorldCenter

KINDS = (
    ("雨量", "降水量", "mm"), ("河道", "水位", "m"), ("危化", "液位", "m"),
    ("尾矿库", "干滩长度", "m"), ("地质灾害点", "位移", "mm"),
)  # fmt: skip
COLOURS = ("blue", "yellow", "yellow", "orange", "red")


def crowded(number: int, *, every_alarm: int = 211) -> WorldCenter:
    """The small world with `number` made points instead of its stations."""
    dice, center = Random(7), WorldCenter()
    counties = [a for a in center.areas.areas.values() if a.is_county and a.lon and a.lat]
    sensors, readings, alarms = {}, {}, {}
    for n in range(number):
        area, (kind, quantity, unit) = dice.choice(counties), KINDS[n % len(KINDS)]
        key = f"P{n}"
        sensors[key] = Sensor(
            id=key, name=f"{area.short_name}点{n}", kind=kind, quantity=quantity, unit=unit,
            area_code=area.code, lon=(area.lon or 0) + dice.gauss(0, 0.12),
            lat=(area.lat or 0) + dice.gauss(0, 0.1), origin="exercise",
        )  # fmt: skip
        readings[key] = Latest(value=round(dice.uniform(0, 30), 2), at=AT)
        if n % every_alarm == 5:
            alarms[f"AL-{n}"] = alarm(key, COLOURS[n % len(COLOURS)])
    center.now = replace(center.now, sensors=sensors, readings=readings, alarms=alarms)
    return center


def alarm(sensor: str, colour: str) -> Alarm:
    """An alarm nobody has taken."""
    return Alarm(
        id=f"AL-{sensor}", sensor_id=sensor, sensor_name=sensor, level="高限", value=1.0,
        threshold=1.0, raised_at=AT, colour=colour, origin="exercise",
    )  # fmt: skip


def moved(center: WorldCenter, changes: dict[str, float]) -> None:
    """New values of some points."""
    newer = {key: Latest(value=value, at=AT) for key, value in changes.items()}
    center.now = replace(center.now, readings={**center.now.readings, **newer})
