"""Rivers as a long profile: stations in order downstream, each with its value and its levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.domain.point_state import PointState, of_point
from data.domain.sensing import open_alarms
from data.domain.situation import Situation

REFERENCE = "警戒"  # heights are told from this level, so that stations far apart can be compared


@dataclass(frozen=True, kw_only=True)
class ProfilePoint:
    """One station of a river; heights above 警戒 in metres, None where unknown."""

    id: str
    name: str
    km: float | None
    value_m: float | None
    at: datetime | None
    over_m: float | None
    levels_m: Mapping[str, float]
    state: PointState


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One river's stations in order downstream."""

    river: str
    points: tuple[ProfilePoint, ...]
    source: str

    @property
    def measured(self) -> bool:
        """Whether every station's distance along the river is known."""
        return bool(self.points) and all(p.km is not None for p in self.points)


def profiles(seen: Situation, order: Iterable[Mapping[str, Any]]) -> list[Profile]:
    """The rivers of an order table (`river`, `place`, `station_id`, `km`, `source`), as seen.

    Stations the viewer does not see, and those without a level to compare with, are left out.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(order, key=lambda r: (r["river"], r["place"])):
        rows.setdefault(row["river"], []).append(row)
    alarms = open_alarms(seen)
    found = [_profile(seen, river, held, alarms) for river, held in rows.items()]
    return sorted((p for p in found if p.points), key=lambda p: -len(p.points))


def _profile(
    seen: Situation, river: str, rows: list[Mapping[str, Any]], alarms: Mapping[str, Any]
) -> Profile:
    points = [_point(seen, row, alarms) for row in rows if row["station_id"] in seen.sensors]
    return Profile(
        river=river, points=tuple(p for p in points if p is not None),
        source=str(rows[0]["source"]),
    )  # fmt: skip


def _point(
    seen: Situation, row: Mapping[str, Any], alarms: Mapping[str, Any]
) -> ProfilePoint | None:
    sensor = seen.sensors[row["station_id"]]
    levels = {t.level: t.value for t in sensor.in_force(seen.today)}
    zero = levels.get(REFERENCE)
    if zero is None:
        return None
    latest = seen.readings.get(sensor.id)
    return ProfilePoint(
        id=sensor.id, name=sensor.name, km=row["km"],
        value_m=latest.value if latest else None, at=latest.at if latest else None,
        over_m=round(latest.value - zero, 2) if latest else None,
        levels_m={name: round(value - zero, 2) for name, value in levels.items()},
        state=of_point(
            sensor, latest, alarms.get(sensor.id, ()), seen.at, times=seen.missed_times
        ),
    )  # fmt: skip
