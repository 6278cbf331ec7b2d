"""Figures of the running center for Prometheus: how much, how fast, how full, how late.

No figure names a person, a place or a telephone; labels are commands, routes and kinds.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.center import Center
from data.domain.clock import real_now
from data.domain.org import SYSTEM
from data.domain.part import PartState
from data.errors import CenterError

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Sample = tuple[str, str, float]


class Metrics:
    """One registry a server; made with the app, so that two in one process do not mix."""

    def __init__(self, center: Center, streams: Any) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Counter(
            "hubei_requests", "HTTP requests by route and status.", ["method", "route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "hubei_request_seconds", "Time to the first byte of an answer, in seconds, by route.",
            ["route"], buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.commands = Histogram(
            "hubei_command_seconds", "Time a command took, in seconds, by what became of it.",
            ["command", "outcome"], buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.streams = Gauge("hubei_streams", "Open event streams.", registry=self.registry)
        self.streams.set_function(lambda: len(streams.clients))
        self.registry.register(_Standing(center))
        ProcessCollector(registry=self.registry)
        center.bus.observers.append(self.observe)

    def observe(self, command: str, outcome: str, seconds: float) -> None:
        """A command was carried out or refused."""
        self.commands.labels(command, outcome).observe(seconds)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)


class _Standing(Collector):
    """What is read when asked: the journal, the disk, what is open and how old the newest is."""

    def __init__(self, center: Center) -> None:
        self.center = center

    def collect(self) -> Iterator[Metric]:
        for name, told, value in self._samples():
            yield GaugeMetricFamily(name, told, value=value)
        with suppress(CenterError, SQLAlchemyError):
            up = GaugeMetricFamily(
                "hubei_part_up", "Whether a part that may fail alone stands.", labels=["part"]
            )  # fmt: skip
            for name, stands in _by_name(self.center.parts()).items():
                up.add_metric([name], float(stands))
            yield up

    def _samples(self) -> Iterator[Sample]:
        free = shutil.disk_usage(self.center.settings.var).free
        yield "hubei_disk_free_bytes", "Free space where the state lives, in bytes.", float(free)
        try:
            seen = self.center.queries.situation(SYSTEM)
        except CenterError:
            yield "hubei_database_up", "Whether the database answers.", 0.0
            return
        yield "hubei_database_up", "Whether the database answers.", 1.0
        yield "hubei_journal_revision", "The newest journal number.", float(seen.revision)
        opened = len(seen.open_incidents())
        yield "hubei_open_incidents", "Open incidents.", float(opened)
        waiting = sum(alarm.state == "raised" for alarm in seen.alarms.values())
        yield "hubei_alarms_waiting", "Alarms nobody has acknowledged.", float(waiting)
        yield from self._nodes(sum(c.open for c in seen.clashes.values()))
        newest = max((reading.at for reading in seen.readings.values()), default=None)
        if newest is not None:
            age = (self.center.clock.now() - newest).total_seconds()
            yield "hubei_newest_reading_age_seconds", "Age of the newest reading, in seconds.", age
        written = self.center.queries.last_recorded()
        if written is not None:
            since = (real_now() - written).total_seconds()
            yield "hubei_last_write_age_seconds", "Since the newest journal row, in seconds.", since


    def _nodes(self, clashes: int) -> Iterator[Sample]:
        """Counties' own machines, as the province sees them and as one sees itself."""
        yield "hubei_clashes_open", "Conflicts nobody has decided.", float(clashes)
        link = self.center.link
        if link:
            stands = link.standing
            yield "hubei_node_linked", "Whether the province answers.", float(stands.linked)
            yield "hubei_node_waiting", "Rows not taken by the province.", float(stands.waiting)
            return
        nodes = self.center.nodes
        silent = sum(nodes.silent(node) for node in nodes.all(SYSTEM))
        yield "hubei_nodes_silent", "Enrolled nodes not heard of for a minute.", float(silent)


def _by_name(parts: Iterable[PartState]) -> dict[str, bool]:
    """Whether all parts of one name stand."""
    found: dict[str, bool] = {}
    for part in parts:
        found[part.name] = found.get(part.name, True) and part.up
    return found


class Metered:
    """Counts requests by route; the stream counts when it is opened, not while it lasts."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and count the answer's first byte."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "") or "other"
                self.metrics.requests.labels(scope["method"], route, str(message["status"])).inc()
                self.metrics.seconds.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, sending)
