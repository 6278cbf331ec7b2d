"""The table of points: what does not change from one reading to the next, as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from data.domain.org import AreaTree
from data.domain.point_state import PointState
from data.domain.sensor import Sensor
from layers import palette
from layers.rain import CLASSES, is_rain

DEGREES = 100_000  # coordinates travel as whole steps of about a metre


class Numbered:
    """Words by number, each sent once."""

    def __init__(self) -> None:
        self.words: list[Any] = []
        self._at: dict[Any, int] = {}

    def of(self, word: Any) -> int:
        """The number of a word, given on first sight."""
        if word not in self._at:
            self._at[word] = len(self.words)
            self.words.append(word)
        return self._at[word]


def point_table(sensors: Sequence[Sensor], areas: AreaTree) -> dict[str, Any]:
    """Ids, names, kinds, units, areas and places of points whose place is known."""
    kinds, units, places, sources = Numbered(), Numbered(), Numbered(), Numbered()
    return {
        "ids": [s.id for s in sensors],
        "names": [s.name for s in sensors],
        "kind": [kinds.of(s.kind) for s in sensors],
        "unit": [
            units.of((s.quantity, s.unit, is_rain(s.kind, s.quantity, s.unit))) for s in sensors
        ],
        "area": [places.of(s.area_code) for s in sensors],
        "source": [sources.of(s.source_id) for s in sensors],
        "note": {i: s.river for i, s in enumerate(sensors) if s.river},
        "stand_in": [i for i, s in enumerate(sensors) if s.coord_is_stand_in],
        "lon": _steps(s.lon for s in sensors),
        "lat": _steps(s.lat for s in sensors),
        "kinds": kinds.words,
        "units": [{"quantity": q, "unit": u, "rain": rain} for q, u, rain in units.words],
        "rain": [{"mm": mm, "word": word, "colour": colour} for mm, word, colour in CLASSES],
        "sources": sources.words,
        "areas": [_area(code, areas) for code in places.words],
        "states": [
            {"word": s.word, "char": s.char, "colour": palette.POINT_COLOURS[s]} for s in PointState
        ],
    }


def _steps(degrees: Iterable[float | None]) -> list[int]:
    """Each as the difference from the one before: neighbours lie near each other."""
    last, found = 0, []
    for value in degrees:
        here = round((value or 0.0) * DEGREES)
        found.append(here - last)
        last = here
    return found


def _area(code: str | None, areas: AreaTree) -> dict[str, Any]:
    """An area's county and prefecture with their names; blank for what lies in none."""
    county = next((c for c in reversed(areas.path(code or "")) if areas.areas[c].is_county), None)
    city = areas.prefecture_of(code)
    return {
        "county": county, "city": city,
        "county_name": areas.areas[county].short_name if county else None,
        "city_name": areas.areas[city].short_name if city else None,
    }  # fmt: skip
