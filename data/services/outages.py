"""Silence: sensors that do not report in time, alone or together because their path is down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from data.domain.alarm import Alarm, Family
from data.domain.messages.monitoring import Signal
from data.domain.slot import Event, Slot
from data.services.signalling import MINUTE, Signaller

SPOKEN_AGAIN = 0.1  # 假定: an outage is over when no more than a tenth of its sensors is silent
PATH = "path:"


class Outages:
    """Who is silent, and which paths are down; the watch holds the lock."""

    def __init__(self, says: Signaller) -> None:
        self.says = says
        self.down: dict[str, int] = {}  # path -> most sensors silent since it was told
        self.silent: defaultdict[str, dict[str, Slot]] = defaultdict(dict)
        self.alone: set[str] = set()  # sensors with an alarm of their own
        rules = says.book.of_family(Family.MISSING)
        self.rule = rules[0] if rules else None

    def restore(self, held: Iterable[Alarm], slots: Iterable[Slot]) -> None:
        """Take up open alarms; who is covered by an outage is found at the next look."""
        missing = [a for a in held if a.family == Family.MISSING]
        paths = [a for a in missing if a.sensor_id.startswith(PATH)]
        self.down = {a.sensor_id.removeprefix(PATH): a.sensors for a in paths}
        self.alone = {a.sensor_id for a in missing} - {a.sensor_id for a in paths}
        self.silent.clear()
        for slot in slots:
            if slot.missing:
                self.silent[self.says.path(slot.sensor)][slot.sensor.id] = slot

    def look(self, slots: Iterable[Slot], now: float) -> list[Signal]:
        """Who fell silent since the last look; who was never heard is not missed."""
        rule = self.rule
        if rule is None:
            return []
        fallen: defaultdict[str, list[Slot]] = defaultdict(list)
        for slot in slots:
            heard = self._allowed(slot) and not slot.missing and slot.last_at > 0
            if heard and now - slot.last_at > self._allowed(slot):
                fallen[self.says.path(slot.sensor)].append(slot)
        return [s for path, mine in fallen.items() for s in self._fell(path, mine, now)]

    def spoke(self, slot: Slot, at: float, now: float) -> bool:
        """Whether a sensor that was missed has reported since, unheard: in time as of now."""
        return slot.missing and now - at <= self._allowed(slot)

    def _allowed(self, slot: Slot) -> float:
        return (slot.sensor.expected_every_s or 0) * (self.rule.times if self.rule else 0)

    def _fell(self, path: str, mine: list[Slot], now: float) -> list[Signal]:
        silent = self.silent[path]
        for slot in mine:
            slot.lost()
            silent[slot.sensor.id] = slot
        if path in self.down:
            self.down[path] = max(self.down[path], len(silent))
            return []
        if self.rule and len(silent) >= self.says.book.outage.sensors:
            self.down[path] = len(silent)
            return [self.says.outage(path, len(silent), now, self.rule, over=False)]
        return [self._alone(slot, now) for slot in mine]

    def _alone(self, slot: Slot, now: float) -> Signal:
        self.alone.add(slot.sensor.id)
        minutes = round((now - slot.last_at) / MINUTE, 1)
        event = Event(does="raise", family=Family.MISSING, at=now, value=minutes, rule=self.rule)
        return self.says.of(event, slot)

    def back(self, slot: Slot, at: float) -> list[Signal]:
        """A silent sensor speaks again; when its path does, who stays silent is told apart."""
        slot.missing = False
        path = self.says.path(slot.sensor)
        silent = self.silent[path]
        silent.pop(slot.sensor.id, None)
        signals = []
        if slot.sensor.id in self.alone:
            self.alone.discard(slot.sensor.id)
            event = Event(does="clear", family=Family.MISSING, at=at, value=0.0, rule=self.rule)
            signals.append(self.says.of(event, slot))
        if path in self.down and len(silent) <= self.down[path] * SPOKEN_AGAIN and self.rule:
            signals.append(
                self.says.outage(path, self.down.pop(path), at, self.rule, over=True)
            )  # fmt: skip
            left = [s for s in silent.values() if s.sensor.id not in self.alone]
            signals += [self._alone(s, at) for s in left]
        return signals
