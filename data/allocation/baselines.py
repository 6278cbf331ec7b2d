"""How a plan is made without looking at all incidents together: what the joint plan must beat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from data.allocation.figures import Figures, figures
from data.allocation.model import EQUIVALENT, Choice, Problem, terms, unmet
from data.allocation.roles import roles, sent_of
from data.allocation.search import EPS, Search
from data.allocation.supplies import quick_loads, trips_of
from data.allocation.telling import shortfalls


def nearest_first(problem: Problem, arrays: Figures | None = None) -> Choice:
    """Incident by incident in order of arrival, each need by the nearest teams left."""
    return _in_turn(problem, range(len(problem.incidents)), arrays)


def severity_first(problem: Problem, arrays: Figures | None = None) -> Choice:
    """The same with the gravest incident first."""
    return _in_turn(problem, _gravest(problem), arrays)


def severity_trimmed(problem: Problem, arrays: Figures | None = None) -> Choice:
    """The gravest first, then every team sent home without which no need is less met."""
    return _in_turn(problem, _gravest(problem), arrays, trim=True)


def _gravest(problem: Problem) -> list[int]:
    """Incidents by weight, the first to arrive first where they weigh the same."""
    return sorted(range(len(problem.incidents)), key=lambda i: (-problem.incidents[i].weight, i))


def _in_turn(
    problem: Problem, order: Iterable[int], arrays: Figures | None, *, trim: bool = False
) -> Choice:
    known = arrays or figures(problem)
    search = Search(known, np.arange(known.pairs))
    row_of = {int(i): n for n, i in enumerate(known.incidents)}
    turn = list(order)
    for i in turn:
        _nearest(problem, known, search, i, row_of[i])
    if trim:
        for i in turn:
            _trim(search, row_of[i])
    loads = quick_loads(
        problem, [(i, d.item) for i in turn for d in problem.incidents[i].supplies]
    )
    taken = search.taken
    return Choice(
        sent=sent_of(known, taken), roles=roles(problem, known, taken), loads=loads,
        trips=trips_of(problem, loads),
    )  # fmt: skip


def _nearest(problem: Problem, known: Figures, search: Search, i: int, row: int) -> None:
    """Each need in turn by the nearest teams that are still free."""
    side = search.sides[row]
    minutes = np.array(
        [problem.minutes[known.teams[k]][i] or 0.0 for k in side.team], dtype=float
    )
    near = np.lexsort((side.team, minutes))
    order = sorted(
        range(len(side.needs)), key=lambda n: _asked(problem, known, int(side.needs[n]), i)
    )
    short = side.short
    for n in order:
        for pair in near[side.most[near, n] > 0]:
            if short[n] <= EPS:
                break
            if search.at[side.team[pair]] < 0:
                search.take(row, int(pair))
                if side.several[pair]:
                    side.refill()
                short = side.short


def _asked(problem: Problem, known: Figures, need: int, i: int) -> int:
    """Where a need stands in the incident's list."""
    worth = float(known.need_amount[need])
    rates = [problem.unmet_rate(problem.incidents[i], n) for n in problem.incidents[i].needs]
    amounts = [n.amount for n in problem.incidents[i].needs]
    pairs = list(zip(amounts, rates, strict=True))
    return pairs.index((worth, float(known.need_rate[need])))


def _trim(search: Search, row: int) -> None:
    """Send home who is not needed, the dearest journey first."""
    side = search.sides[row]
    side.refill()  # whoever has a choice does what is missing before anybody goes home
    chosen = np.nonzero(side.chosen & ~side.fixed)[0]
    for pair in sorted(chosen, key=lambda p: (-side.cost[p], side.pair[p])):
        before, given = float(side.unmet_cost(side.short)), side.given.copy()
        search.leave(row, int(pair))
        if side.several.any():
            side.refill()
        if float(side.unmet_cost(side.short)) > before + EPS:
            search.take(row, int(pair))
            side.given[:] = given


def compare(problem: Problem, choices: Mapping[str, Choice]) -> dict[str, dict[str, Any]]:
    """What each choice costs, in the same units: {value, people_minutes, shortfalls, …}."""
    return {name: _costs(problem, choice) for name, choice in choices.items()}


def _costs(problem: Problem, choice: Choice) -> dict[str, Any]:
    sent = {k: i for k, i in choice.sent.items() if problem.teams[k].busy_with is None}
    minutes = {k: problem.minutes[k][i] or 0.0 for k, i in sent.items()}
    gaps = unmet(problem, choice)
    worth = {
        (i, n.capability): _worth(problem, n.capability, n.amount, n.people_equivalent) / n.amount
        for i, ask in enumerate(problem.incidents)
        for n in ask.needs
    }
    last, second = problem.cover_lost(choice.sent)
    parts = terms(problem, choice)
    return {
        "value": round(parts.pop("value"), 6),
        "terms": {name: round(part, 6) for name, part in parts.items()},
        "people_minutes": round(sum(problem.teams[k].people * t for k, t in minutes.items()), 1),
        "shortfalls": shortfalls(problem, choice),
        "unmet": round(sum(gap * worth[key] for key, gap in gaps.items()), 3),
        "cover_lost_last": last, "cover_lost_second": second, "teams": len(sent),
        "last_arrival_minutes": round(max(minutes.values()), 1) if minutes else None,
    }  # fmt: skip


def _worth(problem: Problem, name: str, amount: float, stated: float | None) -> float:
    """The people a whole need stands for."""
    if stated is not None:
        return stated
    return amount if name in problem.people_capabilities else EQUIVALENT
