"""Monitored points: a triangle in the colour of their state, the character beside the colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
from shapely.geometry import Point

from data.domain.alarm import Alarm
from data.domain.point_state import PointState, of_point
from data.domain.sensing import open_alarms
from data.domain.sensor import Sensor
from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "name", "sensor_kind", "quantity", "river", "source_id", "area_code", "reading",
    "unit", "value", "read_at", "state", "rung", "char", "over", "colour", "alarm", "alarms",
    "coord_note",
)  # fmt: skip
STAND_IN = "站址为同名城镇代用坐标"


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Points whose place is known, with their newest value and how they stand."""
    alarms = open_alarms(situation)
    rows = [
        _row(situation, sensor, alarms.get(sensor.id, ()))
        for sensor in situation.sensors.values()
        if sensor.lon is not None and sensor.lat is not None
    ]
    return frame_of(rows, COLUMNS)


def _row(situation: Situation, sensor: Sensor, alarms: Sequence[Alarm]) -> dict[str, Any]:
    latest = situation.readings.get(sensor.id)
    state = of_point(sensor, latest, alarms, situation.at, times=situation.missed_times)
    rung = sensor.reached(latest.value, situation.today) if latest else None
    return {
        "kind": "sensor", "id": sensor.id, "name": sensor.name, "sensor_kind": sensor.kind,
        "quantity": sensor.quantity, "river": sensor.river, "source_id": sensor.source_id,
        "area_code": sensor.area_code, "reading": latest.value if latest else None,
        "unit": sensor.unit, "value": f"{latest.value:.2f} {sensor.unit}" if latest else None,
        "read_at": latest.at.isoformat() if latest else None, "state": state.word,
        "rung": rung.level if rung else None, "char": state.char or None,
        "over": f"超{rung.level} {latest.value - rung.value:.2f} {sensor.unit}"
        if rung and latest else None,
        "colour": palette.POINT_COLOURS[state], "alarm": any(a.waits for a in alarms),
        "alarms": "、".join(a.id for a in alarms) or None,
        "coord_note": STAND_IN if sensor.coord_is_stand_in else None,
        "geometry": Point(sensor.lon or 0.0, sensor.lat or 0.0),
    }  # fmt: skip


def is_calm(state: str) -> bool:
    """Whether a row's state needs nobody's eye."""
    return state in {PointState.CALM.word, PointState.UNHEARD.word}


LAYER = Layer(
    id="stations", title="监测点", frame=frame,
    style=Style(
        shape="triangle", fill_by="colour", stroke=palette.INK, weight=1, size=12, char_by="char"
    ),
    popup=(
        ("name", ""), ("sensor_kind", ""), ("river", ""), ("value", "数值"), ("state", "状态"),
        ("over", ""), ("coord_note", ""),
    ),
)  # fmt: skip
