"""The point layer's data: a table of points sent once, then only what has changed since."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, moment
from dashboard.packed import Packed, packed
from dashboard.point_table import point_table
from data.center import Center
from data.domain.alarm import Alarm
from data.domain.feeding import Latest
from data.domain.org import Actor, AreaTree
from data.domain.point_state import code_of
from data.domain.sensing import open_alarms
from data.domain.sensor import Sensor, Threshold
from data.domain.situation import Situation
from data.domain.whole_number import whole

TICK_SECONDS = 1.0  # however many ask, the values are compared once in this time
_KEPT_DELTAS, _KEPT_BOARDS = 32, 32
Alarms = Mapping[str, list[Alarm]]


class Board:
    """The newest values and states of one scope's points, each with the tick it changed at."""

    def __init__(self, sensors: Mapping[str, Sensor], areas: AreaTree) -> None:
        self.sensors = sensors
        self.signature = signature(sensors)
        placed = [s for s in sensors.values() if s.lon is not None and s.lat is not None]
        self.points = placed
        self.index = {s.id: i for i, s in enumerate(placed)}
        self.table = packed(point_table(placed, areas))
        # numbers of another board or another start of the program mean nothing here
        self.epoch = secrets.token_hex(3)
        self.number = 0
        self.value = np.full(len(placed), np.nan)
        self.at = np.zeros(len(placed))
        self.state = np.full(len(placed), -1, dtype=np.int16)
        self.changed = np.zeros(len(placed), dtype=np.int64)
        self.every = np.array([s.expected_every_s or np.inf for s in placed])
        self.late = np.zeros(len(placed), dtype=bool)
        self.held: list[Latest | None] = [None] * len(placed)
        self.ladders: list[tuple[Threshold, ...]] = []
        self._compared = -TICK_SECONDS
        self._alarms: Alarms = {}
        self._day: Any = None
        self._deltas: OrderedDict[int, Packed] = OrderedDict()
        self._lock = Lock()

    def advance(self, seen: Situation) -> None:
        """Take over what the situation says; whatever differs gets the next number."""
        with self._lock:
            alarms = open_alarms(seen)
            due = monotonic() - self._compared >= TICK_SECONDS
            if not due and alarms == self._alarms:
                return
            following, day = self.number + 1, seen.today
            touched = self._alarms.keys() | alarms.keys()
            if day != self._day:
                touched = self.index.keys()
                self.ladders = [s.in_force(day) for s in self.points]
            for i in self._moved(seen) | {self.index[k] for k in touched if k in self.index}:
                self._take(i, seen, alarms, following)
            if (self.changed == following).any():
                self.number = following
                self._deltas.clear()
            self._compared, self._alarms, self._day = monotonic(), alarms, day

    def _moved(self, seen: Situation) -> set[int]:
        """Points with a new value, and those that have just been silent for too long."""
        moved = set()
        for i, sensor in enumerate(self.points):
            latest = seen.readings.get(sensor.id)
            if latest is not self.held[i] and latest != self.held[i]:
                self.held[i] = latest
                moved.add(i)
        silent = seen.at.timestamp() - self.at > seen.missed_times * self.every
        late = silent & (self.at > 0)
        moved.update(np.nonzero(late != self.late)[0].tolist())
        self.late = late
        return moved

    def _take(self, i: int, seen: Situation, alarms: Alarms, number: int) -> None:
        sensor, latest = self.points[i], self.held[i]
        mine, ladder = alarms.get(sensor.id, ()), self.ladders[i]
        code = code_of(sensor, latest, mine, seen.at, ladder, seen.missed_times)
        value = np.nan if latest is None else latest.value
        at = 0.0 if latest is None else latest.at.timestamp()
        same = at == self.at[i] and (value == self.value[i] or latest is None)
        if not same or code != self.state[i]:
            self.value[i], self.at[i], self.state[i] = value, at, code
            self.changed[i] = number

    def since(self, number: int) -> Packed:
        """What changed after a number of this board, as columns."""
        with self._lock:
            kept = self._deltas.get(number)
            if kept is None:
                which = np.nonzero(self.changed > number)[0]
                body = columns(which, self.value[which], self.at[which], self.state[which])
                kept = packed({**self.head(), **body}, level=4)
                self._deltas[number] = kept
                while len(self._deltas) > _KEPT_DELTAS:
                    self._deltas.popitem(last=False)
            return kept

    def head(self) -> dict[str, Any]:
        """Which table the indices point into, and the number to ask after next."""
        return {"table": self.table.mark, "number": f"{self.epoch}.{self.number}"}

    def moment(self, seen: Situation) -> Packed:
        """All points as known at another moment."""
        alarms = open_alarms(seen)
        held = [(s, seen.readings.get(s.id)) for s in self.points]
        value = np.array([np.nan if x is None else x.value for _, x in held])
        at = np.array([0.0 if x is None else x.at.timestamp() for _, x in held])
        times = seen.missed_times
        codes = [code_of(s, x, alarms.get(s.id, ()), seen.at, times=times) for s, x in held]
        body = columns(np.arange(len(held)), value, at, np.array(codes, dtype=int))
        return packed({"table": self.table.mark, "number": None, **body}, level=4)


