"""The teams block by prices: each incident solved alone, teams and cover priced between them.

A linear relaxation gives the first prices, knapsacks better ones. With them every incident is a
small programme of its own, solved in whole teams; their sum is a bound far above the relaxation's.
Prices then follow what is asked for twice.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import inf
from time import monotonic

import numpy as np

from data.allocation.core import ALL
from data.allocation.figures import Figures, Flags, Floats, Ints
from data.allocation.pricing import Climbed
from data.allocation.program import (
    Part,
    Prices,
    bound_of,
    build,
    price_constant,
    priced,
    reduced_costs,
    relax,
    settle,
    spread,
)
from data.allocation.search import EPS, Search

_LARGE_ROWS = 12
_COVER_ROWS = 40  # groups that more teams reach than this are left to be checked afterwards
_NEAR = 80  # pairs of an incident that its first answer is sought among
_PATIENT = 2.0  # one incident may take so many times its share of the time
_LONGEST_S = 60.0
_STEP = 0.3
_PAYS = 0.6  # pairs that an incident's relaxation looks at, as in `teams`
_SIDE_GAP = 1e-3  # how exactly an incident by itself is solved; its bound is what counts


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """The linear relaxation: prices, reduced costs of all pairs, and its bound."""

    prices: Prices
    need: Floats
    reduced: Floats
    bound: float
    taken: Ints


def relaxation(figures: Figures, pairs: Ints, until: float = inf) -> Relaxed:
    """The relaxation over all pairs, by way of some: pairs that pay are added until none does.

    Cut short at an instant of `monotonic`, its prices are worse and its bound still holds.
    """
    large = figures.pairs > ALL
    groups = np.nonzero(figures.cover_size <= (_LARGE_ROWS if large else _COVER_ROWS))[0]
    found = _relaxed(figures, pairs, groups, until)
    for _ in range(1 if large else 3):
        missing = np.setdiff1d(np.nonzero(found.reduced < -EPS)[0], pairs)
        if not len(missing) or monotonic() > until:
            break
        pairs = np.union1d(pairs, missing)
        found = max(found, _relaxed(figures, pairs, groups, until), key=lambda r: r.bound)
    return found


def _relaxed(figures: Figures, pairs: Ints, groups: Ints, until: float) -> Relaxed:
    """The relaxation over some pairs, its duals judged over all."""
    limit = min(_LONGEST_S, max(0.05, until - monotonic()))
    part = relax(figures, build(figures, pairs, groups, figures.pair_cost[pairs]), limit)
    reduced = reduced_costs(figures, part.prices, part.need)
    bound = bound_of(figures, part.prices, part.need, reduced)
    return Relaxed(
        prices=part.prices, need=part.need, reduced=reduced, bound=bound, taken=part.taken
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of prices: a bound, the pairs each incident took, what a plan with a pair costs."""

    bound: float
    taken: Ints
    least: Floats


@dataclass(frozen=True, kw_only=True)
class _Alone:
    """One incident by itself: its answer, and what it costs at least to take each of its pairs."""

    part: Part
    mine: Ints
    least: Floats


