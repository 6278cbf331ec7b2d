"""Slows down guessing: failures per account and address, kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from data.domain.clock import real_now
from data.errors import TooMany

FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(minutes=30)
_MOST_KEYS = 20_000


@dataclass(frozen=True, kw_only=True)
class _Failures:
    count: int
    last: datetime

    @property
    def wait(self) -> timedelta:
        """Nothing for the first few, then twice as long each time."""
        over = self.count - FREE_FAILURES
        return timedelta() if over < 0 else min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)


class Throttle:
    """Counts failures per key and says when the next attempt is allowed."""

    def __init__(self, real: Callable[[], datetime] = real_now) -> None:
        self._real = real
        self._failures: dict[tuple[str, str], _Failures] = {}
        self._lock = Lock()

    def check(self, *key: str) -> None:
        """Refuse while the key must wait.

        Raises
        ------
        TooMany
            With the time left, in Chinese.
        """
        now = self._real()
        found = self._failures.get((key[0], key[1]))
        if found is not None and found.last > now:
            # a failure of a time when the clock was fast: the wait begins now, and is no longer
            with self._lock:
                self._failures[key[0], key[1]] = found = replace(found, last=now)
        left = found.last + found.wait - now if found else timedelta()
        if left > timedelta():
            raise TooMany(f"连续登录失败次数过多，请 {_words(left)}后再试，或联系系统管理员")

    def failed(self, *key: str) -> None:
        """Count one failure."""
        now = self._real()
        with self._lock:
            found = self._failures.get((key[0], key[1]))
            fresh = found is None or now - found.last > FORGET_AFTER
            kept = _Failures(count=0, last=now) if fresh or found is None else found
            if len(self._failures) > _MOST_KEYS:
                self._forget(now)
            self._failures[key[0], key[1]] = replace(kept, count=kept.count + 1, last=now)

    def passed(self, *key: str) -> None:
        """Forget the key's failures."""
        with self._lock:
            self._failures.pop((key[0], key[1]), None)

    def _forget(self, now: datetime) -> None:
        self._failures = {
            key: kept for key, kept in self._failures.items() if now - kept.last <= FORGET_AFTER
        }


def _words(left: timedelta) -> str:
    seconds = int(left.total_seconds()) + 1
    return f"{seconds} 秒" if seconds < 120 else f"{-(-seconds // 60)} 分钟"  # noqa: PLR2004
