"""Queues of teams over sites by ruin and recreate: take strings of stops out, put them back better.

The ruin is that of Christiaens and Vanden Berghe (slack induction by string removals,
Transportation Science 54, 2020), compiled; see `queue_moves`.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from data.allocation.queue_moves import UNSERVED, Lines, anneal, put

Floats = npt.NDArray[np.float64]
Order = list[int]
Stops = tuple[int, ...]
Columns = dict[tuple[int, Stops], float]  # what one unit's order costs
EPS = 1e-7
_SEED = 20140616
_WARM, _COLD = 0.01, 0.0005  # share of the value by which a worse queue may be taken
_PER_SECOND = 250_000.0  # steps for 40 sites that an ordinary core makes, with room to spare
_ENOUGH = 100.0  # steps per site and site, beyond which a small case is left alone
_CHUNK = 100  # steps between looks at the clock and at the orders met


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Weights (sites,), work and way from the start (units, sites), way between (sites, sites)."""

    weight: Floats
    work: Floats
    start: Floats
    between: Floats

    def times(self, k: int, order: Order) -> list[tuple[int, float, float]]:
        """(site, arrival, completion) along one unit's order."""
        found, now, last = [], 0.0, -1
        for j in order:
            arrive = float(self.start[k, j] if last < 0 else now + self.between[last, j])
            now = arrive + float(self.work[k, j])
            found.append((j, arrive, now))
            last = j
        return found

    def cost(self, k: int, order: Order) -> float:
        """Weight times completion of one unit's order."""
        return sum(float(self.weight[j]) * finish for j, _, finish in self.times(k, order))


def search(routes: Routes, until: float, seconds: float = 1.0) -> tuple[list[Order], Columns]:
    """Orders by unit, the best found, and orders met on the way.

    The number of steps follows from the size and `seconds`, so that the same input gives the
    same answer; the instant `until` of `monotonic` cuts it short on a slower machine.
    """
    lines = _lines(routes)
    units, many = len(lines.length), len(lines.where)
    heavy = np.array(sorted(range(many), key=lambda j: (-routes.weight[j], j)), dtype=np.int64)
    missing = put(lines, heavy, many, 0.0)
    scale = float(lines.cost.sum())
    value = np.full(2, scale + UNSERVED * missing)
    order, length = lines.order.copy(), lines.length.copy()
    columns = _met({}, lines.order, lines.length, lines.cost)
    steps = int(min(_PER_SECOND * max(0.0, seconds) * 40 / many, _ENOUGH * many * many))
    if scale > 0 and units:
        able = np.isfinite(routes.work).sum(axis=0).astype(np.int64)
        hot, cold = _WARM * scale, _COLD * scale
        for step in range(0, steps, _CHUNK):
            anneal(
                lines, able, step, min(steps, step + _CHUNK), steps, hot, cold, order, length, value
            )
            _met(columns, lines.order, lines.length, lines.cost)
            if monotonic() >= until:
                break
    best = [order[k, : length[k]].tolist() for k in range(units)]
    for k, stops in enumerate(best):
        if stops:
            columns[k, tuple(stops)] = routes.cost(k, stops)
    return best, columns


def _met(columns: Columns, order: npt.NDArray[np.int64], length: Any, cost: Floats) -> Columns:
    """The orders of now among those met."""
    for k in np.nonzero(length)[0]:
        columns[int(k), tuple(order[k, : length[k]].tolist())] = float(cost[k])
    return columns


def _lines(routes: Routes) -> Lines:
    """Nobody on the way yet."""
    units, many = routes.work.shape
    both = routes.between + routes.between.T
    shape = (units, many + 1)
    return Lines(
        weight=np.ascontiguousarray(routes.weight), work=np.ascontiguousarray(routes.work),
        start=np.ascontiguousarray(routes.start), between=np.ascontiguousarray(routes.between),
        near=np.argsort(both, axis=1, kind="stable").astype(np.int64),
        order=np.zeros(shape, dtype=np.int64), length=np.zeros(units, dtype=np.int64),
        arrive=np.zeros(shape), finish=np.zeros(shape), heavy=np.zeros(shape),
        cost=np.zeros(units), where=np.full(many, -1, dtype=np.int64), seed=np.array([_SEED]),
    )  # fmt: skip
