"""A bound below every queue, by columns: orders of single units, priced until none pays.

Each column is one unit's order; the linear programme chooses among them so that every site is
served once. Its value less what the best new column of each unit would still save is a bound at
every step. The columns at hand, chosen in whole, often make a better queue.
"""

from __future__ import annotations

from time import monotonic

import numpy as np

from data.allocation.highs import Rows, minimise
from data.allocation.queue_pricing import dearest
from data.allocation.queue_search import Columns, Order, Routes

_ROUNDS = 60
_NODES = 3_000_000  # steps of one unit's pricing, beyond which its bound is given up
_PER_SECOND, _LEAST = 300_000.0, 10_000  # and no more than fit into the time left
_KEPT = 3000  # columns taken over from the search, the best for their sites
_WHOLE_S = 2.0
_CHOOSING = 0.3  # share of the time for choosing among the columns in whole
_SMALL = 1e-6
_FAR = 1e12  # minutes where there is no way


def bound_below(
    routes: Routes, orders: list[Order], tried: Columns, until: float
) -> tuple[float | None, list[Order]]:
    """(bound or None, orders no worse than those given), worked on until an instant."""
    served = sorted(j for order in orders for j in order)
    if not served:
        return 0.0, orders
    master = _Master(routes, served, _chosen(routes, orders, tried))
    best: float | None = None
    pricing = until - _CHOOSING * max(0.0, until - monotonic())
    for _ in range(_ROUNDS):
        if monotonic() >= pricing:
            break
        value, site_price, unit_price = master.relaxed(max(0.05, pricing - monotonic()))
        below, fresh = value, False
        for k in range(len(orders)):
            priced = _price(routes, k, served, site_price, unit_price[k], pricing)
            if priced is None:
                below = -np.inf
                continue
            reduced, order = priced
            below += min(0.0, reduced)
            if reduced < -_SMALL:
                fresh |= master.add(k, order)
        if below > -np.inf and (best is None or below > best):
            best = below
        if not fresh:
            break
    better = master.whole(max(0.05, min(_WHOLE_S, until - monotonic())))
    return None if best is None else float(best), _least(routes, orders, better)


def _least(routes: Routes, orders: list[Order], better: list[Order] | None) -> list[Order]:
    """The cheaper of two sets of orders."""
    if better is None:
        return orders

    def cost(found: list[Order]) -> float:
        return sum(routes.cost(k, order) for k, order in enumerate(found))

    return better if cost(better) < cost(orders) - _SMALL else orders


def _chosen(routes: Routes, orders: list[Order], tried: Columns) -> Columns:
    """The orders at hand and those tried that cost least for the sites they serve."""
    least: dict[tuple[int, frozenset[int]], tuple[float, tuple[int, ...]]] = {}
    served = {j for order in orders for j in order}
    for (k, order), cost in tried.items():
        key = (k, frozenset(order))
        if not order or cost == np.inf or not served.issuperset(order):
            continue
        if key not in least or cost < least[key][0]:
            least[key] = (cost, order)
    rate = sorted(
        (cost / max(_SMALL, sum(routes.weight[j] for j in order)), k, order, cost)
        for (k, _), (cost, order) in least.items()
    )
    kept = {(k, order): cost for _, k, order, cost in rate[:_KEPT]}
    for k, stops in enumerate(orders):
        if stops:
            kept[k, tuple(stops)] = routes.cost(k, stops)
    return kept


