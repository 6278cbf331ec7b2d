"""Stations: a triangle, coloured only when over 警戒 or 保证, with the character beside it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from shapely.geometry import Point

from data.domain.sensor import Sensor
from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "name", "river", "value", "read_at", "rung", "char", "over", "colour", "alarm",
    "coord_note",
)  # fmt: skip
STAND_IN = "站址为同名城镇代用坐标"


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Stations whose place is known, with their newest value and the rung it stands on."""
    raised = {a.sensor_id for a in situation.alarms.values() if a.state == "raised"}
    rows = [
        _row(situation, sensor, sensor.id in raised)
        for sensor in situation.sensors.values()
        if sensor.lon is not None and sensor.lat is not None
    ]
    return frame_of(rows, COLUMNS)


def _row(situation: Situation, sensor: Sensor, alarm: bool) -> dict[str, Any]:
    latest = situation.readings.get(sensor.id)
    rung = sensor.reached(latest.value, situation.at.date()) if latest else None
    level = rung.level if rung else None
    colour = palette.RUNG_COLOURS.get(level or "", palette.CALM_STATION)
    return {
        "kind": "sensor", "id": sensor.id, "name": sensor.name, "river": sensor.river,
        "value": f"{latest.value:.2f} {sensor.unit}" if latest else None,
        "read_at": latest.at.isoformat() if latest else None, "rung": level,
        "char": palette.RUNG_CHARS.get(level or ""),
        "over": f"超{level} {latest.value - rung.value:.2f} {sensor.unit}"
        if rung and latest else None,
        "colour": colour, "alarm": alarm,
        "coord_note": STAND_IN if sensor.coord_is_stand_in else None,
        "geometry": Point(sensor.lon or 0.0, sensor.lat or 0.0),
    }  # fmt: skip


LAYER = Layer(
    id="stations", title="水位站", frame=frame,
    style=Style(
        shape="triangle", fill_by="colour", stroke=palette.INK, weight=1, size=12, char_by="char"
    ),
    popup=(("name", ""), ("river", ""), ("value", "水位"), ("over", ""), ("coord_note", "")),
)  # fmt: skip
