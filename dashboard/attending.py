"""What the center does by itself while it serves: calls what is overdue, drafts the granted."""

from __future__ import annotations

import logging
import threading

from data.center import Center
from data.errors import CenterError

log = logging.getLogger("hubei.attending")
EVERY_S = 5.0


class Attendant:
    """A thread of its own that lets the center look round every few seconds."""

    def __init__(self, center: Center, *, every_s: float = EVERY_S) -> None:
        self.center, self.every_s = center, every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="attendant", daemon=True)

    def start(self) -> Attendant:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop, within five seconds."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _go(self) -> None:
        while not self._stopping.wait(self.every_s):
            try:
                self.center.attend()
            except CenterError as error:
                log.info("例行检查暂未完成：%s", error.detail)
            except Exception:
                # whatever it was, the next look round comes in a few seconds
                log.exception("例行检查出错")
