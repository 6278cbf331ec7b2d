"""Takes what machines send, row by row: stores the good, keeps the refused, raises alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from threading import Lock
from time import monotonic
from typing import Any

from data.domain.clock import Clock, aware, real_now
from data.domain.feeding import Columns, Refused, SensorSkew, Taken, Via
from data.domain.org import SYSTEM, Actor, Permission
from data.domain.retention import Retention
from data.domain.sensor import Sensor
from data.domain.situation import Situation
from data.errors import Unavailable
from data.services.addresses import Addresses
from data.services.bus import Bus
from data.services.feed_check import FUTURE, Checker, text_of
from data.services.feed_desk import QuarantineDesk, Replayed, seen_by, to_replay
from data.services.feed_intake import Intake
from data.services.feed_line import Batch, Line, sort_out
from data.services.hub import Hub
from data.services.watching import Watching
from data.store.quarantine import Held, Quarantine
from data.store.queries import Queries
from data.store.telemetry import Fix, Telemetry

KNOWN_S = 2.0  # how long a list of sensors is trusted; an unknown one is looked up at once
ROOM_ROWS = 50_000  # with fewer waiting, `submit` certainly does not block


class Feed:
    """The one door for positions and readings, whatever protocol brought them.

    Every protocol calls `take` (or `submit`, which does not wait), and acknowledges to its sender
    only when the answer is there. What an answer guarantees:

    - every accepted row is on disk (commit with `synchronous=FULL`, or PostgreSQL's) and will be
      there exactly once after a crash, however often it is sent again;
    - every refused row is on disk in the quarantine with its reason, and can be replayed;
    - alarms have been evaluated, or will be within seconds by the server that leads the watch, or
      at the next start if the process dies before.

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
        retention: Retention,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        self.queries = queries
        self.telemetry = telemetry
        self.quarantine = quarantine
        self.bus = bus
        self.hub = hub
        self.clock = clock
        self.intake = Intake()
        self.desk = QuarantineDesk(quarantine, retention)
        self.desk.resume(self.intake, clock.now())
        self.watching = Watching(queries=queries, bus=bus)
        self.leads = leads
        self.addresses = Addresses()
        self._sensors: dict[str, tuple[float, Mapping[str, Sensor]]] = {}
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
            offset) and `value`, or JSON text of one such row as `bytes` or `str`. A sensor goes by
            its id or by `device/element`. Anything else is refused row by row with its reason; no
            row can spoil the others.
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
        self, actor: Actor, rows: Iterable[Any], *, via: Via = "http", source: str = "",
        keep: bool = True,
    ) -> Future[Taken]:  # fmt: skip
        """As `take`, but answer later: the future resolves once the rows are durable.

        Blocks only while the line is full (back-pressure), so not for the event loop. Callbacks of
        the future run on the line's thread: keep them short. Batches submitted from one thread are
        stored and answered in the order of submission. Without `keep` refused rows are only told.
        """
        actor.require(Permission.TELEMETRY)
        look = self._look
        known = self._sensors.get(actor.org)
        sensors = known[1] if known and self.at_hand(actor) else look(actor)
        checker = Checker(sensors, lambda: look(actor), self.clock.now(), self.addresses.of)
        checker.take(rows)
        return self._put(actor, via, source, checker, keep=keep)

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

    def at_hand(self, actor: Actor) -> bool:
        """Whether `submit` would answer without asking the database or waiting for room."""
        held = self._sensors.get(actor.org)
        waiting = self._line.waiting if self._line else 0
        return held is not None and monotonic() - held[0] < KNOWN_S and waiting < ROOM_ROWS

    # ------------------------------------------------------------ what was refused

    def held(self, actor: Actor, **filters: Any) -> list[Held]:
        """Quarantined rows of the actor's area that fit the filters of `Quarantine.rows`.

        Raises
        ------
        Forbidden
        """
        return self.quarantine.rows(orgs=seen_by(self.queries.areas, actor), **filters)

    def replay(self, actor: Actor, ids: list[int]) -> Replayed:
        """Feed quarantined rows again, after the cause was mended; what is stored is settled.

        A row that is stored already is a repeat and settled too; one that is refused again stays
        where it is. Blocking.

        Raises
        ------
        Forbidden, Invalid
        """
        actor.require(Permission.TELEMETRY)
        held = self.held(actor, ids=ids, limit=len(ids))
        rows = to_replay(held)
        taken = self.submit(
            actor, [h.raw for h in rows], via="replay", source=actor.username, keep=False
        ).result()
        again = {r.index: r.reason for r in taken.rejected}
        done = [h.id for n, h in enumerate(rows) if n not in again]
        self.quarantine.settle(done, "replayed", actor.name, real_now())
        frames = {h.id: "报文不能重放，请设备重发" for h in held if h not in rows}
        left = {rows[n].id: reason for n, reason in again.items()} | frames
        return Replayed(stored=len(done), refused=tuple(sorted(left.items())))

    def drop(self, actor: Actor, ids: list[int]) -> int:
        """Settle quarantined rows without storing them; they stay to be looked at."""
        actor.require(Permission.TELEMETRY)
        held = self.held(actor, ids=ids, limit=len(ids))
        return self.quarantine.settle([h.id for h in held], "dropped", actor.name, real_now())

    def overview(self, actor: Actor) -> dict[str, Any]:
        """How the day's ingest stands: senders, skews, what waits, what is held back.

        Raises
        ------
        Forbidden
        """
        actor.require(Permission.MONITOR)
        return {
            "at": self.clock.now(),
            "senders": self.intake.counts(),
            "skews": self.skews(actor),
            "waiting": self._line.waiting if self._line else 0,
            "held": self.quarantine.counts(seen_by(self.queries.areas, actor)),
            "unkept": self.desk.unkept,
        }

    def skews(self, actor: Actor, most: int = 20) -> list[SensorSkew]:
        """The sensors whose newest device time stands farthest from its receipt."""
        newest, sensors = self.telemetry.readings(), self._look(actor)
        found = [
            SensorSkew(
                sensor=key, at=newest[key].at, heard_at=at,
                skew_s=(at - newest[key].at).total_seconds(),
            )
            for key, at in self.intake.heard.copy().items()
            if key in newest and key in sensors
        ]  # fmt: skip
        return sorted(found, key=lambda s: -abs(s.skew_s))[:most]

    def _look(self, actor: Actor) -> Mapping[str, Sensor]:
        """The sensors an organisation may feed, as of now."""
        found = self.queries.sensors(actor)
        self._sensors[actor.org] = (monotonic(), found)
        return found

    def _put(
        self, actor: Actor, via: Via, source: str, checked: Checker, *, keep: bool = True
    ) -> Future[Taken]:
        batch = Batch(
            actor=actor, via=via, source=source or actor.username, readings=checked.good,
            places=checked.places, refused=checked.refused, keep=keep,
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
        stored = self.telemetry.add_readings(Columns.joined([b.readings for b in batches]))
        sort_out(batches, stored)
        self.desk.keep(batches)
        now = self.clock.now()
        for batch in batches:
            self.intake.note(batch, now)
        self.desk.note(self.intake, now)

    def _watch(self, actor: Actor, readings: Columns) -> None:
        """What stored readings mean for the alarms; another server's watch sees them stored."""
        if self.leads():
            self.watching.take(actor, readings)
        else:
            self.watching.rest()

    def close(self) -> None:
        """Store and answer what waits."""
        with self._lock:
            self._closed = True
        if self._line is not None:
            self._line.close()
        self.desk.note(self.intake, self.clock.now(), at_once=True)
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
        self.moved(good)
        return {"accepted": len(good), "rejected": rejected}

    def moved(self, fixes: list[Fix]) -> None:
        """Tell those who listen where teams are now, stored here or by another server."""
        seen = self.queries.situation(SYSTEM)
        self.hub.publish_positions(
            [{"team": f.team, "lon": f.lon, "lat": f.lat, "at": f.at.isoformat(),
              "areas": seen.areas_of_team(f.team)} for f in fixes]
        )  # fmt: skip

    def _position_fault(self, seen: Situation, row: Mapping[str, Any]) -> str:
        if row["team"] not in seen.teams:
            return f"没有编号为 {row['team']} 的队伍，或不在本辖区"
        if row["at"] > self.clock.now() + FUTURE:
            return "时间晚于当前时间 5 分钟以上，请核对设备时钟"
        return ""
