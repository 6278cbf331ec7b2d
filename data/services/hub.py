"""Carries what was committed, from any thread, to everything that listens on an event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

Fact = dict[str, Any]
OnFacts = Callable[[list[Fact]], None]
OnPositions = Callable[[list[Fact]], None]
OnWake = Callable[[], None]


class _Sink:
    """One listener's waiting facts and newest positions; one wake-up per burst."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_facts: OnFacts,
        on_positions: OnPositions,
        on_wake: OnWake | None,
    ) -> None:
        self.loop = loop
        self.on_wake = on_wake
        self.called = False
        self.on_facts = on_facts
        self.on_positions = on_positions
        self.facts: deque[Fact] = deque()
        self.positions: dict[str, Fact] = {}
        self.woken = False
        self.lock = Lock()

    def wake(self) -> None:
        """Ask the loop to deliver, unless that was asked already; a closed loop is past caring."""
        with self.lock:
            if self.woken:
                return
            self.woken = True
        try:
            self.loop.call_soon_threadsafe(self.deliver)
        except RuntimeError:
            self.woken = False

    def deliver(self) -> None:
        """On the loop: hand over everything that waits."""
        with self.lock:
            facts, self.facts = list(self.facts), deque()
            positions, self.positions = list(self.positions.values()), {}
            called, self.called = self.called, False
            self.woken = False
        if facts:
            self.on_facts(facts)
        if positions:
            self.on_positions(positions)
        if called and self.on_wake:
            self.on_wake()


class Hub:
    """Thread-safe: commits happen in worker threads, streams live on the event loop."""

    def __init__(self) -> None:
        self._sinks: list[_Sink] = []

    def attach(
        self,
        loop: asyncio.AbstractEventLoop,
        on_facts: OnFacts,
        on_positions: OnPositions,
        on_wake: OnWake | None = None,
    ) -> Callable[[], None]:
        """Deliver to these from now on, on `loop`; the answer detaches."""
        sink = _Sink(loop, on_facts, on_positions, on_wake)
        self._sinks = [*self._sinks, sink]

        def detach() -> None:
            self._sinks = [other for other in self._sinks if other is not sink]

        return detach

    def publish(self, fact: Fact) -> None:
        """Pass one journal fact on; never lost, never merged."""
        for sink in self._sinks:
            with sink.lock:
                sink.facts.append(fact)
            sink.wake()

    def publish_positions(self, positions: list[Fact]) -> None:
        """Pass positions on ({team, lon, lat, at, areas?}); the newest of each team wins."""
        for sink in self._sinks:
            with sink.lock:
                sink.positions.update((position["team"], position) for position in positions)
            sink.wake()

    def wake(self) -> None:
        """Say that the journal may have grown, perhaps by another process."""
        for sink in self._sinks:
            with sink.lock:
                sink.called = True
            sink.wake()
