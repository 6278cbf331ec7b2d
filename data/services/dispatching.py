"""Issues dispatches: teams committed and lots reserved together, all or nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from data.domain.depot import Depot, Lot
from data.domain.dispatch import (
    Assignment,
    AssignmentState,
    Dispatch,
    Plan,
    Transfer,
    TransferStep,
)
from data.domain.incident import Incident
from data.domain.messages import IssueDispatch, WantedLot, WantedTeam
from data.domain.org import Permission
from data.domain.stock import MovementKind
from data.domain.team import Team, TeamState
from data.errors import Forbidden, Invalid
from data.services import clearance_book, dispatch_words, orders
from data.services.filling_orders import filled
from data.services.following import (
    advance_assignment,
    dispatch_number,
    redirect_assignment,
)
from data.services.handwork import handwork
from data.services.holding import Asked
from data.services.refusing import refuse_overtaken
from data.services.tools import Tools
from data.store.stock_book import Why
from data.store.unit_of_work import Unit

S = AssignmentState
__all__ = ["advance_assignment", "issue_dispatch", "redirect_assignment"]


def issue_dispatch(unit: Unit, command: IssueDispatch, tools: Tools) -> dict[str, Any]:
    """Commit teams and lots to incidents, from a stored plan or as listed.

    Raises
    ------
    Conflict, Stale, IllegalMove, Invalid
        Something is taken, changed since it was seen, cut off, over, or not to be planned with:
        `holders` names every such thing with its remedy (`refusing`).
    Invalid, Forbidden, NotFound
        Nothing or a team twice, not one's own teams, outside one's area.
    """
    unit.actor.require(Permission.DISPATCH)
    command, plan = filled(unit, command)
    asked = _read(unit, command, plan, tools)
    _check_reach(unit, asked, tools)
    refuse_overtaken(unit, command, asked, tools)
    authority = orders.authority_of(command.authorised_by, unit.actor, unit.now)
    by_hand = handwork(unit, asked)
    key = unit.next_id("dispatch")
    order = unit.put(
        Dispatch(
            id=key, number=dispatch_number(key, unit.now), plan_id=command.plan_id,
            issued_by=unit.actor.name, authorised_by=authority, issued_at=unit.now,
            org=unit.actor.org, incidents=tuple(asked.incidents),
            note="；".join(x for x in (command.note, tools.apart()) if x),
            by_hand=by_hand.words, checks=by_hand.checks,
        )
    )  # fmt: skip
    assignments = [_assign(unit, order, want, asked, tools) for want in asked.teams]
    transfers = [_transfer(unit, order, want, asked, tools) for want in asked.lots]
    asking = clearance_book.Asking(order=order, authority=authority, incidents=asked.incidents)
    fresh = [
        (a, asked.team[a.team_id])
        for a in assignments
        if a.team_id not in asked.moved or asked.moved[a.team_id].held
    ]
    opened = clearance_book.for_teams(unit, asking, fresh, tools)
    opened += clearance_book.for_lots(unit, asking, transfers, tools)
    assignments = [unit.get(Assignment, a.id) for a in assignments]
    words = orders.authority_words(authority)
    told = clearance_book.told(opened) + dispatch_words.unreached(asked, assignments)
    told += by_hand.told(command.plan_id) + (f"〔{mark}〕" if (mark := tools.apart()) else "")
    dispatch_words.tell(unit, order, asked, words, told)
    return {
        "id": order.id, "number": order.number, "issued_at": order.issued_at,
        "authorised_by": authority, "by_hand": order.by_hand, "checks": list(order.checks),
        "incidents": list(order.incidents), "clearances": opened,
        "assignments": [_shown(a) for a in assignments],
        "transfers": [_shown_transfer(t) for t in transfers],
    }  # fmt: skip


def _read(unit: Unit, command: IssueDispatch, plan: Plan | None, tools: Tools) -> Asked:
    """Everything the command names, checked for being nameable at all."""
    doubled = [t for t, n in Counter(w.team for w in command.assignments).items() if n > 1]
    if doubled:
        name = unit.get(Team, doubled[0]).name
        raise Invalid.field("assignments", f"{name} 列了不止一次", "一支队伍一次只能派往一处")
    if any(want.amount <= 0 for want in command.transfers):
        raise Invalid.field("transfers", "物资数量必须大于 0", "请改正数量")
    named = [w.incident for w in command.assignments] + [w.incident for w in command.transfers]
    incidents = {key: unit.get(Incident, key) for key in dict.fromkeys(named)}
    for incident in incidents.values():
        tools.areas.require(unit.actor.org, incident.all_areas)
    lots = {want.lot: unit.get(Lot, want.lot) for want in command.transfers}
    moved = _moved(unit, command, tools)
    return Asked(
        teams=command.assignments, lots=command.transfers, incidents=incidents, moved=moved,
        team={want.team: unit.get(Team, want.team) for want in command.assignments},
        lot=lots, depot={lot.depot_id: unit.get(Depot, lot.depot_id) for lot in lots.values()},
        shut=orders.closures(unit), plan=plan,
    )  # fmt: skip


def _moved(unit: Unit, command: IssueDispatch, tools: Tools) -> dict[str, Assignment]:
    """The assignments that a plan's released teams leave, where they still hold."""
    found = {}
    for want in command.assignments:
        if want.moved_from is None or want.moved_from == want.incident:
            continue
        for held in unit.find(Assignment, team_id=want.team, released_seq=None):
            if held.incident_id == want.moved_from:
                tools.areas.require(unit.actor.org, unit.get(Incident, want.moved_from).all_areas)
                found[want.team] = held
    return found


