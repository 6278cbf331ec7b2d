"""Tells a clock that was set from time that passes: the machine's wall against its steady clock.

A jump of hours would make everything overdue at once and end warnings that hold: what the clock
alone decides waits until the clock is back, or has stood so long that it must be believed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from data.domain.clock import real_now
from data.domain.part import PartState

APART = timedelta(minutes=2)  # less is drift, and small corrections of the time service
BELIEVED_AFTER_S = 600.0  # 假定: a clock that nobody sets back in ten minutes was set right
_HOUR_MIN = 60


class Steady:
    """One machine's clock, watched by whoever looks; safe in threads."""

    def __init__(
        self, wall: Callable[[], datetime] = real_now, steady: Callable[[], float] = monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._lock = Lock()
        self._anchor: tuple[datetime, float] | None = None
        self._since: float | None = None

    def jumped(self) -> timedelta | None:
        """How far the clock stands from where it should; None while it is right or believed."""
        with self._lock:
            wall, now = self._wall(), self._steady()
            if self._anchor is None:
                self._anchor = (wall, now)
            off = wall - self._anchor[0] - timedelta(seconds=now - self._anchor[1])
            if abs(off) > APART:
                self._since = now if self._since is None else self._since
                if now - self._since < BELIEVED_AFTER_S:
                    return off
            self._anchor, self._since = (wall, now), None
            return None

    def part(self) -> PartState:
        """The clock as a part of the center that may fail alone."""
        off = self.jumped()
        return PartState(name="clock", word="本机时钟", up=off is None, said=_said(off))


def _said(off: timedelta | None) -> str:
    if off is None:
        return ""
    minutes = round(abs(off).total_seconds() / 60)
    hours, rest = divmod(minutes, _HOUR_MIN)
    span = f"{hours} 小时 {rest} 分" if hours else f"{rest} 分"
    way = "快" if off > timedelta() else "慢"
    return (
        f"突然变{way} {span}；催报、升级和预警到期暂停，其余照常。请立即校时；"
        f"{BELIEVED_AFTER_S / 60:.0f} 分钟内没有校回，即以现在的时间为准"
    )


_machine = Steady()


def machine() -> Steady:
    """The watch over this machine's clock: one machine, one clock."""
    return _machine
