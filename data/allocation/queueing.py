"""Many small sites, few teams: in which order each team serves which sites.

After a storm or an earthquake sites outnumber teams and a plan becomes a queue: the rescue unit
assignment and scheduling problem of Wex, Schryen, Feuerriegel and Neumann (European Journal of
Operational Research 235, 2014). Every site is served once, by one unit that can; the sum of
weight times completion is the least.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from time import monotonic
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from data.allocation.queue_bound import bound_below
from data.allocation.queue_search import Routes, search
from data.allocation.values import ProblemError

Floats = npt.NDArray[np.float64]
PROOF = 1e-6
_SEARCHING = 0.9  # share of the time limit
_PROVING = 0.4  # the same when a bound is wanted too, up to
_LONGEST_S = 1.5


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A team that goes from site to site, what it can do, and when it is ready."""

    id: str
    name: str = ""
    can: tuple[str, ...] = ()
    ready: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place to be served: its weight and the capabilities a unit must have for it."""

    id: str
    name: str = ""
    weight: float = 1.0
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sites:
    """The problem: minutes of work and of travel, None where a unit cannot.

    `work` is (units, sites); `start` (units, sites) from where each unit is; `between`
    (sites, sites) from site to site, the same for all units.
    """

    units: tuple[Unit, ...] = ()
    sites: tuple[Site, ...] = ()
    work: tuple[tuple[float | None, ...], ...] = ()
    start: tuple[tuple[float | None, ...], ...] = ()
    between: tuple[tuple[float | None, ...], ...] = ()

    @classmethod
    def from_json(cls, text: str | bytes) -> Sites:
        """A problem from its JSON.

        Raises
        ------
        ProblemError
            When the text is no JSON of this shape, or `checked` refuses what it says.
        """
        try:
            found = msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise ProblemError("sites", str(error)) from error
        return found.checked()

    def to_json(self) -> str:
        """The problem as JSON."""
        return msgspec.json.encode(self).decode()

    def checked(self) -> Sites:
        """The problem itself when it makes sense.

        Raises
        ------
        ProblemError
            Naming the first field that is wrong.
        """
        if not self.sites:
            raise ProblemError("sites", "empty; at least one site is needed")
        for name, things in (("units", self.units), ("sites", self.sites)):
            ids = [thing.id for thing in things]
            if len(set(ids)) < len(ids):
                raise ProblemError(name, "ids must differ")
        units, sites = len(self.units), len(self.sites)
        _matrix("work", self.work, units, sites)
        _matrix("start", self.start, units, sites)
        _matrix("between", self.between, sites, sites)
        for n, unit in enumerate(self.units):
            _number(f"units[{n}].ready", unit.ready)
        for n, site in enumerate(self.sites):
            _number(f"sites[{n}].weight", site.weight)
        return self

    @cached_property
    def able(self) -> npt.NDArray[np.bool_]:
        """Which unit can serve which site at all, (units, sites)."""
        work = np.array(self.work, dtype=float).reshape(len(self.units), len(self.sites))
        can: npt.NDArray[np.bool_] = np.isfinite(work)
        for k, unit in enumerate(self.units):
            for j, site in enumerate(self.sites):
                can[k, j] &= set(site.needs) <= set(unit.can)
        return can


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The answer: for each unit its stops with arrival and completion in minutes from now."""

    routes: tuple[dict[str, Any], ...]
    unserved: tuple[dict[str, Any], ...]
    objective: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The queue as JSON."""
        return msgspec.json.encode(self).decode()


def schedule(problem: Sites, time_limit_s: float = 1.0, *, bound: bool = True) -> Queue:
    """Who serves which sites in which order. Blocking; deterministic for the same input.

    The order of units and sites in the input does not matter. With `bound` what is left of the
    time goes into a proof of how far from the best it is.

    Raises
    ------
    ProblemError
        A ValueError that names the field that makes no sense.
    """
    began = monotonic()
    problem.checked()
    units = _by_id([unit.id for unit in problem.units])
    sites = _by_id([site.id for site in problem.sites])
    routes = _routes(problem, units, sites)
    until = began + _SEARCHING * time_limit_s
    searching = min(_PROVING * time_limit_s, _LONGEST_S) if bound else _SEARCHING * time_limit_s
    orders, columns = search(routes, began + searching, 0.75 * searching)
    below = None
    if bound:
        below, orders = bound_below(routes, orders, columns, until)
    return _told(problem, routes, units, sites, orders, below, began)


def _by_id(ids: list[str]) -> npt.NDArray[np.int64]:
    """Positions by id, so that the order of the input does not matter."""
    return np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)


def _routes(problem: Sites, units: Any, sites: Any) -> Routes:
    """The problem as arrays in an order of its own; what cannot be is infinite."""
    rows, columns = np.ix_(units, sites)
    able = problem.able[rows, columns] if len(units) else np.zeros((0, len(sites)), dtype=bool)

    def table(matrix: Any, shape: tuple[int, int]) -> Floats:
        found = np.array(matrix, dtype=float).reshape(shape)
        filled: Floats = np.nan_to_num(found, nan=np.inf)
        return filled

    shape = (len(units), len(sites))
    start = table(problem.start, shape)[rows, columns] if len(units) else np.zeros(shape)
    work = table(problem.work, shape)[rows, columns] if len(units) else np.zeros(shape)
    ready = np.array([problem.units[k].ready for k in units], dtype=float)
    return Routes(
        weight=np.array([problem.sites[j].weight for j in sites], dtype=float),
        work=np.where(able, work, np.inf), start=start + ready[:, None],
        between=table(problem.between, (len(sites), len(sites)))[np.ix_(sites, sites)],
    )  # fmt: skip


def _told(
    problem: Sites, routes: Routes, units: Any, sites: Any, orders: list[list[int]],
    below: float | None, began: float,
) -> Queue:  # fmt: skip
    """The answer in the problem's own words."""
    rows, served = [], set()
    value = 0.0
    for k, order in enumerate(orders):
        stops = []
        for j, arrive, finish in routes.times(k, order):
            site = problem.sites[sites[j]]
            value += site.weight * finish
            served.add(j)
            stops.append(
                {"site": site.id, "name": site.name or site.id, "weight": site.weight,
                 "arrive": round(arrive, 3), "finish": round(finish, 3)}
            )  # fmt: skip
        if stops:
            unit = problem.units[units[k]]
            rows.append({"unit": unit.id, "name": unit.name or unit.id, "stops": stops})
    left = [
        {"site": problem.sites[sites[j]].id, "why": _why(problem, int(sites[j]))}
        for j in range(len(sites))
        if j not in served
    ]
    if any(_reachable(problem, int(sites[j])) for j in range(len(sites)) if j not in served):
        below = None  # it bounds queues over the same sites only
    gap = None if below is None else max(0.0, value - below) / max(1.0, abs(value))
    return Queue(
        routes=tuple(rows), unserved=tuple(left),
        objective={
            "value": round(value, 6), "bound": None if below is None else round(below, 6),
            "gap": None if gap is None else round(gap, 6),
            "optimal": gap is not None and gap <= PROOF,
            "seconds": round(monotonic() - began, 3),
        },
    )  # fmt: skip


