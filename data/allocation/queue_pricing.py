"""The compiled heart of the queues' bound: the order of one unit that its prices make the best."""

from __future__ import annotations

import numpy as np

from data.allocation.compiled import compiled
from data.allocation.figures import Floats, Ints


@compiled
def soonest_done(work: Floats, start: Floats, way: Floats) -> Floats:
    """Minutes from setting out nearest by until each site is done."""
    found = np.empty(len(work))
    for n in range(len(work)):
        found[n] = min(start[n], way[:, n].min()) + work[n]
    return found


@compiled
def hope(
    inside: Ints, done: float, weight: Floats, gain: Floats, soonest: Floats
) -> float:  # fmt: skip
    """What every site left could bring at most, each reached from nearest by and at once."""
    total = 0.0
    for m in range(len(weight)):
        if inside[m] == 0:
            total += max(0.0, gain[m] - weight[m] * (done + soonest[m]))
    return total


@compiled
def shortcut(inside: Ints, through: Ints, n: int, m: int) -> bool:
    """Whether some site left is reached sooner from n by working at m on the way."""
    for x in range(len(inside)):
        if inside[x] == 0 and through[n, m, x]:
            return True
    return False


@compiled
def onward(
    n: int, before: int, done: float, inside: Ints, weight: Floats, work: Floats, way: Floats,
    gain: Floats, through: Ints, far: float, choice: Ints, saved: Floats,
) -> int:  # fmt: skip
    """The sites worth going to from n, the best first; how many.

    One that does not pay now never pays later: it is only of use as a shortcut. After one that did
    not pay (come to from `before`, else -1) only what it is a shortcut to is.
    """
    many = 0
    for m in range(len(weight)):
        if inside[m] != 0 or way[n, m] >= far:
            continue
        if before >= 0 and not through[before, n, m]:
            continue
        extra = weight[m] * (done + way[n, m] + work[m]) - gain[m]
        if extra >= 0.0 and not shortcut(inside, through, n, m):
            continue
        q = many
        while q > 0 and saved[q - 1] > extra:
            saved[q], choice[q] = saved[q - 1], choice[q - 1]
            q -= 1
        saved[q], choice[q] = extra, m
        many += 1
    return many


@compiled
def dearest(
    weight: Floats, work: Floats, start: Floats, way: Floats, gain: Floats, unit: float,
    through: Ints, far: float, most: int, found: Ints,
) -> tuple[float, int, int]:  # fmt: skip
    """(reduced cost, stops, steps) of one unit's best order, which `found` takes.

    A depth-first search: an order is given up when not even every site left could make it pay.
    More steps than `most` mean it is not known.
    """
    sites = len(weight)
    soonest = soonest_done(work, start, way)
    path, inside = np.zeros(sites + 1, dtype=np.int64), np.zeros(sites, dtype=np.int64)
    choice, saved = np.zeros((sites + 1, sites), dtype=np.int64), np.zeros((sites + 1, sites))
    width, at = np.zeros(sites + 1, dtype=np.int64), np.zeros(sites + 1, dtype=np.int64)
    cost, now = np.zeros(sites + 1), np.zeros(sites + 1)
    first = np.nonzero(start < far)[0]
    rank = np.argsort(weight[first] * (start[first] + work[first]) - gain[first])
    choice[0, : len(first)] = first[rank]
    width[0], cost[0] = len(first), -unit
    best, stops, steps, depth = -unit, 0, 0, 0
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
            break
        last = path[depth - 1] if depth > 0 else -1
        done = work[n] + (start[n] if depth == 0 else now[depth] + way[last, n])
        more = weight[n] * done - gain[n]
        spent = cost[depth] + more
        path[depth] = n
        if spent < best - 1e-6:
            best, stops = spent, depth + 1
            found[:stops] = path[:stops]
        inside[n] = 1
        if spent - hope(inside, done, weight, gain, soonest) >= best - 1e-6:
            inside[n] = 0
            continue
        depth += 1
        before = last if more >= 0.0 else -1
        width[depth] = onward(
            n, before, done, inside, weight, work, way, gain, through, far,
            choice[depth], saved[depth],
        )  # fmt: skip
        at[depth], cost[depth], now[depth] = 0, spent, done
    return best, stops, steps
