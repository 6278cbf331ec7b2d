"""Teams: one character of state in a square, in the colour of the incident that holds them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from shapely.geometry import Point

from data.domain.situation import Position, Situation
from data.domain.team import Team, TeamState
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = (
    "kind", "id", "name", "state", "char", "word", "letter", "incident", "colour", "standby",
    "people", "provides", "heard_at", "coord_note", "assumption",
)  # fmt: skip
STAND_IN = "驻地为城镇中心代用坐标"


def frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Plannable teams where they are now: last heard of when out, else their home."""
    bound = {a.team_id: a.incident_id for a in situation.assignments.values() if a.active}
    rows = []
    for team in situation.teams.values():
        where = situation.team_position(team.id)
        if where is not None and team.state is not TeamState.UNPLANNABLE:
            rows.append(_row(situation, team, where, bound.get(team.id)))
    return frame_of(rows, COLUMNS)


def _row(
    situation: Situation, team: Team, where: Position, incident_id: str | None
) -> dict[str, Any]:
    incident = situation.incidents.get(incident_id or "")
    letter = incident.letter if incident else None
    heard = situation.positions.get(team.id)
    at_home = team.state is TeamState.STANDBY or heard is None
    return {
        "kind": "team", "id": team.id, "name": team.name, "state": team.state.value,
        "char": team.state.char, "word": team.state.word, "letter": letter,
        "incident": incident_id, "colour": palette.identity(letter) if letter else palette.QUIET,
        "standby": team.state is TeamState.STANDBY, "people": team.people,
        "provides": "、".join(team.provides), "heard_at": heard.at.isoformat() if heard else None,
        "coord_note": STAND_IN if at_home and team.coord_is_stand_in else None,
        "assumption": f"演练假定：{team.assumption}" if team.assumption else None,
        "geometry": Point(where.lon, where.lat),
    }  # fmt: skip


LAYER = Layer(
    id="teams", title="队伍", frame=frame,
    style=Style(
        shape="square", stroke_by="colour", weight=2, fill=palette.INK, size=22, char_by="char"
    ),
    popup=(
        ("name", ""), ("word", "状态"), ("letter", "事件"), ("people", "人数"),
        ("provides", "能力"), ("coord_note", ""), ("assumption", ""),
    ),
)  # fmt: skip
