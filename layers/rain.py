"""Rain: gauges by the class of what they read; the pages colour the land between them."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point

from data.domain.sensor import Sensor
from data.domain.situation import Situation
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = ("kind", "id", "name", "quantity", "mm", "value", "class", "read_at", "colour")
# From how many millimetres on, the class's name and its colour, pale where it rains most. The
# classes are those of 24 hours of rain in GB/T 28592-2012, from memory and not checked.
CLASSES: tuple[tuple[float, str, str], ...] = (
    (0.1, "小雨", "#3a6080"), (10.0, "中雨", "#487e9e"), (25.0, "大雨", "#629eb6"),
    (50.0, "暴雨", "#8abecc"), (100.0, "大暴雨", "#badade"), (250.0, "特大暴雨", "#e8eef8"),
)  # fmt: skip
_DRY = "#2b3a52"


def is_rain(kind: str, quantity: str, unit: str) -> bool:
    """Whether a point measures rain: millimetres, of a quantity or at a kind that says so."""
    return unit == "mm" and any(word in kind + quantity for word in ("雨", "降水"))


def rain_class(mm: float) -> tuple[str, str]:
    """The class's name and colour; no rain has no name."""
    found = [(name, colour) for least, name, colour in CLASSES if mm >= least]
    return found[-1] if found else ("", _DRY)


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Gauges whose place and newest value are known."""
    rows = [
        _row(sensor, situation)
        for sensor in situation.sensors.values()
        if sensor.lon is not None and sensor.lat is not None and sensor.id in situation.readings
        and is_rain(sensor.kind, sensor.quantity, sensor.unit)
    ]  # fmt: skip
    return frame_of(rows, COLUMNS)


def _row(sensor: Sensor, situation: Situation) -> dict[str, object]:
    latest = situation.readings[sensor.id]
    name, colour = rain_class(latest.value)
    return {
        "kind": "sensor", "id": sensor.id, "name": sensor.name, "quantity": sensor.quantity,
        "mm": latest.value, "value": f"{latest.value:g} mm", "class": name,
        "read_at": latest.at.isoformat(), "colour": colour,
        "geometry": Point(sensor.lon or 0.0, sensor.lat or 0.0),
    }  # fmt: skip


LAYER = Layer(
    id="rain", title="雨量", frame=frame, default_on=False,
    style=Style(shape="dot", fill_by="colour", stroke_by="colour", weight=1, size=9),
    popup=(("name", ""), ("quantity", "要素"), ("value", "雨量"), ("class", "等级")),
)  # fmt: skip