class Decomposition:
    """Rounds of prices; every incident is a programme of its own, two at a time."""

    def __init__(
        self, figures: Figures, need: Floats, climbed: Climbed, pool: ThreadPoolExecutor
    ) -> None:
        self.figures = figures
        self.need = need
        self.pool = pool
        self.prices = climbed.prices
        self._step, self._highest = _STEP, climbed.bound
        # cover is in the prices: the incidents by themselves know none
        count = range(len(figures.incidents))
        self.mine = [np.nonzero(figures.pair_incident == i)[0] for i in count]
        self.alone = [figures.only(mine) for mine in self.mine]
        self.floor = [float(climbed.need[figures.need_incident == i].sum()) for i in count]
        self._last: Round | None = None

    def next(self, best: float, until: float) -> Round | None:
        """The next round; None when time ended before it began or prices rest.

        `best` is what the best plan known costs.
        """
        if self._last is not None:
            room = max(best - self._last.bound, abs(best) * 1e-4)
            if not self._follow(self._last.taken, room * self._step):
                return None
        if monotonic() >= until:
            return None
        told = self._last = self._round(until)
        if told.bound <= self._highest:
            self._step /= 2
        self._highest = max(self._highest, told.bound)
        self.floor = [-inf] * len(self.floor)  # those were for the first prices
        return told

    def _round(self, until: float) -> Round:
        """Every incident at the prices of now, the dearest first."""
        figures = self.figures
        extra = priced(figures, self.prices)
        order = sorted(range(len(self.mine)), key=lambda i: (self.floor[i], i))
        found: dict[int, _Alone] = {}

        def work() -> None:
            while order:
                try:
                    i = order.pop()
                except IndexError:  # the other thread took the last
                    return
                share = 2.0 * _PATIENT * max(0.0, until - monotonic()) / (len(order) + 2)
                found[i] = self._side(i, extra, until, share)

        beside = self.pool.submit(work)
        work()
        beside.result()
        sides = [found[i] for i in range(len(self.mine))]
        bound = price_constant(figures, self.prices) + sum(s.part.bound for s in sides)
        least = np.full(figures.pairs, -np.inf)
        for side in sides:
            least[side.mine] = bound - side.part.bound + side.least
        taken = np.concatenate([s.part.taken for s in sides]).astype(np.int64)
        return Round(bound=bound, taken=taken, least=least)

    def _side(self, i: int, extra: Floats, until: float, share: float) -> _Alone:
        """One incident by itself: its relaxation, an answer, and the pairs between the two."""
        mine, floor = self.mine[i], self.floor[i]
        wanted = self.figures.need_incident == i
        if not len(mine):
            return _Alone(part=_nobody(self.figures, wanted), mine=mine, least=np.zeros(0))
        figures = replace(self.alone[i], pair_cost=self.alone[i].pair_cost + extra[mine])
        none, cost = mine[:0], figures.pair_cost
        if monotonic() >= until and floor > -inf:
            return _Alone(
                part=replace(_nobody(self.figures, wanted), bound=floor), mine=mine,
                least=np.full(len(mine), -inf),
            )  # fmt: skip
        relaxed, reduced = self._relaxed(figures, wanted)
        least = relaxed.bound + np.maximum(0.0, reduced)
        bound = max(floor, relaxed.bound)
        if monotonic() >= until:
            part = replace(relaxed, taken=mine[relaxed.taken], bound=bound)
            return _Alone(part=part, mine=mine, least=least)
        given = np.nonzero(figures.pair_fixed)[0]
        search = Search(figures, np.union1d(np.argsort(reduced, kind="stable")[:_NEAR], given))
        search.start(relaxed.taken)
        search.improve_side(i)
        rest = float(figures.need_amount[~wanted] @ figures.need_rate[~wanted])
        room = search.value() - rest - relaxed.bound
        kept = np.nonzero((reduced <= room + EPS) | figures.pair_fixed)[0]
        program = build(figures, kept, none, cost[kept], shared=False)
        limit = min(share, max(0.02, until - monotonic()))
        part = settle(figures, program, limit, gap=_SIDE_GAP, known=search.taken)
        bound = max(part.bound, bound)
        return _Alone(part=replace(part, bound=bound, taken=mine[part.taken]), mine=mine,
                      least=least)  # fmt: skip

    def _relaxed(self, figures: Figures, wanted: Flags) -> tuple[Part, Floats]:
        """One incident's relaxation over the pairs that may pay, its duals judged over all."""
        free = Prices.none(figures)
        guess = reduced_costs(figures, free, self.need)
        near = np.nonzero((guess <= _PAYS * np.abs(figures.pair_cost)) | figures.pair_fixed)[0]
        if not len(near):
            near = np.arange(figures.pairs)
        program = build(figures, near, near[:0], figures.pair_cost[near], shared=False)
        part = relax(figures, program)
        reduced = reduced_costs(figures, free, part.need)
        bound = bound_of(figures, free, part.need * wanted, reduced)
        return replace(part, bound=bound), reduced

    def _follow(self, taken: Ints, room: float) -> bool:
        """Prices move with what is wanted more often than it is there; False where they rest."""
        figures, prices = self.figures, self.prices
        sent = np.bincount(figures.pair_team[taken], minlength=len(figures.teams))
        team = (sent - 1).astype(float)
        team[(prices.team <= 0) & (team < 0)] = 0.0
        _, group = spread(figures.team_covers, figures.pair_team[taken])
        away = np.bincount(group, minlength=len(figures.cover_risk))
        low, high = figures.rates
        risk = figures.cover_risk
        lost = (risk * low < prices.cover).astype(float) + (risk * high < prices.cover)
        cover = np.minimum(2, figures.cover_size) - figures.cover_size + away - lost
        cover[(prices.cover <= 0) & (cover < 0)] = 0.0
        size = float(team @ team + cover @ cover)
        if size <= 0:
            return False
        self.prices = Prices(
            team=np.maximum(0.0, prices.team + room / size * team),
            cover=np.maximum(0.0, prices.cover + room / size * cover),
        )
        return True


def _nobody(figures: Figures, alone: Flags) -> Part:
    """The answer for an incident that nobody can serve: all of it is missing."""
    unmet = float(figures.need_amount[alone] @ figures.need_rate[alone])
    return Part(
        taken=np.zeros(0, dtype=np.int64), value=unmet, bound=unmet, proven=True,
        prices=Prices.none(figures), need=np.zeros(len(figures.need_amount)),
    )  # fmt: skip
