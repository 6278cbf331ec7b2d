"""What a problem must keep to be solved at all; the first thing wrong is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from data.allocation.values import ProblemError

if TYPE_CHECKING:
    from data.allocation.model import Problem

Matrix = Sequence[Sequence[float | None]]


def check_problem(problem: Problem) -> None:
    """Pass when the problem makes sense.

    Raises
    ------
    ProblemError
        Naming the first field that is wrong.
    """
    if not problem.incidents:
        raise ProblemError("incidents", "empty; at least one incident is needed")
    for name in ("capabilities", "teams", "incidents", "counties", "lots", "depots"):
        _once(name, (thing.id for thing in getattr(problem, name)))
    _teams(problem)
    _incidents(problem)
    _matrix("minutes", problem.minutes, len(problem.teams), len(problem.incidents))
    _matrix("depot_minutes", problem.depot_minutes, len(problem.depots), len(problem.incidents))
    if problem.cover_minutes or problem.counties:
        _matrix("cover_minutes", problem.cover_minutes, len(problem.teams), len(problem.counties))
    _number("cover_within", problem.cover_within)
    for n, county in enumerate(problem.counties):
        _number(f"counties[{n}].risk", county.risk)
    _supplies(problem)
    for name in ("unmet", "cover_last", "cover_second", "steady"):
        _number(f"weights.{name}", getattr(problem.weights, name))
    _pairs(problem)


def _once(field: str, ids: Iterable[str]) -> None:
    """No id twice, none empty."""
    for key, times in Counter(ids).items():
        if times > 1:
            raise ProblemError(field, f"id {key!r} stands {times} times; ids must differ")
        if not key:
            raise ProblemError(field, "an id is empty")


def _number(field: str, value: float | None, *, more: bool = False) -> None:
    """A finite number that is not negative; with `more`, above zero."""
    if value is None or not isfinite(value):
        raise ProblemError(field, f"{value} is not a finite number")
    if value < 0 or (more and value == 0):
        raise ProblemError(field, f"{value} must be {'above' if more else 'at least'} 0")


def _teams(problem: Problem) -> None:
    known = {c.id for c in problem.capabilities}
    for n, team in enumerate(problem.teams):
        _number(f"teams[{n}].people", team.people)
        for name, amount in team.provides.items():
            if name not in known:
                raise ProblemError(f"teams[{n}].provides", f"unknown capability {name!r}")
            _number(f"teams[{n}].provides[{name!r}]", amount)


def _incidents(problem: Problem) -> None:
    known = {c.id for c in problem.capabilities}
    for n, ask in enumerate(problem.incidents):
        at = f"incidents[{n}]"
        _number(f"{at}.weight", ask.weight)
        _once(f"{at}.needs", (need.capability for need in ask.needs))
        _once(f"{at}.supplies", (demand.item for demand in ask.supplies))
        for m, need in enumerate(ask.needs):
            if need.capability not in known:
                raise ProblemError(f"{at}.needs[{m}]", f"unknown capability {need.capability!r}")
            _number(f"{at}.needs[{m}].amount", need.amount, more=True)
            _number(f"{at}.needs[{m}].by", need.by)
            if need.people_equivalent is not None:
                _number(f"{at}.needs[{m}].people_equivalent", need.people_equivalent)
        for m, demand in enumerate(ask.supplies):
            _number(f"{at}.supplies[{m}].amount", demand.amount, more=True)
            _number(f"{at}.supplies[{m}].by", demand.by)


def _matrix(field: str, rows: Matrix, height: int, width: int) -> None:
    """A matrix of the right shape with times that are no less than none."""
    if len(rows) != height or any(len(row) != width for row in rows):
        raise ProblemError(field, f"must be {height} rows of {width}")
    for n, row in enumerate(rows):
        for m, value in enumerate(row):
            # written out: a provincial matrix has 200,000 entries
            if value is not None and not 0 <= value < float("inf"):
                raise ProblemError(f"{field}[{n}][{m}]", f"{value} is no time in minutes")


def _supplies(problem: Problem) -> None:
    depots = {d.id for d in problem.depots}
    for n, lot in enumerate(problem.lots):
        if lot.depot not in depots:
            raise ProblemError(f"lots[{n}].depot", f"unknown depot {lot.depot!r}")
        _number(f"lots[{n}].free", lot.free)
        _number(f"lots[{n}].reserve", lot.reserve)
        if lot.unit_weight_t is not None:
            _number(f"lots[{n}].unit_weight_t", lot.unit_weight_t)
    for n, depot in enumerate(problem.depots):
        if depot.vehicles is not None:
            _number(f"depots[{n}].vehicles", depot.vehicles)
        if depot.vehicle_t is not None:
            _number(f"depots[{n}].vehicle_t", depot.vehicle_t)


def _pairs(problem: Problem) -> None:
    """Locks, bans and the last plan name teams and incidents; a lock can be kept."""
    teams = {t.id: k for k, t in enumerate(problem.teams)}
    incidents = {a.id: i for i, a in enumerate(problem.incidents)}
    for field in ("locks", "bans", "previous"):
        for n, (team, incident) in enumerate(getattr(problem, field)):
            if field != "previous" and team not in teams:
                raise ProblemError(f"{field}[{n}]", f"unknown team {team!r}")
            if field != "previous" and incident not in incidents:
                raise ProblemError(f"{field}[{n}]", f"unknown incident {incident!r}")
    held: dict[str, str] = {}
    banned = set(problem.bans)
    for n, (team, incident) in enumerate(problem.locks):
        offer = problem.teams[teams[team]]
        bound = None if offer.movable else offer.busy_with
        if held.setdefault(team, incident) != incident:
            raise ProblemError(f"locks[{n}]", f"{team!r} is locked to {held[team]!r} already")
        if (team, incident) in banned:
            raise ProblemError(f"locks[{n}]", f"{team!r} is banned from {incident!r}")
        if bound not in (None, incident):
            raise ProblemError(f"locks[{n}]", f"{team!r} is bound to {bound!r}")
        if bound is None and problem.minutes[teams[team]][incidents[incident]] is None:
            raise ProblemError(f"locks[{n}]", f"{team!r} cannot reach {incident!r}")
