"""A rule table as it stands: the file in force, since when, and what is wrong with a newer one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

EDITABLE = frozenset({"needs"})  # what the administrator's page may change
TITLES: Mapping[str, str] = {
    "reporting": "报送时限与催报", "authority": "授权与审批", "alarm_rules": "报警规则",
    "warnings": "预警规则", "needs": "需求模板", "review": "复盘用时目标",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RuleTable:
    """One table; `looked` is what it looked like last, `told` whether the journal has it."""

    name: str
    path: str
    own: bool
    words: str
    digest: str
    read_at: datetime
    looked: tuple[str, int, int]
    fault: str = ""
    told: bool = True
    text: str = ""
    version: int = 0  # of what was saved on the page last; 0 where nobody ever did

    @property
    def title(self) -> str:
        """What the table is about."""
        return TITLES[self.name]


@dataclass(frozen=True, kw_only=True)
class RuleText:
    """A table's text as an administrator saved it; its `id` is the table's name.

    It counts before any file; an empty text leaves the word to the file again.
    """

    id: str
    text: str = ""
    saved_by: str = ""
    saved_at: datetime | None = None
    version: int = 0
