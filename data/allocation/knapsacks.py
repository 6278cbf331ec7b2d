"""The compiled heart of the prices: each need met alone, in whole teams, by a knapsack.

What the needs share (a team, its people, the cover it leaves behind) is priced between them. The
sum of all knapsacks at any prices is below every plan, and far above the linear relaxation, which
may send a third of a team. Prices climb by Polyak's steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from data.allocation.compiled import compiled
from data.allocation.figures import Floats, Ints

_STALE = 5  # climbs without gain before the steps shorten
_SHORTEN = 0.7


class Sacks(NamedTuple):
    """Needs in whole units; an entry is one role of one pair, in units of its need."""

    start: Ints  # entries of need n: entry[start[n]:start[n + 1]]
    entry: Ints
    amount: Ints
    pair: Ints
    share: Floats  # of the pair's cost that this entry bears
    several: Ints  # whether the pair's people are shared between entries
    alike: Ints  # how many entries the pair has
    demand: Ints
    rate: Floats  # what a unit unmet costs
    price: Floats  # a unit's price in the linear relaxation
    fixed: Ints  # by pair
    team: Ints
    cost: Floats
    crew: Floats


class Between(NamedTuple):
    """Cover groups, and all prices as they climb (team, group, entry, one person of a pair)."""

    team_start: Ints
    team_group: Ints
    size: Ints
    low: Floats
    high: Floats
    lam: Floats
    mu: Floats
    split: Floats
    sigma: Floats


@compiled
def fill(
    want: int, rate: float, entries: Ints, order: Ints, amount: Ints, cost: Floats,
    usage: Floats, must: Ints, slack: Floats, least: float, g: Floats, marks: Ints,
    taken: Ints, used: Ints,
) -> float:  # fmt: skip
    """The least one need costs by itself; `taken` and `used` say which entries, how much of each.

    Entries come in `order` of what they cost beyond their price (`slack`), so that the first that
    cannot pay ends the search.
    """
    for d in range(want + 1):
        g[d] = rate * d
    few = 0
    for q in order:
        e = entries[q]
        if must[q] == 0 and slack[q] >= 0.0 and least + slack[q] >= g[want]:
            continue
        a, c, v = min(amount[e], want), cost[e], usage[e]
        row = marks[few]
        for d in range(want, -1, -1):
            most = min(a, d)
            best, use = g[d - most], most
            if v > 0.0:
                best, use = g[d], 0
                for u in range(1, most + 1):
                    if g[d - u] + v * u < best:
                        best, use = g[d - u] + v * u, u
            if must[q] != 0 or best + c < g[d]:
                g[d] = best + c
                row[d] = use + 1
            else:
                row[d] = 0
        row[want + 1] = q
        few += 1
    d = want
    for p in range(few - 1, -1, -1):
        if marks[p, d] > 0:
            e = entries[marks[p, want + 1]]
            taken[e] = 1
            used[e] = marks[p, d] - 1
            d -= used[e]
    return float(g[want])


@compiled
def fill_all(
    s: Sacks, cost: Floats, usage: Floats, value: Floats, taken: Ints, used: Ints,
    g: Floats, marks: Ints,
) -> None:  # fmt: skip
    """Every need by itself; its least cost in `value`."""
    taken[:] = 0
    used[:] = 0
    for n in range(len(s.demand)):
        entries = s.entry[s.start[n] : s.start[n + 1]]
        want, price = s.demand[n], s.price[n]
        many = len(entries)
        slack, must = np.empty(many), np.zeros(many, dtype=np.int64)
        least = price * want
        for q in range(many):
            e = entries[q]
            slack[q] = cost[e] - max(0.0, price - usage[e]) * min(s.amount[e], want)
            must[q] = s.fixed[s.pair[e]]
            if slack[q] < 0.0 or must[q] != 0:
                least += slack[q]
        room = s.rate[n] * want - least
        for q in range(many):
            if must[q] != 0:
                room += max(0.0, cost[entries[q]])
        live = np.nonzero((slack <= room) | (must != 0))[0]
        order = live[np.argsort(slack[live], kind="mergesort")]
        value[n] = fill(
            want, s.rate[n], entries, order, s.amount, cost, usage, must, slack, least,
            g, marks, taken, used,
        )  # fmt: skip


@compiled
def priced_entries(s: Sacks, x: Between, cost: Floats, usage: Floats) -> None:
    """What each entry and a unit of it cost at the prices of now."""
    extra = x.lam.copy()
    for k in range(len(extra)):
        for p in range(x.team_start[k], x.team_start[k + 1]):
            extra[k] += x.mu[x.team_group[p]]
    for e in range(len(cost)):
        p = s.pair[e]
        whole = s.cost[p] + extra[s.team[p]] - x.sigma[p] * s.crew[p]
        cost[e] = s.share[e] * whole + x.split[e]
        usage[e] = x.sigma[p] if s.several[e] else 0.0


@compiled
def constant(x: Between) -> float:
    """The part of the bound that no entry changes."""
    total = -float(x.lam.sum())
    for j in range(len(x.mu)):
        total += x.mu[j] * (min(2, x.size[j]) - x.size[j])
        total += min(0.0, x.low[j] - x.mu[j]) + min(0.0, x.high[j] - x.mu[j])
    return total


@compiled
def slopes(
    s: Sacks, x: Between, taken: Ints, used: Ints, team: Floats, group: Floats, split: Floats,
    sigma: Floats,
) -> float:  # fmt: skip
    """How the bound changes with each price; returns the square of its length."""
    many = np.zeros(len(sigma))
    team[:] = 0.0
    sigma[:] = 0.0
    for e in range(len(taken)):
        if taken[e]:
            p = s.pair[e]
            many[p] += 1.0
            team[s.team[p]] += s.share[e]
            if s.several[e]:
                sigma[p] += used[e] / s.crew[p]
            sigma[p] -= s.share[e]
    for j in range(len(group)):
        lost = (1 if x.low[j] < x.mu[j] else 0) + (1 if x.high[j] < x.mu[j] else 0)
        group[j] = float(min(2, x.size[j]) - x.size[j] - lost)
    for k in range(len(team)):
        if team[k] > 0.0:
            for p in range(x.team_start[k], x.team_start[k + 1]):
                group[x.team_group[p]] += team[k]
        team[k] -= 1.0
        if x.lam[k] <= 0.0 and team[k] < 0.0:
            team[k] = 0.0
    size = float((team * team).sum())
    for j in range(len(group)):
        if x.mu[j] <= 0.0 and group[j] < 0.0:
            group[j] = 0.0
        size += group[j] * group[j]
    for e in range(len(taken)):
        p = s.pair[e]
        split[e] = taken[e] - many[p] / s.alike[e] if s.alike[e] > 1 else 0.0
        size += split[e] * split[e]
    for p in range(len(sigma)):
        if (x.sigma[p] <= 0.0 and sigma[p] < 0.0) or s.crew[p] <= 0.0 or many[p] == 0.0:
            sigma[p] = 0.0
        size += sigma[p] * sigma[p]
    return size


@compiled
def climb(
    s: Sacks, x: Between, free: Ints, goal: float, steps: int, state: Floats, value: Floats,
    best: Between,
) -> None:  # fmt: skip
    """Some steps uphill; `state` holds (best bound, length of a step, steps without gain).

    `free` says of which pairs the people may be priced; `value` and `best` keep what the best
    bound was made of.
    """
    entries, widest = len(s.pair), int(s.demand.max()) + 2
    cost, usage = np.empty(entries), np.empty(entries)
    taken, used = np.zeros(entries, dtype=np.int64), np.zeros(entries, dtype=np.int64)
    now, g = np.zeros(len(s.demand)), np.zeros(widest)
    longest = 0
    for n in range(len(s.demand)):
        longest = max(longest, s.start[n + 1] - s.start[n])
    marks = np.zeros((longest + 1, widest), dtype=np.int64)
    team, group = np.zeros(len(x.lam)), np.zeros(len(x.mu))
    split, sigma = np.zeros(entries), np.zeros(len(s.cost))
    for _ in range(steps):
        priced_entries(s, x, cost, usage)
        fill_all(s, cost, usage, now, taken, used, g, marks)
        bound = now.sum() + constant(x)
        if bound > state[0] + 1e-7 * abs(goal):
            state[0], state[2] = bound, 0.0
            value[:], best.lam[:], best.mu[:] = now, x.lam, x.mu
            best.split[:], best.sigma[:] = x.split, x.sigma
        else:
            state[2] += 1.0
            if state[2] >= _STALE:
                state[1] *= _SHORTEN
                state[2] = 0.0
        size = slopes(s, x, taken, used, team, group, split, sigma)
        if size <= 0.0:
            return
        step = state[1] * max(goal - bound, 1e-4 * abs(goal)) / size
        for k in range(len(team)):
            x.lam[k] = max(0.0, x.lam[k] + step * team[k])
        for j in range(len(group)):
            x.mu[j] = max(0.0, x.mu[j] + step * group[j])
        for e in range(entries):
            x.split[e] += step * split[e]
        for p in range(len(sigma)):
            if free[p] and sigma[p] != 0.0:
                x.sigma[p] = max(0.0, x.sigma[p] + step * sigma[p] / s.crew[p])
