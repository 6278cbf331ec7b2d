"""Pages to take away over HTTP: the situation map and an incident's briefing, offline HTML."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from dashboard import takeaway
from dashboard.api.common import actor_of, moment
from dashboard.geo_cover import cover_frames
from dashboard.picture.wall import wall_png
from data.center import Center
from data.domain.clock import SHANGHAI

# The page carries its own script and opens from a file; served here it is only handed over.
HEADERS = {
    "content-disposition": 'attachment; filename="hubei-map.html"',
    "cache-control": "no-store",
}


def build(center: Center) -> APIRouter:
    """The router of take-away pages."""
    router = APIRouter(tags=["takeaway"])

    @router.get("/takeaway.html")
    async def map_(request: Request, at: str | None = None) -> Response:
        """The situation of now or of a moment, as one offline page."""
        actor = actor_of(request)

        def make() -> str:
            seen = center.queries.situation(actor, moment(at))
            found = center.coverage(actor, at=moment(at))
            return takeaway.map_page(seen, cover_frames(found))

        return Response(await center.ask(make), media_type="text/html", headers=HEADERS)

    @router.get("/wall.png")
    async def wall(
        request: Request, at: str | None = None,
        width: Literal["1280", "1920", "2560", "3840"] = "1920",
    ) -> Response:  # fmt: skip
        """The wall of now or of a moment as a picture: both incidents, map, pool and alarms."""
        actor = actor_of(request)

        def make() -> tuple[bytes, str]:
            seen = center.queries.situation(actor, moment(at))
            drawn = wall_png(center, actor, seen, int(width), replay=not seen.live)
            return drawn, f"wall-{seen.at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}-{seen.revision}.png"

        picture, name = await center.ask(make)
        headers = {"content-disposition": f'attachment; filename="{name}"',
                   "cache-control": "no-store"}  # fmt: skip
        return Response(picture, media_type="image/png", headers=headers)

    @router.get("/incidents/{incident_id}/briefing.html")
    async def briefing(request: Request, incident_id: str, at: str | None = None) -> Response:
        """An incident's briefing with its own offline map."""
        actor = actor_of(request)

        def make() -> str:
            seen, incident = center.queries.incident(actor, incident_id, moment(at))
            return takeaway.briefing_page(center, seen, incident)

        return Response(await center.ask(make), media_type="text/html", headers=HEADERS)

    return router
