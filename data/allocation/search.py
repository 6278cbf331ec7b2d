"""Local search over whole teams: drop, add, replace and move while the plan gets cheaper.

What the teams of an incident give is kept beside them. A team whose people could do several
things is put to what is missing and dearest when it comes, and again after every change, so that
one matrix a incident judges all replacements at once.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from data.allocation.effort import Effort
from data.allocation.figures import Figures, Floats, Ints
from data.allocation.program import roles_of, spread

EPS = 1e-6
_STEPS = 400  # improvements of one incident in one go, a guard that is never met


class Side:
    """One incident: the pairs that serve it, what each could and the chosen do give."""

    def __init__(self, figures: Figures, incident: int, pairs: Ints, extra: Floats) -> None:
        needs = np.nonzero(figures.need_incident == incident)[0]
        place = np.full(len(figures.need_amount), -1, dtype=np.int64)
        order = needs[np.lexsort((needs, -figures.need_rate[needs]))]  # the dearest first
        place[order] = np.arange(len(order))
        self.needs = order
        self.amount, self.rate = figures.need_amount[order], figures.need_rate[order]
        self.pair = pairs[figures.pair_incident[pairs] == incident]
        self.team = figures.pair_team[self.pair]
        owner, role = roles_of(figures, self.pair)
        self.most = np.zeros((len(self.pair), len(order)))
        self.most[owner, place[figures.role_need[role]]] = figures.role_amount[role]
        self.people = np.zeros(len(order), dtype=bool)
        self.people[place[figures.role_need[role[figures.role_people[role]]]]] = True
        self.crew = figures.people[self.team]
        self.several = figures.people_roles[self.pair] > 1
        self.cost = figures.pair_cost[self.pair] + extra[self.pair]
        self.fixed = figures.pair_fixed[self.pair]
        self.chosen = np.zeros(len(self.pair), dtype=bool)
        self.given = np.zeros_like(self.most)

    @property
    def short(self) -> Floats:
        """What each need still lacks; below zero where there is more than enough."""
        found: Floats = self.amount - self.given[self.chosen].sum(axis=0)
        return found

    def worth(self, short: Floats, rows: Ints) -> Floats:
        """What adding each of some pairs saves where so much (…, needs) is short."""
        lack = np.maximum(0.0, short)
        saved = np.zeros((*short.shape[:-1], len(rows)))
        left = np.broadcast_to(self.crew[rows], saved.shape).copy()
        for n in range(len(self.amount)):
            take = np.minimum(self.most[rows, n], lack[..., n, None])
            if self.people[n]:
                take = np.minimum(take, left)
                left -= take
            saved += self.rate[n] * take
        return saved

    def unmet_cost(self, short: Floats) -> Floats:
        """What so much (…, needs) left unmet costs."""
        found: Floats = np.maximum(0.0, short) @ self.rate
        return found

    def give(self, row: int, short: Floats) -> None:
        """Put a pair's team to work: all it has, people with a choice to what is short."""
        if not self.several[row]:
            self.given[row] = self.most[row]
            return
        left, lack = self.crew[row], np.maximum(0.0, short)
        for n in range(len(self.amount)):
            take = min(self.most[row, n], lack[n], left) if self.people[n] else self.most[row, n]
            left -= take if self.people[n] else 0.0
            self.given[row, n] = take

    def refill(self) -> None:
        """Put the people who could do several things to what is missing and dearest.

        Needs are served the dearest first along chains of teams that change their work, which is
        exact: what people can meet together is a polymatroid.
        """
        rows = np.nonzero(self.chosen & self.several)[0]
        if not len(rows):
            return
        for n in np.nonzero(self.people)[0]:
            while self.short[n] > EPS and self._shift(rows, int(n)):
                pass

    def _shift(self, rows: Ints, n: int) -> bool:
        """Bring more people to need n from idle hands, from plenty, or from a cheaper need."""
        given, short = self.given[rows], self.short
        room = np.where(self.people, self.most[rows] - given, 0.0)
        idle = self.crew[rows] - given[:, self.people].sum(axis=1)
        hands = np.minimum(idle[:, None], room)  # (team, need): who could start where
        passing = np.minimum(np.where(self.people, given, 0.0)[:, :, None], room[:, None, :])
        edge = passing.max(axis=0)  # (from need, to need)
        onward, reached = {n: -1}, [n]
        for x in reached:
            for m in np.nonzero(edge[:, x] > EPS)[0]:
                if int(m) not in onward:
                    onward[int(m)] = x
                    reached.append(int(m))
        ready = [x for x in reached if hands[:, x].max() > EPS]
        plenty = [x for x in reached if x != n and short[x] < -EPS]
        cheap = [x for x in reached if self.rate[x] < self.rate[n] - EPS and short[x] >= -EPS]
        sources = ready or plenty or sorted(cheap, key=lambda x: (self.rate[x], x))
        if not sources:
            return False
        begin = sources[0]
        amount = float(short[n])
        if ready:
            amount = min(amount, float(hands[:, begin].max()))
        elif plenty:
            amount = min(amount, float(-short[begin]))
        way = [begin]
        while way[-1] != n:
            way.append(onward[way[-1]])
        steps = [(int(passing[:, m, x].argmax()), m, x) for m, x in pairwise(way)]
        amount = min([amount, *(float(passing[t, m, x]) for t, m, x in steps)])
        if ready:
            self.given[rows[int(hands[:, begin].argmax())], begin] += amount
        for team, old, new in steps:
            self.given[rows[team], old] -= amount
            self.given[rows[team], new] += amount
        return True


