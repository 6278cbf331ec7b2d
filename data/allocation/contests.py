"""What several incidents would take were each alone: who got it, why, and at what price."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.allocation.board import Annealing
from data.allocation.core import cheap
from data.allocation.effort import Effort
from data.allocation.figures import Figures, Ints
from data.allocation.model import Choice, Problem, supply_cost
from data.allocation.program import spread
from data.allocation.search import Search
from data.allocation.supplies import available, piles, quick_loads, trips_of

TOLD = 40  # contested teams that are told and priced, the largest first


def contested(
    problem: Problem, arrays: Figures, choice: Choice, effort: Effort
) -> list[dict[str, Any]]:
    """Contested teams, then contested lots; a row is without a price only when time ran out."""
    if len(problem.incidents) < 2:  # noqa: PLR2004 (nobody to contest with)
        return []
    return [*_teams(problem, arrays, choice, effort), *_lots(problem, choice, effort)]


def _alone(arrays: Figures, i: int, near: Ints) -> Ints:
    """The pairs an incident would take were it alone."""
    mine = near[arrays.pair_incident[near] == i]
    alone = arrays.only(mine)
    found: Ints = mine[Annealing(alone, np.arange(len(mine)), mine[:0]).taken]
    return found


def _teams(
    problem: Problem, arrays: Figures, choice: Choice, effort: Effort
) -> list[dict[str, Any]]:
    """Teams that more than one incident would take."""
    wanted: dict[int, list[int]] = {}
    fixed = set(arrays.pair_team[arrays.pair_fixed].tolist())
    near = cheap(arrays)
    for i in range(len(arrays.incidents)):
        if effort.out:
            break
        for pair in _alone(arrays, i, near):
            k = int(arrays.pair_team[pair])
            if k not in fixed:
                wanted.setdefault(k, []).append(i)
    row_of_team = {int(k): n for n, k in enumerate(arrays.teams)}
    row_of_incident = {int(i): n for n, i in enumerate(arrays.incidents)}
    given = {row_of_team[k]: row_of_incident[i] for k, i in choice.sent.items()}
    pair_of = {
        (int(k), int(i)): p
        for p, (k, i) in enumerate(zip(arrays.pair_team, arrays.pair_incident, strict=True))
    }
    held = [p for k, i in given.items() if (p := pair_of.get((k, i))) is not None]
    taken = np.array(sorted(held), dtype=np.int64)
    fought = [k for k, at in wanted.items() if len(at) > 1 or given.get(k, at[0]) != at[0]]
    fought.sort(key=lambda k: (-float(arrays.people[k]), k))
    prices = _Prices(arrays, taken, near)
    rows = []
    for k in fought[:TOLD]:
        to = given.get(k)
        others = [i for i in wanted[k] if i != to]
        priced = [(prices.of(k, to, i), i) for i in others if (k, i) in pair_of and not effort.out]
        sides = sorted({*wanted[k]} | (set() if to is None else {to}))
        rows.append(_row(problem, arrays, k, to, sides, min(priced, default=None)))
    return sorted(rows, key=lambda r: (-(r["price"] or 0.0), r["team"]))


class _Prices:
    """What giving a team to another incident adds, both made the best of again."""

    def __init__(self, arrays: Figures, taken: Ints, near: Ints) -> None:
        self.arrays = arrays
        self.taken = taken
        self.near = np.union1d(near, taken)
        self._now: dict[tuple[int | None, int], float] = {}  # what two incidents cost as they are

    def of(self, k: int, given: int | None, to: int) -> float:
        """Person-minutes more than now, if the team went to an incident instead."""
        arrays = self.arrays
        both = [to] if given is None else [to, given]
        near = self.near[np.isin(arrays.pair_incident[self.near], both)]
        held = self.taken[np.isin(arrays.pair_incident[self.taken], both)]
        if (given, to) not in self._now:
            now = self._beside(near, both)
            now.start(held)
            self._now[given, to] = now.value()
        pair = np.nonzero((arrays.pair_team == k) & (arrays.pair_incident == to))[0]
        search = self._beside(np.union1d(near[arrays.pair_team[near] != k], pair), both)
        search.start(np.concatenate([pair, held[arrays.pair_team[held] != k]]))
        for i in (given, to):
            if i is not None:
                search.improve_side(i)
        if search.at[k] != to:  # better not sent at all than sent there
            search.start(pair)
        return max(0.0, search.value() - self._now[given, to])

    def _beside(self, pairs: Ints, both: list[int]) -> Search:
        """A search over some incidents' pairs, the teams of all others gone to where they go."""
        search = Search(self.arrays, pairs)
        others = self.taken[~np.isin(self.arrays.pair_incident[self.taken], both)]
        teams = self.arrays.pair_team[others]
        search.at[teams] = self.arrays.pair_incident[others]
        _, group = spread(self.arrays.team_covers, teams)
        search.away += np.bincount(group, minlength=len(search.away))
        return search


