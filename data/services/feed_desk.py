"""The quarantine's desk: keeps what was refused, within bounds; shows, replays and drops it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic

from data.domain.clock import real_now
from data.domain.org import PROVINCE, Actor, AreaTree, Permission
from data.domain.retention import Retention, day_of
from data.errors import Invalid
from data.services.feed_intake import Intake
from data.services.feed_line import Batch
from data.store.quarantine import Held, Quarantine

KEPT_A_MINUTE = 3_000  # rows of one sender; what goes beyond is counted, its text is not kept
NOTED_S = 15.0
SWEPT_S = 3_600.0


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What a replay did: rows stored now, and those refused again with the reason of today."""

    stored: int
    refused: tuple[tuple[int, str], ...] = ()


class QuarantineDesk:
    """Bounds the quarantine and keeps its counts; a flood of bad rows slows nobody else."""

    def __init__(self, quarantine: Quarantine, retention: Retention) -> None:
        self.quarantine = quarantine
        self.retention = retention
        self.unkept = 0
        self._minute = 0
        self._kept: Counter[tuple[str, str]] = Counter()
        self._noted = self._swept = monotonic()
        self._day: date | None = None

    def keep(self, batches: Iterable[Batch]) -> None:
        """Keep the refused rows of batches in one commit."""
        minute, at = int(monotonic() // 60), real_now()
        if minute != self._minute:
            self._minute, self._kept = minute, Counter()
        rows = []
        for batch in batches:
            if not batch.refused or not batch.keep:
                continue
            key = (batch.via, batch.source)
            room = max(0, KEPT_A_MINUTE - self._kept[key])
            self._kept[key] += len(batch.refused)
            self.unkept += max(0, len(batch.refused) - room)
            rows += [
                {
                    "received_at": at, "via": batch.via, "source": batch.source[:128],
                    "org": batch.actor.org, "kind": r.kind, "reason": r.reason, "raw": r.raw,
                    "state": "held",
                }
                for r in batch.refused[:room]
            ]  # fmt: skip
        self.quarantine.keep(rows)

    def resume(self, intake: Intake, now: datetime) -> None:
        """Go on with the counts of the day."""
        self._day = day_of(now)
        intake.restore(self.quarantine.counts_of(self._day))

    def note(self, intake: Intake, now: datetime, *, at_once: bool = False) -> None:
        """Write the counts down now and then; begin anew at midnight; sweep once an hour."""
        if self._day is not None and day_of(now) != self._day:
            self.quarantine.keep_counts(self._day, intake.kept())
            self.resume(intake, now)
        if intake.dirty and (at_once or monotonic() - self._noted >= NOTED_S):
            self._noted = monotonic()
            self.quarantine.keep_counts(day_of(now), intake.kept())
        if monotonic() - self._swept >= SWEPT_S:
            self._swept = monotonic()
            self.quarantine.forget(real_now() - timedelta(days=self.retention.quarantine))


def seen_by(areas: AreaTree, actor: Actor) -> list[str] | None:
    """The organisations whose refused rows an actor may see; None is all of them.

    Raises
    ------
    Forbidden
        When the actor may not look after monitoring.
    """
    actor.require(Permission.MONITOR)
    return None if actor.org == PROVINCE else sorted(areas.subtree(actor.org))


def to_replay(held: list[Held]) -> list[Held]:
    """Refuse what cannot be replayed.

    Raises
    ------
    Invalid
        When nothing is chosen, or a frame is among the rows: it was never a row.
    """
    if not held:
        raise Invalid.field("ids", "没有可以重放的行", "请选择还在隔离中的行")
    return [h for h in held if h.kind not in {"frame", "long"}]
