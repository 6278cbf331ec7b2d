"""The pulse of the watch: a thread that asks what time alone has changed."""

from __future__ import annotations

from data.domain.alarm import AlarmState
from data.domain.alarm_calls import alarm_calls
from data.domain.clock import Clock
from data.domain.messages.monitoring import EscalateAlarms, ReturnAlarms
from data.domain.org import SYSTEM
from data.domain.steady import machine
from data.rounds import Rounds
from data.services.alarm_acts import MOST
from data.services.bus import Bus
from data.services.watching import Watching
from data.store.leader import Leadership
from data.store.queries import Queries

EVERY_S = 1.0


class Pulse:
    """Silence, sums that run out, alarms that come back, escalation: one server at a time."""

    def __init__(
        self, *, watching: Watching, queries: Queries, bus: Bus, clock: Clock, office: Leadership
    ) -> None:
        self.watching = watching
        self.queries = queries
        self.bus = bus
        self.clock = clock
        self.office = office
        self._rounds = Rounds("watch-pulse", self._round, EVERY_S)

    def start(self) -> Pulse:
        """Begin to beat; of several servers on one database one does."""
        self._rounds.start()
        return self

    def stop(self) -> None:
        """End after the beat at hand."""
        self._rounds.stop(within_s=None)
        self.office.give_up()

    def beat(self) -> None:
        """Look once at everything that time changes."""
        now = self.clock.now()
        self.watching.tick(now)
        seen = self.queries.situation(SYSTEM)
        back = [
            a.id
            for a in seen.alarms.values()
            if a.state == AlarmState.SHELVED and a.shelved_until and a.shelved_until <= now
        ]
        for first in range(0, len(back), MOST):
            self.bus.handle(ReturnAlarms(alarm_ids=tuple(back[first : first + MOST])), SYSTEM)
        for call in alarm_calls(seen, self.watching.book, self.queries.areas):
            rung = call.rung
            self.bus.handle(
                EscalateAlarms(
                    alarm_ids=call.alarms[:MOST], org=rung.org, name=rung.name, post=rung.post,
                    minutes=call.minutes, source=call.source,
                ),
                SYSTEM,
            )  # fmt: skip

    def _round(self) -> None:
        if self.office.holds() and not machine().jumped():
            self.beat()
