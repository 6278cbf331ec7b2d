"""The supplies block: which lot goes where, in whole trips of the vehicles a depot has.

Lots of one item in one depot differ in nothing but their expiry: they are planned as one pile,
and the pile is given out soonest expiry first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from data.allocation.highs import Rows, minimise
from data.allocation.model import KAPPA, TRIP_COST, Problem

SMALL = 1e-6
_NODES = 400  # branches at most: what ends the search is counted, as with the teams


@dataclass(frozen=True, kw_only=True)
class Pile:
    """Lots of one item and weight in one depot: their numbers, soonest expiry first."""

    depot: int
    item: str
    weight_t: float
    lots: tuple[int, ...]
    amount: float


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What goes, by (lot, incident), with a bound below every way to do it."""

    loads: dict[tuple[int, int], float]
    bound: float | None
    proven: bool
    cut: bool = False  # by the clock


def piles(problem: Problem) -> list[Pile]:
    """The piles of everything somebody asks for, by depot and item."""
    wanted = {d.item for ask in problem.incidents for d in ask.supplies}
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    held: dict[tuple[str, str, float], list[int]] = {}
    for g, lot in enumerate(problem.lots):
        if lot.item in wanted and available(problem, g) > 0:
            held.setdefault((lot.depot, lot.item, lot.unit_weight_t or 0.0), []).append(g)
    found = []
    for (name, item, weight), lots in sorted(held.items()):
        lots.sort(key=lambda g: (problem.lots[g].expires or "9999", problem.lots[g].id))
        amount = sum(available(problem, g) for g in lots)
        found.append(
            Pile(
                depot=depot[name], item=item, weight_t=weight, lots=tuple(lots), amount=amount
            )
        )  # fmt: skip
    return found


def available(problem: Problem, g: int) -> float:
    """What of a lot may go: free less what is kept."""
    return max(0.0, problem.lots[g].free - problem.lots[g].reserve)


def counts_trips(problem: Problem, depot: int) -> bool:
    """Whether a depot's lorries are known, so that trips can be counted."""
    return bool(problem.depots[depot].vehicle_t)


def trips_of(
    problem: Problem, loads: Mapping[tuple[int, int], float]
) -> dict[tuple[int, int], int]:
    """Whole trips from each depot whose lorries are known to each incident."""
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    tonnes: dict[tuple[int, int], float] = {}
    for (g, i), amount in loads.items():
        n = depot[problem.lots[g].depot]
        if counts_trips(problem, n):
            weight = problem.lots[g].unit_weight_t or 0.0
            tonnes[n, i] = tonnes.get((n, i), 0.0) + amount * weight
    return {
        (n, i): ceil((t - SMALL) / (problem.depots[n].vehicle_t or 1.0))
        for (n, i), t in tonnes.items()
        if t > SMALL
    }


def give_out(
    problem: Problem, taken: Mapping[tuple[int, int], float], found: list[Pile]
) -> dict[tuple[int, int], float]:
    """Amounts by (pile, incident) as amounts by (lot, incident), soonest expiry first."""
    loads: dict[tuple[int, int], float] = {}
    left = {g: available(problem, g) for pile in found for g in pile.lots}
    for (p, i), amount in sorted(taken.items()):
        want = amount
        for g in found[p].lots:
            take = min(want, left[g])
            if take > SMALL:
                loads[g, i] = loads.get((g, i), 0.0) + take
                left[g] -= take
                want -= take
    return loads


def quick_loads(
    problem: Problem, order: Iterable[tuple[int, str]] | None = None,
    known: list[Pile] | None = None,
) -> dict[tuple[int, int], float]:  # fmt: skip
    """The nearest depots first, demand by demand, within stock and vehicles.

    Demands are served in order of what waiting costs, or in the order given; `known` are the
    piles where they are worked out already.
    """
    asks = {(i, d.item): d for i, ask in enumerate(problem.incidents) for d in ask.supplies}
    if order is None:
        order = sorted(
            asks, key=lambda key: (-problem.incidents[key[0]].weight / asks[key].amount, key)
        )
    found = piles(problem) if known is None else known
    by_item: dict[str, list[int]] = {}
    for p, pile in enumerate(found):
        by_item.setdefault(pile.item, []).append(p)
    left = [pile.amount for pile in found]
    vehicles = {
        n: float(d.vehicles)
        for n, d in enumerate(problem.depots)
        if d.vehicles is not None and d.vehicle_t
    }
    tonnes: dict[tuple[int, int], float] = {}
    taken: dict[tuple[int, int], float] = {}
    for i, item in order:
        want = asks[i, item].amount
        near = sorted(
            (minutes, p)
            for p in by_item.get(item, ())
            if (minutes := problem.depot_minutes[found[p].depot][i]) is not None
        )
        for _, p in near:
            take = min(want, left[p], _room(problem, found[p], i, vehicles, tonnes))
            if take > SMALL:
                taken[p, i] = take
                left[p] -= take
                want -= take
                _load(problem, found[p], i, take, vehicles, tonnes)
            if want <= SMALL:
                break
    return give_out(problem, taken, found)


def _room(
    problem: Problem, pile: Pile, i: int, vehicles: Mapping[int, float],
    tonnes: Mapping[tuple[int, int], float],
) -> float:  # fmt: skip
    """How much of a pile the lorries under way to an incident and those left can take."""
    if pile.depot not in vehicles or pile.weight_t <= 0:
        return float("inf")
    load = problem.depots[pile.depot].vehicle_t or 1.0
    now = tonnes.get((pile.depot, i), 0.0)
    space = (ceil(now / load - SMALL) + vehicles[pile.depot]) * load - now
    return max(0.0, space) / pile.weight_t


