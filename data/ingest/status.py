"""How a door for devices stands: open, connected, heard last, counts and newest faults."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from data.domain.clock import real_now
from data.domain.feeding import Taken, Via

KEPT_FAULTS = 20
MOST_DEVICES = 100_000


@dataclass(kw_only=True)
class Tally:
    """Counts of one door, kept from its threads and read by the pages."""

    via: Via
    word: str
    address: str
    open: bool = False
    connected: int = 0
    messages: int = 0
    answered: int = 0
    accepted: int = 0
    refused: int = 0
    failed: int = 0
    error: str = ""
    last_at: datetime | None = None
    faults: Counter[str] = field(default_factory=Counter)
    newest_faults: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_FAULTS))
    devices: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def heard(self, device: str) -> None:
        """A message of a device came in whole."""
        with self._lock:
            self.messages += 1
            self.last_at = real_now()
            if device in self.devices or len(self.devices) < MOST_DEVICES:
                self.devices[device] = self.last_at

    def fault(self, kind: str, words: str, peer: str = "") -> None:
        """Something came in that could not be taken."""
        with self._lock:
            self.faults[kind] += 1
            self.newest_faults.appendleft(
                {"at": real_now(), "kind": kind, "words": words[:300], "from": peer}
            )

    def took(self, taken: Taken) -> None:
        """Rows of a message are kept, the refused ones in the quarantine."""
        with self._lock:
            self.accepted += taken.accepted
            self.refused += len(taken.rejected)

    def failure(self, error: BaseException) -> None:
        """Rows of a message could not be kept; who sent them is told nothing."""
        with self._lock:
            self.failed += 1
            self.error = str(error)[:300]

    def status(self) -> dict[str, Any]:
        """Everything, as the page of sources shows it."""
        with self._lock:
            return {
                "via": self.via, "word": self.word, "address": self.address, "open": self.open,
                "connected": self.connected, "messages": self.messages, "answered": self.answered,
                "last_at": self.last_at, "devices": len(self.devices),
                "accepted": self.accepted, "refused": self.refused, "failed": self.failed,
                "error": self.error, "faults": dict(self.faults),
                "newest_faults": list(self.newest_faults),
            }  # fmt: skip
