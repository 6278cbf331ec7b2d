"""A rule table as it stands: the file in force, since when, and what is wrong with a newer one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

TITLES: Mapping[str, str] = {
    "reporting": "报送时限与催报", "authority": "授权与审批", "alarm_rules": "报警规则",
    "warnings": "预警规则", "needs": "需求模板",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RuleTable:
    """One table; `looked` is what its file looked like last, `told` whether the journal has it."""

    name: str
    path: str
    own: bool
    words: str
    digest: str
    read_at: datetime
    looked: tuple[str, int, int]
    fault: str = ""
    told: bool = True

    @property
    def title(self) -> str:
        """What the table is about."""
        return TITLES[self.name]
