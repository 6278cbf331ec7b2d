"""Queues of teams over sites by ruin and recreate: take strings of stops out, put them back better.

The ruin is that of Christiaens and Vanden Berghe (slack induction by string removals,
Transportation Science 54, 2020). What a unit's order costs, and where each site fits into it
best, is worked out once and remembered: the search comes back to the same orders all the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf
from random import Random
from time import monotonic

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Order = list[int]
Stops = tuple[int, ...]
Columns = dict[tuple[int, Stops], float]  # what one unit's order costs
EPS = 1e-7
_SEED = 20140616
_OUT = 8.0  # sites taken out at a time, on average
_STRING = 6  # stops taken out of one order at most
_BLINK = 0.02  # how often a place that fits is overlooked
_WARM, _COLD = 0.02, 0.001  # share of the value by which a worse queue may be taken
_PER_SECOND = 9_000.0  # steps for 40 sites that an ordinary core makes, with room to spare
_ENOUGH = 40.0  # steps per site and site, beyond which a small case is left alone
_UNSERVED = 1e9
_HELD = 60_000  # orders remembered


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


class _Line:
    """One unit's order: its cost, and where each further site costs least."""

    __slots__ = ("arrive", "cost", "finish", "heavy", "k", "places", "stops")

    def __init__(self, shop: Shop, k: int, stops: Stops) -> None:
        self.k, self.stops = k, stops
        self.arrive: list[float] = []
        self.finish: list[float] = []
        self.places: dict[int, tuple[float, int]] = {}
        now, last, self.cost = 0.0, -1, 0.0
        for j in stops:
            arrive = shop.start[k][j] if last < 0 else now + shop.between[last][j]
            now = arrive + shop.work[k][j]
            self.arrive.append(arrive)
            self.finish.append(now)
            self.cost += shop.weight[j] * now
            last = j
        self.heavy, load = [0.0] * len(stops), 0.0  # what waits from each stop on
        for at in range(len(stops) - 1, -1, -1):
            load += shop.weight[stops[at]]
            self.heavy[at] = load

    def place(self, shop: Shop, j: int) -> tuple[float, int]:
        """(cost more, position) where a site fits best; infinite where it does not."""
        best, where = inf, -1
        work, weight = shop.work[self.k][j], shop.weight[j]
        if work < inf:
            on, count = shop.between[j], len(self.stops)
            for at in range(count + 1):
                if at:
                    done = self.finish[at - 1] + shop.between[self.stops[at - 1]][j] + work
                else:
                    done = shop.start[self.k][j] + work
                if done == inf:
                    continue
                more = weight * done
                if at < count:
                    later = done + on[self.stops[at]] - self.arrive[at]
                    if later == inf:
                        continue
                    more += later * self.heavy[at]
                if more < best - EPS:
                    best, where = more, at
        self.places[j] = best, where
        return best, where


class Shop:
    """The numbers as plain lists, and every order met so far."""

    def __init__(self, routes: Routes) -> None:
        self.weight: list[float] = routes.weight.tolist()
        self.work: list[list[float]] = routes.work.tolist()
        self.start: list[list[float]] = routes.start.tolist()
        self.between: list[list[float]] = routes.between.tolist()
        self.lines: list[dict[Stops, _Line]] = [{} for _ in self.work]
        both = routes.between + routes.between.T
        self.near: list[list[int]] = np.argsort(both, axis=1, kind="stable").tolist()
        able = np.isfinite(routes.work)
        self.able: list[list[int]] = [np.nonzero(able[:, j])[0].tolist() for j in range(len(both))]

    def line(self, k: int, stops: Stops) -> _Line:
        """One unit's order."""
        found = self.lines[k].get(stops)
        if found is None:
            found = self.lines[k][stops] = _Line(self, k, stops)
        return found

    def forget(self) -> None:
        """Let go of the orders met when they are too many to hold."""
        if sum(map(len, self.lines)) > _HELD:
            for lines in self.lines:
                lines.clear()

    def columns(self) -> Columns:
        """Every order met so far with its cost."""
        return {
            (k, stops): line.cost
            for k, lines in enumerate(self.lines)
            for stops, line in lines.items()
            if stops
        }


