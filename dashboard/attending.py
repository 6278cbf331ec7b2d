"""What the center does by itself while it serves: calls what is overdue, drafts the granted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from data.center import Center
from data.rounds import Rounds
from data.store.leader import Leadership

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
        self.center, self.lead = center, lead
        self._led: Stoppable | None = None
        self.office = Leadership(center.database, "attendant")
        self._rounds = Rounds("attendant", self._look, every_s)

    def start(self) -> Attendant:
        """Begin."""
        self._rounds.start()
        return self

    def stop(self) -> None:
        """Stop, within five seconds."""
        self._rounds.stop()
        self._end()
        self.office.give_up()

    def _look(self) -> None:
        self.center.reread_rules()
        if self.office.holds():
            self._begin()
            self.center.attend()
            self.center.keep_head()
        else:
            self._end()

    def _begin(self) -> None:
        """While this server leads, what only one server may run runs here."""
        if self._led is None and self.lead is not None:
            self._led = self.lead()

    def _end(self) -> None:
        if self._led is not None:
            self._led.stop()
            self._led = None
