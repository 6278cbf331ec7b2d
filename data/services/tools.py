"""What handlers need besides their unit: areas, rules, geometry and travel times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.domain.approval import Approval
from data.domain.authority import read_consents
from data.domain.incident import LETTERS
from data.domain.org import AreaTree


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Read-only helpers handed to every handler by the bus."""

    areas: AreaTree
    rules: Mapping[str, Any]
    spatial: Any
    travel: Any
    airfields: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # by name
    letters: str = LETTERS  # of incidents opened here
    apart: Callable[[], str] = lambda: ""  # the mark of orders given while the link is gone
    whereabouts: Callable[[str], tuple[float, float] | None] = lambda _team: None

    def consents(self) -> dict[str, Approval]:
        """The minutes before departure by kind of force, as the table in force says."""
        return read_consents(self.rules.get("authority"))
