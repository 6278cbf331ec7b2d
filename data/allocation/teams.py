"""The teams block solved against the clock: first answer, bound, better answers, proof.

Small problems are handed to HiGHS whole, less the pairs that no better plan can hold. Larger ones
go by prices: a plan is annealed in one thread while the prices that bound it climb in the other;
incidents are solved alone at those prices there, and in both once the plan is cool.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import numpy as np

from data.allocation.board import Annealing
from data.allocation.core import ALL, cheap
from data.allocation.decompose import SIMPLEX_S, Decomposition, Relaxed, relaxation
from data.allocation.effort import Effort
from data.allocation.figures import Figures, Floats, Ints
from data.allocation.flow import first_pairs
from data.allocation.mending import TeamPlan, mend
from data.allocation.pricing import priced_by_needs
from data.allocation.program import build, settle
from data.allocation.search import EPS

_WHOLE = 260  # up to so many open pairs HiGHS proves the whole
_OPEN_S = 2e-3  # after a round of prices the whole is work of so much for each pair still open
_NODE_S = 2e-3  # work of one node of the whole
_COVER_ROWS = 12  # groups more teams reach than this are checked, not programmed
_FIRST = 6_000  # steps of annealing beside the relaxation
_STEPS = {True: 90_000, False: 72_000}  # and beside the prices, a second; few pairs or many
_MOST = 3_000_000
_GENTLE = 0.5  # how hot the first begins, beside the others
_STEP_S = 5.5e-6
_CLIMB, _CLIMB_S = 120, 8e-4  # steps of the prices, and the work of one
_START_S, _PAIR_S = 0.15, 4e-6  # work until there are prices
_PAYS = 0.5  # pairs are looked at that cost up to so much more than they bring, as a share


def solve_teams(figures: Figures, effort: Effort, pool: ThreadPoolExecutor) -> TeamPlan:
    """Solve with so much effort; blocking, on this thread and two of the pool, two at work."""
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
    relaxing = pool.submit(relaxation, figures, near, effort)
    annealing.burst(_FIRST, effort, heat=_GENTLE)
    _adopt(figures, plan, near, annealing, effort)
    if len(kept):  # the last plan, made the best of, is where a steady one begins
        near = np.union1d(near, kept)
        mend(figures, plan, near, kept, effort)
    relaxed = relaxing.result()
    effort.spend(_START_S + _PAIR_S * figures.pairs)
    plan.bound = relaxed.bound
    least = np.where(figures.pair_fixed, -np.inf, relaxed.bound + np.maximum(0.0, relaxed.reduced))
    if (least <= plan.value + EPS).sum() <= _WHOLE:
        _prove(figures, plan, least, effort)
    if not plan.proven and not effort.out:
        _by_prices(figures, plan, relaxed, effort, pool)
    if not plan.proven:  # whoever could be added or exchanged at a gain, however far, is
        mend(figures, plan, np.arange(figures.pairs), plan.taken, effort, moves=False)
    plan.cut = effort.cut  # of two plans proven best the clock may have chosen
    return plan


def _prove(figures: Figures, plan: TeamPlan, least: Floats, effort: Effort) -> None:
    """HiGHS over every pair that can matter; its bound holds for the whole problem.

    Cover groups that many teams reach join the programme only where the answer hurts them.
    """
    rows = _COVER_ROWS
    while not plan.proven and effort.left > 0 and not effort.out:
        pairs = np.nonzero(least <= plan.value + EPS)[0]
        groups = np.nonzero(figures.cover_size <= rows)[0]
        program = build(figures, pairs, groups, figures.pair_cost[pairs])
        nodes = int(min(1e9, 1 + effort.left / _NODE_S))
        part = settle(figures, program, effort.seconds, known=plan.taken, nodes=nodes)
        effort.cut = effort.cut or part.cut
        # pairs left out cannot be in a plan below plan.value, so that is a bound too
        plan.bound = max(plan.bound, min(part.bound, plan.value))
        if np.isfinite(part.value):
            mend(figures, plan, pairs, part.taken, effort)
        effort.spend(part.steps * SIMPLEX_S)
        if rows >= int(figures.cover_size.max(initial=0)):
            break
        rows *= 8


def _by_prices(
    figures: Figures, plan: TeamPlan, relaxed: Relaxed, effort: Effort, pool: ThreadPoolExecutor
) -> None:
    """A better plan in one thread, prices and rounds of them for the bound in the other."""
    near = _worthwhile(figures, relaxed, plan.taken)
    annealing = Annealing(figures, near, plan.taken)
    steps = int(min(_MOST, _STEPS[figures.pairs <= ALL] * effort.limit_s))
    at_work = pool.submit(annealing.burst, steps, effort)
    climbed = priced_by_needs(
        figures, relaxed.prices, relaxed.need, plan.value, _CLIMB, lambda: not effort.out, near
    )
    effort.spend(_CLIMB * _CLIMB_S + steps * _STEP_S)
    plan.bound = max(plan.bound, climbed.bound)
    least = np.where(figures.pair_fixed, -np.inf, relaxed.bound + np.maximum(0.0, relaxed.reduced))
    rounds = Decomposition(figures, relaxed.need, climbed, pool)
    told = rounds.next(plan.value, effort)
    at_work.result()  # the threads meet here, whichever was first
    _adopt(figures, plan, near, annealing, effort)
    while told is not None:
        effort.spend(told.work_s)
        plan.bound = max(plan.bound, told.bound)
        least = np.maximum(least, np.where(figures.pair_fixed, -np.inf, told.least))
        open_ = int((least <= plan.value + EPS).sum())
        if plan.proven or open_ * _OPEN_S <= effort.left:
            _prove(figures, plan, least, effort)
            return
        if not told.whole or effort.left < told.work_s:
            break
        told = rounds.next(plan.value, effort)


def _adopt(
    figures: Figures, plan: TeamPlan, near: Ints, annealing: Annealing, effort: Effort
) -> None:
    """The annealed plan, kept when it is the best; mended first."""
    if annealing.value < plan.value - EPS:
        plan.taken, plan.value = annealing.taken, annealing.value
    mend(figures, plan, near, plan.taken, effort)


def _worthwhile(figures: Figures, relaxed: Relaxed, taken: Ints) -> Ints:
    """The pairs that nearly pay at the relaxation's prices, and those taken or kept."""
    pays = relaxed.reduced <= _PAYS * np.abs(figures.pair_cost)
    return np.union1d(np.nonzero(pays | figures.pair_kept)[0], taken)
