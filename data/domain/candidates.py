"""Which open incidents a new report may belong to, and who would command a grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from data.domain.incident import Grading, Incident, Report
from data.domain.incident_types import incident_type
from data.domain.org import AreaTree

NEAR_KM = 20.0
NEAR_HOURS = 24.0
EARTH_RADIUS_KM = 6371.0


class HasRules(Protocol):
    """Anything that holds the rules of the field and the tree of areas."""

    @property
    def rules(self) -> Mapping[str, Any]:
        """The rules by name."""

    @property
    def areas(self) -> AreaTree:
        """The tree."""


def distance_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Kilometres between two points on the sphere."""
    a1, a2 = np.radians([lat1, lat2])
    half = np.sin((a2 - a1) / 2) ** 2
    half += np.cos(a1) * np.cos(a2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return float(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


def candidates(report: Report, incidents: Iterable[Incident]) -> list[dict[str, Any]]:
    """Open incidents of the report's family that are near or in its area, the likeliest first."""
    found = [c for i in incidents if (c := _candidate(report, i)) is not None]
    return sorted(
        found,
        key=lambda c: (
            c["distance_km"] is None, c["distance_km"] or 0.0, abs(c["hours"]), c["incident_id"]
        ),
    )  # fmt: skip


def _candidate(report: Report, incident: Incident) -> dict[str, Any] | None:
    """One candidate with why it is one, or None."""
    family = incident_type(report.type).family
    if incident.status != "open" or incident_type(incident.type).family != family:
        return None
    km = None
    if None not in (report.lon, report.lat, incident.lon, incident.lat):
        km = distance_km(report.lon, report.lat, incident.lon, incident.lat)  # type: ignore[arg-type]
    began = incident.occurred_at or incident.received_at
    hours = ((report.occurred_at or report.received_at) - began).total_seconds() / 3600
    why = []
    if km is not None and km <= NEAR_KM and abs(hours) <= NEAR_HOURS:
        why.append(f"同属{family}，相距 {km:.1f} 公里，相隔 {abs(hours):.1f} 小时")
    if report.area_code is not None and report.area_code in incident.all_areas:
        why.append(f"同属{family}，在同一辖区")
    if not why:
        return None
    return {
        "incident_id": incident.id, "letter": incident.letter, "name": incident.name,
        "short_name": incident.short_name, "distance_km": None if km is None else round(km, 1),
        "hours": round(hours, 1), "why": "；".join(why),
    }  # fmt: skip


def suggest_command(grading: Grading, area_code: str | None, tools: HasRules) -> dict[str, Any]:
    """Which level leads a grade by rule, in which area; a person decides."""
    rule = tools.rules["reporting"]["command_by_level"]
    tier = rule["levels"].get(grading.level) if grading.level else None
    code = _area_at(tools.areas, tier, area_code) if tier else None
    lead = f"{tools.areas.name(code)}人民政府" if code else None
    return {
        "tier": tier, "area_code": code, "lead_body": lead, "basis": rule["text"],
        "confidence": rule["confidence"],
    }  # fmt: skip


def _area_at(areas: AreaTree, tier: str, code: str | None) -> str | None:
    """The node of a tier above a code."""
    path = areas.path(code) if code else ()
    if tier == "province":
        return path[0] if path else None
    if tier == "prefecture":
        return areas.prefecture_of(code)
    return path[-1] if path and areas.areas[path[-1]].is_county else None