def _check_reach(unit: Unit, asked: Asked, tools: Tools) -> None:
    """Refuse teams and depots outside the actor's subtree."""
    if asked.lots:
        unit.actor.require(Permission.SUPPLY)
    owned = [(t.name, t.area_code) for t in asked.team.values()]
    owned += [(d.name, d.area_code) for d in asked.depot.values()]
    for name, code in owned:
        if not tools.areas.covers(unit.actor.org, code):
            raise Forbidden(f"{name} 不属本辖区，请报上级指挥中心调派")


def _assign(
    unit: Unit, order: Dispatch, want: WantedTeam, asked: Asked, tools: Tools
) -> Assignment:
    """One team ordered: where it leaves from, when, and when it will be there."""
    team, incident = asked.team[want.team], asked.incidents[want.incident]
    start, minutes = orders.team_way(unit, team, incident, asked.shut, tools)
    held = asked.moved.get(team.id)
    if held is not None:
        gone = replace(held, held=False).moved(S.REDIRECTED, unit.now, want.reason)
        unit.put(replace(gone, released_seq=unit.seq))
        clearance_book.settle(unit, held.dispatch_id)
        under_way = team.state not in (TeamState.ORDERED, TeamState.STANDBY)
        wait = 0.0 if under_way else team.ready_minutes
    else:
        wait = orders.leave_minutes(team, incident, tools)
    leaves = unit.now + timedelta(minutes=wait)
    able = want.capability or next(iter(team.provides), None)
    amount = want.amount if want.amount is not None else team.provides.get(able or "")
    orders.close_return(unit, team.id)
    kept = unit.put(
        Assignment(
            id=unit.next_id("assignment"), dispatch_id=order.id, team_id=team.id,
            incident_id=incident.id, capability=able, amount=amount, leaves_at=leaves,
            eta=leaves + timedelta(minutes=minutes) if minutes is not None else None,
            from_lon=start[0] if start else None, from_lat=start[1] if start else None,
            reason=want.reason, times={AssignmentState.ORDERED.value: unit.now},
            org=unit.actor.org,
        )
    )  # fmt: skip
    unit.put(replace(team, state=TeamState.ORDERED))
    return kept


def _transfer(unit: Unit, order: Dispatch, want: WantedLot, asked: Asked, tools: Tools) -> Transfer:
    """One lot's amount reserved, with when it can be there."""
    incident, key = asked.incidents[want.incident], unit.next_id("transfer")
    why = Why(kind=MovementKind.RESERVE, transfer_id=key, incident_id=incident.id,
              reason=f"调派 {order.number}", origin=incident.origin)  # fmt: skip
    lot = unit.reserve(want.lot, want.amount, why)
    depot, eta = asked.depot[lot.depot_id], None
    minutes = orders.depot_minutes(depot, incident, asked.shut, tools)
    if minutes is not None:
        eta = unit.now + timedelta(minutes=minutes + orders.LOADING_MINUTES)
    return unit.put(
        Transfer(
            id=key, dispatch_id=order.id, lot_id=lot.id, depot_id=depot.id,
            item_id=lot.item_id, incident_id=incident.id, amount=want.amount, eta=eta,
            times={"ordered": unit.now}, org=unit.actor.org,
            steps=(TransferStep(what="下达", by=unit.actor.name, at=unit.now, words=order.number),),
        )
    )  # fmt: skip


def _shown(made: Assignment) -> dict[str, Any]:
    """An assignment in the answer."""
    return {
        "id": made.id, "team": made.team_id, "incident": made.incident_id,
        "capability": made.capability, "amount": made.amount, "leaves_at": made.leaves_at,
        "eta": made.eta, "reason": made.reason, "state": made.state.value,
        "held": made.waits,
    }  # fmt: skip


def _shown_transfer(made: Transfer) -> dict[str, Any]:
    """A transfer in the answer."""
    return {
        "id": made.id, "depot": made.depot_id, "lot": made.lot_id, "item": made.item_id,
        "incident": made.incident_id, "amount": made.amount, "eta": made.eta,
        "state": made.state.value,
    }  # fmt: skip
