"""Queues of teams over sites by local search: insert where it costs least, then move and swap."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from time import monotonic

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Order = list[int]
Columns = dict[tuple[int, tuple[int, ...]], float]  # what one unit's order costs
EPS = 1e-7
_SEED = 20140616
_LARGEST_SHAKE = 0.35


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


class Shop:
    """All orders with their costs, and plain lists for speed."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        self.weight = routes.weight.tolist()
        self.work = routes.work.tolist()
        self.start = routes.start.tolist()
        self.between = routes.between.tolist()
        self.orders: list[Order] = [[] for _ in range(len(self.work))]
        self.costs = [0.0] * len(self.work)
        self.columns: Columns = {}

    def cost(self, k: int, order: Order) -> float:
        """Weight times completion of one unit's order, remembered as a column."""
        key = (k, tuple(order))
        if key in self.columns:
            return self.columns[key]
        total, now, last = 0.0, 0.0, -1
        work, start = self.work[k], self.start[k]
        for j in order:
            now = (start[j] if last < 0 else now + self.between[last][j]) + work[j]
            total += self.weight[j] * now
            last = j
        self.columns[key] = total
        return total

    @property
    def total(self) -> float:
        """What all orders cost."""
        return sum(self.costs)

    def put(self, k: int, order: Order) -> None:
        """Give a unit an order."""
        self.orders[k] = order
        self.costs[k] = self.cost(k, order)

    def best_place(self, j: int, units: list[int]) -> tuple[float, int, Order] | None:
        """(cost more, unit, order) where a site costs least; None where nobody can serve it."""
        best: tuple[float, int, Order] | None = None
        for k in units:
            if self.work[k][j] == np.inf:
                continue
            order = self.orders[k]
            for at in range(len(order) + 1):
                tried = [*order[:at], j, *order[at:]]
                more = self.cost(k, tried) - self.costs[k]
                if more < np.inf and (best is None or more < best[0] - EPS):
                    best = (more, k, tried)
        return best


def search(routes: Routes, until: float) -> tuple[list[Order], Columns]:
    """Orders by unit, the best found until an instant of `monotonic`, and every order tried."""
    shop = Shop(routes)
    everybody = list(range(len(shop.orders)))
    _insert(shop, sorted(range(len(shop.weight)), key=lambda j: -shop.weight[j]), everybody)
    _improve(shop, until)
    best, orders = shop.total, [list(o) for o in shop.orders]
    draw = np.random.default_rng(_SEED)
    served = sorted(j for order in orders for j in order)
    calm = 0
    while monotonic() < until and len(served) > 1 and calm < 60 + 12 * len(served):
        _shake(shop, draw, served)
        _improve(shop, until)
        if shop.total < best - EPS:
            best, orders, calm = shop.total, [list(o) for o in shop.orders], 0
        else:
            calm += 1
            for k, order in enumerate(orders):
                shop.put(k, list(order))
    return orders, shop.columns


def _insert(shop: Shop, sites: list[int], units: list[int]) -> None:
    """Sites one after the other, each where it costs least."""
    for j in sites:
        found = shop.best_place(j, units)
        if found is not None:
            shop.put(found[1], found[2])


def _shake(shop: Shop, draw: np.random.Generator, served: list[int]) -> None:
    """Take some sites out, those near a drawn one, and put them back in another order."""
    most = max(2, int(_LARGEST_SHAKE * len(served)))
    many = int(draw.integers(2, most + 1))
    centre = served[int(draw.integers(len(served)))]
    if draw.random() < 0.5:  # noqa: PLR2004 (half and half)
        out = sorted(served, key=lambda j: (shop.between[centre][j], j))[:many]
    else:
        out = [served[n] for n in draw.permutation(len(served))[:many]]
    gone = set(out)
    for k, order in enumerate(shop.orders):
        if gone & set(order):
            shop.put(k, [j for j in order if j not in gone])
    _insert(shop, [out[n] for n in draw.permutation(len(out))], list(range(len(shop.orders))))


def _improve(shop: Shop, until: float) -> None:
    """Move a site, swap two, swap the rest of two orders, while anything helps."""
    better = True
    while better and monotonic() < until:
        better = _relocate(shop) or _exchange(shop) or _cross(shop)


def _relocate(shop: Shop) -> bool:
    """The first move of one site to a better place."""
    for k, order in enumerate(shop.orders):
        for at, j in enumerate(order):
            without = [*order[:at], *order[at + 1 :]]
            saved = shop.costs[k] - shop.cost(k, without)
            shop.orders[k], kept = without, shop.costs[k]
            shop.costs[k] = kept - saved
            found = shop.best_place(j, list(range(len(shop.orders))))
            if found is not None and found[0] < saved - EPS:
                shop.put(found[1], found[2])
                return True
            shop.orders[k], shop.costs[k] = order, kept
    return False


def _exchange(shop: Shop) -> bool:
    """The first swap of two sites of two units that helps."""
    units = range(len(shop.orders))
    for k in units:
        for m in range(k + 1, len(shop.orders)):
            for a, i in enumerate(shop.orders[k]):
                for b, j in enumerate(shop.orders[m]):
                    one = [*shop.orders[k][:a], j, *shop.orders[k][a + 1 :]]
                    two = [*shop.orders[m][:b], i, *shop.orders[m][b + 1 :]]
                    if _adopt(shop, (k, one), (m, two)):
                        return True
    return False


def _cross(shop: Shop) -> bool:
    """The first swap of what two units do from some stop on; or a part of one order reversed."""
    for k, first in enumerate(shop.orders):
        for a, b in pairwise(range(len(first))):
            if _adopt(shop, (k, [*first[:a], first[b], first[a], *first[b + 1 :]])):
                return True
        for m in range(k + 1, len(shop.orders)):
            second = shop.orders[m]
            for a in range(len(first) + 1):
                for b in range(len(second) + 1):
                    one, two = [*first[:a], *second[b:]], [*second[:b], *first[a:]]
                    if _adopt(shop, (k, one), (m, two)):
                        return True
    return False


def _adopt(shop: Shop, *changes: tuple[int, Order]) -> bool:
    """Make the changes if they cost less together."""
    before = sum(shop.costs[k] for k, _ in changes)
    if sum(shop.cost(k, order) for k, order in changes) < before - EPS:
        for k, order in changes:
            shop.put(k, order)
        return True
    return False
