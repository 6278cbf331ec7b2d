"""Takes what machines send, row by row: stores the good, keeps the refused, raises alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Any

from data.domain.clock import Clock, aware, real_now
from data.domain.feeding import Reading, Refused, Taken, Via
from data.domain.org import Actor, Permission
from data.domain.sensor import Sensor
from data.domain.situation import Situation
from data.errors import Unavailable
from data.services.bus import Bus
from data.services.feed_check import FUTURE, Checker, text_of
from data.services.feed_line import Batch, Line, sort_out
from data.services.hub import Hub
from data.services.watching import Watching
from data.store.quarantine import Quarantine
from data.store.queries import Queries
from data.store.telemetry import Fix, Telemetry


class Feed:
    """The one door for positions and readings, whatever protocol brought them.

    Every protocol calls `take` (or `submit`, which does not wait), and acknowledges to its sender
    only when the answer is there. What an answer guarantees:

    - every accepted row is on disk (commit with `synchronous=FULL`, or PostgreSQL's) and will be
      there exactly once after a crash, however often it is sent again;
    - every refused row is on disk in the quarantine with its reason, and can be replayed;
    - alarms have been evaluated, or will be at the next start if the process dies before.

    An exception instead of an answer means that nothing may be acknowledged: the sender sends the
    batch again. Batches of all callers that wait at the same time share one commit, so many small
    ones cost little as long as they do not wait for one another: a protocol with one connection
    uses `submit` and acknowledges from the future's callback.
    """

    def __init__(
        self,
        *,
        queries: Queries,
        telemetry: Telemetry,
        quarantine: Quarantine,
        bus: Bus,
        hub: Hub,
        clock: Clock,
    ) -> None:
        self.queries = queries
        self.telemetry = telemetry
        self.quarantine = quarantine
        self.bus = bus
        self.hub = hub
        self.clock = clock
        self.watching = Watching(queries=queries, bus=bus)
        self._sensors: dict[str, Mapping[str, Sensor]] = {}
        self._line: Line | None = None
        self._closed = False
        self._lock = Lock()

    # ------------------------------------------------------------ readings

    def take(
        self, actor: Actor, rows: Iterable[Any], *, via: Via = "http", source: str = ""
    ) -> Taken:
        """Store readings and wait until they are durable; blocking, from any thread.

        Parameters
        ----------
        actor
            On whose authority: needs `Permission.TELEMETRY`; sensors outside its area are unknown.
        rows
            `Reading`s, or mappings with `sensor`, `at` (an aware instant or ISO-8601 text with
            offset) and `value`, or JSON text of one such row as `bytes` or `str`. Anything else is
            refused row by row with its reason; no row can spoil the others.
        via, source
            The protocol, and who spoke it (station, client id, connector); counted by both.

        Raises
        ------
        Forbidden
            When the actor may not feed.
        Unavailable
            When the rows could not be stored: nothing may be acknowledged, send again.
        """
        return self.submit(actor, rows, via=via, source=source).result()

    def submit(
        self, actor: Actor, rows: Iterable[Any], *, via: Via = "http", source: str = ""
    ) -> Future[Taken]:
        """As `take`, but answer later: the future resolves once the rows are durable.

        Blocks only while the line is full (back-pressure), so not for the event loop. Callbacks of
        the future run on the line's thread: keep them short. Batches submitted from one thread are
        stored and answered in the order of submission.
        """
        actor.require(Permission.TELEMETRY)
        look = self._look
        checker = Checker(
            self._sensors.get(actor.org) or look(actor), lambda: look(actor), self.clock.now()
        )
        checker.take(rows)
        return self._put(actor, via, source, checker)

    def refuse(
        self, actor: Actor, raw: Any, reason: str, *, via: Via, source: str = "",
        kind: str = "frame",
    ) -> Future[Taken]:  # fmt: skip
        """Keep a frame or message that could not be read at all (wrong CRC, not UTF-8, …).

        It is counted for the source and kept in the quarantine; `raw` is text or bytes.
        """
        actor.require(Permission.TELEMETRY)
        checker = Checker({}, dict, self.clock.now())
        checker.refused.append(Refused(index=0, reason=reason, kind=kind, raw=text_of(raw)))
        return self._put(actor, via, source, checker)

    def readings(self, actor: Actor, rows: Iterable[Any]) -> dict[str, Any]:
        """As `take`, with the answer as the HTTP contract has it."""
        return self.take(actor, rows, source=actor.username).body()

    def _look(self, actor: Actor) -> Mapping[str, Sensor]:
        """The sensors an organisation may feed, as of now."""
        self._sensors[actor.org] = found = self.queries.sensors(actor)
        return found

    def _put(self, actor: Actor, via: Via, source: str, checked: Checker) -> Future[Taken]:
        batch = Batch(
            actor=actor, via=via, source=source or actor.username, readings=checked.good,
            places=checked.places, refused=checked.refused,
        )  # fmt: skip
        if not batch.readings and not batch.refused:
            batch.settle()
            return batch.answer
        self.watching.ready()
        with self._lock:
            if self._closed:
                raise Unavailable("系统正在停止，请稍后重发")
            line = self._line = self._line or Line(self._store, self._watch)
        return line.put(batch)

    def _store(self, batches: list[Batch]) -> None:
        """Make the rows of many batches durable in one commit; the refused in one of their own."""
        stored = self.telemetry.add_readings([r for b in batches for r in b.readings])
        sort_out(batches, stored)
        at = real_now()
        self.quarantine.keep(
            {
                "received_at": at, "via": b.via, "source": b.source[:128], "org": b.actor.org,
                "kind": r.kind, "reason": r.reason, "raw": r.raw, "state": "held",
            }
            for b in batches
            for r in b.refused
        )  # fmt: skip

    def _watch(self, actor: Actor, readings: list[Reading]) -> None:
        """What stored readings mean for the alarms."""
        self.watching.take(actor, readings)

    def close(self) -> None:
        """Store and answer what waits."""
        with self._lock:
            self._closed = True
        if self._line is not None:
            self._line.close()
        self.quarantine.close()

    # ------------------------------------------------------------ positions

    def positions(self, actor: Actor, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Store positions of teams the actor may see; the newest of each is pushed."""
        actor.require(Permission.POSITION)
        seen = self.queries.situation(actor)
        good: list[Fix] = []
        rejected: list[dict[str, Any]] = []
        for index, row in enumerate(rows):
            reason = self._position_fault(seen, row)
            if reason:
                rejected.append({"index": index, "reason": reason})
            else:
                good.append(
                    Fix(team=row["team"], lon=row["lon"], lat=row["lat"], at=aware(row["at"]))
                )
        self.telemetry.add_positions(good)
        self.hub.publish_positions(
            [{"team": f.team, "lon": f.lon, "lat": f.lat, "at": f.at.isoformat()} for f in good]
        )
        return {"accepted": len(good), "rejected": rejected}

    def _position_fault(self, seen: Situation, row: Mapping[str, Any]) -> str:
        if row["team"] not in seen.teams:
            return f"没有编号为 {row['team']} 的队伍，或不在本辖区"
        if row["at"] > self.clock.now() + FUTURE:
            return "时间晚于当前时间 5 分钟以上，请核对设备时钟"
        return ""
