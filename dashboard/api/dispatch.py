"""Plans, dispatches, assignments and transfers over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from dashboard.api import bodies as b
from dashboard.api.common import actor_of, answer, carry, page, wgs84
from dashboard.api.plan_bodies import PlanBody, QueueBody
from dashboard.api.views import assignment_view, dispatches_of, plan_line, transfer_view
from data.center import Center
from data.domain import messages as m
from data.domain.dispatch import TRANSFER_OPEN, Authority
from data.errors import NotFound


def _authority(body: b.AuthorityBody | None) -> Authority | None:
    return Authority(**body.model_dump()) if body else None


def build(center: Center) -> APIRouter:
    """The router of what is sent where."""
    router = APIRouter(tags=["dispatch"])
    _plans(router, center)
    _dispatches(router, center)
    _assignments(router, center)
    _transfers(router, center)
    return router


def _plans(router: APIRouter, center: Center) -> None:
    @router.post("/plans", status_code=201)
    async def propose(request: Request, body: PlanBody) -> Response:
        """Propose one plan for the incidents; it is stored and changes nothing."""
        asked = body.model_dump(mode="json", exclude_none=True)
        made = await center.ask(center.propose, actor_of(request), asked)
        return answer(
            {**made.answer, "id": made.id, "seen": made.seen, "created_at": made.created_at}, 201
        )

    @router.get("/plans")
    async def plans(
        request: Request, limit: Annotated[int, Query(ge=1, le=50)] = 20, offset: int = 0
    ) -> Response:
        """The newest plans of one's own area: proposed, issued (`dispatches`), and what-ifs."""
        actor = actor_of(request)

        def read() -> list[dict[str, Any]]:
            issued = dispatches_of(center.queries.situation(actor))
            return [
                plan_line(made, issued.get(made.id, []))
                for made in center.plans(actor, limit, max(0, offset))
            ]

        return answer({"items": await center.ask(read)})

    @router.post("/plans/queue")
    async def queue(request: Request, body: QueueBody) -> Response:
        """In which order teams serve many small sites; nothing is stored or ordered."""
        asked = body.model_dump(mode="json", exclude_none=True, exclude={"crs"})
        for site in asked["sites"]:
            site["lon"], site["lat"] = wgs84(site["lon"], site["lat"], body.crs)
        return answer(await center.ask(center.queue_sites, actor_of(request), asked))

    @router.get("/plans/{plan_id}")
    async def plan(request: Request, plan_id: str) -> Response:
        """A stored plan: what it was asked, what it saw, what it answered."""
        made = await center.ask(center.plan_of, actor_of(request), plan_id)
        names = ("id", "created_at", "created_by", "org", "request", "answer", "seen")
        return answer({name: getattr(made, name) for name in names})

    @router.get("/plans/{plan_id}/certificate")
    async def certificate(request: Request, plan_id: str) -> Response:
        """The plan's problem and answer for `python -m data.allocation.check`, and its word."""
        return answer(await center.ask(center.certificate, actor_of(request), plan_id))

    @router.get("/plans/{plan_id}/against/{other_id}")
    async def against(request: Request, plan_id: str, other_id: str) -> Response:
        """The plan compared with another: each figure as [of the other, of this plan]."""
        actor = actor_of(request)
        made = await center.ask(center.plan_of, actor, plan_id)
        other = await center.ask(center.plan_of, actor, other_id)
        return answer(center.compare_plans(other, made))


def _dispatches(router: APIRouter, center: Center) -> None:
    @router.post("/dispatches", status_code=201)
    async def issue(request: Request, body: b.DispatchBody) -> Response:
        """Issue a plan, or explicit teams and lots: all or nothing."""
        command = m.IssueDispatch(
            plan_id=body.plan_id,
            assignments=tuple(m.WantedTeam(**w.model_dump()) for w in body.assignments),
            transfers=tuple(m.WantedLot(**w.model_dump()) for w in body.transfers),
            seen=body.seen,
            authorised_by=_authority(body.authorised_by),
            note=body.note,
        )
        return await carry(request, center, command, 201)

    @router.get("/dispatches")
    async def dispatches(request: Request, limit: int = 200, offset: int = 0) -> Response:
        """Dispatches, newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = sorted(seen.dispatches.values(), key=lambda d: d.id, reverse=True)
        return answer(page(held, limit, offset))


def _assignments(router: APIRouter, center: Center) -> None:
    @router.get("/assignments")
    async def assignments(
        request: Request,
        incident: str | None = None,
        unfinished: bool = False,
        limit: int = 1000,
        offset: int = 0,
    ) -> Response:
        """Assignments; `unfinished` are those still bound or on their way home."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            assignment_view(seen, a)
            for a in sorted(seen.assignments.values(), key=lambda a: a.id)
            if incident in {None, a.incident_id}
            and (not unfinished or a.active or a.state.value == "released")
        ]
        return answer(page(held, limit, offset))

    @router.get("/assignments/{assignment_id}/route")
    async def route(request: Request, assignment_id: str) -> Response:
        """The way a team takes, as a list of [lon, lat]."""
        actor = actor_of(request)

        def read() -> dict[str, Any]:
            seen = center.queries.situation(actor)
            found = seen.assignments.get(assignment_id)
            incident = seen.incidents.get(found.incident_id) if found else None
            if not found or not incident or incident.lon is None or incident.lat is None:
                raise NotFound("没有此任务的路线")
            if found.from_lon is None or found.from_lat is None:
                raise NotFound("出发位置未知，没有路线")
            return {"coordinates": center.route_of(seen, found, incident)}

        return answer(await center.ask(read))

    @router.post("/assignments/{assignment_id}/status")
    async def advance(request: Request, assignment_id: str, body: b.StatusBody) -> Response:
        """Move an assignment on."""
        lon, lat = wgs84(body.lon, body.lat, body.crs)
        command = m.AdvanceAssignment(
            assignment_id=assignment_id, to=body.status, at=body.at, lon=lon, lat=lat,
            note=body.note,
        )  # fmt: skip
        return await carry(request, center, command)

    @router.post("/assignments/{assignment_id}/redirect", status_code=201)
    async def redirect(request: Request, assignment_id: str, body: b.RedirectBody) -> Response:
        """Send a bound team to another incident, with the reason."""
        command = m.RedirectAssignment(
            assignment_id=assignment_id, incident_id=body.incident_id, reason=body.reason,
            authorised_by=_authority(body.authorised_by),
        )  # fmt: skip
        return await carry(request, center, command, 201)


def _transfers(router: APIRouter, center: Center) -> None:
    @router.get("/transfers")
    async def transfers(
        request: Request, unfinished: bool = False, limit: int = 1000, offset: int = 0
    ) -> Response:
        """Transfers; `unfinished` are those not yet received or cancelled."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            transfer_view(seen, t)
            for t in sorted(seen.transfers.values(), key=lambda t: t.id)
            if not unfinished or t.state in TRANSFER_OPEN
        ]
        return answer(page(held, limit, offset))

    @router.post("/transfers/{transfer_id}/status")
    async def move(request: Request, transfer_id: str, body: b.StatusBody) -> Response:
        """Move a transfer on."""
        command = m.AdvanceTransfer(transfer_id=transfer_id, to=body.status, at=body.at)
        return await carry(request, center, command)
