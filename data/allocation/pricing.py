"""Prices of teams and cover from one knapsack a need, with the bound they prove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data.allocation.figures import Figures, Floats, Ints
from data.allocation.knapsacks import Between, Sacks, climb
from data.allocation.program import Prices, roles_of

_FEW = 5  # steps between looks at the clock
_LAST = 4  # steps over all pairs after those over some
_FINE = 600  # needs up to so many whole units are counted in them
_COARSE = 400  # others in so many parts, amounts rounded up


@dataclass(frozen=True, kw_only=True)
class Climbed:
    """Prices, the bound they prove, and what each need costs at least at them."""

    prices: Prices
    bound: float
    need: Floats


def priced_by_needs(
    figures: Figures, prices: Prices, need: Floats, goal: float, steps: int,
    going: Callable[[], bool], near: Ints | None = None,
) -> Climbed:  # fmt: skip
    """Prices climbed from those of the relaxation while `going`, a few steps at a time.

    `need` are the relaxation's prices of a unit of each need, `goal` what a plan costs. With
    `near`, the climb is over those pairs alone, and only its end over all.
    """
    sacks, free, sigma = _sacks(figures, need)
    start = _between(figures, prices, np.zeros(len(sacks.pair)), sigma)
    state = np.array([-np.inf, 1.0, 0.0])
    if near is not None and len(near) < figures.pairs:
        some, whose, first = _sacks(figures.among(near), need)
        place = roles_of(figures, near)[1]
        below = _between(figures, prices, np.zeros(len(some.pair)), first)
        kept, _ = _climbed(some, below, whose, goal - figures.constant, steps, state, going)
        start.lam[:], start.mu[:] = kept.lam, kept.mu
        start.split[place], start.sigma[near] = kept.split[: len(place)], kept.sigma
        state[0], steps = -np.inf, _LAST
    best, value = _climbed(sacks, start, free, goal - figures.constant, steps, state, going)
    return Climbed(
        prices=Prices(team=best.lam, cover=best.mu), bound=float(state[0]) + figures.constant,
        need=value,
    )  # fmt: skip


def _climbed(
    sacks: Sacks, start: Between, free: Ints, goal: float, steps: int, state: Floats,
    going: Callable[[], bool],
) -> tuple[Between, Floats]:  # fmt: skip
    """The best prices met on the way up from `start`, and what each need costs at them."""
    best = start._replace(
        lam=start.lam.copy(), mu=start.mu.copy(), split=start.split.copy(),
        sigma=start.sigma.copy(),
    )  # fmt: skip
    value = np.zeros(len(sacks.demand))
    for done in range(0, steps, _FEW):
        climb(sacks, start, free, goal, min(_FEW, steps - done), state, value, best)
        if not going():
            break
    return best, value


def _between(figures: Figures, prices: Prices, split: Floats, sigma: Floats) -> Between:
    """Prices to climb from, their own copies."""
    low, high = figures.rates
    return Between(
        team_start=figures.team_covers.start, team_group=figures.team_covers.items,
        size=figures.cover_size, low=figures.cover_risk * low, high=figures.cover_risk * high,
        lam=prices.team.copy(), mu=prices.cover.copy(), split=split, sigma=sigma,
    )  # fmt: skip


def _sacks(figures: Figures, need: Floats) -> tuple[Sacks, Ints, Floats]:
    """The knapsacks, which pairs' people may be priced, and the first price of each such person.

    A bound team that nothing is asked of still costs what it costs: it stands in the first need,
    bringing nothing.
    """
    count, sizes = len(figures.need_amount), np.diff(figures.role_start)
    bare = np.nonzero(figures.pair_fixed & (sizes == 0))[0] if count else np.zeros(0, np.int64)
    owner = np.concatenate([np.repeat(np.arange(figures.pairs), sizes), bare])
    of = np.concatenate([figures.role_need, np.zeros(len(bare), dtype=np.int64)])
    most = np.concatenate([figures.role_amount, np.zeros(len(bare))])
    people = np.concatenate([figures.role_people, np.zeros(len(bare), dtype=bool)])
    odd = (figures.need_amount != np.round(figures.need_amount)) | (figures.need_amount > _FINE)
    np.logical_or.at(odd, of, most != np.round(most))
    unit = np.where(odd, figures.need_amount / _COARSE, 1.0)
    several = people & (figures.people_roles[owner] > 1)
    crew = figures.people[figures.pair_team]
    whole = crew == np.round(crew)
    np.logical_and.at(whole, owner[several], ~odd[of[several]])
    sigma = _people_price(figures, need, owner, several) * whole
    gain = np.maximum(0.0, need[of] - np.where(several, sigma[owner], 0.0)) * most
    alike = np.maximum(1, sizes)[owner]
    total = np.bincount(owner, weights=gain, minlength=figures.pairs)[owner]
    order = np.lexsort((figures.pair_cost[owner], of))
    sacks = Sacks(
        start=np.searchsorted(of[order], np.arange(count + 1)), entry=order,
        amount=np.ceil(most / unit[of] - 1e-9).astype(np.int64), pair=owner,
        share=np.where(total > 0, gain / np.where(total > 0, total, 1.0), 1.0 / alike),
        several=several.astype(np.int64), alike=alike,
        demand=np.floor(figures.need_amount / unit + 1e-9).astype(np.int64),
        rate=figures.need_rate * unit, price=np.minimum(need, figures.need_rate) * unit,
        fixed=figures.pair_fixed.astype(np.int64), team=figures.pair_team,
        cost=figures.pair_cost, crew=crew,
    )  # fmt: skip
    return sacks, whole.astype(np.int64), sigma


def _people_price(
    figures: Figures, need: Floats, owner: Ints, several: np.ndarray
) -> Floats:
    """What one more person of a pair would be worth: the price of the need served last."""
    price = np.zeros(figures.pairs)
    roles = np.nonzero(several)[0]
    roles = roles[np.lexsort((-need[figures.role_need[roles]], owner[roles]))]
    if not len(roles):
        return price
    pair, amount = owner[roles], figures.role_amount[roles]
    total = np.cumsum(amount)
    first = np.concatenate([[True], pair[1:] != pair[:-1]])
    before = np.maximum.accumulate(np.where(first, total - amount, 0.0))
    over = total - before > figures.people[figures.pair_team[pair]]
    edge = over & np.concatenate([[True], ~over[:-1] | first[1:]])  # the first that does not fit
    price[pair[edge]] = need[figures.role_need[roles[edge]]]
    return price
