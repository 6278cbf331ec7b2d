"""A thread that goes its rounds: it looks, rests, and looks at once when something wakes it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from data.errors import CenterError

JOIN_S = 5.0

log = logging.getLogger("hubei.rounds")


class Rounds:
    """Calls `look` over and over, whatever one look ran into.

    Parameters
    ----------
    name
        The thread's name, which the log gives as well.
    look
        One look; it may answer for how many seconds to rest.
    every_s
        How long to rest when it answers nothing, or when it failed.
    """

    def __init__(self, name: str, look: Callable[[], float | None], every_s: float) -> None:
        self.name, self.look, self.every_s = name, look, every_s
        self._wake, self._end = Event(), Event()
        self._thread: Thread | None = None

    @property
    def ending(self) -> bool:
        """Whether a look in progress should come to its end."""
        return self._end.is_set()

    def wake(self) -> None:
        """Look at once, or again when a look is going on."""
        self._wake.set()

    def start(self) -> None:
        """Begin; begun twice is begun once."""
        if self._thread is None:
            self._end.clear()
            self._thread = Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self, within_s: float | None = JOIN_S) -> None:
        """End after the look at hand, waiting so long for it; None as long as it takes."""
        self._end.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(within_s)
            self._thread = None

    def _run(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            rest = None
            try:
                rest = self.look()
            except CenterError as error:
                log.warning("%s: %s", self.name, error.detail)
            except Exception:
                # whatever it was, the next look comes all the same
                log.exception("%s: a look failed", self.name)
            if not self._end.is_set():
                self._wake.wait(self.every_s if rest is None else rest)
