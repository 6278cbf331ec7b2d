"""The first answer: people and machines flow to needs as if teams could be split, then do not."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from data.allocation.figures import Figures, Ints
from data.allocation.program import roles_of

_WHOLE = 1000  # a need not counted in people is this many units
_CENTS = 100  # costs are whole hundredths
_DEAR = 2**40


def first_pairs(figures: Figures, pairs: Ints) -> Ints:
    """Pairs by min-cost flow: those whose team sends the most of itself, the surest first.

    Flow from each team (its people at once, other things each by itself) to needs; what no team
    brings comes from a last source at the price of being missing.
    """
    owner, role = roles_of(figures, pairs)
    if not len(role):
        return pairs[:0]
    need, team = figures.role_need[role], figures.pair_team[pairs[owner]]
    people = figures.role_people[role]
    unit = np.where(people, 1.0, _WHOLE / figures.need_amount[need])
    amount = np.maximum(1, np.round(figures.role_amount[role] * unit)).astype(np.int64)
    strength = np.where(people, figures.people[team], figures.role_amount[role] * unit)
    price = figures.pair_cost[pairs[owner]] / np.maximum(1.0, strength)
    count = len(figures.need_amount)
    capability = figures.need_capability[need]
    key = np.where(people, team * (count + 1), team * (count + 1) + 1 + capability)
    sources, source = np.unique(key, return_inverse=True)
    held = np.zeros(len(sources), dtype=np.int64)
    whole = np.where(people, np.round(figures.people[team]), amount)
    np.maximum.at(held, source, whole.astype(np.int64))
    counted = np.zeros(count, dtype=bool)
    counted[need[people]] = True
    scale = np.where(counted, 1.0, _WHOLE / figures.need_amount)
    wanted = np.maximum(1, np.round(figures.need_amount * scale)).astype(np.int64)
    missing = np.minimum(figures.need_rate / scale * _CENTS, _DEAR).astype(np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    first_need, last = len(sources), len(sources) + count
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        source, first_need + need, amount,
        np.clip(price * _CENTS, -_DEAR, _DEAR).astype(np.int64),
    )  # fmt: skip
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(count, last), first_need + np.arange(count), wanted, missing
    )
    spare = np.arange(len(sources))
    flow.add_arcs_with_capacity_and_unit_cost(
        spare, np.full(len(sources), last + 1), held, np.zeros(len(sources), dtype=np.int64)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.array([last]), np.array([last + 1]), np.array([wanted.sum()]), np.array([0])
    )
    supply = np.concatenate([held, -wanted, [wanted.sum()], [-held.sum()]])
    flow.set_nodes_supplies(np.arange(len(supply)), supply)
    if flow.solve() != flow.OPTIMAL:
        return pairs[:0]
    sent = flow.flows(arcs) / amount
    share = np.zeros(len(pairs))
    np.maximum.at(share, owner, sent)
    order = np.lexsort((pairs, -share))
    chosen: Ints = pairs[order][share[order] > 0]
    return chosen