class Search:
    """A plan in the making over some pairs; `extra` is added to each pair's cost."""

    def __init__(
        self, figures: Figures, pairs: Ints, extra: Floats | None = None,
        effort: Effort | None = None,
    ) -> None:  # fmt: skip
        """A plan with nobody but the given."""
        self.figures = figures
        self.effort = effort or Effort()
        more = np.zeros(figures.pairs) if extra is None else extra
        self.sides = [Side(figures, i, pairs, more) for i in range(len(figures.incidents))]
        self.at = np.full(len(figures.teams), -1, dtype=np.int64)
        self.away = np.zeros(len(figures.cover_risk), dtype=np.int64)
        for i, side in enumerate(self.sides):
            for given in np.nonzero(side.fixed)[0]:
                self.take(i, int(given))
            side.refill()

    @property
    def taken(self) -> Ints:
        """The pairs chosen, in order."""
        return np.sort(np.concatenate([s.pair[s.chosen] for s in self.sides]).astype(np.int64))

    def value(self) -> float:
        """What the plan costs."""
        cost = sum(float(s.cost[s.chosen].sum() + s.unmet_cost(s.short)) for s in self.sides)
        return cost + float(self._cover_cost(self.away).sum()) + self.figures.constant

    def start(self, pairs: Ints) -> None:
        """Take pairs over in the order given, as far as their teams are free."""
        for i, side in enumerate(self.sides):
            row_of = {int(pair): row for row, pair in enumerate(side.pair)}
            for pair in pairs:
                row = row_of.get(int(pair))
                if row is not None and self.at[side.team[row]] < 0:
                    self.take(i, row)
            side.refill()

    def improve(self, *, moves: bool = True) -> None:
        """Every incident by itself until nothing helps, then teams from one to another."""
        for i in range(len(self.sides)):
            self.improve_side(i)
        better = moves
        while better and not self.effort.out:
            better = False
            for i in range(len(self.sides)):
                for j in range(len(self.sides)):
                    if i != j and self._move_one(i, j):
                        self.improve_side(j)
                        self.improve_side(i)
                        better = True

    def improve_side(self, i: int) -> None:
        """Add, drop and replace in one incident, the best first, until nothing helps."""
        side = self.sides[i]
        if not len(side.pair):
            return
        for _ in range(_STEPS):
            if self.effort.out:
                return
            out, into = self._best_in(side)
            if not self._try(i, out, into):
                return

    def _best_in(self, side: Side) -> tuple[int | None, int | None]:
        """The (out, in) of one incident that promises most."""
        back, gone = self._cover_steps()
        outs = np.nonzero(side.chosen & ~side.fixed)[0]
        free = np.nonzero(self.at[side.team] < 0)[0]
        short = side.short
        left = np.vstack([short[None], short + side.given[outs]])
        lost = side.unmet_cost(left) - float(side.unmet_cost(short))
        lost[1:] -= side.cost[outs] + back[side.team[outs]]
        added = side.cost[free] + gone[side.team[free]]
        change = np.hstack([lost[:, None], lost[:, None] + added - side.worth(left, free)])
        row, column = np.unravel_index(int(np.argmin(change)), change.shape)
        return (int(outs[row - 1]) if row else None, int(free[column - 1]) if column else None)

    def _try(self, i: int, out: int | None, into: int | None) -> bool:
        """Make a move of one incident if it makes the plan cheaper."""
        if out is None and into is None:
            return False
        side = self.sides[i]
        before, given = self._cost(side), side.given.copy()
        self._move(i, out, into)
        if self._cost(side) < before - EPS:
            return True
        self._move(i, into, out)
        side.given[:] = given
        return False

    def _cost(self, side: Side) -> float:
        cost = float(side.cost[side.chosen].sum() + side.unmet_cost(side.short))
        return cost + float(self._cover_cost(self.away).sum())

    def _move(self, i: int, out: int | None, into: int | None) -> None:
        if out is not None:
            self.leave(i, out)
        if into is not None:
            self.take(i, into)
        self.sides[i].refill()

    def _move_one(self, i: int, j: int) -> bool:
        """The best team taken from i and given to j, if it makes the plan cheaper."""
        here, there = self.sides[i], self.sides[j]
        outs = np.nonzero(here.chosen & ~here.fixed)[0]
        row_of = np.full(len(self.at), -1, dtype=np.int64)
        row_of[there.team] = np.arange(len(there.team))
        outs = outs[row_of[here.team[outs]] >= 0]
        if not len(outs):
            return False
        rows = row_of[here.team[outs]]
        short = here.short
        lost = here.unmet_cost(short + here.given[outs]) - float(here.unmet_cost(short))
        gain = there.worth(there.short, rows) - there.cost[rows] + here.cost[outs]
        best = int(np.argmin(lost - gain))
        if lost[best] - gain[best] >= -EPS:
            return False
        before = self._cost(here) + self._cost(there)
        kept = here.given.copy(), there.given.copy()
        self._move(i, int(outs[best]), None)
        self._move(j, None, int(rows[best]))
        if self._cost(here) + self._cost(there) < before - EPS:
            return True
        self._move(j, int(rows[best]), None)
        self._move(i, None, int(outs[best]))
        here.given[:], there.given[:] = kept
        return False

    def _groups(self, team: int) -> Ints:
        lists = self.figures.team_covers
        return lists.items[lists.start[team] : lists.start[team + 1]]

    def _cover_cost(self, away: Ints) -> Floats:
        """What each group's lost cover costs with so many teams away."""
        low, high = self.figures.rates
        size = self.figures.cover_size
        lost = np.clip(np.minimum(2, size) - (size - away), 0, 2)
        found: Floats = self.figures.cover_risk * np.array([0.0, low, low + high])[lost]
        return found

    def _cover_steps(self) -> tuple[Floats, Floats]:
        """By team: what its return saves, and what its leaving costs, cover only."""
        now = self._cover_cost(self.away)
        owner, group = spread(self.figures.team_covers, np.arange(len(self.at)))
        back = now - self._cover_cost(np.maximum(0, self.away - 1))
        gone = self._cover_cost(self.away + 1) - now
        count = len(self.at)
        return (
            np.bincount(owner, weights=back[group], minlength=count).astype(float),
            np.bincount(owner, weights=gone[group], minlength=count).astype(float),
        )

    def take(self, i: int, row: int) -> None:
        """Send the team of a row to its incident."""
        side = self.sides[i]
        side.give(row, side.short)
        side.chosen[row] = True
        team = int(side.team[row])
        self.at[team] = i
        self.away[self._groups(team)] += 1

    def leave(self, i: int, row: int) -> None:
        """Send it home."""
        side = self.sides[i]
        side.chosen[row] = False
        side.given[row] = 0.0
        team = int(side.team[row])
        self.at[team] = -1
        self.away[self._groups(team)] -= 1
