"""The plan as it is handed out: the shape of the HTTP contract, times in minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """The solver's answer in the shape of the HTTP contract; times in minutes from now."""

    assignments: tuple[dict[str, Any], ...]
    transfers: tuple[dict[str, Any], ...]
    shortfalls: tuple[dict[str, Any], ...]
    contested: tuple[dict[str, Any], ...]
    kept_back: tuple[dict[str, Any], ...]
    objective: dict[str, Any]
    baseline: dict[str, Any]
    refused: tuple[dict[str, Any], ...] = ()
    comparison: dict[str, Any] = field(default_factory=dict)
    diff: dict[str, Any] | None = None
    certificate: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> str:
        """The plan as JSON."""
        return msgspec.json.encode(self).decode()
