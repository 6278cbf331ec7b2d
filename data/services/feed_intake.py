"""Counts what came in by protocol and sender: taken, refused, repeated, late; whose clock errs."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from statistics import median
from threading import Lock
from time import monotonic
from typing import Any

from data.domain.feeding import SenderCount
from data.services.feed_line import Batch

WINDOW_S = 60
MOST_SENDERS = 5_000  # a sender that changes its name at every message fills no memory
OTHERS = "（其余来源合计）"


@dataclass(eq=False)
class _Sender:
    """One sender's counts of the day, its last minute and how its clock stands."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=WINDOW_S))
    skews: deque[float] = field(default_factory=lambda: deque(maxlen=120))
    last_at: datetime | None = None

    def tick(self, rows: int, second: int) -> None:
        """Count rows of the present second."""
        if self.seconds and self.seconds[-1][0] == second:
            self.seconds[-1] = (second, self.seconds[-1][1] + rows)
        else:
            self.seconds.append((second, rows))

    def rate(self, second: int) -> float:
        """Rows a second over the last minute."""
        return sum(n for s, n in self.seconds if s > second - WINDOW_S) / WINDOW_S


class Intake:
    """The day's counts by (protocol, sender); and when each sensor was last heard of."""

    def __init__(self) -> None:
        self._senders: dict[tuple[str, str], _Sender] = {}
        self._lock = Lock()
        self.heard: dict[str, datetime] = {}
        self.dirty = False

    def note(self, batch: Batch, now: datetime) -> None:
        """Count a batch that has been stored; `now` is the center's instant of its receipt."""
        with self._lock:
            sender = self._of(batch.via, batch.source)
            sender.counts.update(
                accepted=len(batch.fresh) + batch.duplicates, duplicates=batch.duplicates,
                late=batch.late,
            )  # fmt: skip
            if batch.refused:
                sender.refused.update(r.kind for r in batch.refused)
            sender.tick(batch.weight, int(monotonic()))
            sender.last_at = now
            if batch.fresh:
                sender.skews.append(now.timestamp() - max(batch.fresh.seconds))
                self.heard.update(zip(batch.fresh.sensors, repeat(now)))
            self.dirty = True

    def _of(self, via: str, source: str) -> _Sender:
        key = (via, source)
        if key not in self._senders and len(self._senders) >= MOST_SENDERS:
            key = (via, OTHERS)
        return self._senders.setdefault(key, _Sender())

    def counts(self) -> list[SenderCount]:
        """Every sender's counts, the busiest first."""
        second = int(monotonic())
        with self._lock:
            made = [_shown(key, s, second) for key, s in self._senders.items()]
        return sorted(made, key=lambda c: (-c.rate, -c.accepted, c.via, c.source))

    def kept(self) -> list[dict[str, Any]]:
        """What is written down for a restart."""
        with self._lock:
            self.dirty = False
            return [
                {
                    "via": via, "source": source, "accepted": s.counts["accepted"],
                    "duplicates": s.counts["duplicates"], "late": s.counts["late"],
                    "refused": dict(s.refused), "last_at": s.last_at,
                }
                for (via, source), s in self._senders.items()
            ]  # fmt: skip

    def restore(self, rows: Iterable[dict[str, Any]]) -> None:
        """Go on counting where the last run of the day stood; on another day begin anew."""
        with self._lock:
            self._senders.clear()
            for row in rows:
                sender = self._of(row["via"], row["source"])
                sender.counts.update({k: row[k] for k in ("accepted", "duplicates", "late")})
                sender.refused.update(row["refused"])
                sender.last_at = row["last_at"]


def _shown(key: tuple[str, str], sender: _Sender, second: int) -> SenderCount:
    skews = list(sender.skews)
    return SenderCount(
        via=key[0], source=key[1], accepted=sender.counts["accepted"],
        duplicates=sender.counts["duplicates"], late=sender.counts["late"],
        refused=dict(sender.refused), rate=sender.rate(second), last_at=sender.last_at,
        skew_s=median(skews) if skews else None,
        skew_low_s=min(skews, default=None), skew_high_s=max(skews, default=None),
    )  # fmt: skip
