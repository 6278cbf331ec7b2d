"""The teams block as a programme over some of its pairs, whole or one incident at prices.

Leaving out pairs makes a harder problem, leaving out cover groups an easier one; prices on teams
and cover (multipliers) turn the whole into one problem an incident with a bound that still holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.allocation.figures import Figures, Floats, Ints, Lists
from data.allocation.highs import Rows, Solved, minimise


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What a team and the cover of a group are worth elsewhere; none is negative."""

    team: Floats
    cover: Floats

    @classmethod
    def none(cls, figures: Figures) -> Prices:
        """Nothing is worth anything elsewhere."""
        return cls(team=np.zeros(len(figures.teams)), cover=np.zeros(len(figures.cover_risk)))


@dataclass(frozen=True, kw_only=True)
class Program:
    """A programme with where its parts are: x of each pair, the amount of each shared role."""

    rows: Rows
    pairs: Ints
    roles: Ints
    role_column: Ints
    team_row: Ints
    need_row: Ints
    groups: Ints
    cover_row: Ints


@dataclass(frozen=True, kw_only=True)
class Part:
    """An answer for some pairs: those taken, with value, bound, and what an LP's duals say."""

    taken: Ints
    value: float
    bound: float
    proven: bool
    prices: Prices
    need: Floats
    cut: bool = False  # by the clock
    steps: int = 0  # of the simplex method


