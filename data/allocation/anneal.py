"""The compiled heart of the teams block: teams taken out of a plan and put back better.

Ruin and recreate with a falling temperature (Schrimpf et al., Journal of Computational Physics
159, 2000).
"""

from __future__ import annotations

from math import exp

import numpy as np

from data.allocation.compiled import compiled
from data.allocation.figures import Ints
from data.allocation.seats import (
    EPS,
    Board,
    bring_back,
    draw,
    keep,
    leave,
    step_cost,
    take,
    top_up,
    undo,
)

_BLINK = 0.03  # how often an option that helps is overlooked
_MOST = 4  # teams taken out of an incident at a time
_LOG = 4096


@compiled
def refill(
    b: Board, i: int, log: Ints, used: int, by_rate: bool, blink: float, live: Ints
) -> int:  # fmt: skip
    """Options added to an incident while one helps, the one that saves most (a cost) first.

    What does not help once does not help after the next is added: `live` keeps what still may.
    """
    top_up(b, i)
    width, fresh = b.start[i + 1] - b.start[i], True
    while used < _LOG:
        best, found, left = 0.0, -1, 0
        for p in range(width):
            option = b.start[i] + p if fresh else live[p]
            team = b.team[option]
            if b.at[team] >= 0:
                continue
            saved, people = 0.0, b.crew[option]
            for r in range(b.role_start[option], b.role_start[option + 1]):
                gift = min(b.short[b.role_need[r]], b.role_amount[r])
                if gift > 0.0:
                    if b.role_shared[r]:
                        gift = min(gift, people)
                        people -= gift
                    saved += b.rate[b.role_need[r]] * gift
            cost = b.cost[option] + b.gone[team]
            if saved - cost <= EPS:
                continue
            if fresh and blink > 0.0 and draw(b.seed) < blink:
                continue
            live[left] = option
            left += 1
            score = saved - cost
            if by_rate:
                score = saved / cost if cost > EPS else 1e18
            if score > best:
                best, found = score, option
        if found < 0:
            return used
        width, fresh = left, False
        take(b, found)
        log[used] = found + 1
        used += 1
    return used


@compiled
def thin(b: Board, i: int, log: Ints, used: int) -> int:
    """Options of an incident given up while that saves, the one that saves most first."""
    while used < _LOG:
        best, found = 1e-6, -1
        for p in range(b.start[i], b.start[i] + b.many[i]):
            option = b.held[p]
            if b.fixed[option]:
                continue
            saved = b.cost[option]
            for r in range(b.role_start[option], b.role_start[option + 1]):
                need = b.role_need[r]
                now = b.short[need]
                saved -= b.rate[need] * (max(0.0, now + b.given[r]) - max(0.0, now))
            if saved > -b.cost[option]:
                team = b.team[option]
                for q in range(b.team_start[team], b.team_start[team + 1]):
                    g = b.team_group[q]
                    saved += step_cost(b.size[g], b.away[g] - 1, b.low[g], b.high[g])
            if saved > best:
                best, found = saved, option
        if found < 0:
            return used
        leave(b, found)
        log[used] = -found - 1
        used += 1
    return used


@compiled
def make_up(b: Board) -> None:
    """Every incident made up by what helps, then thinned."""
    log, live = np.zeros(_LOG, dtype=np.int64), np.zeros(len(b.team), dtype=np.int64)
    for i in range(len(b.many)):
        used = refill(b, i, log, 0, True, 0.0, live)
        thin(b, i, log, used)


@compiled
def ruin(b: Board, i: int, many: int, log: Ints, used: int) -> int:
    """Some options of an incident given up, any of them."""
    for _ in range(many):
        if b.many[i] == 0:
            break
        option = b.held[b.start[i] + int(draw(b.seed) * b.many[i])]
        if not b.fixed[option]:
            leave(b, option)
            log[used] = -option - 1
            used += 1
    return used


@compiled
def rival(b: Board, i: int) -> int:
    """A chosen option of another incident whose team this one would like; -1 when none is met."""
    width = b.start[i + 1] - b.start[i]
    for _ in range(8):
        wish = b.start[i] + int(draw(b.seed) * draw(b.seed) * width)
        other = int(b.at[b.team[wish]])
        if other >= 0 and b.incident[other] != i and not b.fixed[other]:
            return other
    return -1


@compiled
def anneal(b: Board, first: int, last: int, total: int, hot: float, cold: float) -> None:
    """Steps `first` to `last` of `total`; `b.best` keeps the best plan, `b.value[1]` its value."""
    log, live = np.zeros(_LOG, dtype=np.int64), np.zeros(len(b.team), dtype=np.int64)
    given, idle, short = b.given.copy(), b.idle.copy(), b.short.copy()
    for step in range(first, last):
        heat = hot * (cold / hot) ** (step / total)
        before, used = b.value[0], 0
        i, j = int(draw(b.seed) * len(b.many)), -1
        if b.start[i + 1] == b.start[i]:
            continue
        keep(b, i, given, idle, short)
        if draw(b.seed) < 0.5:
            other = rival(b, i)
            if other >= 0:
                j = b.incident[other]
                keep(b, j, given, idle, short)
                leave(b, other)
                log[used] = -other - 1
                used += 1
        used = ruin(b, i, 1 + int(draw(b.seed) * _MOST), log, used)
        if j >= 0 and draw(b.seed) < 0.5:
            used = ruin(b, j, 1 + int(draw(b.seed) * 2), log, used)
        by_rate = draw(b.seed) < 0.5
        used = refill(b, i, log, used, by_rate, _BLINK, live)
        if j >= 0:
            used = refill(b, j, log, used, by_rate, _BLINK, live)
            used = thin(b, j, log, used)
        used = thin(b, i, log, used)
        worse = b.value[0] - before
        if worse > 0.0 and draw(b.seed) >= exp(-worse / heat):
            undo(b, log, used)
            bring_back(b, i, given, idle, short)
            if j >= 0:
                bring_back(b, j, given, idle, short)
            b.value[0] = before
        elif b.value[0] < b.value[1] - 1e-6:
            b.value[1] = b.value[0]
            b.best[:] = b.at
