"""Follows assignments from 接令 to 归队, and redirects a team to the other incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from data.domain.clock import SHANGHAI, aware
from data.domain.dispatch import TEAM_AFTER, Assignment, AssignmentState, Dispatch
from data.domain.incident import Incident
from data.domain.messages import AdvanceAssignment, RedirectAssignment
from data.domain.org import Permission
from data.domain.team import Team, TeamState
from data.errors import Forbidden, Invalid
from data.services import clearance_book, orders
from data.services.tools import Tools
from data.store.unit_of_work import Unit

S = AssignmentState


def dispatch_number(dispatch_id: str, at: datetime) -> str:
    """The number people say: month and day at home, whose machine it was, the running number."""
    _, _, rest = dispatch_id.partition("-")
    mark, _, number = rest.rpartition("-")
    return f"{at.astimezone(SHANGHAI):%m%d}-{f'{mark}-' if mark else ''}{int(number):04d}"


def advance_assignment(unit: Unit, command: AdvanceAssignment, tools: Tools) -> dict[str, Any]:
    """Move an assignment on, its team with it; an assignment that ends frees the team.

    Raises
    ------
    Invalid, IllegalMove, NotFound, Forbidden
        An unknown state or time, a move its state does not allow, outside one's area.
    """
    unit.actor.require(Permission.FOLLOW)
    assignment = unit.get(Assignment, command.assignment_id)
    team = unit.get(Team, assignment.team_id)
    incident = unit.get(Incident, assignment.incident_id)
    tools.areas.require(unit.actor.org, [*incident.all_areas, team.area_code or ""])
    return step(unit, command, assignment, tools)


def step(
    unit: Unit, command: AdvanceAssignment, assignment: Assignment, tools: Tools
) -> dict[str, Any]:
    """Move an assignment on in this unit of work; the caller has checked permission and area.

    Raises
    ------
    Invalid, IllegalMove
    """
    team = unit.get(Team, assignment.team_id)
    incident = unit.get(Incident, assignment.incident_id)
    to, at = _asked(command.to), _when(command, assignment, unit.now)
    moved = assignment.moved(to, at, command.note)
    if to == S.DEPARTED:
        moved = _departed(unit, command, moved, team, incident, tools)
    if not to.binds and moved.released_seq is None:
        moved = replace(moved, released_seq=unit.seq)
    kept = unit.put(moved)
    unit.put(replace(team, state=TEAM_AFTER[to]))
    if assignment.waits:
        clearance_book.settle(unit, assignment.dispatch_id)
    note = f"（{command.note}）" if command.note else ""
    unit.tell(
        f"{incident.letter} {team.name} {to.word}{note}",
        incident_id=incident.id,
        area=incident.area_code,
    )
    return {
        "id": kept.id, "team": team.id, "incident": incident.id, "state": kept.state.value,
        "eta": kept.eta, "leaves_at": kept.leaves_at, "times": kept.times,
        "team_state": TEAM_AFTER[to].value,
    }  # fmt: skip


def _asked(name: str) -> AssignmentState:
    """The state asked for; redirecting has its own command."""
    allowed = [s for s in S if s not in (S.ORDERED, S.REDIRECTED)]
    if name not in [s.value for s in allowed]:
        words = "、".join(f"{s.value}（{s.word}）" for s in allowed)
        raise Invalid.field("to", f"不能转为“{name}”", f"可填：{words}；改派请用改派命令")
    return S(name)


def _when(command: AdvanceAssignment, assignment: Assignment, now: datetime) -> datetime:
    """When the move happened: as stated, never before the step it follows."""
    before = max(assignment.times.values(), default=None)
    if command.at is None:
        return max(now, before) if before else now
    at = aware(command.at)
    if before and at < before:
        shown = before.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")
        raise Invalid.field("at", "时间早于上一步", f"上一步在 {shown}，请填不早于它的时间")
    return at


def _departed(
    unit: Unit,
    command: AdvanceAssignment,
    moved: Assignment,
    team: Team,
    incident: Incident,
    tools: Tools,
) -> Assignment:
    """The assignment with where and when the team left, and its arrival reckoned from there."""
    at = moved.times[S.DEPARTED]
    start: orders.Point | None = None
    if command.lon is not None and command.lat is not None:
        start = command.lon, command.lat
    elif moved.from_lon is not None and moved.from_lat is not None:
        start = moved.from_lon, moved.from_lat
    goal = orders.scene(incident, tools)
    shut = orders.closures(unit)
    minutes = orders.minutes_to(team, start, goal, tools, shut, incident.type)
    eta = at + timedelta(minutes=minutes) if minutes is not None else None
    if start:
        moved = replace(moved, from_lon=start[0], from_lat=start[1])
    return replace(moved, leaves_at=at, eta=eta)


def redirect_assignment(unit: Unit, command: RedirectAssignment, tools: Tools) -> dict[str, Any]:
    """Send a bound team to another open incident instead: one order, both halves or neither.

    Raises
    ------
    Invalid, IllegalMove, NotFound, Forbidden
        No reason, the same or a closed incident, a team no longer bound, outside one's area.
    """
    unit.actor.require(Permission.DISPATCH)
    old = unit.get(Assignment, command.assignment_id)
    team = unit.get(Team, old.team_id)
    here, there = unit.get(Incident, old.incident_id), unit.get(Incident, command.incident_id)
    for incident in (here, there):
        tools.areas.require(unit.actor.org, incident.all_areas)
    if not tools.areas.covers(unit.actor.org, team.area_code):
        raise Forbidden(f"{team.name} 不属本辖区，请报上级指挥中心改派")
    if not command.reason.strip():
        raise Invalid.field("reason", "改派没有写明理由", "请填写改派理由")
    if here.id == there.id:
        raise Invalid.field("incident_id", "队伍已在此事件", "请选择另一事件")
    there.require_open()
    start = orders.standing(unit, team, tools)
    ended = old.moved(S.REDIRECTED, unit.now, command.reason)
    unit.put(replace(ended, released_seq=unit.seq))
    authority = orders.authority_of(command.authorised_by, unit.actor, unit.now)
    order = unit.put(_order(unit, command, there.id, authority))
    minutes = orders.minutes_to(
        team, start, orders.scene(there, tools), tools, orders.closures(unit), there.type
    )
    under_way = team.state in (TeamState.DEPARTED, TeamState.ARRIVED, TeamState.WORKING)
    leaves = unit.now + timedelta(minutes=0.0 if under_way else team.ready_minutes)
    eta = leaves + timedelta(minutes=minutes) if minutes is not None else None
    new = unit.put(
        Assignment(
            id=unit.next_id("assignment"), dispatch_id=order.id, team_id=team.id,
            incident_id=there.id, capability=old.capability, amount=old.amount,
            leaves_at=leaves, eta=eta,
            from_lon=start[0] if start else None, from_lat=start[1] if start else None,
            reason=command.reason, times={S.ORDERED.value: unit.now}, org=unit.actor.org,
        )
    )  # fmt: skip
    unit.put(replace(team, state=TeamState.ORDERED))
    words = orders.authority_words(authority)
    line = (
        f"改派 {order.number}：{team.name} {here.letter} → {there.letter}，"
        f"{command.reason}（授权：{words}）"
    )
    orders.tell_all(unit, [(there, line), (here, line)], line, words)
    return {
        "id": new.id, "assignment": new.id, "redirected": old.id, "dispatch": order.id,
        "number": order.number, "team": team.id, "incident": there.id,
        "leaves_at": new.leaves_at, "eta": new.eta,
    }  # fmt: skip


def _order(unit: Unit, command: RedirectAssignment, incident_id: str, authority: Any) -> Dispatch:
    """The order of a redirection."""
    key = unit.next_id("dispatch")
    return Dispatch(
        id=key, number=dispatch_number(key, unit.now), issued_by=unit.actor.name,
        authorised_by=authority, issued_at=unit.now, org=unit.actor.org,
        incidents=(incident_id,), note=f"改派：{command.reason}",
    )  # fmt: skip