def spread(lists: Lists, of: Ints) -> tuple[Ints, Ints]:
    """(position in `of`, item) for every item of the lists asked for."""
    sizes = lists.start[of + 1] - lists.start[of]
    owner = np.repeat(np.arange(len(of)), sizes)
    begin = np.repeat(lists.start[of] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    return owner, lists.items[begin + np.arange(len(owner))]


def priced(figures: Figures, prices: Prices) -> Floats:
    """What each pair costs beyond its own cost at given prices."""
    owner, group = spread(figures.team_covers, np.arange(len(figures.teams)))
    extra = np.bincount(owner, weights=prices.cover[group], minlength=len(figures.teams))
    found: Floats = (prices.team + extra)[figures.pair_team]
    return found


def reduced_costs(figures: Figures, prices: Prices, need: Floats) -> Floats:
    """What each pair costs beyond what it brings, needs and teams and cover at their prices.

    Shared people are put to the dearest need first, as much as fits.
    """
    cost = figures.pair_cost + priced(figures, prices)
    pair = np.repeat(np.arange(figures.pairs), np.diff(figures.role_start))
    worth = need[figures.role_need]
    shared = figures.role_people
    brought = np.bincount(
        pair[~shared], weights=(worth * figures.role_amount)[~shared], minlength=figures.pairs
    ).astype(float)  # bincount of nothing counts in whole numbers
    order = np.nonzero(shared)[0]
    order = order[np.lexsort((-worth[order], pair[order]))]
    owner, amount = pair[order], figures.role_amount[order]
    total = np.cumsum(amount)
    first = np.concatenate([[True], owner[1:] != owner[:-1]]) if len(owner) else shared[:0]
    base = np.maximum.accumulate(np.where(first, total - amount, 0.0)) if len(owner) else total
    crew = figures.people[figures.pair_team[owner]]
    used = np.clip(crew - (total - amount - base), 0.0, amount)
    brought += np.bincount(owner, weights=worth[order] * used, minlength=figures.pairs)
    found: Floats = cost - brought
    return found


def bound_of(figures: Figures, prices: Prices, need: Floats, reduced: Floats) -> float:
    """What no plan can cost less than, by weak duality; holds for any prices."""
    pairs = np.where(figures.pair_fixed, reduced, np.minimum(0.0, reduced))
    return price_constant(figures, prices) + float(need @ figures.need_amount + pairs.sum())


def price_constant(figures: Figures, prices: Prices) -> float:
    """The part of the priced problem that no pair changes; with the incidents' parts, a bound."""
    low, high = figures.rates
    mu, risk = prices.cover, figures.cover_risk
    kept = np.minimum(2, figures.cover_size) - figures.cover_size
    cover = mu * kept + np.minimum(0, risk * low - mu) + np.minimum(0, risk * high - mu)
    return float(cover.sum() - prices.team.sum()) + figures.constant


def build(
    figures: Figures, pairs: Ints, groups: Ints, cost: Floats, *, shared: bool = True
) -> Program:
    """The programme of some pairs and cover groups; `cost` is per pair of `pairs`.

    Without `shared` the rule that a team goes to one incident is left to prices.
    """
    rows = Rows()
    fixed = figures.pair_fixed[pairs].astype(float)
    x = rows.add_columns(cost, np.ones(len(pairs)), lower=fixed, whole=True)
    teams, place = np.unique(figures.pair_team[pairs], return_inverse=True)
    team_row = np.full(len(figures.teams), -1, dtype=np.int64)
    if shared:
        many = np.bincount(place, minlength=len(teams)) > 1
        made = rows.add_rows(np.full(many.sum(), -np.inf), np.ones(many.sum()))
        team_row[teams[many]] = made
        bound = many[place]
        rows.put(team_row[teams[place[bound]]], x[bound], np.ones(bound.sum()))
    need_row, roles, role_column = _needs(figures, rows, pairs, x, every=shared)
    cover_row = _cover(figures, rows, pairs, x, groups)
    return Program(
        rows=rows, pairs=pairs, roles=roles, role_column=role_column, team_row=team_row,
        need_row=need_row, groups=groups, cover_row=cover_row,
    )  # fmt: skip


def roles_of(figures: Figures, pairs: Ints) -> tuple[Ints, Ints]:
    """(position in `pairs`, role) of every role of the pairs."""
    start = figures.role_start
    return spread(Lists(start=start, items=np.arange(len(figures.role_need))), pairs)


def _needs(
    figures: Figures, rows: Rows, pairs: Ints, x: Ints, *, every: bool
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Needs met or paid for; people who could do several things get a column for each.

    Either every need, those that nobody can serve too, or only those of the pairs' incidents.
    """
    wanted = np.full(len(figures.need_amount), every)
    wanted[np.isin(figures.need_incident, np.unique(figures.pair_incident[pairs]))] = True
    amount = figures.need_amount[wanted]
    need_row = np.full(len(wanted), -1, dtype=np.int64)
    need_row[wanted] = rows.add_rows(amount, np.full(len(amount), np.inf))
    unmet = rows.add_columns(figures.need_rate[wanted], amount)
    rows.put(need_row[wanted], unmet, np.ones(len(amount)))
    owner, role = roles_of(figures, pairs)
    several = figures.role_people[role] & (figures.people_roles[pairs][owner] > 1)
    plain = ~several
    rows.put(
        need_row[figures.role_need[role[plain]]], x[owner[plain]], figures.role_amount[role[plain]]
    )
    mine, of = role[several], owner[several]
    column = rows.add_columns(np.zeros(len(mine)), figures.role_amount[mine])
    rows.put(need_row[figures.role_need[mine]], column, np.ones(len(mine)))
    within = rows.add_rows(np.full(len(mine), -np.inf), np.zeros(len(mine)))
    rows.put(within, column, np.ones(len(mine)))
    rows.put(within, x[of], -figures.role_amount[mine])
    crews, crew = np.unique(of, return_inverse=True)
    whole = rows.add_rows(np.full(len(crews), -np.inf), np.zeros(len(crews)))
    rows.put(whole[crew], column, np.ones(len(mine)))
    rows.put(whole, x[crews], -figures.people[figures.pair_team[pairs[crews]]])
    return need_row, mine, column


def _cover(figures: Figures, rows: Rows, pairs: Ints, x: Ints, groups: Ints) -> Ints:
    """Cover lost by the teams sent, the second team of a group before the last."""
    low, high = figures.rates
    risk, size = figures.cover_risk[groups], figures.cover_size[groups]
    made = rows.add_rows((np.minimum(2, size) - size).astype(float), np.full(len(groups), np.inf))
    for rate in (low, high):
        lost = rows.add_columns(risk * rate, np.ones(len(groups)))
        rows.put(made, lost, np.ones(len(groups)))
    row_of = np.full(len(figures.cover_risk), -1, dtype=np.int64)
    row_of[groups] = made
    owner, group = spread(figures.team_covers, figures.pair_team[pairs])
    known = row_of[group] >= 0
    rows.put(row_of[group[known]], x[owner[known]], -np.ones(known.sum()))
    return made


def relax(figures: Figures, program: Program, limit_s: float = 60.0) -> Part:
    """The linear relaxation with its prices; its value is a bound when every pair is in it."""
    return _part(figures, program, minimise(program.rows, limit_s=limit_s, integer=False))


def settle(
    figures: Figures, program: Program, limit_s: float, *, gap: float = 0.0,
    known: Ints | None = None, nodes: int | None = None, lean: bool = False,
) -> Part:  # fmt: skip
    """The programme in whole teams, starting from the pairs of a `known` answer."""
    start = None if known is None else np.isin(program.pairs, known).astype(float)
    solved = minimise(
        program.rows, limit_s=limit_s, gap=gap, start=start, presolve=False, nodes=nodes, lean=lean
    )
    return _part(figures, program, solved)


def _part(figures: Figures, program: Program, solved: Solved) -> Part:
    """An answer read back."""
    count = len(program.pairs)
    x = np.zeros(count) if solved.values is None else solved.values[:count]
    prices, need = Prices.none(figures), np.zeros(len(figures.need_amount))
    if len(solved.row_dual) == program.rows.rows:
        held = program.team_row >= 0
        prices.team[held] = np.maximum(0.0, -solved.row_dual[program.team_row[held]])
        prices.cover[program.groups] = np.maximum(0.0, solved.row_dual[program.cover_row])
        asked = program.need_row >= 0
        dual = solved.row_dual[program.need_row[asked]]
        need[asked] = np.clip(dual, 0.0, figures.need_rate[asked])
    return Part(
        taken=program.pairs[x > 0.5],  # noqa: PLR2004 (0 or 1)
        value=solved.value + figures.constant, bound=solved.bound + figures.constant,
        proven=solved.proven, prices=prices, need=need, cut=solved.cut, steps=solved.steps,
    )  # fmt: skip