def _row(
    problem: Problem, arrays: Figures, k: int, to: int | None, wanted: list[int],
    best: tuple[float, int] | None,
) -> dict[str, Any]:  # fmt: skip
    """One contested team."""
    team = problem.teams[arrays.teams[k]]
    asks = [problem.incidents[arrays.incidents[i]] for i in wanted]
    row: dict[str, Any] = {
        "team": team.id, "name": team.name or team.id, "wanted_by": [a.id for a in asks],
        "given_to": None if to is None else problem.incidents[arrays.incidents[to]].id,
        "price": None if best is None else round(best[0], 1),
    }  # fmt: skip
    return row | {"why": _why(problem, arrays, k, to, best)}


def _why(
    problem: Problem, arrays: Figures, k: int, to: int | None, best: tuple[float, int] | None
) -> str:
    """The numbers that decided."""

    def told(i: int) -> str:
        ask = problem.incidents[arrays.incidents[i]]
        minutes = problem.minutes[arrays.teams[k]][arrays.incidents[i]]
        way = "无路可达" if minutes is None else f"{minutes:.0f} 分钟"
        return f"{ask.name or ask.id} {way}、权重 {ask.weight:g}"

    if best is None:
        return "只有一方派得上" if to is None else f"到{told(to)}"
    price, other = best
    if to is None:
        return f"留守不派：派往{told(other)}，要多 {price:,.0f} 人·分"
    if price <= 0:
        return f"两方相当：{told(to)}，{told(other)}，改派不增加代价"
    return f"{told(to)}；{told(other)}，改派要多 {price:,.0f} 人·分"


def _lots(problem: Problem, choice: Choice, effort: Effort) -> list[dict[str, Any]]:
    """Lots that more than one incident would draw on, for more than there is."""
    wanted: dict[int, dict[int, float]] = {}
    known = piles(problem)
    for i, ask in enumerate(problem.incidents):
        loads = quick_loads(problem, [(i, d.item) for d in ask.supplies], known)
        for (g, _), load in loads.items():
            wanted.setdefault(g, {})[i] = load
    rows = []
    base = _cost(problem, dict(choice.loads))
    for g, by in sorted(wanted.items()):
        if len(by) < 2 or sum(by.values()) <= available(problem, g) + 1e-6:  # noqa: PLR2004
            continue
        lot = problem.lots[g]
        got = {i: choice.loads.get((g, i), 0.0) for i in by}
        to = max(got, key=lambda i: (got[i], -i))
        other = next(i for i in sorted(by, key=lambda i: -by[i]) if i != to)
        order = [(other, lot.item), *((i, lot.item) for i in by if i != other)]
        rest = [(i, d.item) for i, a in enumerate(problem.incidents) for d in a.supplies]
        order += [key for key in rest if key not in order]
        price = None
        if not effort.out:
            price = max(0.0, _cost(problem, quick_loads(problem, order, known)) - base)
        rows.append(
            {
                "lot": lot.id, "name": lot.name or lot.item,
                "wanted_by": [problem.incidents[i].id for i in by],
                "given_to": problem.incidents[to].id if got[to] > 0 else None,
                "price": None if price is None else round(price, 1),
                "why": f"可调 {available(problem, g):g}，各方共要 {sum(by.values()):g}"
                       + ("" if price is None else f"；先给另一方要多 {price:,.0f}"),
            }
        )  # fmt: skip
    return rows


def _cost(problem: Problem, loads: dict[tuple[int, int], float]) -> float:
    return supply_cost(problem, Choice(loads=loads, trips=trips_of(problem, loads)))
