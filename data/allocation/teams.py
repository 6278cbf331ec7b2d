"""The teams block solved against the clock: first answer, bound, better answers, proof.

Small problems are handed to HiGHS whole, less the pairs that no better plan can hold. Larger ones
go by prices, two things at a time: incidents alone at prices for the bound, a programme over the
best few pairs for the plan.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import numpy as np

from data.allocation.core import ALL, cheap
from data.allocation.decompose import Decomposition, Relaxed, relaxation
from data.allocation.figures import Figures, Floats, Ints
from data.allocation.flow import first_pairs
from data.allocation.polish import Polish, TeamPlan, in_order, mend
from data.allocation.program import build, settle
from data.allocation.search import EPS, Search

_ROOT = 1000  # the same after a round of prices, with so much time left
_ROOT_S = 0.6
_WHOLE = 260  # up to so many open pairs HiGHS proves the whole
_COVER_ROWS = 12  # groups more teams reach than this are checked, not programmed


def solve_teams(figures: Figures, until: float, pool: ThreadPoolExecutor) -> TeamPlan:
    """Solve until an instant of `time.monotonic`; blocking, at most two threads at work."""
    near = cheap(figures)
    search = Search(figures, near, until=until)
    search.start(first_pairs(figures, near))
    search.improve(moves=figures.pairs <= ALL)
    plan = TeamPlan(
        taken=search.taken, value=search.value(), bound=-np.inf, first_value=search.value(),
        first_at=monotonic(),
    )  # fmt: skip
    kept = np.nonzero(figures.pair_kept)[0]
    if len(kept):  # the last plan, made the best of, is where a steady one begins
        near = np.union1d(near, kept)
        mend(figures, plan, near, kept, until)
    if not figures.pairs:
        plan.bound = plan.value
        return plan
    if monotonic() >= until:
        return plan
    relaxed = relaxation(figures, near, until)
    plan.bound = relaxed.bound
    near = np.union1d(near, np.nonzero(relaxed.reduced < EPS)[0])
    mend(figures, plan, near, in_order(relaxed, relaxed.taken), until)
    least = np.where(figures.pair_fixed, -np.inf, relaxed.bound + np.maximum(0.0, relaxed.reduced))
    if (least <= plan.value + EPS).sum() <= _WHOLE:
        _prove(figures, plan, least, until)
    if not plan.proven:
        _by_prices(figures, plan, relaxed, near, until, pool)
    return plan


def _prove(figures: Figures, plan: TeamPlan, least: Floats, until: float) -> None:
    """HiGHS over every pair that can matter; its bound holds for the whole problem.

    Cover groups that many teams reach join the programme only where the answer hurts them.
    """
    rows = _COVER_ROWS
    while monotonic() < until and not plan.proven:
        pairs = np.nonzero(least <= plan.value + EPS)[0]
        groups = np.nonzero(figures.cover_size <= rows)[0]
        program = build(figures, pairs, groups, figures.pair_cost[pairs])
        part = settle(figures, program, until - monotonic(), known=plan.taken)
        # pairs left out cannot be in a plan below plan.value, so that is a bound too
        plan.bound = max(plan.bound, min(part.bound, plan.value))
        if np.isfinite(part.value):
            mend(figures, plan, pairs, part.taken, until)
        if rows >= int(figures.cover_size.max(initial=0)):
            break
        rows *= 8


def _by_prices(
    figures: Figures, plan: TeamPlan, relaxed: Relaxed, near: Ints, until: float,
    pool: ThreadPoolExecutor,
) -> None:  # fmt: skip
    """Rounds of prices for the bound here, better plans in the other thread."""
    polish = Polish(figures, plan, relaxed, near)
    at_work = pool.submit(polish.run, until)
    rounds = Decomposition(figures, relaxed).rounds(lambda: plan.value, until)
    least = np.where(figures.pair_fixed, -np.inf, relaxed.bound + np.maximum(0.0, relaxed.reduced))
    try:
        for told in rounds:
            plan.bound = max(plan.bound, told.bound)
            polish.offers.append(told.taken)
            least = np.maximum(least, np.where(figures.pair_fixed, -np.inf, told.least))
            pairs = np.nonzero(least <= plan.value + EPS)[0]
            if plan.proven:
                break
            if len(pairs) <= (_ROOT if until - monotonic() > _ROOT_S else _WHOLE):
                _prove(figures, plan, least, until)
                break
    finally:
        polish.stop()
        at_work.result()