def search(routes: Routes, until: float, seconds: float = 1.0) -> tuple[list[Order], Columns]:
    """Orders by unit, the best found, and every order tried.

    The number of steps follows from the size and `seconds`, so that the same input gives the
    same answer; the instant `until` of `monotonic` cuts it short on a slower machine.
    """
    shop, draw = Shop(routes), Random(_SEED)  # noqa: S311 (no secret)
    lines = [shop.line(k, ()) for k in range(len(shop.work))]
    many = len(shop.weight)
    left = _insert(shop, lines, sorted(range(many), key=lambda j: (-shop.weight[j], j)), draw, 0.0)
    value = sum(line.cost for line in lines) + _UNSERVED * len(left)
    best, kept = value, list(lines)
    scale = sum(line.cost for line in lines)
    steps = int(min(_PER_SECOND * max(0.0, seconds) * 40 / many, _ENOUGH * many * many))
    began, done = monotonic(), 0.0
    steps = steps if scale > 0 and any(len(units) for units in shop.able) else 0
    for step in range(steps):
        if step % 32 == 0:
            gone = (monotonic() - began) / max(EPS, until - began)
            if gone >= 1.0:
                break
            done = max(step / steps, gone if gone * steps > 1.25 * step + 64 else 0.0)
        if step % 1024 == 0:
            shop.forget()
        tried = list(lines)
        out = left + _ruin(shop, tried, draw)
        _sort(shop, out, draw)
        missing = _insert(shop, tried, out, draw, _BLINK)
        new = sum(line.cost for line in tried) + _UNSERVED * len(missing)
        heat = _WARM * scale * (_COLD / _WARM) ** done
        if new < value or draw.random() < exp((value - new) / heat):
            lines, value, left = tried, new, missing
            if value < best - EPS:
                best, kept = value, list(lines)
    return [list(line.stops) for line in kept], shop.columns()


def _ruin(shop: Shop, lines: list[_Line], draw: Random) -> list[int]:
    """Sites taken out: strings of stops near a drawn site, or any sites."""
    where = {j: k for k, line in enumerate(lines) for j in line.stops}
    served = sorted(where)
    if not served:
        return []
    if draw.random() < 0.25:  # noqa: PLR2004 (a quarter without regard to place)
        out = draw.sample(served, min(len(served), draw.randint(2, int(_OUT))))
        for k in {where[j] for j in out}:
            lines[k] = shop.line(k, tuple(j for j in lines[k].stops if j not in out))
        return out
    used = len(set(where.values()))
    longest = max(1.0, min(_STRING, len(served) / used))
    strings = int(draw.uniform(1.0, 4 * _OUT / (1 + longest)))
    out = []
    touched: set[int] = set()
    for j in shop.near[draw.choice(served)]:
        if len(touched) >= strings:
            break
        k = where.get(j, -1)
        if k < 0 or k in touched:
            continue
        touched.add(k)
        stops = lines[k].stops
        size = int(draw.uniform(1.0, min(longest * 2, len(stops), _STRING) + 1))
        at = stops.index(j)
        first = draw.randint(max(0, at - size + 1), min(at, len(stops) - size))
        out.extend(stops[first : first + size])
        lines[k] = shop.line(k, stops[:first] + stops[first + size :])
    return out


def _sort(shop: Shop, out: list[int], draw: Random) -> None:
    """The order in which sites go back: drawn, heavy first, or few able units first."""
    draw.shuffle(out)
    way = draw.random()
    if way < 0.35:  # noqa: PLR2004
        out.sort(key=lambda j: -shop.weight[j])
    elif way < 0.5:  # noqa: PLR2004
        out.sort(key=lambda j: len(shop.able[j]))


def _insert(
    shop: Shop, lines: list[_Line], sites: list[int], draw: Random, blink: float
) -> list[int]:
    """Sites one after the other, each where it costs least; those that fit nowhere come back."""
    left = []
    for j in sites:
        best, unit, at = inf, -1, -1
        for k in shop.able[j]:
            line = lines[k]
            more, where = line.places.get(j) or line.place(shop, j)
            if more < best - EPS and (not blink or draw.random() >= blink):
                best, unit, at = more, k, where
        if unit < 0:
            left.append(j)
            continue
        stops = lines[unit].stops
        lines[unit] = shop.line(unit, (*stops[:at], j, *stops[at:]))
    return left
