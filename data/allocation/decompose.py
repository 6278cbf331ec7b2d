"""The teams block by prices: each incident solved alone, teams and cover priced between them.

A linear relaxation gives the first prices, knapsacks better ones. With them every incident is a
small programme of its own, solved in whole teams; their sum is a bound far above the relaxation's.
Prices then follow what is asked for twice.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from data.allocation.core import ALL
from data.allocation.effort import Effort
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
_LONGEST_S = 60.0
_NODES = 200  # one incident's programme may branch so often, for each second allowed
_SIDE_S, SIMPLEX_S = 8e-3, 9e-5  # work of one incident, and of one of its simplex steps
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


def relaxation(figures: Figures, pairs: Ints, effort: Effort | None = None) -> Relaxed:
    """The relaxation over all pairs, by way of some: pairs that pay are added until none does.

    Cut short by the clock, its prices are worse and its bound still holds.
    """
    effort = effort or Effort()
    large = figures.pairs > ALL
    groups = np.nonzero(figures.cover_size <= (_LARGE_ROWS if large else _COVER_ROWS))[0]
    found = _relaxed(figures, pairs, groups, effort)
    for _ in range(1 if large else 3):
        missing = np.setdiff1d(np.nonzero(found.reduced < -EPS)[0], pairs)
        if not len(missing) or effort.out:
            break
        pairs = np.union1d(pairs, missing)
        found = max(found, _relaxed(figures, pairs, groups, effort), key=lambda r: r.bound)
    return found


def _relaxed(figures: Figures, pairs: Ints, groups: Ints, effort: Effort) -> Relaxed:
    """The relaxation over some pairs, its duals judged over all."""
    limit = min(_LONGEST_S, max(0.05, effort.seconds))
    part = relax(figures, build(figures, pairs, groups, figures.pair_cost[pairs]), limit)
    effort.cut = effort.cut or part.cut
    reduced = reduced_costs(figures, part.prices, part.need)
    bound = bound_of(figures, part.prices, part.need, reduced)
    return Relaxed(
        prices=part.prices, need=part.need, reduced=reduced, bound=bound, taken=part.taken
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of prices: a bound, the pairs each incident took, what a plan with a pair costs.

    `work_s` is what it took, counted; `whole` whether every incident was solved in it.
    """

    bound: float
    taken: Ints
    least: Floats
    work_s: float
    whole: bool


@dataclass(frozen=True, kw_only=True)
class _Alone:
    """One incident by itself: what it costs at least, and at least with each of its pairs."""

    mine: Ints
    figures: Figures
    part: Part
    least: Floats
    kept: Ints
    known: Ints
    room: float


class Decomposition:
    """Rounds of prices; every incident is a programme of its own, as many at a time as may be."""

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

    def next(self, best: float, effort: Effort) -> Round | None:
        """The next round; None when time ended before it began or prices rest.

        `best` is what the best plan known costs.
        """
        if self._last is not None:
            room = max(best - self._last.bound, abs(best) * 1e-4)
            if not self._follow(self._last.taken, room * self._step):
                return None
        if effort.out:
            return None
        told = self._last = self._round(effort)
        if told.bound <= self._highest:
            self._step /= 2
        self._highest = max(self._highest, told.bound)
        self.floor = [-inf] * len(self.floor)  # those were for the first prices
        return told

    def _round(self, effort: Effort) -> Round:
        """Every incident at the prices of now, those first where most is open.

        As many are solved as the work allows: whether one counts is a matter of the work before
        it in that order, not of what was ready when.
        """
        figures = self.figures
        extra = priced(figures, self.prices)
        count = range(len(self.mine))
        ready = list(self.pool.map(lambda i: self._ready(i, extra, effort), count))
        order = sorted(count, key=lambda i: (-ready[i].room, i))
        spent = np.zeros(len(order))
        nodes = max(1, int(_NODES * effort.limit_s)) if effort.limit_s < inf else None

        def work(rank: int) -> Part | None:
            if spent[:rank].sum() > effort.left or effort.out:
                return None
            part = self._side(ready[order[rank]], nodes, effort)
            spent[rank] = _SIDE_S + part.steps * SIMPLEX_S
            return part

        parts = list(self.pool.map(work, range(len(order))))
        told, taken, used = 0.0, [], 0.0
        bounds = [side.part.bound for side in ready]
        for rank, part in enumerate(parts):
            side = ready[order[rank]]
            if part is None or used > effort.left:
                taken.append(side.mine[side.known])
                continue
            used, told = used + float(spent[rank]), told + 1
            bounds[order[rank]] = max(part.bound, side.part.bound)
            taken.append(side.mine[part.taken])
        bound = price_constant(figures, self.prices) + sum(bounds)
        least = np.full(figures.pairs, -np.inf)
        for side, low in zip(ready, bounds, strict=True):
            least[side.mine] = bound - low + side.least
        return Round(
            bound=bound, taken=np.concatenate(taken).astype(np.int64), least=least,
            work_s=used, whole=told == len(order),
        )  # fmt: skip

    def _ready(self, i: int, extra: Floats, effort: Effort) -> _Alone:
        """One incident by itself: its relaxation, an answer, and the pairs between the two."""
        mine, floor = self.mine[i], self.floor[i]
        wanted = self.figures.need_incident == i
        none = mine[:0]
        if not len(mine) or (effort.out and floor > -inf):
            part = _nobody(self.figures, wanted)
            return _Alone(
                mine=mine, figures=self.alone[i], known=none, kept=none, room=0.0,
                part=replace(part, bound=max(floor, part.bound) if not len(mine) else floor),
                least=np.full(len(mine), -inf),
            )  # fmt: skip
        figures = replace(self.alone[i], pair_cost=self.alone[i].pair_cost + extra[mine])
        relaxed, reduced = self._relaxed(figures, wanted)
        given = np.nonzero(figures.pair_fixed)[0]
        search = Search(figures, np.union1d(np.argsort(reduced, kind="stable")[:_NEAR], given))
        search.start(relaxed.taken)
        search.improve_side(i)
        rest = float(figures.need_amount[~wanted] @ figures.need_rate[~wanted])
        value = search.value() - rest
        kept = np.nonzero((reduced <= value - relaxed.bound + EPS) | figures.pair_fixed)[0]
        low = max(floor, relaxed.bound)
        return _Alone(
            mine=mine, figures=figures, known=search.taken, kept=kept, room=value - low,
            part=replace(relaxed, bound=low), least=relaxed.bound + np.maximum(0.0, reduced),
        )  # fmt: skip

    def _side(self, side: _Alone, nodes: int | None, effort: Effort) -> Part:
        """One incident in whole teams: among the pairs that a better answer could hold."""
        none, cost = side.mine[:0], side.figures.pair_cost
        if not len(side.kept):
            return side.part
        program = build(side.figures, side.kept, none, cost[side.kept], shared=False)
        limit = max(0.02, min(_LONGEST_S, effort.seconds))
        part = settle(
            side.figures, program, limit, gap=_SIDE_GAP, known=side.known, nodes=nodes, lean=True
        )
        effort.cut = effort.cut or part.cut
        return part

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
