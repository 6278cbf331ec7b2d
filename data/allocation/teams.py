"""The teams block solved against the clock: first answer, bound, better answers, proof.

Small problems are handed to HiGHS whole, less the pairs that no better plan can hold. Larger ones
go by prices: a plan is annealed in one thread while the prices that bound it climb in the other,
then incidents are solved alone at those prices in both.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import numpy as np

from data.allocation.board import Annealing
from data.allocation.core import ALL, cheap
from data.allocation.decompose import Decomposition, Relaxed, relaxation
from data.allocation.figures import Figures, Floats, Ints
from data.allocation.flow import first_pairs
from data.allocation.mending import TeamPlan, mend
from data.allocation.pricing import priced_by_needs
from data.allocation.program import build, settle
from data.allocation.search import EPS

_ROOT = 1000  # the same after a round of prices, with so much time left
_ROOT_S = 0.6
_WHOLE = 260  # up to so many open pairs HiGHS proves the whole
_COVER_ROWS = 12  # groups more teams reach than this are checked, not programmed
_FIRST, _BURST = 6_000, 24_000  # steps of annealing beside the relaxation, and at each round
_GENTLE = 0.3  # how hot later bursts begin, beside the first
_CLIMB = 30  # steps of the prices
_CLIMB_SHARE = 0.45  # but no more than this share of the time left
_PAYS = 0.5  # pairs are looked at that cost up to so much more than they bring, as a share


def solve_teams(figures: Figures, until: float, pool: ThreadPoolExecutor) -> TeamPlan:
    """Solve until an instant of `time.monotonic`; blocking, at most two threads at work."""
    near = cheap(figures)
    annealing = Annealing(figures, near, first_pairs(figures, near))
    plan = TeamPlan(
        taken=annealing.taken, value=annealing.value, bound=-np.inf,
        first_value=annealing.value, first_at=monotonic(),
    )  # fmt: skip
    if not figures.pairs:
        plan.bound = plan.value
        return plan
    kept = np.nonzero(figures.pair_kept)[0]
    relaxing = pool.submit(relaxation, figures, near, until)
    annealing.burst(_FIRST, until)
    _adopt(figures, plan, near, annealing, until)
    if len(kept):  # the last plan, made the best of, is where a steady one begins
        near = np.union1d(near, kept)
        mend(figures, plan, near, kept, until)
    relaxed = relaxing.result()
    plan.bound = relaxed.bound
    least = np.where(figures.pair_fixed, -np.inf, relaxed.bound + np.maximum(0.0, relaxed.reduced))
    if (least <= plan.value + EPS).sum() <= _WHOLE:
        _prove(figures, plan, least, until)
    if not plan.proven and monotonic() < until:
        _by_prices(figures, plan, relaxed, until, pool)
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
    figures: Figures, plan: TeamPlan, relaxed: Relaxed, until: float, pool: ThreadPoolExecutor
) -> None:
    """Prices and rounds of them for the bound here, better plans in the other thread."""
    near = _worthwhile(figures, relaxed, plan.taken)
    annealing = Annealing(figures, near, plan.taken)
    at_work = pool.submit(annealing.burst, _BURST, until)
    stop = monotonic() + _CLIMB_SHARE * (until - monotonic())
    climbed = priced_by_needs(
        figures, relaxed.prices, relaxed.need, plan.value, _CLIMB, lambda: monotonic() < stop
    )
    plan.bound = max(plan.bound, climbed.bound)
    at_work.result()
    _adopt(figures, plan, near, annealing, until)
    least = np.where(figures.pair_fixed, -np.inf, relaxed.bound + np.maximum(0.0, relaxed.reduced))
    rounds = Decomposition(figures, relaxed.need, climbed, pool)
    told = rounds.next(plan.value, until)
    while told is not None and not plan.proven:
        plan.bound = max(plan.bound, told.bound)
        least = np.maximum(least, np.where(figures.pair_fixed, -np.inf, told.least))
        pairs = np.nonzero(least <= plan.value + EPS)[0]
        if len(pairs) <= (_ROOT if until - monotonic() > _ROOT_S else _WHOLE):
            _prove(figures, plan, least, until)
            return
        at_work = pool.submit(annealing.burst, _BURST, until, heat=_GENTLE)
        told = rounds.next(plan.value, until)
        at_work.result()
        _adopt(figures, plan, near, annealing, until)


def _adopt(
    figures: Figures, plan: TeamPlan, near: Ints, annealing: Annealing, until: float
) -> None:
    """The annealed plan, kept when it is the best; mended first where that takes no time."""
    if annealing.value < plan.value - EPS:
        plan.taken, plan.value = annealing.taken, annealing.value
    if figures.pairs <= ALL or until - monotonic() > _ROOT_S:
        mend(figures, plan, near, plan.taken, until)


def _worthwhile(figures: Figures, relaxed: Relaxed, taken: Ints) -> Ints:
    """The pairs that nearly pay at the relaxation's prices, and those taken or kept."""
    pays = relaxed.reduced <= _PAYS * np.abs(figures.pair_cost)
    return np.union1d(np.nonzero(pays | figures.pair_kept)[0], taken)
