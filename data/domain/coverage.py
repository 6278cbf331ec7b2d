"""Cover: how long the nearest able team needs to every county seat, and what is within reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from data.domain.capabilities import CAPABILITIES
from data.domain.org import AreaTree
from data.domain.situation import Situation
from data.errors import Invalid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.intp]
Loss = Literal["last", "second", "later"]

WITHIN = (30, 60, 90)  # minutes door to seat
REACH = WITHIN[-1]  # a team farther than this does not cover a county
# What counts as cover when no capability is chosen: people who save people at the scene.
RESCUE = frozenset({"搜救", "破拆", "水域救援", "抢险救援", "灭火", "危化处置", "医疗救护"})
FLIGHT = "航空救援"
LOSS_WORDS: Mapping[str, str] = {
    "last": "失去最后一支", "second": "仅剩一支", "later": "到达变慢",
}  # fmt: skip
_LOSS_ORDER = tuple(LOSS_WORDS)
_DOWN = frozenset({"cleared"})


class Units(Protocol):
    """What finds the county a point lies in."""

    def unit_at(self, lon: float, lat: float) -> str | None:
        """The code of the county, None outside."""


@dataclass(frozen=True, kw_only=True)
class CoverCounty:
    """A county to be covered; an unknown population stays None."""

    code: str
    name: str
    population: int | None = None
    risk: int = 0


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Minutes from each team (row) to each county seat (column), getting ready included.

    A way that is not open is infinite.
    """

    counties: tuple[CoverCounty, ...]
    teams: tuple[str, ...]
    minutes: Floats


def require_capability(capability: str | None) -> str | None:
    """The capability as asked for; blank is None, any rescue.

    Raises
    ------
    Invalid
        When there is no such capability.
    """
    if not capability:
        return None
    if capability not in CAPABILITIES:
        words = "、".join(CAPABILITIES)
        raise Invalid.field("capability", f"没有专业能力“{capability}”", f"可选：{words}，或留空")
    return capability


def able(provides: AbstractSet[str], *, flies: bool, capability: str | None) -> bool:
    """Whether a team counts as cover.

    Aircraft count only where flight itself is asked for: cover must hold at night and in cloud.
    """
    if capability is None:
        return not flies and not RESCUE.isdisjoint(provides)
    return capability in provides and (not flies or capability == FLIGHT)


def risk_points(situation: Situation, areas: AreaTree, units: Units) -> dict[str, int]:
    """How many things that may go wrong each county has, as far as they are known.

    Counted: risk sources, reservoirs, and stations whose alarm is not cleared. What lies in no
    county that is known counts under the blank code.
    """
    found: dict[str, int] = {}

    def count(code: str | None, lon: float | None, lat: float | None) -> None:
        area = areas.areas.get(code or "")
        if area is None or not area.is_county:
            code = units.unit_at(lon, lat) if lon is not None and lat is not None else None
        key = code or ""
        found[key] = found.get(key, 0) + 1

    for source in situation.sources.values():
        count(source.area_code, source.lon, source.lat)
    raised = {a.sensor_id for a in situation.alarms.values() if a.state not in _DOWN}
    for sensor in situation.sensors.values():
        if sensor.kind == "水库" or sensor.id in raised:
            count(sensor.area_code, sensor.lon, sensor.lat)
    return found


def cover(reach: Reach, chosen: Flags) -> dict[str, Any]:
    """What the chosen teams cover, in the shape of the contract.

    Counties whose population is unknown are counted in `population_unknown`, never guessed.
    """
    first, within, near = _nearest(reach.minutes[chosen], len(reach.counties))
    ids = [team for team, taken in zip(reach.teams, chosen, strict=True) if taken]
    rows = [
        {
            "area_code": county.code, "name": county.name, "population": county.population,
            "risk": county.risk, "minutes": _plain(first[k]), "teams": int(within[k]),
            "team": ids[near[k]] if np.isfinite(first[k]) else None,
        }
        for k, county in enumerate(reach.counties)
    ]  # fmt: skip
    known = [c.population for c in reach.counties if c.population is not None]
    return {
        "counties": rows,
        "population_within": _within(rows, "population"),
        "population_known": sum(known),
        "population_unknown": len(reach.counties) - len(known),
        "risk_within": _within(rows, "risk"),
        "risk_known": sum(c.risk for c in reach.counties),
    }


def _nearest(minutes: Floats, counties: int) -> tuple[Floats, Counts, Counts]:
    """Per county: minutes of the nearest team, teams within reach, the nearest one's row."""
    if not len(minutes):
        nothing = np.zeros(counties, dtype=np.intp)
        return np.full(counties, np.inf), nothing, nothing
    near = minutes.argmin(axis=0)
    return minutes.min(axis=0), (minutes <= REACH).sum(axis=0), near


def _plain(value: float) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None


def _within(rows: Sequence[Mapping[str, Any]], what: str) -> dict[str, int]:
    """The sum of a known figure over counties reached within each limit."""
    return {
        str(limit): sum(
            row[what] or 0
            for row in rows
            if row["minutes"] is not None and row["minutes"] <= limit
        )
        for limit in WITHIN
    }


def band(minutes: float | None) -> int:
    """Which class minutes fall in: 0 to 2 within the limits, 3 later, 4 no way at all."""
    if minutes is None:
        return len(WITHIN) + 1
    return next((k for k, limit in enumerate(WITHIN) if minutes <= limit), len(WITHIN))


def scenes(situation: Situation, units: Units) -> dict[str, str]:
    """The letters of the open incidents whose scene lies in a county, by county."""
    found: dict[str, str] = {}
    for incident in situation.open_incidents():
        if incident.lon is not None and incident.lat is not None:
            code = units.unit_at(incident.lon, incident.lat)
            if code is not None:
                found[code] = found.get(code, "") + incident.letter
    return found


def losses(
    before: Mapping[str, Any], after: Mapping[str, Any], at_scene: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Counties that stand worse after than before, the worst first.

    `last`: the last team within reach is gone; `second`: one is left of more; `later`: the
    nearest falls into a slower class. Within a kind the most people come first, unknown last.
    `scene` names the incidents that lie there: its teams are bound, but they are not far away.
    """
    rows = []
    for old, new in zip(before["counties"], after["counties"], strict=True):
        kind = _loss(old, new)
        if kind is not None:
            rows.append(
                {
                    "area_code": old["area_code"], "name": old["name"], "lost": kind,
                    "population": old["population"], "risk": old["risk"],
                    "scene": at_scene.get(old["area_code"]),
                    "before_minutes": old["minutes"], "after_minutes": new["minutes"],
                    "before_teams": old["teams"], "after_teams": new["teams"],
                }
            )  # fmt: skip
    return sorted(
        rows,
        key=lambda r: (
            _LOSS_ORDER.index(r["lost"]), r["population"] is None, -(r["population"] or 0),
            r["area_code"],
        ),
    )  # fmt: skip


def loss_counts(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, int]:
    """How many counties lose in each way."""
    kinds = [_loss(a, b) for a, b in zip(before["counties"], after["counties"], strict=True)]
    return {kind: sum(found == kind for found in kinds) for kind in _LOSS_ORDER}


def _loss(old: Mapping[str, Any], new: Mapping[str, Any]) -> Loss | None:
    """What one county loses."""
    if old["teams"] and not new["teams"]:
        return "last"
    if old["teams"] > 1 and new["teams"] == 1:
        return "second"
    return "later" if band(new["minutes"]) > band(old["minutes"]) else None
