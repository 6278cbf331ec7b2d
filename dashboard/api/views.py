"""How things look to outside programs: incidents, teams and lots with what belongs to them."""

from __future__ import annotations

from typing import Any

from data.center import Center
from data.domain.clearance import ClearanceState
from data.domain.dispatch import Assignment, Plan, Transfer
from data.domain.incident import Incident
from data.domain.reporting import deadlines_in
from data.domain.situation import Situation
from data.domain.team import Team
from data.store.codec import plain


def incident_view(center: Center, seen: Situation, incident: Incident) -> dict[str, Any]:
    """An incident with its responses, deadlines, teams and supplies."""
    clocks = deadlines_in(seen, incident, center.tools.rules["reporting"], center.areas)
    return {
        **plain(incident),
        "grade": {**plain(incident.grading), "label": incident.grading.label},
        "responses": seen.responses_of(incident.id),
        "deadlines": clocks,
        "teams": [assignment_view(seen, a) for a in seen.assignments_of(incident.id)],
        "supplies": [transfer_view(seen, t) for t in seen.transfers_of(incident.id)],
        "zones": [z for z in seen.zones.values() if z.incident_id == incident.id],
        "as_of": seen.at,
        "revision": seen.revision,
    }


def assignment_view(seen: Situation, assignment: Assignment) -> dict[str, Any]:
    """An assignment with its team's name and the state in words."""
    team = seen.teams.get(assignment.team_id)
    return {
        **plain(assignment),
        "team_name": team.name if team else assignment.team_id,
        "state_word": assignment.word, "held": assignment.waits,
        "active": assignment.active,
    }


def transfer_view(seen: Situation, transfer: Transfer) -> dict[str, Any]:
    """A transfer with the names of its item and depot."""
    item, depot = seen.items.get(transfer.item_id), seen.depots.get(transfer.depot_id)
    return {
        **plain(transfer),
        "item_name": item.name if item else transfer.item_id,
        "unit": item.unit if item else "",
        "depot_name": depot.name if depot else transfer.depot_id,
        "state_word": transfer.state.word,
        "held": any(
            c.state == ClearanceState.ASKED and transfer.id in c.transfers
            for c in seen.clearances.values()
        ),
    }


def team_view(seen: Situation, team: Team) -> dict[str, Any]:
    """A team with where it is, how old that is, and what it is bound to."""
    where = seen.team_position(team.id)
    bound = seen.assignment_of_team(team.id)
    return {
        **plain(team),
        "state_word": team.state.word,
        "plannable": team.plannable,
        "missing_fields": team.missing_fields,
        "position": where,
        "assignment": bound.id if bound else None,
        "incident": bound.incident_id if bound else None,
    }


def dispatches_of(seen: Situation) -> dict[str, list[str]]:
    """The numbers of the dispatches that issued each plan."""
    found: dict[str, list[str]] = {}
    for dispatch in sorted(seen.dispatches.values(), key=lambda d: d.id):
        if dispatch.plan_id:
            found.setdefault(dispatch.plan_id, []).append(dispatch.number)
    return found


def plan_line(made: Plan, dispatches: list[str]) -> dict[str, Any]:
    """A plan in a list: who asked when, for what, how good, and the dispatches that issued it."""
    objective = made.answer.get("objective") or {}
    return {
        "id": made.id, "created_at": made.created_at, "created_by": made.created_by,
        "org": made.org, "incidents": [row["id"] for row in made.request.get("incidents") or []],
        "what_if": bool(made.request.get("what_if")), "dispatches": dispatches,
        "teams": len({row["team"] for row in made.answer.get("assignments") or []}),
        "shortfalls": len(made.answer.get("shortfalls") or []),
        "objective": {name: objective.get(name) for name in ("value", "gap", "optimal")},
    }  # fmt: skip
