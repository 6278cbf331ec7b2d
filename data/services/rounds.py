"""A thread that goes its rounds: it looks, rests, and looks at once when something wakes it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

_JOIN_S = 5.0


class Rounds:
    """Calls `look` over and over; it answers for how many seconds to rest and raises nothing."""

    def __init__(self, name: str, look: Callable[[], float]) -> None:
        self.name, self.look = name, look
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

    def stop(self) -> None:
        """End after the look at hand, waiting some seconds for it."""
        self._end.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)
            self._thread = None

    def _run(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            rest = self.look()
            self._wake.wait(rest)
