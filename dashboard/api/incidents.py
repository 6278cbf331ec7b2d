"""Reports and incidents over HTTP: taken in, opened, merged, graded, followed up, closed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api import bodies as b
from dashboard.api.common import actor_of, answer, carry, moment, page, wgs84
from dashboard.api.views import incident_view
from data.center import Center
from data.domain import messages as m
from data.domain.closing import open_ends
from data.domain.incident import Casualties, Figure


def _casualties(body: b.CasualtiesBody) -> Casualties:
    return Casualties(**body.model_dump())


def _figures(bodies: list[b.FigureBody]) -> tuple[Figure, ...]:
    return tuple(Figure(**body.model_dump()) for body in bodies)


def build(center: Center) -> APIRouter:
    """The router of reports and incidents."""
    router = APIRouter(tags=["incidents"])
    _reports(router, center)
    _reading(router, center)
    _changing(router, center)
    _entries(router, center)
    return router


def _reports(router: APIRouter, center: Center) -> None:
    @router.post("/reports", status_code=201)
    async def receive(request: Request, body: b.ReportBody) -> Response:
        """Take a report: it is stored, a grade is suggested with its source."""
        given = body.model_dump(exclude={"crs", "casualties", "figures", "lon", "lat"})
        lon, lat = wgs84(body.lon, body.lat, body.crs)
        command = m.ReceiveReport(
            **given, lon=lon, lat=lat,
            casualties=_casualties(body.casualties), figures=_figures(body.figures),
        )  # fmt: skip
        return await carry(request, center, command, 201)

    @router.get("/reports")
    async def reports(
        request: Request, state: str | None = None, limit: int = 200, offset: int = 0
    ) -> Response:
        """Reports, newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [r for r in seen.reports.values() if state in {None, r.state}]
        held.sort(key=lambda r: (r.received_at, r.id), reverse=True)
        return answer(page(held, limit, offset))

    @router.post("/reports/{report_id}/merge")
    async def merge(request: Request, report_id: str, body: b.MergeBody) -> Response:
        """Merge a report into an open incident."""
        command = m.MergeReport(report_id=report_id, incident_id=body.incident_id)
        return await carry(request, center, command)

    @router.post("/reports/{report_id}/dismiss")
    async def dismiss(request: Request, report_id: str, body: b.ReasonBody) -> Response:
        """Settle a report that is no incident."""
        command = m.DismissReport(report_id=report_id, reason=body.reason)
        return await carry(request, center, command)


