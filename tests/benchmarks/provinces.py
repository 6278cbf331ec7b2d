"""Generated provinces to measure the joint plan on: real county seats and people, drawn forces.

Seats and population are those of ``data/reference``; teams, depots and incidents are drawn from a
seed. Needs are the center's own templates by type and grade, so that a drawn incident asks for
what a real one would be taken to ask for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.allocation import Problem
from data.domain.capabilities import CAPABILITIES
from data.domain.needs_book import shipped
from data.ingest.seeding import area_tree

KINDS = ("flood", "landslide", "hazchem", "forest_fire", "earthquake", "water_traffic", "mine")
ROLES = (
    ("搜救", "破拆"), ("抢险救援", "水域救援"), ("灭火", "危化处置"), ("医疗救护",), ("通信保障",),
    ("抢险救援",), ("灭火", "搜救"), ("水域救援", "搜救"), ("工程机械", "抢险救援"), ("危化处置",),
)  # fmt: skip
THINGS = {  # what a team may bring beside its people, and how much of it
    "搜救犬": (2, 6), "冲锋舟": (2, 10), "排涝": (500, 5000), "工程机械": (2, 8),
    "航空救援": (1, 2), "无人机侦察": (1, 3),
}  # fmt: skip
KMH, DETOUR, NEAR_KM = 58.0, 1.35, 45.0


@dataclass(frozen=True)
class Size:
    """How large a province is drawn."""

    incidents: int
    teams: int
    depots: int
    items: int


SIZES = {"A": Size(2, 120, 300, 40), "B": Size(5, 500, 300, 100), "C": Size(20, 2000, 300, 100)}


def province(seed: int, size: Size, *, contested: bool, supplies: bool = True) -> Problem:
    """A drawn province; contested incidents lie close together and are grave."""
    rng = np.random.default_rng(seed)
    areas = [a for a in area_tree().areas.values() if a.is_county and a.lon is not None]
    seats = np.array([(a.lon, a.lat) for a in areas], dtype=float)
    people = np.array([a.population or np.nan for a in areas], dtype=float)
    share = np.nan_to_num(people / np.nanmean(people), nan=1.0)
    homes = rng.choice(len(areas), size.teams, p=share / share.sum())
    at = seats[homes] + rng.normal(0, 0.08, (size.teams, 2))
    scenes = _scenes(rng, seats, size.incidents, contested=contested)
    ready = rng.choice([5.0, 10.0, 15.0, 30.0], size.teams)
    asked = rng.choice([0.0, 0.0, 10.0, 30.0], (size.teams, size.incidents))  # consent elsewhere
    minutes = _minutes(rng, at, scenes) + ready[:, None] + asked
    depots = seats[rng.integers(0, len(areas), size.depots)] + rng.normal(0, 0.05, (size.depots, 2))
    told: dict[str, Any] = {
        "capabilities": [
            {"id": c.id, "unit": c.unit, "people": c.people} for c in CAPABILITIES.values()
        ],
        "teams": _teams(rng, size.teams),
        "incidents": _incidents(rng, size, contested=contested, supplies=supplies),
        "minutes": np.round(minutes, 1).tolist(),
        "counties": [
            {"id": a.code, "name": a.name, "risk": round(float(r), 3)}
            for a, r in zip(areas, share, strict=True)
        ],
        "cover_minutes": np.round(_minutes(rng, at, seats) + ready[:, None], 1).tolist(),
        "cover_within": 90, "depots": _depots(rng, size.depots),
        "lots": _lots(rng, size) if supplies else [],
        "depot_minutes": np.round(_minutes(rng, depots, scenes) + 30, 1).tolist(),
    }  # fmt: skip
    return Problem.from_json(json.dumps(told, ensure_ascii=False))


def _scenes(rng: Any, seats: Any, count: int, *, contested: bool) -> Any:
    """Where the incidents are: anywhere, or within an hour of one another."""
    if not contested:
        return seats[rng.choice(len(seats), count, replace=False)] + rng.normal(0, 0.1, (count, 2))
    reach = NEAR_KM * np.sqrt(count / 2) / 111
    return seats[rng.integers(len(seats))] + rng.normal(0, reach, (count, 2))


def _minutes(rng: Any, a: Any, b: Any) -> Any:
    """Minutes of road between points, no two roads alike."""
    scale = np.array([np.cos(np.radians(31.0)), 1.0]) * 111.2
    gap = (a[:, None, :] - b[None, :, :]) * scale
    km = np.hypot(gap[..., 0], gap[..., 1]) * DETOUR
    return km / KMH * 60 * rng.uniform(0.85, 1.2, km.shape)


def _teams(rng: Any, count: int) -> list[dict[str, Any]]:
    """Teams of 8 to 80 people with one to three things they can do."""
    strength = np.clip(np.round(np.exp(rng.normal(3.2, 0.5, count))), 8, 80)
    rows = []
    for k in range(count):
        provides = {}
        for name in ROLES[rng.integers(len(ROLES))]:
            if CAPABILITIES[name].people:
                provides[name] = float(max(1, round(strength[k] * rng.choice([1.0, 0.8, 0.5]))))
            else:
                provides[name] = float(rng.integers(*THINGS[name], endpoint=True))
        if rng.random() < 0.35:
            name = str(rng.choice(list(THINGS)))
            provides[name] = float(rng.integers(*THINGS[name], endpoint=True))
        rows.append({"id": f"T{k:04d}", "people": float(strength[k]), "provides": provides})
    return rows


def _incidents(
    rng: Any, size: Size, *, contested: bool, supplies: bool
) -> list[dict[str, Any]]:
    """Incidents by template; contested ones are graver by a grade."""
    grades = ["I", "II", "II", "III"] if contested else ["II", "III", "III", "IV"]
    if size.incidents > 10:
        grades = ["II", "III"] if contested else ["III", "IV"]
    rows = []
    for i in range(size.incidents):
        kind, grade = str(rng.choice(KINDS)), str(rng.choice(grades))
        template, growth = shipped().of(kind, grade)
        scale = growth * rng.uniform(0.8, 1.25)
        needs = [
            {"capability": name, "amount": float(np.ceil(amount * scale)), "by": float(by)}
            for name, amount, by in template.capabilities
        ]
        wanted = rng.choice(size.items, 8, replace=False) if supplies else []
        rows.append(
            {
                "id": f"I{i:02d}",
                "weight": shipped().weight[grade] * float(rng.choice([1.0, 2.0])),
                "needs": needs,
                "supplies": [
                    {"item": f"G{g}", "amount": float(rng.integers(100, 2500)), "by": 240}
                    for g in wanted
                ],
            }
        )  # fmt: skip
    return rows


def _depots(rng: Any, count: int) -> list[dict[str, Any]]:
    """Depots with one to seven lorries of five to ten tonnes."""
    return [
        {"id": f"D{d:03d}", "vehicles": int(rng.integers(1, 8)),
         "vehicle_t": float(rng.choice([5, 8, 10]))}
        for d in range(count)
    ]  # fmt: skip


def _lots(rng: Any, size: Size) -> list[dict[str, Any]]:
    """Three to eight items in every depot, some of each kept."""
    weight = np.exp(rng.normal(-5, 1.5, size.items))
    rows: list[dict[str, Any]] = []
    for d in range(size.depots):
        for g in rng.choice(size.items, rng.integers(3, 9), replace=False):
            free = float(rng.integers(10, 500))
            rows.append(
                {
                    "id": f"L{len(rows):05d}", "depot": f"D{d:03d}", "item": f"G{g}", "free": free,
                    "reserve": float(int(free * rng.choice([0, 0.1, 0.3]))),
                    "unit_weight_t": float(weight[g]),
                }
            )  # fmt: skip
    return rows