def columns(which: Any, value: Any, at: Any, state: Any) -> dict[str, Any]:
    """Indices as steps, values, seconds before the newest instant, states."""
    newest = float(at.max()) if len(at) else 0.0
    ago = np.where(at > 0, np.round(newest - at), -1).astype(int)
    return {
        "base": newest,
        "i": np.diff(which, prepend=0).tolist(),
        "v": [None if x != x else round(x, 3) for x in value.tolist()],  # noqa: PLR0124
        "t": ago.tolist(),
        "s": state.tolist(),
    }


def signature(sensors: Mapping[str, Sensor]) -> int:
    """A number that changes when any sensor does."""
    return hash(frozenset((s.id, s.version) for s in sensors.values()))


class Boards:
    """One board a scope, made anew when its sensors change."""

    def __init__(self, center: Center) -> None:
        self.center = center
        self._kept: OrderedDict[str, Board] = OrderedDict()
        self._lock = Lock()

    def board(self, viewer: Actor) -> tuple[Board, Situation]:
        """The viewer's board, brought up to now; blocking.

        Raises
        ------
        Forbidden
            When the viewer may not read.
        """
        seen = self.center.queries.situation(viewer)
        with self._lock:
            board = self._kept.get(viewer.org)
            stale = board is None or board.sensors is not seen.sensors
            if stale and (board is None or board.signature != signature(seen.sensors)):
                board = Board(seen.sensors, self.center.areas)
                self._kept[viewer.org] = board
                while len(self._kept) > _KEPT_BOARDS:
                    self._kept.popitem(last=False)
        assert board is not None  # noqa: S101
        board.sensors = seen.sensors
        board.advance(seen)
        return board, seen

    def table(self, viewer: Actor) -> Packed:
        """The table of points a viewer sees."""
        return self.board(viewer)[0].table

    def changes(self, viewer: Actor, since: str, at: int | datetime | None) -> Packed:
        """What changed after `since`; everything when it is blank or of another start."""
        board, _ = self.board(viewer)
        if at is not None:
            return board.moment(self.center.queries.situation(viewer, at))
        epoch, _, number = since.partition(".")
        known = whole(number) if epoch == board.epoch else None
        return board.since(-1 if known is None else known)


def points_router(center: Center) -> APIRouter:
    """Routes ``/api/v1/map/points`` and ``/api/v1/map/points/now``."""
    router = APIRouter()
    boards = Boards(center)

    @router.get("/api/v1/map/points")
    async def table(request: Request) -> Response:
        """Every monitored point in one's area as columns, without values."""
        found = await asyncio.to_thread(boards.table, actor_of(request))
        return found.answer(request, hashed=request.query_params.get("v") == found.mark)

    @router.get("/api/v1/map/points/now")
    async def now(request: Request, since: str = "", at: str | None = None) -> Response:
        """Values and states that changed after a number, by index into the table."""
        found = await asyncio.to_thread(boards.changes, actor_of(request), since, moment(at))
        return found.answer(request)

    return router
