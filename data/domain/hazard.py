"""Hazards 隐患 reported by grid workers and the public, and their rectification 整改."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class HazardReport:
    """A 隐患上报, waiting to be verified."""

    id: str
    state: str = "reported"
    area_code: str | None = None
    incident_id: str | None = None
    org: str = ""
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Rectification:
    """A 整改任务 with its deadline, perhaps 挂牌督办."""

    id: str
    state: str = "given"
    hazard_id: str | None = None
    area_code: str | None = None
    owner_org: str = ""
    origin: Origin = "real"
    version: int = 0
