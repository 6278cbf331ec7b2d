"""Surges 报警聚合: alarms that are one thing, such as one flood wave, shown as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.domain.alarm import COLOURS
from data.domain.incident import Origin

KIND_WORDS: Mapping[str, str] = {
    "flood": "洪水过程", "rain": "强降雨", "plant": "同源报警", "missing": "数据中断",
}  # fmt: skip
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, kw_only=True)
class Surge:
    """Alarms grouped by what causes them; it ends when none of them holds any more.

    `key` says what its alarms share (a river, a prefecture's rain, a source, a path); `standing`
    how many of them hold now, `colour` the gravest there was.
    """

    id: str
    kind: str = ""
    key: str = ""
    title: str = ""
    state: str = OPEN
    opened_at: datetime | None = None
    newest_at: datetime | None = None
    closed_at: datetime | None = None
    alarms: tuple[str, ...] = ()
    standing: int = 0
    colour: str = ""
    area_code: str | None = None
    origin: Origin = "real"
    version: int = 0

    def takes(self, key: str, at: datetime, hours: float) -> bool:
        """Whether an alarm of a key raised at an instant still belongs to it."""
        if self.state != OPEN or self.key != key or self.newest_at is None:
            return False
        return abs(at - self.newest_at) <= timedelta(hours=hours)

    def joined(self, alarm_id: str, at: datetime, colour: str, area: str | None) -> Surge:
        """With one more alarm."""
        rank = {"": -1} | {c: n for n, c in enumerate(COLOURS)}
        return replace(
            self, alarms=(*self.alarms, alarm_id), standing=self.standing + 1,
            opened_at=min(self.opened_at or at, at), newest_at=max(self.newest_at or at, at),
            colour=max(self.colour, colour, key=rank.__getitem__), area_code=area,
        )  # fmt: skip

    def left(self, at: datetime) -> Surge:
        """With one alarm less that holds; without any it is over."""
        rest = max(0, self.standing - 1)
        if rest:
            return replace(self, standing=rest)
        return replace(self, standing=0, state=CLOSED, closed_at=at)
