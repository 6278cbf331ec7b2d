"""What the center does by itself while it serves: calls what is overdue, drafts the granted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from data.center import Center
from data.errors import CenterError
from data.store.leader import Leadership

log = logging.getLogger("hubei.attending")
EVERY_S = 5.0


class Stoppable(Protocol):
    """Something that runs until it is stopped."""

    def stop(self) -> None:
        """Stop."""


class Attendant:
    """A thread of its own that lets the center look round every few seconds.

    Of several servers on one database one does; another takes over when that one is gone. Each
    reads its own rule tables again when their files change.
    """

    def __init__(
        self,
        center: Center,
        *,
        every_s: float = EVERY_S,
        lead: Callable[[], Stoppable] | None = None,
    ) -> None:
        self.center, self.every_s, self.lead = center, every_s, lead
        self._led: Stoppable | None = None
        self.office = Leadership(center.database, "attendant")
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
        self._end()
        self.office.give_up()

    def _go(self) -> None:
        while not self._stopping.is_set():
            try:
                self.center.reread_rules()
                if self.office.holds():
                    self._begin()
                    self.center.attend()
                    self.center.keep_head()
                else:
                    self._end()
            except CenterError as error:
                log.info("例行检查暂未完成：%s", error.detail)
            except Exception:
                # whatever it was, the next look round comes in a few seconds
                log.exception("例行检查出错")
            self._stopping.wait(self.every_s)

    def _begin(self) -> None:
        """While this server leads, what only one server may run runs here."""
        if self._led is None and self.lead is not None:
            self._led = self.lead()

    def _end(self) -> None:
        if self._led is not None:
            self._led.stop()
            self._led = None
