"""Contingencies 应急预案: who commands, which tasks at which level, what is needed."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Contingency:
    """One 应急预案 of one body."""

    id: str
    area_code: str
    tier: str
    name: str = ""
    origin: Origin = "real"
    version: int = 0
