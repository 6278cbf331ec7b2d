"""Better plans from a good one: an incident or two at a time re-planned by HiGHS, the rest kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf
from time import monotonic

import numpy as np

from data.allocation.decompose import Relaxed
from data.allocation.figures import Figures, Ints
from data.allocation.program import build, settle
from data.allocation.search import EPS, Search

PROOF = 1e-6  # relative gap that counts as none
_COVER_ROWS = 12  # groups more teams reach than this are checked, not programmed
_EACH = 30  # pairs an incident that a block looks at
_BLOCK_S = 0.3
_BLOCK_GAP = 1e-3


@dataclass
class TeamPlan:
    """The best plan known (pairs and value), a bound, and how the first answer was."""

    taken: Ints
    value: float
    bound: float
    first_value: float
    first_at: float

    @property
    def proven(self) -> bool:
        """Whether nothing can be better."""
        return self.value - self.bound <= PROOF * max(1.0, abs(self.value))


def in_order(relaxed: Relaxed, pairs: Ints) -> Ints:
    """Pairs, the most promising first."""
    return pairs[np.lexsort((pairs, relaxed.reduced[pairs]))]


def mend(
    figures: Figures, plan: TeamPlan, near: Ints, pairs: Ints, until: float = inf
) -> Ints:
    """Pairs made into a plan by local search, kept when it is the best; returns its pairs."""
    search = Search(figures, near, until=until)
    search.start(pairs)
    search.improve()
    value = search.value()
    if value < plan.value - EPS:
        plan.taken, plan.value = search.taken, value
    return search.taken


class Polish:
    """Blocks of incidents re-planned one after the other until time ends."""

    def __init__(self, figures: Figures, plan: TeamPlan, relaxed: Relaxed, near: Ints) -> None:
        self.figures = figures
        self.plan = plan
        self.relaxed = relaxed
        self.near = near
        self.offers: deque[Ints] = deque()
        self._going = True

    def stop(self) -> None:
        """End after the block at hand."""
        self._going = False

    def run(self, until: float) -> None:
        """Re-plan blocks, and mend what is offered, until time ends or nothing helps."""
        for block in self._blocks():
            while self.offers:
                offered = in_order(self.relaxed, self.offers.popleft())
                mend(self.figures, self.plan, self.near, offered, until)
            if not self._going or self.plan.proven or monotonic() >= until:
                return
            self._replan(block, until)

    def _blocks(self) -> Iterator[tuple[int, ...]]:
        """Every incident by itself, then by twos and threes, over again while it helps."""
        count = len(self.figures.incidents)
        for size in (1, 2, 3):
            better = True
            while better and size <= count:
                before = self.plan.value
                yield from combinations(range(count), size)
                better = self.plan.value < before - EPS and size > 1

    def _replan(self, block: tuple[int, ...], until: float) -> None:
        """The best for some incidents with the teams that the others leave."""
        figures, known = self.figures, self.plan.taken
        inside = np.isin(figures.pair_incident, block)
        others = known[~inside[known]]
        busy = np.zeros(len(figures.teams), dtype=bool)
        busy[figures.pair_team[others]] = True
        free = np.nonzero(inside & ~busy[figures.pair_team])[0]
        free = in_order(self.relaxed, free)[: _EACH * len(block)]
        pairs = np.union1d(np.union1d(others, free), known)
        fixed = figures.pair_fixed.copy()
        fixed[others] = True
        held = replace(figures, pair_fixed=fixed)
        groups = np.nonzero(figures.cover_size <= _COVER_ROWS)[0]
        program = build(held, pairs, groups, figures.pair_cost[pairs])
        limit = min(_BLOCK_S, max(0.02, until - monotonic()))
        part = settle(held, program, limit, gap=_BLOCK_GAP, known=known)
        if np.isfinite(part.value):
            mend(figures, self.plan, np.union1d(self.near, part.taken), part.taken, until)
