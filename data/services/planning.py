"""Proposes one plan for several incidents, and tells how far every team is from each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from data.allocation import Allocation, solve
from data.allocation.model import Problem
from data.domain.dispatch import Plan
from data.domain.flight_switch import switch_of
from data.domain.org import Actor
from data.domain.situation import Situation
from data.services.answering import answer_of
from data.services.certifying import packed
from data.services.comparing import compare_plans, pairs_of
from data.services.distances import minutes_table
from data.services.flight_switch import with_switch
from data.services.posing import Posed, pose
from data.services.tools import Tools

Solver = Callable[[Problem, float], Allocation]


def propose(
    situation: Situation,
    request: Mapping[str, Any],
    tools: Tools,
    actor: Actor,
    plan_id: str,
    *,
    previous: Plan | None = None,
    solver: Solver = solve,
) -> Plan:
    """One joint plan for the incidents asked for, with everything it saw. Blocking.

    `request` as in the HTTP contract; needs left out come from the incident or its template.
    The plan keeps near `previous`; `solver` is asked as `solver(problem, time_limit_s)`.

    Raises
    ------
    Invalid
        When anything the request names is unknown or impossible; the field is named.
    """
    request = with_switch(situation, request)
    last = None if previous is None else pairs_of(previous.answer)
    posed = pose(situation, request, tools, actor, last or ())
    found = solver(posed.problem, posed.request.time_limit_s)
    answer = answer_of(posed, found, tools, actor, last)
    return Plan(
        id=plan_id, created_at=situation.at, created_by=actor.username, org=actor.org,
        request=_plain(request), answer=answer, seen=_seen(situation, posed, answer),
        problem=packed(posed.problem.to_json()),
    )  # fmt: skip


def _plain(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request as JSON values."""
    found: dict[str, Any] = json.loads(json.dumps(request, default=str, ensure_ascii=False))
    return found


def _seen(situation: Situation, posed: Posed, answer: dict[str, Any]) -> dict[str, int]:
    """The versions of the incidents asked for and of every team and lot the plan uses."""
    real = [key for key in posed.incidents if key in situation.incidents]
    seen = {key: situation.incidents[key].version for key in real}
    seen |= {r["team"]: situation.teams[r["team"]].version for r in answer["assignments"]}
    return seen | {r["lot"]: situation.lots[r["lot"]].version for r in answer["transfers"]}


def eta_table(situation: Situation, tools: Tools) -> dict[str, dict[str, float | None]]:
    """Minutes of travel, without getting ready, from each team to each open incident.

    None where there is no way, and for helicopters while the officer has stopped all flights.
    """
    grounded = switch_of(situation.flights).flying is False
    teams = [t for t in situation.teams.values() if situation.team_position(t.id)]
    incidents = situation.open_incidents()
    table = minutes_table(situation, teams, incidents, tools)
    ids = [i.id for i in incidents]
    return {
        team.id: dict.fromkeys(ids)
        if grounded and team.moves_by_air
        else dict(zip(ids, row, strict=True))
        for team, row in zip(teams, table, strict=True)
    }


__all__ = ["compare_plans", "eta_table", "propose"]
