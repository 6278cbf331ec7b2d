"""三委三部: which committee or headquarters leads a type of incident, which level a grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.domain.incident_types import type_name

TIER_WORDS = {"province": "省级", "prefecture": "市级", "county": "县级"}


@dataclass(frozen=True, kw_only=True)
class Lead:
    """Who leads a type of incident in the province, and who commands its grade."""

    group: str = ""
    body: str = ""
    office: str = ""
    source: str = ""
    tier: str | None = None
    words: str = ""
    level_source: str = ""


def lead_of(structure: Mapping[str, Any], kind: str, grade: str | None) -> Lead:
    """The leading body of an incident type (a key of the incident types) at a grade.

    Blank where the table says nothing; an ungraded incident has no commanding level yet.
    """
    name = type_name(kind)
    body: Mapping[str, Any] = next((b for b in structure["bodies"] if name in b["types"]), {})
    levels = (row for row in structure["levels"] if row["grade"] == grade)
    level: Mapping[str, Any] = next(levels, {})
    return Lead(
        group=body.get("group", ""), body=body.get("name", ""), office=body.get("office", ""),
        source=body.get("source", ""), tier=level.get("tier"), words=level.get("words", ""),
        level_source=level.get("source", ""),
    )  # fmt: skip
