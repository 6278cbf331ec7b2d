"""The compiled heart of the queues: strings of stops taken out and put back where they fit."""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np

from data.allocation.compiled import compiled
from data.allocation.figures import Floats, Ints

EPS = 1e-7
_OUT = 8.0  # sites taken out at a time, on average
_STRING = 6  # stops taken out of one order at most
_BLINK = 0.02  # how often a place that fits is overlooked
UNSERVED = 1e9


class Lines(NamedTuple):
    """Weights (sites,), work and way from the start (units, sites), way between, and the orders.

    `order[k, : length[k]]` are the stops of unit k with `arrive`, `finish` and `heavy`, the weight
    that waits from a stop on; `where` is the unit of a site or -1.
    """

    weight: Floats
    work: Floats
    start: Floats
    between: Floats
    near: Ints
    order: Ints
    length: Ints
    arrive: Floats
    finish: Floats
    heavy: Floats
    cost: Floats
    where: Ints
    seed: Ints


@compiled
def chance(seed: Ints) -> float:
    """The next number in [0, 1) of a sequence of its own (xorshift64*)."""
    x = np.uint64(seed[0])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    seed[0] = np.int64(x)
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def walk(s: Lines, k: int) -> None:
    """One unit's times and cost worked out along its order."""
    now, total, load = 0.0, 0.0, 0.0
    for p in range(s.length[k]):
        j = s.order[k, p]
        arrive = s.start[k, j] if p == 0 else now + s.between[s.order[k, p - 1], j]
        now = arrive + s.work[k, j]
        s.arrive[k, p], s.finish[k, p] = arrive, now
        total += s.weight[j] * now
    for p in range(s.length[k] - 1, -1, -1):
        load += s.weight[s.order[k, p]]
        s.heavy[k, p] = load
    s.cost[k] = total


@compiled
def put(s: Lines, sites: Ints, many: int, blink: float) -> int:
    """Sites one after the other, each where it costs least; returns how many fit nowhere."""
    units, missing = len(s.length), 0
    for q in range(many):
        j = sites[q]
        best, unit, at = np.inf, -1, -1
        for k in range(units):
            work = s.work[k, j]
            if work == np.inf:
                continue
            length = s.length[k]
            for p in range(length + 1):
                if p > 0:
                    done = s.finish[k, p - 1] + s.between[s.order[k, p - 1], j] + work
                else:
                    done = s.start[k, j] + work
                more = s.weight[j] * done
                if more >= best or done == np.inf:
                    continue
                if p < length:
                    more += (done + s.between[j, s.order[k, p]] - s.arrive[k, p]) * s.heavy[k, p]
                if more < best - EPS and (blink <= 0.0 or chance(s.seed) >= blink):
                    best, unit, at = more, k, p
        if unit < 0:
            missing += 1
            continue
        for p in range(s.length[unit], at, -1):
            s.order[unit, p] = s.order[unit, p - 1]
        s.order[unit, at] = j
        s.length[unit] += 1
        s.where[j] = unit
        walk(s, unit)
    return missing


@compiled
def cut(s: Lines, k: int, first: int, size: int, out: Ints, many: int) -> int:
    """A string of stops taken out of one order."""
    for p in range(first, first + size):
        out[many] = s.order[k, p]
        s.where[out[many]] = -1
        many += 1
    for p in range(first, s.length[k] - size):
        s.order[k, p] = s.order[k, p + size]
    s.length[k] -= size
    walk(s, k)
    return many


@compiled
def ruin(s: Lines, out: Ints, many: int, touched: Ints) -> int:
    """Sites taken out: strings of stops near a drawn site, or any sites."""
    sites, served, used = len(s.where), 0, 0
    for k in range(len(s.length)):
        served += s.length[k]
        used += 1 if s.length[k] else 0
    if served == 0:
        return many
    if chance(s.seed) < 0.25:
        for _ in range(2 + int(chance(s.seed) * (_OUT - 1))):
            j = int(chance(s.seed) * sites)
            k = s.where[j]
            if k < 0:
                continue
            for p in range(s.length[k]):
                if s.order[k, p] == j:
                    many = cut(s, k, p, 1, out, many)
                    break
        return many
    longest = max(1.0, min(_STRING * 1.0, served / used))
    strings = int(1.0 + chance(s.seed) * (4 * _OUT / (1 + longest) - 1.0))
    touched[:] = 0
    begun, seed = 0, int(chance(s.seed) * sites)
    for q in range(sites):
        if begun >= strings:
            break
        j = int(s.near[seed, q])
        k = s.where[j]
        if k < 0 or touched[k]:
            continue
        touched[k] = 1
        begun += 1
        most = min(longest * 2, s.length[k] * 1.0, _STRING * 1.0)
        size = min(int(1.0 + chance(s.seed) * most), s.length[k])
        at = 0
        while s.order[k, at] != j:
            at += 1
        low, high = max(0, at - size + 1), min(at, s.length[k] - size)
        many = cut(s, k, low + int(chance(s.seed) * (high - low + 1)), size, out, many)
    return many


@compiled
def shuffle(s: Lines, out: Ints, many: int, able: Ints) -> None:
    """The order in which sites go back: drawn, heavy first, few able units first, or far first."""
    for p in range(many - 1, 0, -1):
        q = int(chance(s.seed) * (p + 1))
        out[p], out[q] = out[q], out[p]
    way = chance(s.seed)
    if way >= 0.55:
        return
    for p in range(1, many):
        j, q = out[p], p
        key = -s.weight[j] if way < 0.35 else able[j] * 1.0
        while q > 0:
            i = out[q - 1]
            if (-s.weight[i] if way < 0.35 else able[i] * 1.0) <= key:
                break
            out[q] = i
            q -= 1
        out[q] = j


@compiled
def anneal(
    s: Lines, able: Ints, first: int, last: int, total: int, hot: float, cold: float,
    best_order: Ints, best_length: Ints, value: Floats,
) -> None:  # fmt: skip
    """Steps `first` to `last` of `total`; `value` holds the best and the present value."""
    sites = len(s.where)
    out, touched = np.zeros(sites, dtype=np.int64), np.zeros(len(s.length), dtype=np.int64)
    order, length = s.order.copy(), s.length.copy()
    where = s.where.copy()
    for step in range(first, last):
        heat = hot * (cold / hot) ** (step / total)
        many = 0
        for j in range(sites):
            if s.where[j] < 0:
                out[many] = j
                many += 1
        many = ruin(s, out, many, touched)
        shuffle(s, out, many, able)
        missing = put(s, out, many, _BLINK)
        now = s.cost.sum() + UNSERVED * missing
        if now < value[1] or chance(s.seed) < exp((value[1] - now) / heat):
            value[1] = now
            for k in range(len(length)):
                length[k] = s.length[k]
                order[k, : length[k]] = s.order[k, : length[k]]
            where[:] = s.where
            if now < value[0] - EPS:
                value[0] = now
                best_order[:] = order
                best_length[:] = length
        else:
            for k in range(len(length)):
                s.length[k] = length[k]
                s.order[k, : length[k]] = order[k, : length[k]]
                walk(s, k)
            s.where[:] = where
