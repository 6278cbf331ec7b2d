"""Surges 报警聚合: alarms that are one thing, such as one flood wave, shown as one."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Surge:
    """Alarms grouped by what causes them."""

    id: str
    state: str = "open"
    area_code: str | None = None
    origin: Origin = "real"
    version: int = 0
