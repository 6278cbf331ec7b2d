"""Watches stored readings in memory: only changes of state become commands."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from data.domain.alarm import Alarm, Family
from data.domain.alarm_rules import Outage, Rule, RuleBook
from data.domain.feeding import Columns, Reading
from data.domain.messages.monitoring import Signal, TakeSignals
from data.domain.org import SYSTEM, Actor
from data.domain.rollup import Point, rolled
from data.domain.sensor import Sensor
from data.domain.slot import Event, Slot, instant
from data.domain.source import RiskSource
from data.services.bus import Bus
from data.services.outages import Outages
from data.services.signalling import Signaller
from data.store.queries import Queries

log = logging.getLogger("hubei.watch")
SAME_BUCKETS = 24
REFILLS = 400  # windows read anew at one look; the rest waits for the next
NO_RULES = RuleBook(
    levels=(), rules=(), groups=(), outage=Outage(sensors=20, source=""), escalation=()
)


class Watching:
    """The memory of the watch: a slot a sensor, and what combinations hold at each source.

    One thread looks at a time. When a command could not be carried out, all that is in memory is
    thrown away and read again from what is stored: readings and open alarms are the truth.
    """

    def __init__(self, *, queries: Queries, bus: Bus) -> None:
        self.queries = queries
        self.bus = bus
        self._go_by(bus.tools.rules.get("alarms") or NO_RULES)
        self.slots: dict[str, Slot] = {}
        self.sources: Mapping[str, RiskSource] = {}
        self.combined: dict[str, Rule | None] = {}
        self._of_source: dict[str, list[Slot]] = {}
        self._resting = False
        self._changed: set[str] = set()
        self._renewed = False
        self._late: set[str] = set()
        self._lock = Lock()
        bus.units.listeners.append(self.heard)

    def _go_by(self, book: RuleBook) -> None:
        """Take a rule book; what is in memory was seen by the one before and is read again."""
        self.book = book
        exercise = self.queries.exercise is not None
        self.says = Signaller(book=book, areas=self.queries.areas, exercise=exercise)
        self.outages = Outages(self.says)
        self._ready = False

    def ready(self) -> None:
        """Read what is stored, once, before anything new is: what comes later is seen in order."""
        if self._ready or self._resting:
            return
        with self._lock:
            if not self._ready:
                try:
                    self._tell(SYSTEM, self._load())
                except Exception:  # readings are stored all the same; the next look tries again
                    log.exception("the watch could not be made ready")

    def take(self, actor: Actor, readings: Iterable[Reading]) -> None:
        """Look at readings that are stored already; of each sensor, oldest first."""
        with self._lock:
            signals = self._prepared()
            moved: set[str] = set()
            signals += self._taken(Columns.of(readings), moved)
            self._tell(actor, signals + self._combine(moved))

    def _taken(self, readings: Columns, moved: set[str]) -> list[Signal]:
        signals, slots = list[Signal](), self.slots
        held = readings.in_order()
        of_each = map(slots.get, held.sensors)
        for at, slot, value in zip(held.seconds, of_each, held.values, strict=True):
            if slot is None:
                continue
            # nearly every reading, so that the slot is not even asked (`Slot.take`)
            if slot.calm_below < value < slot.calm_above and slot.last_at < at < slot.calm_until:
                if value == slot.last_value:
                    slot.count += 1
                else:
                    slot.same_from, slot.last_value, slot.count = at, value, 1
                slot.last_at = at
                window = slot.window
                if window is not None and at >= window.next_point:
                    window.keep(at, value)
                continue
            if at <= slot.last_at:
                if at < slot.last_at and slot.windowed:
                    self._late.add(slot.sensor.id)
                continue
            if slot.missing:
                signals += self.outages.back(slot, at)
            events = slot.take(at, value)
            if events:
                signals += self._said(slot, events, moved)
        return signals

    def _foreign(self) -> list[Reading]:
        """What came in at other servers since the last look.

        Of very many sensors at once the newest value alone, and their windows from what is stored.
        """
        telemetry, found, read = self.queries.telemetry, list[Reading](), 0
        newest = telemetry.readings()
        for key, slot in self.slots.items():
            latest = newest.get(key)
            if latest is None or latest.at.timestamp() <= slot.last_at:
                continue
            if read < REFILLS and slot.last_at > 0:
                read += 1
                found += telemetry.series(key, instant(slot.last_at), latest.at)
            else:
                found.append(Reading(sensor=key, value=latest.value, at=latest.at))
                if slot.windowed:
                    self._late.add(key)
        return found

    def rest(self) -> None:
        """Another server watches: what is in memory grows old, and is read again when we do."""
        self._ready, self._resting = False, True

    def tick(self, now: datetime) -> None:
        """Look at what time alone changes: silence, sums that run out, rules edited meanwhile.

        And at what other servers stored.
        """
        with self._lock:
            signals, moved, at = self._prepared(), set[str](), now.timestamp()
            signals += self._taken(Columns.of(self._foreign()), moved)
            for _ in range(min(len(self._late), REFILLS)):
                slot = self.slots.get(self._late.pop())
                if slot is not None:
                    signals += self._said(slot, self._refilled(slot), moved)
            asked = 0
            for slot in self.slots.values():
                if slot.sum_held is not None and at > slot.last_at:
                    signals += self._said(slot, list(slot.sum_events(at)), moved)
                if slot.unsure and slot.doubtful and asked < REFILLS:
                    asked += 1
                    slot.same_since(self._same_since(slot))
            signals += self.outages.look(self.slots.values(), at)
            self._tell(SYSTEM, signals + self._combine(moved))

    def heard(self, fact: Mapping[str, Any]) -> None:
        """A commit: sensors or sources that changed are read again at the next look."""
        if not {"sensor", "source"}.isdisjoint(fact["kinds"]):
            self._changed.update(f["id"] for f in fact["facts"] if f["kind"] == "sensor")
            self._renewed = True

    def _tell(self, actor: Actor, signals: list[Signal]) -> None:
        """Make one command of what was seen; what cannot be told is seen again later."""
        if not signals:
            return
        try:
            self.bus.handle(TakeSignals(signals=tuple(signals)), actor)
        except Exception:
            self._ready = False
            raise

    # -------------------------------------------------------- combinations

    def _said(self, slot: Slot, events: Iterable[Event], moved: set[str]) -> list[Signal]:
        if slot.sensor.source_id:
            moved.add(slot.sensor.source_id)
        return [self.says.of(event, slot) for event in events]

    def _combine(self, moved: Iterable[str]) -> list[Signal]:
        """What the points of sources that moved mean together."""
        found = []
        for source_id in moved:
            source = self.sources.get(source_id)
            rules = self.book.combinations(source.kind) if source else ()
            if source is None or not rules:
                continue
            slots = self._of_source.get(source_id, [])
            now, before = rolled(rules, map(self._point, slots)), self.combined.get(source_id)
            self.combined[source_id] = now.rule
            at = max((s.last_at for s in slots), default=0.0)
            if signal := self.says.combined(source, now, before, at):
                found.append(signal)
        return found

    def _point(self, slot: Slot) -> Point:
        quantity = slot.sensor.quantity
        known = self.book.named.get(quantity)
        item = known.item if known and known.item else quantity
        return Point(quantity=quantity, item=item, colour=slot.colour)

    # -------------------------------------------------------- memory

    def _prepared(self) -> list[Signal]:
        """Bring the memory up to date with what is stored; what that shows."""
        book = self.bus.tools.rules.get("alarms") or NO_RULES
        if book is not self.book:
            self._go_by(book)
        if not self._ready:
            return self._load()
        if not self._renewed:
            return []
        self._renewed, changed, self._changed = False, self._changed, set()
        seen = self.queries.situation(SYSTEM)
        self.sources = seen.sources
        signals: list[Signal] = []
        moved: set[str] = set()
        for sensor_id, sensor in seen.sensors.items():
            slot = self.slots.get(sensor_id)
            if slot is None:
                self.slots[sensor_id] = Slot(sensor, self.book)
            elif sensor is not slot.sensor and (sensor_id in changed or sensor != slot.sensor):
                signals += self._said(slot, self._recompiled(slot, sensor), moved)
        for gone in self.slots.keys() - seen.sensors.keys():
            del self.slots[gone]
        self._index()
        return signals + self._combine(moved)

    def _recompiled(self, slot: Slot, sensor: Sensor) -> list[Event]:
        """Read a sensor's rules again; its newest value is judged by the new ones."""
        slot.compile(sensor)
        return self._refilled(slot)

    def _load(self) -> list[Signal]:
        """Read everything again: sensors, open alarms, newest values, windows."""
        seen = self.queries.situation(SYSTEM)
        self._renewed, self._changed = False, set()
        self.sources = seen.sources
        self.slots = {key: Slot(sensor, self.book) for key, sensor in seen.sensors.items()}
        self._index()
        held = [a for a in seen.alarms.values() if a.open]
        self._restore(held)
        self.outages.restore(held, self.slots.values())
        signals: list[Signal] = []
        moved: set[str] = set()
        windowed = 0
        for key, latest in seen.readings.items():
            slot = self.slots.get(key)
            if slot is None:
                continue
            if self.outages.spoke(slot, latest.at.timestamp(), seen.at.timestamp()):
                signals += self.outages.back(slot, latest.at.timestamp())
            windowed += slot.windowed > 0
            if slot.windowed and windowed > REFILLS:  # the ticks that follow fill the rest
                self._late.add(key)
                slot.fill(latest.at.timestamp(), latest.value)
                events = slot.judge(slot.last_at, slot.last_value)
            else:
                events = self._refilled(slot)
            slot.unsure = True
            signals += self._said(slot, events, moved)
        self._ready, self._resting = True, False
        return signals + self._combine(moved)

    def _restore(self, held: Iterable[Alarm]) -> None:
        self.combined = {}
        for alarm in held:
            if alarm.family == Family.ROLLUP:
                self.combined[alarm.sensor_id] = self.book.by_id.get(alarm.rule_id)
            elif alarm.sensor_id in self.slots:
                self.slots[alarm.sensor_id].restore(alarm)

    def _refilled(self, slot: Slot) -> list[Event]:
        """Read a slot's windows and newest value anew; late and repeated rows fall in place.

        What is stored is the truth: each instant once, in order.
        """
        telemetry = self.queries.telemetry
        newest = telemetry.readings().get(slot.sensor.id)
        if newest is None:
            return []
        at = newest.at.timestamp()
        if slot.windowed:
            slot.empty()
            since = newest.at - timedelta(seconds=slot.windowed)
            for reading in telemetry.series(slot.sensor.id, since, newest.at):
                slot.fill(reading.at.timestamp(), reading.value)
        if at > slot.last_at:
            slot.fill(at, newest.value)
        return slot.judge(slot.last_at, slot.last_value)

    def _same_since(self, slot: Slot) -> float | None:
        """Since when a value has been the same, by what is stored; None when not for long."""
        until = instant(slot.last_at)
        since = until - timedelta(seconds=slot.stuck_s)
        held = self.queries.telemetry.history(slot.sensor.id, since, until, SAME_BUCKETS)
        same = all(b.low == b.high == slot.last_value for b in held.buckets)
        whole = held.buckets and held.buckets[0].at <= since + timedelta(seconds=held.width_s)
        return since.timestamp() if same and whole else None

    def _index(self) -> None:
        of_source: defaultdict[str, list[Slot]] = defaultdict(list)
        for slot in self.slots.values():
            if slot.sensor.source_id:
                of_source[slot.sensor.source_id].append(slot)
        self._of_source = dict(of_source)

