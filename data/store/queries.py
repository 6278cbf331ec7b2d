"""What anybody may ask: the situation now or at any moment, the journal, and searches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Engine, select

from data.domain.clock import Clock, aware
from data.domain.history import History
from data.domain.incident import Incident, Response
from data.domain.levels import level_of
from data.domain.org import PROVINCE, Actor, AreaTree, Permission
from data.domain.registry import KINDS
from data.domain.sensor import Sensor
from data.domain.situation import MISSED_TIMES, ExerciseState, Situation
from data.errors import Invalid, NotFound
from data.store import journal
from data.store.codec import decode
from data.store.facts import pushed
from data.store.journal import Verdict
from data.store.live import Live, Snapshot, snapshot_at
from data.store.newest import Within
from data.store.schema import image
from data.store.scope import scoped
from data.store.telemetry import Telemetry

KEPT_REPLAYS = 16
MOST_BUCKETS = 2_000
FIELDS = {
    "incident": "incidents", "report": "reports", "response": "responses", "entry": "entries",
    "zone": "zones", "force": "forces", "team": "teams", "assignment": "assignments",
    "dispatch": "dispatches", "depot": "depots", "item": "items", "lot": "lots",
    "transfer": "transfers", "sensor": "sensors", "alarm": "alarms", "source": "sources",
    "contingency": "contingencies",
    "task": "tasks",
    "instruction": "instructions",
    "post": "posts",
    "consultation": "consultations",
    "contact": "contacts",
    "call": "calls",
    "movement": "movements",
    "stocktake": "stocktakes",
    "norm": "norms",
    "supplier": "suppliers",
    "filing": "filings",
    "clearance": "clearances",
    "support": "supports",
    "shift": "shifts",
    "handover": "handovers",
    "photo": "photos",
    "need": "field_needs",
    "warning": "warnings",
    "delivery": "deliveries",
    "watch": "watches",
    "hazard": "hazards",
    "rectification": "rectifications",
    "connector": "connectors",
    "surge": "surges",
    "clash": "clashes",
    "flight": "flights",
    "ruling": "rulings",
}  # fmt: skip


class Queries:
    """Reads, each for a viewer and each as of now or of a moment of the journal."""

    def __init__(
        self,
        engine: Engine,
        telemetry: Telemetry,
        areas: AreaTree,
        clock: Clock,
        exercise: ExerciseState | None = None,
    ) -> None:
        self.engine = engine
        self.telemetry = telemetry
        self.areas = areas
        self.clock = clock
        self.exercise = exercise
        self.missed_times: Callable[[], float] = lambda: MISSED_TIMES
        self.live = Live(engine)
        self._scopes: OrderedDict[tuple[str, int], Situation] = OrderedDict()
        self._replays: OrderedDict[int, Snapshot] = OrderedDict()
        self._lock = Lock()

    def revision(self) -> int:
        """The newest journal number."""
        with self.engine.connect() as connection:
            return journal.head_of(connection)[0]

    def last_at(self) -> datetime | None:
        """The domain instant of the newest journal row."""
        with self.engine.connect() as connection:
            seq, _ = journal.head_of(connection)
            rows = journal.rows_after(connection, seq - 1, 1)
        return rows[0]["at"] if rows else None

    def last_recorded(self) -> datetime | None:
        """The real instant of the newest journal row."""
        with self.engine.connect() as connection:
            seq, _ = journal.head_of(connection)
            rows = journal.rows_after(connection, seq - 1, 1)
        return rows[0]["recorded_at"] if rows else None

    def situation(self, viewer: Actor, at: int | datetime | None = None) -> Situation:
        """Everything the viewer may know, now or at a journal number or domain instant.

        Raises
        ------
        Forbidden
            When the viewer may not read.
        Invalid
            When `at` is outside the journal.
        """
        viewer.require(Permission.READ)
        if at is None:
            return self._now(viewer.org)
        with self.engine.connect() as connection:
            newest, _ = journal.head_of(connection)
            instant = aware(at) if isinstance(at, datetime) else None
            seq = journal.seq_at(connection, instant) if instant else at
            if not isinstance(seq, int) or not 0 <= seq <= newest:
                raise Invalid.field(
                    "at", f"没有编号为 {seq} 的记录", f"请填 0 到 {newest} 之间的编号"
                )
            if instant is None:
                rows = journal.rows_after(connection, seq - 1, 1)
                instant = rows[0]["at"] if rows else self.clock.now()
            snapshot = self._replay(connection, seq)
        return scoped(self._assemble(snapshot, instant, live=False), viewer.org, self.areas)

    def responses_above(self, viewer: Actor) -> tuple[Response, ...]:
        """The responses in force that the levels above have started, the gravest first.

        A headquarters announces its level to all below it. What for is told of incidents the
        viewer may see; of the others the incident and the grounds are left out.
        """
        viewer.require(Permission.READ)
        above = self.areas.path(viewer.org)[:-1]
        mine = self._kept(viewer.org).incidents
        held = [
            r if r.incident_id in mine else replace(r, incident_id="", basis="")
            for r in self._kept(PROVINCE).responses.values()
            if r.until is None and level_of(self.areas, r) in above
        ]
        return tuple(sorted(held, key=lambda r: (r.level, r.since, r.id)))

    def sensors(self, viewer: Actor) -> Mapping[str, Sensor]:
        """The sensors of the viewer's area as of now, without the rest of the situation."""
        return self._kept(viewer.org).sensors

    def history(
        self, viewer: Actor, sensor_id: str, since: datetime, until: datetime, buckets: int = 300
    ) -> History:
        """A sensor's span in so many buckets: low, high, mean, last and count of each.

        Raises
        ------
        Forbidden
            When the viewer may not read.
        NotFound
            When there is no such sensor, or it is not in the viewer's area.
        Invalid
            When the span is empty.
        """
        viewer.require(Permission.READ)
        if sensor_id not in self.sensors(viewer):
            raise NotFound(f"没有编号为 {sensor_id[:60]} 的监测点，或不在本辖区")
        since, until = aware(since), aware(until)
        if since >= until:
            raise Invalid.field("since", "开始时间不早于结束时间", "请把开始时间改早")
        return self.telemetry.history(sensor_id, since, until, max(1, min(buckets, MOST_BUCKETS)))

    def _now(self, org: str) -> Situation:
        kept = self._kept(org)
        teams, sensors = kept.teams, kept.sensors
        return replace(
            kept,
            at=self.clock.now(),
            positions={k: p for k, p in self.telemetry.positions().items() if k in teams},
            readings=Within(self.telemetry.readings(), sensors),
            exercise=self._exercise(),
            missed_times=self.missed_times(),
        )

    def _kept(self, org: str) -> Situation:
        """What the journal says, cut for an organisation; kept until the next number."""
        snapshot = self.live.snapshot()
        key = (org, snapshot.seq)
        with self._lock:
            kept = self._scopes.get(key)
        if kept is None:
            base = self._static(snapshot, self.clock.now())
            kept = scoped(base, org, self.areas)
            with self._lock:
                self._scopes[key] = kept
                while len(self._scopes) > KEPT_REPLAYS:
                    self._scopes.popitem(last=False)
        return kept

    def _exercise(self) -> ExerciseState | None:
        if self.exercise is None:
            return None
        return replace(
            self.exercise,
            speed=getattr(self.clock, "speed", 1.0),
            paused=getattr(self.clock, "paused", False),
        )

    def _replay(self, connection: Any, seq: int) -> Snapshot:
        with self._lock:
            if seq in self._replays:
                self._replays.move_to_end(seq)
                return self._replays[seq]
        snapshot = snapshot_at(connection, seq)
        with self._lock:
            self._replays[seq] = snapshot
            while len(self._replays) > KEPT_REPLAYS:
                self._replays.popitem(last=False)
        return snapshot

    def _static(self, snapshot: Snapshot, at: datetime) -> Situation:
        fields = {name: snapshot.things.get(kind, {}) for kind, name in FIELDS.items()}
        return Situation(revision=snapshot.seq, at=at, lines=snapshot.lines, **fields)  # type: ignore[arg-type]

    def _assemble(self, snapshot: Snapshot, at: datetime, *, live: bool) -> Situation:
        return replace(
            self._static(snapshot, at),
            live=live,
            positions=self.telemetry.positions(at=at),
            readings=self.telemetry.readings(at=at),
            exercise=self._exercise(),
            missed_times=self.missed_times(),
        )

    def incident(
        self, viewer: Actor, incident_id: str, at: int | datetime | None = None
    ) -> tuple[Situation, Incident]:
        """The situation and one incident of it.

        Raises
        ------
        NotFound
            When there is none, or it is not in the viewer's area.
        """
        situation = self.situation(viewer, at)
        if incident_id not in situation.incidents:
            raise NotFound(f"事件 {incident_id} 不存在，或不在本辖区")
        return situation, situation.incidents[incident_id]

    def journal(self, viewer: Actor, after: int = 0, limit: int = 500) -> list[dict[str, Any]]:
        """Journal rows after a number, as far as the viewer's area allows, oldest first."""
        viewer.require(Permission.READ)
        with self.engine.connect() as connection:
            rows = journal.rows_after(connection, after, min(limit, 1000))
        if self.areas.covers(viewer.org, "420000"):
            return rows
        visible = self._now(viewer.org)
        subtree = self.areas.subtree(viewer.org)
        return [
            row
            for row in rows
            if row["incident_id"] in visible.incidents
            or (row["incident_id"] is None and {row["org"], row["area"]} & subtree)
        ]

    def facts(self, after: int, limit: int = 500) -> list[dict[str, Any]]:
        """What was committed after a number, by any process, as it is pushed; oldest first.

        For the broadcaster, which decides who may see what.
        """
        with self.engine.connect() as connection:
            rows = journal.rows_after(connection, after, limit)
            if not rows:
                return []
            query = select(image.c.seq, image.c.kind, image.c.body).where(
                image.c.seq.between(rows[0]["seq"], rows[-1]["seq"])
            )
            changed: dict[int, list[tuple[str, Any]]] = {}
            for seq, kind, body in connection.execute(query):
                changed.setdefault(seq, []).append((kind, decode(body, KINDS[kind])))
        return [pushed(row, changed.get(row["seq"], [])) for row in rows]

    def verify(self, viewer: Actor) -> Verdict:
        """Walk the whole hash chain.

        Raises
        ------
        Forbidden
            When the viewer may not audit.
        """
        if not viewer.may(Permission.READ):
            viewer.require(Permission.AUDIT)
        with self.engine.connect() as connection:
            return journal.verify(connection)
