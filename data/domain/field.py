"""What a team leader sends from the field besides states: photos and needs."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One photo from the field; its bytes are a blob."""

    id: str
    incident_id: str
    team_id: str
    blob_id: str = ""
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class FieldNeed:
    """One need stated from the field."""

    id: str
    incident_id: str
    team_id: str
    state: str = "open"
    origin: Origin = "real"
    version: int = 0
