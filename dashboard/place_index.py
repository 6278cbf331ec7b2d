"""Finds a place, an area, a team, a depot or an incident by its name or its pinyin."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from dashboard.geo_frames import reference_frames
from data.center import Center
from data.domain.org import Actor
from data.domain.situation import Situation

MOST = 20
_TEAM_ZOOM, _TOWN_ZOOM, _COUNTY_ZOOM, _PREFECTURE_ZOOM = 11, 12, 10, 9


@dataclass(frozen=True, kw_only=True)
class Found:
    """One answer: what it is, where it is, and how close to look."""

    kind: str
    id: str | None
    name: str
    detail: str
    lon: float
    lat: float
    zoom: float


def search_places(center: Center, viewer: Actor, text: str) -> list[dict[str, Any]]:
    """At most twenty answers, exact names first, then beginnings, then anywhere; blocking.

    Raises
    ------
    Forbidden
        When the viewer may not read.
    """
    asked = _plain(text)
    if not asked:
        return []
    situation = center.queries.situation(viewer)
    scored = [
        (score, order, found)
        for order, (keys, found) in enumerate([*_things(situation), *_geography()])
        if (score := _score(asked, keys)) is not None
    ]
    scored.sort(key=lambda hit: hit[:2])
    return [asdict(found) for _, _, found in scored[:MOST]]


def _plain(text: str) -> str:
    return "".join(text.casefold().split()).replace("'", "").replace("’", "")


def _score(asked: str, keys: tuple[str, ...]) -> int | None:
    """0 exact, 1 a beginning, 2 anywhere in a Chinese name; None when it is not there."""
    scores = [
        0 if key == asked else 1 if key.startswith(asked) else 2
        for key in keys
        if key.startswith(asked) or (not asked.isascii() and asked in key)
    ]
    return min(scores, default=None)


def _things(situation: Situation) -> Iterator[tuple[tuple[str, ...], Found]]:
    """What the viewer may know of, with its place."""
    for incident in situation.open_incidents():
        if incident.lon is not None and incident.lat is not None:
            names = (incident.letter, incident.name, incident.short_name, incident.place)
            yield _keyed(names, "incident", incident.id, f"{incident.letter} {incident.short_name}",
                         "事件", incident.lon, incident.lat, _COUNTY_ZOOM)  # fmt: skip
    for team in situation.teams.values():
        where = situation.team_position(team.id)
        if where is not None:
            yield _keyed((team.name,), "team", team.id, team.name, f"队伍 · {team.state.word}",
                         where.lon, where.lat, _TEAM_ZOOM)  # fmt: skip
    for depot in situation.depots.values():
        if depot.lon is not None and depot.lat is not None:
            yield _keyed((depot.name,), "depot", depot.id, depot.name, "储备库", depot.lon,
                         depot.lat, _TEAM_ZOOM)  # fmt: skip


@cache
def _geography() -> tuple[tuple[tuple[str, ...], Found], ...]:
    frames = reference_frames()
    found = []
    areas = {row["code"]: row["name"] for row in frames["areas"].to_dict("records")}
    for row in frames["areas"].to_dict("records"):
        zoom = _PREFECTURE_ZOOM if row["is_prefecture"] else _COUNTY_ZOOM
        shape = row["geometry"]
        found.append(_keyed((row["name"], row["short_name"]), "area", row["code"], row["name"],
                            "行政区", shape.x, shape.y, zoom))  # fmt: skip
    for row in frames["places"].to_dict("records"):
        shape = row["geometry"]
        names = (row["name_zh"], row["other_names"] or "", row["name_en"] or "")
        detail = areas.get(row["area_code"]) or "地名"
        found.append(_keyed(names, "place", None, row["name_zh"], detail, shape.x, shape.y,
                            _TOWN_ZOOM))  # fmt: skip
    return tuple(found)


def _keyed(
    names: tuple[str, ...], kind: str, thing_id: str | None, name: str, detail: str,
    lon: float, lat: float, zoom: float,
) -> tuple[tuple[str, ...], Found]:  # fmt: skip
    keys = tuple(_plain(text) for text in names if text)
    return keys, Found(
        kind=kind, id=thing_id, name=name, detail=detail, lon=round(lon, 5), lat=round(lat, 5),
        zoom=zoom,
    )  # fmt: skip