def _load(
    problem: Problem, pile: Pile, i: int, amount: float, vehicles: dict[int, float],
    tonnes: dict[tuple[int, int], float],
) -> None:  # fmt: skip
    """Put an amount on the lorries."""
    if pile.depot not in vehicles or pile.weight_t <= 0:
        return
    load = problem.depots[pile.depot].vehicle_t or 1.0
    now = tonnes.get((pile.depot, i), 0.0)
    after = now + amount * pile.weight_t
    vehicles[pile.depot] -= ceil(after / load - SMALL) - ceil(now / load - SMALL)
    tonnes[pile.depot, i] = after


def best_loads(problem: Problem, limit_s: float) -> Loaded:
    """The best way to load, by HiGHS; blocking, one thread. The clock is only a guard."""
    found = piles(problem)
    demands = [(i, d) for i, ask in enumerate(problem.incidents) for d in ask.supplies]
    if not demands:
        return Loaded(loads={}, bound=0.0, proven=True)
    by_item: dict[str, list[int]] = {}
    for p, pile in enumerate(found):
        by_item.setdefault(pile.item, []).append(p)
    arcs: list[tuple[int, int, int, float]] = []  # pile, incident, demand, cost of one unit
    for n, (i, demand) in enumerate(demands):
        rate = problem.incidents[i].weight * KAPPA / demand.amount
        for p in by_item.get(demand.item, ()):
            minutes = problem.depot_minutes[found[p].depot][i]
            if minutes is not None:
                arcs.append((p, i, n, rate * minutes))
    rows = Rows()
    amounts = np.array([d.amount for _, d in demands])
    pile_of = np.array([a[0] for a in arcs], dtype=np.int64)
    demand_of = np.array([a[2] for a in arcs], dtype=np.int64)
    load = rows.add_columns(
        np.array([a[3] for a in arcs], dtype=float), amounts[demand_of] if arcs else np.zeros(0)
    )
    weight = np.array([problem.incidents[i].weight for i, _ in demands])
    unmet = rows.add_columns(weight * KAPPA / amounts * problem.weights.unmet, amounts)
    met = rows.add_rows(amounts, np.full(len(amounts), np.inf))
    rows.put(met[demand_of], load, np.ones(len(load)))
    rows.put(met, unmet, np.ones(len(unmet)))
    stock = rows.add_rows(np.zeros(len(found)), np.array([p.amount for p in found]))
    rows.put(stock[pile_of], load, np.ones(len(load)))
    _trip_rows(problem, rows, found, arcs, load)
    solved = minimise(rows, limit_s=limit_s, nodes=_NODES, lean=True)
    bound = solved.bound if np.isfinite(solved.bound) else None
    if solved.values is None:
        return Loaded(loads={}, bound=bound, proven=False, cut=solved.cut)
    taken: dict[tuple[int, int], float] = {}
    for n, (p, i, _, _) in enumerate(arcs):
        if solved.values[load[n]] > SMALL:
            taken[p, i] = taken.get((p, i), 0.0) + float(solved.values[load[n]])
    return Loaded(
        loads=give_out(problem, taken, found), bound=bound, proven=solved.proven, cut=solved.cut
    )


def _trip_rows(
    problem: Problem, rows: Rows, found: list[Pile], arcs: list[tuple[int, int, int, float]],
    load: np.ndarray,
) -> None:  # fmt: skip
    """Whole trips: the weight to each incident within them, all within the depot's vehicles."""
    heavy: dict[tuple[int, int], list[int]] = {}
    for n, (p, i, _, _) in enumerate(arcs):
        if counts_trips(problem, found[p].depot) and found[p].weight_t > 0:
            heavy.setdefault((found[p].depot, i), []).append(n)
    if not heavy:
        return
    keys = sorted(heavy)
    most = np.array([_most_trips(problem, found, arcs, n, heavy[n, i]) for n, i in keys])
    trips = rows.add_columns(np.full(len(keys), TRIP_COST), most, whole=True)
    within = rows.add_rows(np.full(len(keys), -np.inf), np.zeros(len(keys)))
    for row, (key, trip) in enumerate(zip(keys, trips, strict=True)):
        mine = np.array(heavy[key], dtype=np.int64)
        tonnes = np.array([found[arcs[n][0]].weight_t for n in mine])
        rows.put(np.full(len(mine), within[row]), load[mine], tonnes)
        rows.put(within[row : row + 1], np.array([trip]),
                 np.array([-(problem.depots[key[0]].vehicle_t or 1.0)]))  # fmt: skip
    limited = sorted({n for n, _ in keys if problem.depots[n].vehicles is not None})
    fleet = rows.add_rows(
        np.zeros(len(limited)), np.array([float(problem.depots[n].vehicles or 0) for n in limited])
    )
    for row, n in enumerate(limited):
        mine = np.array([t for t, key in zip(trips, keys, strict=True) if key[0] == n])
        rows.put(np.full(len(mine), fleet[row]), mine, np.ones(len(mine)))


def _most_trips(
    problem: Problem, found: list[Pile], arcs: list[tuple[int, int, int, float]], depot: int,
    mine: list[int],
) -> float:  # fmt: skip
    """No more trips than there are vehicles, nor than all there is would fill."""
    fleet = problem.depots[depot].vehicles
    load = problem.depots[depot].vehicle_t or 1.0
    tonnes = sum(found[p].amount * found[p].weight_t for p in {arcs[n][0] for n in mine})
    full = ceil(tonnes / load - SMALL)
    return float(full if fleet is None else min(full, fleet))