class _Master:
    """The linear programme over the columns known."""

    def __init__(self, routes: Routes, served: list[int], columns: Columns) -> None:
        self.routes = routes
        self.served = served
        self.row = {j: n for n, j in enumerate(served)}
        # an order with no way in it costs no number (0 times infinity), and HiGHS never ends on one
        self.columns = {key: cost for key, cost in columns.items() if cost < np.inf}

    def add(self, k: int, order: Order) -> bool:
        """A column more; False when it is known."""
        key = (k, tuple(order))
        if key in self.columns:
            return False
        cost = self.routes.cost(k, order)
        if not cost < np.inf:
            return False
        self.columns[key] = cost
        return True

    def _rows(self, *, whole: bool) -> Rows:
        rows = Rows()
        keys = list(self.columns)
        x = rows.add_columns(
            np.array([self.columns[key] for key in keys]), np.ones(len(keys)), whole=whole
        )
        one = np.ones(len(self.served))
        sites = rows.add_rows(one, np.full(len(one), np.inf))
        units = rows.add_rows(
            np.full(len(self.routes.work), -np.inf), np.ones(len(self.routes.work))
        )
        sizes = np.array([len(order) for _, order in keys])
        stops = np.array([self.row[j] for _, order in keys for j in order], dtype=np.int64)
        rows.put(sites[stops], np.repeat(x, sizes), np.ones(len(stops)))
        rows.put(units[np.array([k for k, _ in keys])], x, np.ones(len(keys)))
        return rows

    def relaxed(self, limit_s: float) -> tuple[float, np.ndarray, np.ndarray]:
        """(value, price of each site, price of each unit) of the relaxation.

        Any prices make a bound: those of a programme cut short are as valid, only weaker.
        """
        solved = minimise(self._rows(whole=False), limit_s=limit_s, integer=False)
        count = len(self.served)
        if not np.isfinite(solved.row_dual).all() or len(solved.row_dual) < count:
            return 0.0, np.zeros(len(self.routes.weight)), np.zeros(len(self.routes.work))
        price = np.zeros(len(self.routes.weight))
        price[self.served] = np.maximum(0.0, solved.row_dual[:count])
        unit = np.minimum(0.0, solved.row_dual[count:])
        return float(price.sum() + unit.sum()), price, unit

    def whole(self, limit_s: float) -> list[Order] | None:
        """The best choice of whole columns; a site served twice keeps its first."""
        solved = minimise(self._rows(whole=True), limit_s=limit_s)
        if solved.values is None:
            return None
        orders: list[Order] = [[] for _ in self.routes.work]
        seen: set[int] = set()
        for value, (k, order) in zip(solved.values, self.columns, strict=False):
            if value > 0.5:  # noqa: PLR2004 (0 or 1)
                orders[k] = [j for j in order if j not in seen]
                seen.update(order)
        return orders if len(seen) == len(self.served) else None


def _price(
    routes: Routes, k: int, served: list[int], price: np.ndarray, unit: float, until: float,
) -> tuple[float, Order] | None:  # fmt: skip
    """(reduced cost, order) of the unit's best order; None when it takes too long to know.

    A depth-first search: an order is given up when not even every site left, reached from
    nearest by and at once, could make it pay.
    """
    sites = [j for j in served if routes.work[k, j] < np.inf]
    if not sites:
        return 0.0, []
    nodes = int(min(_NODES, _PER_SECOND * max(0.0, until - monotonic()) + _LEAST))
    way = np.minimum(routes.between[np.ix_(sites, sites)], _FAR)
    np.fill_diagonal(way, _FAR)
    work = routes.work[k, sites]
    found = np.zeros(len(sites) + 1, dtype=np.int64)
    best, stops, steps = dearest(
        routes.weight[sites], work, np.minimum(routes.start[k, sites], _FAR), way, price[sites],
        unit, _through(way, work).astype(np.int64), _FAR, nodes, found,
    )  # fmt: skip
    if steps > nodes or monotonic() > until:
        return None
    return best, [sites[n] for n in found[:stops]]


def _through(way: np.ndarray, work: np.ndarray) -> np.ndarray:
    """(from, by, to): whether a site is reached sooner by working at another on the way."""
    ahead: np.ndarray = way[:, :, None] + work[None, :, None] + way[None, :, :]
    shorter: np.ndarray = ahead < way[:, None, :]
    same = np.arange(len(work))
    shorter[same, same, :] = shorter[:, same, same] = False
    shorter[same, :, same] = False
    return shorter
