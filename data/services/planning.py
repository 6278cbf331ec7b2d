"""Proposes one plan for several incidents, judges a draft, and ranks who else could go."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from data.allocation import Allocation, solve
from data.allocation.model import Problem
from data.domain.dispatch import Plan
from data.domain.org import Actor
from data.domain.situation import Situation
from data.errors import Invalid
from data.services.answering import answer_of
from data.services.certifying import packed
from data.services.comparing import compare_plans, pairs_of
from data.services.distances import minutes_table
from data.services.flight_switch import with_switch
from data.services.orders import leave_minutes
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
    """Minutes of travel, without getting ready, from each team to each open incident."""
    teams = [t for t in situation.teams.values() if situation.team_position(t.id)]
    incidents = situation.open_incidents()
    table = minutes_table(situation, teams, incidents, tools)
    return {
        team.id: dict(zip([i.id for i in incidents], row, strict=True))
        for team, row in zip(teams, table, strict=True)
    }


def next_best(
    situation: Situation, team_id: str, incident_id: str, tools: Tools, limit: int = 3
) -> list[dict[str, Any]]:
    """The nearest other free teams with the team's first capability: {team, name, eta_minutes}.

    Raises
    ------
    Invalid
        When the team or the incident is not there.
    """
    team, incident = situation.teams.get(team_id), situation.incidents.get(incident_id)
    if team is None or incident is None:
        raise Invalid.field("team", "队伍或事件不存在", "请刷新后重选")
    able = next(iter(team.provides), None)
    others = [t for t in situation.available_teams() if t.id != team_id and able in t.provides]
    table = minutes_table(situation, others, [incident], tools)
    ranked = sorted(
        (row[0] + leave_minutes(t, incident, tools), t.id, t.name)
        for t, row in zip(others, table, strict=True)
        if row[0] is not None
    )
    return [{"team": k, "name": n, "eta_minutes": round(m)} for m, k, n in ranked[:limit]]


def assess_draft(situation: Situation, draft: dict[str, Any], tools: Tools) -> dict[str, Any]:
    """What a hand-made draft ({assignments, transfers}) takes, contests and leaves missing."""
    wanted = [(r["team"], r["incident"]) for r in draft.get("assignments", [])]
    doubled: dict[str, list[str]] = {}
    for team_id, incident_id in wanted:
        doubled.setdefault(team_id, []).append(incident_id)
    table = eta_table(situation, tools)
    rows = []
    for team_id, incident_id in wanted:
        team = situation.teams.get(team_id)
        minutes = table.get(team_id, {}).get(incident_id)
        incident, eta = situation.incidents.get(incident_id), None
        if team and incident and minutes is not None:
            wait = leave_minutes(team, incident, tools)
            eta = situation.at + timedelta(minutes=minutes + wait)
        rows.append(
            {
                "team": team_id, "incident": incident_id, "minutes": minutes, "eta": eta,
                "conflict": _conflict(situation, team_id, incident_id, doubled[team_id], minutes),
            }
        )  # fmt: skip
    contested = [
        {"team": k, "wanted_by": list(dict.fromkeys(v)), "given_to": None, "why": "请选定一处"}
        for k, v in doubled.items()
        if len(set(v)) > 1
    ]
    return {
        "rows": rows, "missing": _missing(situation, wanted, tools), "contested": contested,
        "supplies": _draft_lots(situation, draft.get("transfers", [])),
    }  # fmt: skip


def _conflict(
    situation: Situation, team_id: str, incident_id: str, wanted: list[str], minutes: float | None
) -> str | None:
    """Why a team of the draft cannot go, or None."""
    team = situation.teams.get(team_id)
    if team is None:
        return "队伍不存在或不在本辖区"
    held = situation.assignment_of_team(team_id)
    if held is not None:
        other = situation.incidents.get(held.incident_id)
        where = f"{other.letter} {other.short_name}" if other else "其他辖区事件"
        return f"已派往 {where}"
    if not team.plannable:
        return f"不可规划：缺{'、'.join(team.missing_fields)}"
    if not team.state.available:
        return f"现为{team.state.word}"
    if len(wanted) > 1:
        others = [situation.incidents[i].letter for i in dict.fromkeys(wanted) if i != incident_id]
        return f"同时被 {'、'.join(others)} 列入" if others else "重复列入"
    return "管制或断路，无可通路线" if minutes is None else None


def _missing(
    situation: Situation, wanted: list[tuple[str, str]], tools: Tools
) -> list[dict[str, Any]]:
    """What each open incident still lacks with the draft and the bound teams."""
    asked: dict[str, Any] = {
        "incidents": [{"id": i.id} for i in situation.open_incidents()], "keep_back": False,
    }  # fmt: skip
    if not asked["incidents"]:
        return []
    posed = pose(situation, asked, tools, None)
    locks = tuple((t, i) for t, i in dict(wanted).items())
    problem = _only(posed.problem, dict(locks))
    return [
        {k: v for k, v in row.items() if k != "why"}
        | {"need": need, "have": need - row["amount"], "gap": row["amount"]}
        for row in solve(problem, time_limit_s=0.05).shortfalls
        if "capability" in row
        for need in (_need(posed, row["incident"], row["capability"]),)
    ]


def _need(posed: Posed, incident_id: str, capability: str) -> float:
    """How much of a capability an incident needs."""
    rows = posed.needs[incident_id]
    return sum(float(r["amount"]) for r in rows if r["capability"] == capability)


def _only(problem: Problem, wanted: dict[str, str]) -> Problem:
    """The problem with no team but the bound ones and those of the draft, each where it is put."""
    kept = [k for k, t in enumerate(problem.teams) if t.busy_with or t.id in wanted]
    return Problem(
        capabilities=problem.capabilities, teams=tuple(problem.teams[k] for k in kept),
        incidents=problem.incidents, minutes=tuple(problem.minutes[k] for k in kept),
        locks=tuple(wanted.items()),
    )  # fmt: skip


def _draft_lots(situation: Situation, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each lot of the draft with what is free and whether it is enough for all that want it."""
    total: dict[str, float] = {}
    for row in wanted:
        total[row["lot"]] = total.get(row["lot"], 0.0) + float(row["amount"])
    rows = []
    for row in wanted:
        lot = situation.lots.get(row["lot"])
        free = lot.free if lot else 0.0
        short = total[row["lot"]] > free
        words = f"可调 {free:g}，草案共要 {total[row['lot']]:g}" if short else None
        rows.append({**row, "free": free, "conflict": words})
    return rows


__all__ = ["assess_draft", "compare_plans", "eta_table", "next_best", "propose"]
