"""Data sharing 数据共享: what another body pushes or lets us poll, by a readable mapping."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One 共享接口 of one body."""

    id: str
    name: str
    state: str = "on"
    area_code: str | None = None
    origin: Origin = "real"
    version: int = 0
