"""Travel times from an OSRM server, with the local graph for what it cannot do.

OSRM cannot close roads while it answers. So its table gives the open times, and the local graph
says how much longer each way is with the closures than without: that much is added, and what the
local graph finds cut off is cut off. Where the server does not answer, the local graph does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import shapely

from data.allocation.closing import Closures, Floats, Point, closed_by, cut, held
from data.allocation.source import RoadEdge, TravelSource, air_minutes, plain

MOST_POINTS = 100  # of one table request: the default of osrm-routed's --max-table-size
MOST_TARGETS = 25
TIMEOUT_S, CONNECT_S = 4.0, 1.0  # commands wait for the answer: a server belongs nearby
REST_S = 30.0  # a server that failed is left alone this long
MOST_KEPT = 500_000  # pairs of points whose minutes are kept
ALTERNATIVES = 3
DIGITS = 6
_log = logging.getLogger(__name__)


class OsrmError(Exception):
    """The server gave no usable answer; `down` when asking again at once is no use either."""

    def __init__(self, what: str, *, down: bool = True) -> None:
        super().__init__(what)
        self.down = down


class OsrmTravel:
    """Travel by the `table` and `route` services (version 1) of an OSRM server."""

    def __init__(
        self,
        url: str,
        local: TravelSource,
        profile: str = "driving",
        client: httpx.Client | None = None,
    ) -> None:
        """`url` with scheme, host and port; `local` answers where the server cannot."""
        self.url, self.local, self.profile = url.rstrip("/"), local, profile
        self._client = client or httpx.Client(
            timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S), trust_env=False
        )
        self._lock = threading.Lock()
        self._kept: dict[tuple[Point, Point], float] = {}
        self._rest_until = 0.0
        self._wrong: str | None = None
        self.version = 0  # goes up when the source of the times changes: what keeps them asks

    def describe(self) -> str:
        """What the times rest on, and whether the server answers at the moment."""
        if self._wrong is not None:
            return f"OSRM 服务 {self.url} 没有应答（{self._wrong}），暂用：{self.local.describe()}"
        return f"行车时间取自 OSRM 服务 {self.url}；封路绕行的增加量按本地路网估算"

    @property
    def fault(self) -> str:
        """What is wrong with the server; blank while it answers."""
        return self._wrong or ""

    def edges(self, near: Closures | None = None) -> list[RoadEdge]:
        """Roads that may be closed: those of the local graph."""
        return self.local.edges(near)

    def edge(self, road_id: str) -> RoadEdge | None:
        """A road of the local graph."""
        return self.local.edge(road_id)

    def minutes(
        self,
        origins: Sequence[Point],
        targets: Sequence[Point],
        *,
        by_air: bool = False,
        closures: Closures = (),
        closed_roads: Iterable[str] = (),
    ) -> list[list[float | None]]:
        """Minutes from each origin (row) to each target (column); see `TravelSource`."""
        if not origins or not targets:
            return [[] for _ in origins]
        if by_air:
            return air_minutes(np.array(origins, dtype=float), np.array(targets, dtype=float))
        areas, closed = closed_by(closures, closed_roads)
        try:
            found = self._table(origins, targets)
        except OsrmError as error:
            self._failed(error)
            return self.local.minutes(origins, targets, closures=closures, closed_roads=closed)
        if areas or closed:
            found = found + self._longer(origins, targets, closures, closed)
        return plain(found)

    def route(
        self,
        origin: Point,
        target: Point,
        closures: Closures = (),
        closed_roads: Iterable[str] = (),
    ) -> list[Point]:
        """The first way the server knows that no closure meets, else the local graph's."""
        areas, closed = closed_by(closures, closed_roads)
        ends = np.array([origin, target], dtype=float)
        shut = tuple(a for a in areas if not held(ends, a).any())
        if closed:  # the server knows nothing of the local graph's ids
            return self.local.route(origin, target, closures, closed)
        try:
            ways = self._routes(origin, target, alternatives=bool(shut))
        except OsrmError as error:
            self._failed(error)
            return self.local.route(origin, target, closures)
        for way in ways:
            if not (shut and len(way) > 1 and cut(_lines(way), shut).any()):
                return _joined(origin, way, target)
        return self.local.route(origin, target, closures) if ways else []

    def _longer(
        self,
        origins: Sequence[Point],
        targets: Sequence[Point],
        closures: Closures,
        closed: frozenset[str],
    ) -> Floats:
        """Minutes the closures add by the local graph; infinite where they cut off."""
        free = _matrix(self.local.minutes(origins, targets))
        bound = _matrix(
            self.local.minutes(origins, targets, closures=closures, closed_roads=closed)
        )
        known = np.isfinite(free)  # what the local graph never reaches says nothing of closures
        return np.where(known, np.maximum(bound - np.where(known, free, 0.0), 0.0), 0.0)

    def _table(self, origins: Sequence[Point], targets: Sequence[Point]) -> Floats:
        """Minutes by the server's `table`, asked in parts, each pair once."""
        starts, ends = [_rounded(p) for p in origins], [_rounded(p) for p in targets]
        rows = list(dict.fromkeys(starts))
        for k in range(0, len(ends), MOST_TARGETS):
            part = list(dict.fromkeys(ends[k : k + MOST_TARGETS]))
            with self._lock:
                new = [s for s in rows if any((s, e) not in self._kept for e in part)]
            size = MOST_POINTS - len(part)
            for n in range(0, len(new), size):
                self._ask_table(new[n : n + size], part)
        with self._lock:
            return np.array([[self._kept.get((s, e), np.inf) for e in ends] for s in starts])

    def _ask_table(self, starts: list[Point], ends: list[Point]) -> None:
        """One table request, kept."""
        first, last = len(starts), len(starts) + len(ends)
        answer = self._get(
            "table", [*starts, *ends],
            {
                "sources": ";".join(map(str, range(first))),
                "destinations": ";".join(map(str, range(first, last))),
                "annotations": "duration",
            },
        )  # fmt: skip
        try:
            given = answer["durations"]
            seconds = np.full((len(starts), len(ends)), np.nan)
            seconds = seconds if given is None else np.array(given, dtype=float)
        except (KeyError, TypeError, ValueError) as error:
            raise OsrmError("应答里没有时间表") from error
        if seconds.shape != (len(starts), len(ends)):
            raise OsrmError("时间表大小不符")
        minutes = np.where(np.isnan(seconds), np.inf, seconds / 60)
        with self._lock:
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            for s, row in zip(starts, minutes.tolist(), strict=True):
                self._kept.update(((s, e), v) for e, v in zip(ends, row, strict=True))

    def _routes(self, origin: Point, target: Point, *, alternatives: bool) -> list[list[Point]]:
        """The ways the server proposes, best first; none when there is no road."""
        asked = {"overview": "full", "geometries": "geojson", "steps": "false"}
        if alternatives:
            asked["alternatives"] = str(ALTERNATIVES)
        answer = self._get("route", [_rounded(origin), _rounded(target)], asked)
        try:
            found = [r["geometry"]["coordinates"] for r in answer.get("routes", ())]
            return [[(float(x), float(y)) for x, y in line] for line in found]
        except (KeyError, TypeError, ValueError) as error:
            raise OsrmError("应答里没有路线") from error

    def _get(self, service: str, points: list[Point], options: dict[str, str]) -> dict[str, Any]:
        """One answer of the server.

        Raises
        ------
        OsrmError
            When the server rests, does not answer, or answers with something else.
        """
        if time.monotonic() < self._rest_until:
            raise OsrmError(self._wrong or "稍后再试")
        where = ";".join(f"{x:.{DIGITS}f},{y:.{DIGITS}f}" for x, y in points)
        address = f"{self.url}/{service}/v1/{self.profile}/{where}"
        try:
            response = self._client.get(address, params=options)
            answer = response.json()
        except httpx.TimeoutException as error:
            raise OsrmError(f"{TIMEOUT_S:g} 秒内没有应答") from error
        except httpx.HTTPError as error:
            raise OsrmError(f"连不上：{error}") from error
        except ValueError as error:
            raise OsrmError("应答不是 JSON，请核对地址") from error
        code = answer.get("code") if isinstance(answer, dict) else None
        if code in ("NoRoute", "NoTable"):
            return {"routes": [], "durations": None}
        if code != "Ok":
            said = answer.get("message", "") if isinstance(answer, dict) else ""
            what = f"{code or response.status_code} {said}".strip()
            raise OsrmError(what, down=code is None)
        if self._wrong is not None:
            self._wrong, self.version = None, self.version + 1
        return dict(answer)

    def _failed(self, error: OsrmError) -> None:
        """Leave a server that is down alone for a while, and say so once."""
        if time.monotonic() < self._rest_until:
            return
        _log.warning("OSRM 服务 %s：%s，改用本地路网", self.url, error)
        self._wrong, self.version = str(error), self.version + 1
        if error.down:
            self._rest_until = time.monotonic() + REST_S


def _rounded(point: Point) -> Point:
    """A point to a tenth of a metre, as it is asked."""
    return round(point[0], DIGITS), round(point[1], DIGITS)


def _lines(way: list[Point]) -> npt.NDArray[np.object_]:
    """A way as one line to test."""
    return np.array([shapely.LineString(way)], dtype=object)


def _joined(origin: Point, way: list[Point], target: Point) -> list[Point]:
    """A way with both ends as asked."""
    points = [origin, *way, target]
    return [p for k, p in enumerate(points) if k == 0 or p != points[k - 1]]


def _matrix(rows: list[list[float | None]]) -> Floats:
    """A table as an array, None as infinite."""
    return np.array([[np.inf if v is None else v for v in row] for row in rows], dtype=float)
