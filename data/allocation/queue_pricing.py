"""The compiled heart of the queues' bound: the order of one unit that its prices make the best."""

from __future__ import annotations

import numpy as np

from data.allocation.compiled import compiled
from data.allocation.figures import Floats, Ints


@compiled
def dearest(
    weight: Floats, work: Floats, start: Floats, way: Floats, gain: Floats, unit: float,
    through: Ints, far: float, most: int, found: Ints,
) -> tuple[float, int, int]:  # fmt: skip
    """(reduced cost, stops, steps) of one unit's best order, which `found` takes.

    A depth-first search: an order is given up when not even every site left, reached from
    nearest by and at once, could make it pay. More steps than `most` mean it is not known.
    """
    sites = len(weight)
    soonest = np.empty(sites)
    for n in range(sites):
        near = start[n]
        for m in range(sites):
            near = min(near, way[m, n])
        soonest[n] = near + work[n]
    path = np.zeros(sites + 1, dtype=np.int64)
    inside = np.zeros(sites, dtype=np.int64)
    choice = np.zeros((sites + 1, sites), dtype=np.int64)
    saved = np.zeros((sites + 1, sites))
    width, at = np.zeros(sites + 1, dtype=np.int64), np.zeros(sites + 1, dtype=np.int64)
    cost, now = np.zeros(sites + 1), np.zeros(sites + 1)
    idle = np.zeros(sites + 1, dtype=np.int64)
    best, stops, steps, depth = -unit, 0, 0, 0
    cost[0] = -unit
    for n in range(sites):
        if start[n] < far:
            choice[0, width[0]] = n
            saved[0, width[0]] = weight[n] * (start[n] + work[n]) - gain[n]
            width[0] += 1
    rank = np.argsort(saved[0, : width[0]])
    choice[0, : width[0]] = choice[0, : width[0]][rank]
    while depth >= 0:
        if at[depth] >= width[depth]:
            depth -= 1
            if depth >= 0:
                inside[path[depth]] = 0
            continue
        n = choice[depth, at[depth]]
        at[depth] += 1
        steps += 1
        if steps > most:
            return best, stops, steps
        arrive = start[n] if depth == 0 else now[depth] + way[path[depth - 1], n]
        done = arrive + work[n]
        more = weight[n] * done - gain[n]
        spent = cost[depth] + more
        path[depth] = n
        if spent < best - 1e-6:
            best, stops = spent, depth + 1
            found[:stops] = path[:stops]
        inside[n] = 1
        hope = spent
        for m in range(sites):
            if inside[m] == 0:
                profit = gain[m] - weight[m] * (done + soonest[m])
                if profit > 0.0:
                    hope -= profit
        if hope >= best - 1e-6:
            inside[n] = 0
            continue
        deeper, many = depth + 1, 0
        lazy = 1 if depth > 0 and more >= 0.0 else 0
        for m in range(sites):
            if inside[m] != 0 or way[n, m] >= far:
                continue
            extra = weight[m] * (done + way[n, m] + work[m]) - gain[m]
            useful = extra < 0.0
            if not useful:  # never pays later; it is only of use as a shortcut
                for x in range(sites):
                    if inside[x] == 0 and through[n, m, x]:
                        useful = True
                        break
            if useful and lazy and not through[path[depth - 1], n, m]:
                useful = False
            if useful:
                q = many
                while q > 0 and saved[deeper, q - 1] > extra:
                    saved[deeper, q] = saved[deeper, q - 1]
                    choice[deeper, q] = choice[deeper, q - 1]
                    q -= 1
                saved[deeper, q], choice[deeper, q] = extra, m
                many += 1
        width[deeper], at[deeper] = many, 0
        cost[deeper], now[deeper], idle[deeper] = spent, done, lazy
        depth = deeper
    return best, stops, steps
