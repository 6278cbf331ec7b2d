"""Routes: a curve from where a team set out to its incident; dashed until it departs."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import LineString

from data.domain.dispatch import AssignmentState
from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = ("kind", "id", "team", "incident", "state", "colour", "dash", "opacity", "name", "note")
NOTE = "示意连线，非实际路线"
_STEPS = 20
_BEND = 0.12
_WAITING = (AssignmentState.ORDERED, AssignmentState.ACCEPTED)
_THERE = (AssignmentState.ARRIVED, AssignmentState.WORKING)


def curve(lon: float, lat: float, to_lon: float, to_lat: float) -> LineString:
    """A bowed line between two points (degrees), so that crossing routes stay apart."""
    middle_lon = (lon + to_lon) / 2 - (to_lat - lat) * _BEND
    middle_lat = (lat + to_lat) / 2 + (to_lon - lon) * _BEND
    points = []
    for step in range(_STEPS + 1):
        t = step / _STEPS
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        points.append(
            (a * lon + b * middle_lon + c * to_lon, a * lat + b * middle_lat + c * to_lat)
        )
    return LineString(points)


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """One curve an active assignment whose two ends are known; faint once the team is there."""
    rows = []
    for a in situation.assignments.values():
        team = situation.teams.get(a.team_id)
        incident = situation.incidents.get(a.incident_id)
        if not a.active or team is None or incident is None:
            continue
        lon = a.from_lon if a.from_lon is not None else team.lon
        lat = a.from_lat if a.from_lat is not None else team.lat
        if None in (lon, lat, incident.lon, incident.lat):
            continue
        rows.append(
            {
                "kind": "route", "id": a.id, "team": a.team_id, "incident": a.incident_id,
                "state": a.state.value, "colour": palette.identity(incident.letter),
                "dash": "8 5" if a.state in _WAITING else None,
                "opacity": 0.35 if a.state in _THERE else 0.9,
                "name": f"{team.name} → {incident.letter} {incident.short_name}", "note": NOTE,
                "geometry": curve(lon, lat, incident.lon, incident.lat),  # type: ignore[arg-type]
            }
        )  # fmt: skip
    return frame_of(rows, COLUMNS)


LAYER = Layer(
    id="routes", title="路线（示意）", frame=frame,
    style=Style(
        shape="line", stroke_by="colour", weight=2.4, dash_by="dash", opacity_by="opacity"
    ),
    popup=(("name", ""), ("note", "")),
)  # fmt: skip
