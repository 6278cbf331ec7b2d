"""Who does what at the scene once it is known who goes: the best use of people, exactly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from data.allocation.figures import Figures, Ints, capability_names, figures
from data.allocation.model import Choice, Problem
from data.allocation.search import Search
from data.allocation.supplies import trips_of


def choice_of(
    problem: Problem, sent: Mapping[int, int], loads: Mapping[tuple[int, int], float],
    known: Figures | None = None,
) -> Choice:  # fmt: skip
    """A whole choice from who goes where (by index in the problem) and what is loaded.

    Pairs that the problem does not allow give nothing but still go.
    """
    arrays = known or figures(problem)
    team = {int(k): row for row, k in enumerate(arrays.teams)}
    incident = {int(i): row for row, i in enumerate(arrays.incidents)}
    keys = {
        (int(k), int(i)): p
        for p, (k, i) in enumerate(zip(arrays.pair_team, arrays.pair_incident, strict=True))
    }
    pairs = [keys.get((team[k], incident[i])) for k, i in sent.items()]
    found = np.array(sorted(p for p in pairs if p is not None), dtype=np.int64)
    return Choice(
        sent=dict(sent), roles=roles(problem, arrays, found), loads=dict(loads),
        trips=trips_of(problem, loads),
    )  # fmt: skip


def roles(problem: Problem, arrays: Figures, pairs: Ints) -> dict[tuple[int, str], float]:
    """The amount each team of some pairs gives to each capability, by index in the problem."""
    search = Search(arrays, pairs)
    search.start(pairs)
    names = capability_names(problem)
    found: dict[tuple[int, str], float] = {}
    for side in search.sides:
        for row in np.nonzero(side.chosen)[0]:
            k = int(arrays.teams[side.team[row]])
            for n in np.nonzero(side.given[row] > 0)[0]:
                name = names[int(arrays.need_capability[side.needs[n]])]
                found[k, name] = float(side.given[row, n])
    return found


def sent_of(arrays: Figures, pairs: Ints) -> dict[int, int]:
    """Where each team of some pairs goes, by index in the problem."""
    return {
        int(arrays.teams[arrays.pair_team[p]]): int(arrays.incidents[arrays.pair_incident[p]])
        for p in pairs
    }
