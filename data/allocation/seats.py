"""A plan in the making as plain arrays, and the few ways it changes, compiled.

An option is one way a team can serve an incident: people who could do several things do what is
missing in one order, and those left over help where it becomes missing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from data.allocation.compiled import compiled
from data.allocation.figures import Floats, Ints

EPS = 1e-9


class Board(NamedTuple):
    """Options (those of incident i are start[i] to start[i + 1]), needs, cover, and the plan.

    `held[start[i] : start[i] + many[i]]` are the options chosen for incident i, `place` where
    each stands in it, `given` what a role gives, `idle` the people of an option left over, `gone`
    what a team's going would cost in cover now.
    """

    team: Ints
    incident: Ints
    cost: Floats
    crew: Floats
    fixed: Ints
    role_start: Ints
    role_need: Ints
    role_amount: Floats
    role_shared: Ints
    start: Ints
    need_start: Ints
    rate: Floats
    size: Ints
    low: Floats
    high: Floats
    group_start: Ints
    group_team: Ints
    team_start: Ints
    team_group: Ints
    at: Ints
    held: Ints
    place: Ints
    many: Ints
    given: Floats
    idle: Floats
    short: Floats
    away: Ints
    gone: Floats
    best: Ints
    value: Floats
    seed: Ints


@compiled
def draw(seed: Ints) -> float:
    """The next number in [0, 1) of a sequence of its own (xorshift64*)."""
    x = np.uint64(seed[0])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    seed[0] = np.int64(x)
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def step_cost(size: int, away: int, low: float, high: float) -> float:
    """What one more team gone from a cover group costs."""
    left = size - away
    if left == 2:
        return low
    if left == 1:
        return high if size > 1 else low
    return 0.0


@compiled
def shift(b: Board, team: int, by: int) -> None:
    """A team goes (by 1) or comes back (by -1): cover, and what it makes the others cost."""
    size, low, high, away, gone = b.size, b.low, b.high, b.away, b.gone
    for p in range(b.team_start[team], b.team_start[team + 1]):
        group = b.team_group[p]
        now = away[group]
        away[group] = now + by
        if size[group] - now > 3:
            continue
        change = step_cost(size[group], now + by, low[group], high[group]) - step_cost(
            size[group], now, low[group], high[group]
        )
        if change != 0.0:
            for q in range(b.group_start[group], b.group_start[group + 1]):
                gone[b.group_team[q]] += change


@compiled
def seat(b: Board, option: int) -> None:
    """An option among those chosen."""
    team, i = b.team[option], b.incident[option]
    b.at[team] = option
    where = b.start[i] + b.many[i]
    b.held[where], b.place[option] = option, where
    b.many[i] += 1
    shift(b, team, 1)


@compiled
def unseat(b: Board, option: int) -> None:
    """An option no longer among those chosen."""
    team, i = b.team[option], b.incident[option]
    shift(b, team, -1)
    b.at[team] = -1
    b.many[i] -= 1
    last = b.held[b.start[i] + b.many[i]]
    b.held[b.place[option]], b.place[last] = last, b.place[option]


@compiled
def take(b: Board, option: int) -> None:
    """An option chosen: things and single roles in full, shared people to what is missing."""
    more, left = b.cost[option] + b.gone[b.team[option]], b.crew[option]
    for r in range(b.role_start[option], b.role_start[option + 1]):
        need = b.role_need[r]
        before, gift = b.short[need], b.role_amount[r]
        if b.role_shared[r]:
            gift = min(gift, max(0.0, before), left)
            left -= gift
        b.given[r] = gift
        b.short[need] = before - gift
        more += b.rate[need] * (max(0.0, b.short[need]) - max(0.0, before))
    b.idle[option] = left
    b.value[0] += more
    seat(b, option)


@compiled
def leave(b: Board, option: int) -> None:
    """An option given up again."""
    unseat(b, option)
    less = -b.cost[option] - b.gone[b.team[option]]
    for r in range(b.role_start[option], b.role_start[option + 1]):
        need = b.role_need[r]
        before = b.short[need]
        b.short[need] = before + b.given[r]
        less += b.rate[need] * (max(0.0, b.short[need]) - max(0.0, before))
    b.value[0] += less


@compiled
def top_up(b: Board, i: int) -> None:
    """People left over put to what has become missing."""
    for p in range(b.start[i], b.start[i] + b.many[i]):
        option = b.held[p]
        if b.idle[option] <= EPS:
            continue
        for r in range(b.role_start[option], b.role_start[option + 1]):
            need = b.role_need[r]
            gift = min(b.role_amount[r] - b.given[r], b.short[need], b.idle[option])
            if b.role_shared[r] and gift > EPS:
                b.given[r] += gift
                b.idle[option] -= gift
                b.short[need] -= gift
                b.value[0] -= b.rate[need] * gift


@compiled
def begin(b: Board) -> None:
    """With nobody sent: what each team's going would cost."""
    for g in range(len(b.size)):
        now = step_cost(b.size[g], 0, b.low[g], b.high[g])
        if now != 0.0:
            for q in range(b.group_start[g], b.group_start[g + 1]):
                b.gone[b.group_team[q]] += now


@compiled
def keep(b: Board, i: int, given: Floats, idle: Floats, short: Floats) -> None:
    """What the options of an incident give, kept aside."""
    first, last = b.start[i], b.start[i + 1]
    a, z = b.role_start[first], b.role_start[last]
    given[a:z] = b.given[a:z]
    idle[first:last] = b.idle[first:last]
    a, z = b.need_start[i], b.need_start[i + 1]
    short[a:z] = b.short[a:z]


@compiled
def bring_back(b: Board, i: int, given: Floats, idle: Floats, short: Floats) -> None:
    """What `keep` kept, put back."""
    first, last = b.start[i], b.start[i + 1]
    a, z = b.role_start[first], b.role_start[last]
    b.given[a:z] = given[a:z]
    b.idle[first:last] = idle[first:last]
    a, z = b.need_start[i], b.need_start[i + 1]
    b.short[a:z] = short[a:z]


@compiled
def undo(b: Board, log: Ints, used: int) -> None:
    """Everyone in the log seated as before, the last first."""
    for p in range(used - 1, -1, -1):
        if log[p] > 0:
            unseat(b, log[p] - 1)
        else:
            seat(b, -log[p] - 1)
