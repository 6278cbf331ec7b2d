"""What the center does with plans: proposes, keeps, compares and verifies them, reads needs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from data.allocation.answer import Allocation
from data.allocation.makeshift import makeshift
from data.allocation.model import Problem
from data.allocation.pool import common_pool
from data.domain.dispatch import Assignment, Plan
from data.domain.incident import Incident
from data.domain.linking import SupportRequest
from data.domain.messages.linking import KeepDraft
from data.domain.org import SYSTEM, Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.errors import CenterError, NotFound, Unavailable
from data.services import coverage, granting, planning, queueing
from data.services.asking import read
from data.services.certifying import certificate
from data.services.needing import stated
from data.services.supposing import supposed
from data.services.tools import Tools
from data.store.database import Database
from data.store.queries import Queries

log = logging.getLogger("hubei.plan")


@dataclass(frozen=True, kw_only=True)
class PlanDesk:
    """The part of the center that plans; every call is blocking."""

    areas: AreaTree
    tools: Tools
    database: Database
    queries: Queries

    def propose(self, actor: Actor, request: dict[str, Any]) -> Plan:
        """Propose one plan for the incidents asked for; it is kept and changes nothing.

        Solved in a process of its own; while none can run, by nearest first, and the plan says
        so. A newer call of the actor with the same `key` of the request ends the older one.

        Raises
        ------
        Forbidden, Invalid, NotFound, Superseded
            Without the permission; naming what is wrong in the request; no such previous plan;
            a newer call took over.
        """
        actor.require(Permission.PLAN)
        last, key = request.get("previous"), request.get("key")
        previous = self.plan_of(actor, str(last)) if last else None
        solver = partial(_solved, key=f"{actor.username}:{key}" if key else None)
        made = planning.propose(
            self.queries.situation(actor), request, self.tools, actor,
            self.database.next_plan_id(), previous=previous, solver=solver,
        )  # fmt: skip
        return self.database.save_plan(made)

    def draft_granted(self, held: SupportRequest, seen: Situation) -> KeepDraft:
        """Plan what a granted request names, over the forces of whoever granted it. Blocking.

        The plan is kept for the officer who may issue it; where nothing can be planned the
        reason is kept instead.
        """
        draft = granting.draft_of(seen, held, self.areas)
        keep = KeepDraft(support_id=held.id, org=draft.org, note=draft.note)
        if not draft.request:
            return keep
        officer = replace(SYSTEM, org=draft.org)
        try:
            made = planning.propose(
                draft.seen, draft.request, self.tools, officer, self.database.next_plan_id(),
                solver=_solved,
            )  # fmt: skip
        except CenterError as error:
            return replace(keep, note=f"未能生成草案：{error.detail}")
        words = granting.words_of(made.answer, draft.note)
        if not (made.answer["assignments"] or made.answer["transfers"]):
            return replace(keep, note=f"同意的力量眼下都派不出：{words}；请在值班台手工调派")
        self.database.save_plan(made)
        return replace(keep, plan_id=made.id, note=words)

    def queue_sites(self, actor: Actor, request: dict[str, Any]) -> dict[str, Any]:
        """In which order teams serve many small sites; nothing is kept and nothing is ordered.

        Solved in a process of its own; `key` as in `propose`.

        Raises
        ------
        Forbidden, Invalid, Superseded
            As `propose`.
        """
        actor.require(Permission.PLAN)
        key = request.get("key")
        solver = partial(common_pool().queue, key=f"{actor.username}:{key}" if key else None)
        seen = self.queries.situation(actor)
        return queueing.queue_sites(seen, request, self.tools, actor, solver)

    def plan_of(self, actor: Actor, plan_id: str) -> Plan:
        """A stored plan of the actor's area.

        Raises
        ------
        NotFound
            When there is none.
        """
        made = self.database.plan(plan_id)
        if not self.areas.covers(actor.org, made.org):
            raise NotFound(f"没有编号为 {plan_id} 的调度方案，请重新求解")
        return made

    def plans(self, actor: Actor, limit: int = 20, offset: int = 0) -> list[Plan]:
        """The newest plans of the actor's area, newest first, what-ifs among them.

        Raises
        ------
        Forbidden
            When the actor may not read.
        """
        actor.require(Permission.READ)
        return self.database.plans(limit, offset, lambda org: self.areas.covers(actor.org, org))

    def compare_plans(self, a: Plan, b: Plan) -> dict[str, Any]:
        """Plan `b` against plan `a`: who stays, goes and moves, and each figure of both."""
        return planning.compare_plans(a, b)

    def supposed(self, seen: Situation, request: dict[str, Any]) -> Situation:
        """The situation with a request's supposed incidents in it, for drawing a fork."""
        return supposed(seen, read(request), self.tools)

    def certificate(self, actor: Actor, plan_id: str) -> dict[str, Any]:
        """A plan's problem and answer, verified again: {problem, plan, checks, orders}.

        `orders` are the dispatches of it, with how each departs from it and the rules over what
        was really ordered.
        """
        orders = [
            {"id": d.id, "number": d.number, "by_hand": d.by_hand, "checks": list(d.checks)}
            for d in self.queries.situation(actor).dispatches.values()
            if d.plan_id == plan_id
        ]
        return {**certificate(self.plan_of(actor, plan_id)), "orders": orders}

    def needs_of(self, actor: Actor, incident_id: str) -> dict[str, Any]:
        """What an incident needs as it stands, beside its template."""
        seen, incident = self.queries.incident(actor, incident_id)
        return stated(seen, incident)

    def eta_table(self, seen: Situation) -> dict[str, dict[str, float | None]]:
        """Minutes from every team to every open incident; None where it cannot reach."""
        return planning.eta_table(seen, self.tools)

    def coverage(
        self,
        actor: Actor,
        capability: str | None = None,
        plan_id: str | None = None,
        at: int | datetime | None = None,
    ) -> dict[str, Any]:
        """Who reaches which county; with a plan, before it and after. Blocking.

        Raises
        ------
        Forbidden, Invalid, NotFound
        """
        seen = self.queries.situation(actor, at)
        plan = self.database.plan(plan_id) if plan_id else None
        if plan is not None and not self.areas.covers(actor.org, plan.org):
            raise NotFound(f"没有编号为 {plan_id} 的调度方案")
        return coverage.asked(seen, self.tools, actor, capability, plan)

    def route_of(
        self, seen: Situation, assignment: Assignment, incident: Incident
    ) -> list[tuple[float, float]]:
        """The way an assignment's team takes, as lon/lat points; straight by air."""
        team = seen.teams.get(assignment.team_id)
        start = (assignment.from_lon or 0.0, assignment.from_lat or 0.0)
        end = (incident.lon or 0.0, incident.lat or 0.0)
        if team is not None and team.moves_by_air:
            return [start, end]
        shut = [z.closure for z in seen.zones.values() if z.kind == "closure" and not z.until]
        way: list[tuple[float, float]] = self.tools.travel.route(start, end, shut)
        return way


def _solved(problem: Problem, limit_s: float, key: str | None = None) -> Allocation:
    """The joint plan of a solver process; the nearest teams where none runs or it still loads.

    Raises
    ------
    ProblemError, Superseded
    Unavailable
        When the center stops.
    """
    pool = common_pool()
    try:
        return pool.solve(problem, limit_s, key)
    except Unavailable:
        if pool.closed:
            raise
        log.warning("没有求解进程，按就近优先给出临时方案")
        return makeshift(problem)