def _why(problem: Sites, j: int) -> str:
    """Why no unit serves a site."""
    if not problem.able[:, j].any():
        return "没有具备所需能力的队伍"
    if not _reachable(problem, j):
        return "有能力的队伍都到不了"
    return "有能力的队伍排了别的点位后到不了"


def _reachable(problem: Sites, j: int) -> bool:
    """Whether some unit that can serve a site has a way to it, from its start or from a site."""
    able = np.nonzero(problem.able[:, j])[0]
    from_site = any(row[j] is not None for i, row in enumerate(problem.between) if i != j)
    return bool(len(able)) and (from_site or any(problem.start[k][j] is not None for k in able))


def _number(name: str, value: float) -> None:
    if not isfinite(value) or value < 0:
        raise ProblemError(name, f"{value} must be a finite number of at least 0")


def _matrix(name: str, rows: tuple[tuple[float | None, ...], ...], height: int, width: int) -> None:
    if len(rows) != height or any(len(row) != width for row in rows):
        raise ProblemError(name, f"must be {height} rows of {width}")
    for n, row in enumerate(rows):
        for m, value in enumerate(row):
            if value is not None and not 0 <= value < float("inf"):
                raise ProblemError(f"{name}[{n}][{m}]", f"{value} is no time in minutes")
