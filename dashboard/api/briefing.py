"""Briefings, after-action reports and what they count, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from dashboard import takeaway
from dashboard.api.common import actor_of, answer, moment
from dashboard.documents.review_papers import after_action_paper, briefing_paper
from dashboard.documents.writing import written
from data.center import Center
from data.domain.deeds import deeds, goods
from data.domain.intervals import findings, intervals
from data.domain.knowing import knowing
from data.domain.situation import Situation


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["review"])
    _counting(router, center)
    _papers(router, center)
    return router


def _counting(router: APIRouter, center: Center) -> None:
    @router.get("/incidents/{incident_id}/intervals")
    async def steps(request: Request, incident_id: str, at: str | None = None) -> Response:
        """Key steps against their targets, and what a review should ask about."""
        actor = actor_of(request)

        def read() -> dict[str, Any]:
            seen, incident = center.queries.incident(actor, incident_id, moment(at))
            found = intervals(seen, incident, center.tools.rules["review"])
            items = [{**_fields(s), "late": s.late} for s in found]
            return {"items": items, "findings": findings(seen, incident, found)}

        return answer(await center.ask(read))

    @router.get("/incidents/{incident_id}/knowledge")
    async def known(request: Request, incident_id: str, at: str | None = None) -> Response:
        """Who knew what when."""
        actor = actor_of(request)

        def read() -> dict[str, Any]:
            seen, incident = center.queries.incident(actor, incident_id, moment(at))
            return {"items": knowing(seen, center.areas, incident)}

        return answer(await center.ask(read))

    @router.get("/incidents/{incident_id}/deeds")
    async def done(request: Request, incident_id: str, at: str | None = None) -> Response:
        """What the issued plans proposed beside what was done, teams and supplies."""
        actor = actor_of(request)

        def read() -> dict[str, Any]:
            seen, incident = center.queries.incident(actor, incident_id, moment(at))
            plans = issued(center, seen)

            def told(found: Iterable[Any]) -> list[dict[str, Any]]:
                return [{**_fields(d), "late_min": d.late_min} for d in found]

            supplies = told(goods(seen, incident, plans))
            return {"items": told(deeds(seen, incident, plans)), "supplies": supplies}

        return answer(await center.ask(read))


def _papers(router: APIRouter, center: Center) -> None:
    @router.get("/incidents/{incident_id}/after-action")
    async def after(
        request: Request, incident_id: str, at: str | None = None,
        way: Annotated[str, Query(alias="format")] = "docx",
    ) -> Response:  # fmt: skip
        """The after-action report as docx, pdf, txt or html."""
        actor = actor_of(request)

        def make() -> tuple[bytes, dict[str, str]]:
            seen, incident = center.queries.incident(actor, incident_id, moment(at))
            paper = after_action_paper(
                seen, center.areas, incident, issued(center, seen),
                center.tools.rules["review"], actor.org,
            )  # fmt: skip
            return written(paper, way)

        content, headers = await center.ask(make)
        return Response(content, headers=headers)

    @router.get("/briefing")
    async def briefing(
        request: Request, at: str | None = None,
        way: Annotated[str, Query(alias="format")] = "docx",
    ) -> Response:  # fmt: skip
        """The open incidents, after the end the last: docx, pdf, txt or one offline page (html)."""
        actor = actor_of(request)

        def make() -> tuple[bytes, dict[str, str]]:
            seen = center.queries.situation(actor, moment(at))
            if way == "html":
                headers = {
                    "content-type": "text/html; charset=utf-8", "cache-control": "no-store",
                    "content-disposition": 'attachment; filename="hubei-briefing.html"',
                }  # fmt: skip
                return takeaway.joint_page(center, seen).encode(), headers
            return written(briefing_paper(seen, center.areas, actor.org), way)

        content, headers = await center.ask(make)
        return Response(content, headers=headers)


def issued(center: Center, seen: Situation) -> list[dict[str, Any]]:
    """The answers of the plans issued by then, in order."""
    orders = sorted(seen.dispatches.values(), key=lambda d: d.id)
    return [center.database.plan(d.plan_id).answer for d in orders if d.plan_id]


def _fields(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in type(thing).__dataclass_fields__}