def _reading(router: APIRouter, center: Center) -> None:
    @router.get("/incidents")
    async def incidents(
        request: Request,
        status: str | None = None,
        at: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> Response:
        """Incidents with grade, responses, casualties, deadlines, teams and supplies."""
        actor = actor_of(request)

        def read() -> list[dict[str, Any]]:
            seen = center.queries.situation(actor, moment(at))
            held = [i for i in seen.incidents.values() if status in {None, i.status}]
            held.sort(key=lambda i: i.id)
            return [incident_view(center, seen, i) for i in held]

        return answer(page(await center.ask(read), limit, offset))

    @router.get("/incidents/{incident_id}")
    async def incident(request: Request, incident_id: str, at: str | None = None) -> Response:
        """One incident with its whole timeline."""
        actor = actor_of(request)

        def read() -> dict[str, Any]:
            seen, found = center.queries.incident(actor, incident_id, moment(at))
            timeline = seen.timeline(incident_id)
            return {**incident_view(center, seen, found), "timeline": timeline}

        return answer(await center.ask(read))

    @router.get("/incidents/{incident_id}/needs")
    async def needs(request: Request, incident_id: str) -> Response:
        """What an incident needs, stated or by template; PATCH the incident to change it."""
        return answer(await center.ask(center.needs_of, actor_of(request), incident_id))


def _changing(router: APIRouter, center: Center) -> None:
    @router.post("/incidents", status_code=201)
    async def open_(request: Request, body: b.OpenBody) -> Response:
        """Open an incident from a report."""
        given = body.model_dump(exclude={"areas"})
        return await carry(request, center, m.OpenIncident(**given, areas=tuple(body.areas)), 201)

    @router.patch("/incidents/{incident_id}")
    async def edit(request: Request, incident_id: str, body: b.EditBody) -> Response:
        """Change names, people in charge, place or needs."""
        given = body.model_dump(exclude={"crs", "lon", "lat", "areas", "needs", "supply_needs"})
        lon, lat = wgs84(body.lon, body.lat, body.crs)
        command = m.EditIncident(
            incident_id=incident_id, **given, lon=lon, lat=lat,
            areas=None if body.areas is None else tuple(body.areas),
            needs=None if body.needs is None else tuple(body.needs),
            supply_needs=None if body.supply_needs is None else tuple(body.supply_needs),
        )  # fmt: skip
        return await carry(request, center, command)

    @router.post("/incidents/{incident_id}/grade")
    async def grade(request: Request, incident_id: str, body: b.GradeBody) -> Response:
        """Confirm the grade, or set another with its basis."""
        command = m.ConfirmGrade(incident_id=incident_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/incidents/{incident_id}/followups", status_code=201)
    async def follow(request: Request, incident_id: str, body: b.FollowupBody) -> Response:
        """File a 续报, 终报 or 补报."""
        given = body.model_dump(exclude={"casualties", "figures"})
        command = m.FileFollowup(
            incident_id=incident_id, **given,
            casualties=_casualties(body.casualties), figures=_figures(body.figures),
        )  # fmt: skip
        return await carry(request, center, command, 201)

    @router.get("/incidents/{incident_id}/open-ends")
    async def ends(request: Request, incident_id: str) -> Response:
        """What is still open: what `binds` forbids closing, the rest may be left to others."""
        seen, found = await center.ask(center.queries.incident, actor_of(request), incident_id)
        return answer({"items": open_ends(seen, found)})

    @router.post("/incidents/{incident_id}/close")
    async def close(request: Request, incident_id: str, body: b.CloseBody) -> Response:
        """Close an incident; what it leaves open to others is named in the answer."""
        left = None if body.left_open is None else tuple(body.left_open)
        command = m.CloseIncident(incident_id=incident_id, reason=body.reason, left_open=left)
        return await carry(request, center, command)

    @router.post("/incidents/{incident_id}/responses", status_code=201)
    async def respond(request: Request, incident_id: str, body: b.ResponseBody) -> Response:
        """Record a response, or its change of level."""
        command = m.RecordResponse(incident_id=incident_id, **body.model_dump())
        return await carry(request, center, command, 201)

    @router.post("/responses/{response_id}/end")
    async def end(request: Request, response_id: str, body: b.EndBody) -> Response:
        """Record that a response has ended."""
        command = m.EndResponse(response_id=response_id, **body.model_dump())
        return await carry(request, center, command)


def _entries(router: APIRouter, center: Center) -> None:
    @router.post("/entries", status_code=201)
    async def entry(request: Request, body: b.EntryBody) -> Response:
        """Write a line into a timeline or the duty log."""
        return await carry(request, center, m.WriteEntry(**body.model_dump()), 201)

    @router.post("/zones", status_code=201)
    async def draw(request: Request, body: b.ZoneBody) -> Response:
        """Draw an affected area or a closure."""
        return await carry(request, center, m.DrawZone(**body.model_dump()), 201)

    @router.post("/zones/{zone_id}/end")
    async def lift(request: Request, zone_id: str) -> Response:
        """Lift an affected area or a closure."""
        return await carry(request, center, m.EndZone(zone_id=zone_id))

    @router.get("/zones")
    async def zones(request: Request) -> Response:
        """Affected areas and closures in force."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer({"items": [z for z in seen.zones.values() if z.until is None]})
