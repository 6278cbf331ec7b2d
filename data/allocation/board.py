"""A plan annealed: options made of pairs, the compiled search fed, its best plan read back."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import numpy as np

from data.allocation.anneal import anneal, make_up
from data.allocation.effort import Effort
from data.allocation.figures import Figures, Floats, Ints, Lists
from data.allocation.program import roles_of, spread
from data.allocation.seats import Board, begin, take

_SEED = 88172645463325252
_HOT, _COLD = 0.6, 0.02  # of what a team costs on average: how much worse a plan may be taken
_CHUNK = 1000  # steps between looks at the clock


class Annealing:
    """Plans over some pairs, better with every burst of steps.

    The steps of a burst are counted, not timed, so that the same problem gives the same plan.
    """

    def __init__(self, figures: Figures, pairs: Ints, taken: Ints) -> None:
        """Begin with the pairs taken, made up by what helps; fixed pairs are always in."""
        pairs = np.union1d(np.union1d(pairs, taken), np.nonzero(figures.pair_fixed)[0])
        self.figures = figures
        self.pair, self.board = _board(figures, pairs)
        first = {int(p): n for n, p in reversed(list(enumerate(self.pair)))}
        for pair in np.concatenate([np.nonzero(figures.pair_fixed)[0], taken]):
            option = first[int(pair)]
            if self.board.at[self.board.team[option]] < 0:
                take(self.board, option)
        make_up(self.board)
        self._keep()

    def _keep(self) -> None:
        """The plan of now is the best."""
        self.board.value[1] = self.board.value[0]
        self.board.best[:] = self.board.at

    @property
    def taken(self) -> Ints:
        """The pairs of the best plan."""
        chosen = self.board.best[self.board.best >= 0]
        return np.sort(self.pair[chosen])

    @property
    def value(self) -> float:
        """What the best plan costs, people with a choice put to one need first."""
        return float(self.board.value[1])

    def burst(self, steps: int, effort: Effort | None = None, *, heat: float = 1.0) -> None:
        """Go on from the plan of now for so many steps; where time runs out, by leaps.

        A machine that is slow for a while may catch up: half of the time is for a quarter of the
        steps. Only what lies behind that is leapt over.
        """
        board, effort = self.board, effort or Effort()
        chosen = board.at[board.at >= 0]
        if not len(board.team) or not len(chosen) or effort.out:
            return
        mean = max(1.0, float(np.abs(board.cost[chosen]).mean()))
        hot, cold = _HOT * heat * mean, _COLD * mean
        began, step = monotonic(), 0
        while step < steps:
            gone = (monotonic() - began) / max(1e-9, effort.until - began)
            late = int(steps * gone * min(1.0, gone))
            if late > step:  # a slow machine still cools to the end
                step, effort.cut = late, True
            anneal(board, step, min(steps, step + _CHUNK), steps, hot, cold)
            step += _CHUNK


def _board(figures: Figures, pairs: Ints) -> tuple[Ints, Board]:
    """The pair of each option, by incident and by what it costs for its worth; nobody sent."""
    pair, start, role, amount = _options(figures, pairs)
    sizes = np.diff(start)
    owner = np.repeat(np.arange(len(pair)), sizes)
    rate = figures.need_rate[figures.role_need[role]]
    worth = np.bincount(owner, weights=rate * amount, minlength=len(pair))
    dear = figures.pair_cost[pair] / np.maximum(worth, 1e-9)
    order = np.lexsort((np.arange(len(pair)), dear, figures.pair_incident[pair]))
    _, place = spread(Lists(start=start, items=np.arange(len(role))), order)
    pair, sizes, role = pair[order], sizes[order], role[place]
    many, count = len(figures.incidents), len(pair)
    low, high = figures.rates
    nobody = np.full(len(figures.teams), -1, dtype=np.int64)
    incident = figures.pair_incident[pair]
    shared = figures.role_people[role] & np.repeat(figures.people_roles[pair] > 1, sizes)
    board = Board(
        team=figures.pair_team[pair], incident=incident, cost=figures.pair_cost[pair],
        crew=np.where(figures.people_roles[pair] > 1, figures.people[figures.pair_team[pair]], 0.0),
        fixed=figures.pair_fixed[pair].astype(np.int64),
        role_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        role_need=figures.role_need[role], role_amount=figures.role_amount[role],
        role_shared=shared.astype(np.int64),
        start=np.searchsorted(incident, np.arange(many + 1)),
        need_start=np.searchsorted(figures.need_incident, np.arange(many + 1)),
        rate=figures.need_rate, size=figures.cover_size, low=figures.cover_risk * low,
        high=figures.cover_risk * high, group_start=figures.cover_teams.start,
        group_team=figures.cover_teams.items, team_start=figures.team_covers.start,
        team_group=figures.team_covers.items, at=nobody,
        held=np.zeros(count, dtype=np.int64), place=np.zeros(count, dtype=np.int64),
        many=np.zeros(many, dtype=np.int64), given=np.zeros(len(role)), idle=np.zeros(count),
        short=figures.need_amount.copy(), away=np.zeros(len(figures.cover_size), dtype=np.int64),
        gone=np.zeros(len(nobody)), best=nobody.copy(), value=np.zeros(2), seed=np.array([_SEED]),
    )  # fmt: skip
    board.value[0] = float(figures.need_amount @ figures.need_rate) + figures.constant
    begin(board)
    return pair, board


def _options(figures: Figures, pairs: Ints) -> tuple[Ints, Ints, Ints, Floats]:
    """(pair, start of its roles) of every option, (role, amount at most) of every role of one.

    A pair whose people share several roles has an option for each role they may be put to first;
    what is left goes to the other roles, the dearest first.
    """
    several = figures.people_roles[pairs] > 1
    plain = pairs[~several]
    owner, role = roles_of(figures, plain)
    of_pair, sizes, roles = [plain], [np.bincount(owner, minlength=len(plain))], [role]
    for pair in pairs[several].tolist():
        for order in _orders(figures, pair):
            of_pair.append(np.array([pair]))
            sizes.append(np.array([len(order)]))
            roles.append(order)
    start = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    role = np.concatenate(roles)
    return np.concatenate(of_pair), start, role, figures.role_amount[role]


def _orders(figures: Figures, pair: int) -> Iterator[Ints]:
    """The roles of a pair, each of its shared ones first once."""
    roles = np.arange(figures.role_start[pair], figures.role_start[pair + 1])
    rate = figures.need_rate[figures.role_need[roles]]
    people = figures.role_people[roles]
    shared = roles[people][np.lexsort((roles[people], -rate[people]))]
    for first in shared:
        yield np.concatenate([[first], shared[shared != first], roles[~people]])
