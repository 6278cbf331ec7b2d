"""A flood: levels of stations between knots told or assumed, and the rain that fell meanwhile."""

from __future__ import annotations

import csv
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.errors import NotFound

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class RainCell:
    """Steady rain over one area between two instants, epoch seconds."""

    area_code: str
    begins: float
    ends: float
    mm_per_h: float

    def fell(self, since: float, until: float) -> float:
        """Millimetres that fell between two instants."""
        return max(0.0, min(until, self.ends) - max(since, self.begins)) / 3600 * self.mm_per_h


@dataclass(frozen=True)
class FloodWave:
    """Knots by station name: (epoch seconds, metres), by time; smooth in between."""

    name: str
    knots: Mapping[str, tuple[tuple[float, float], ...]]
    rain: tuple[RainCell, ...] = ()

    @property
    def span(self) -> tuple[float, float]:
        """First and last instant any station is told of, epoch seconds."""
        times = [at for line in self.knots.values() for at, _ in line]
        return min(times), max(times)

    def level(self, station: str, at: float) -> float:
        """A station's level in metres; before the first knot and after the last it stands still.

        Between knots it follows half a cosine, so that a knot in between never overshoots.
        """
        line = self.knots[station]
        place = bisect_right(line, (at, math.inf))
        if place == 0:
            return line[0][1]
        if place == len(line):
            return line[-1][1]
        (t0, v0), (t1, v1) = line[place - 1], line[place]
        share = (1 - math.cos(math.pi * (at - t0) / (t1 - t0))) / 2
        return v0 + (v1 - v0) * share


def read_flood(name: str) -> FloodWave:
    """A flood of `data/exercise`; each knot has a source or says that it is assumed.

    Raises
    ------
    NotFound
        When there is none of that name, naming those there are.
    """
    known = {p.stem: p for p in FOLDER.glob("flood-*.csv")}
    if name not in known:
        raise NotFound(f"没有洪水过程 {name}；现有：{'、'.join(sorted(known))}")
    knots: dict[str, list[tuple[float, float]]] = {}
    with known[name].open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["at"]).timestamp()
            knots.setdefault(row["station"], []).append((at, float(row["value_m"])))
    return FloodWave(name, {k: tuple(sorted(v)) for k, v in knots.items()}, _read_rain(name))


def _read_rain(name: str) -> tuple[RainCell, ...]:
    """The rain cells of a flood, where it has any; `flood-2020` rains as `rain-2020.csv` says."""
    path = FOLDER / f"{name.replace('flood', 'rain', 1)}.csv"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            RainCell(
                area_code=row["area_code"], mm_per_h=float(row["mm_per_h"]),
                begins=datetime.fromisoformat(row["from"]).timestamp(),
                ends=datetime.fromisoformat(row["to"]).timestamp(),
            )
            for row in csv.DictReader(file)
        )  # fmt: skip
