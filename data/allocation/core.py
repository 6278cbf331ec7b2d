"""The few pairs among which an answer is worth looking for first."""

from __future__ import annotations

import numpy as np

from data.allocation.figures import Figures, Ints
from data.allocation.program import roles_of

ALL = 3000  # up to here every pair is looked at
_RANK = 30  # pairs kept for each need however little it wants
_PLENTY = 4.0  # and as many as would meet it so many times


def cheap(figures: Figures) -> Ints:
    """The pairs that meet each need at the least cost a unit, more than enough to meet it."""
    every = np.arange(figures.pairs)
    if figures.pairs <= ALL:
        return every
    owner, role = roles_of(figures, every)
    need, amount = figures.role_need[role], figures.role_amount[role]
    order = np.lexsort((owner, figures.pair_cost[owner] / amount, need))
    need, amount, owner = need[order], amount[order], owner[order]
    first = np.concatenate([[True], need[1:] != need[:-1]])
    place = np.arange(len(need))
    rank = place - np.maximum.accumulate(np.where(first, place, 0))
    before = np.cumsum(amount) - amount
    before -= np.maximum.accumulate(np.where(first, before, 0.0))
    kept = (rank < _RANK) | (before <= _PLENTY * figures.need_amount[need])
    return np.union1d(owner[kept], np.nonzero(figures.pair_fixed)[0])
