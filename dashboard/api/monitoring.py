"""Positions and alarms over HTTP: stored first, answered after."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api import bodies as b
from dashboard.api.common import actor_of, answer, carry, page, wgs84
from data.center import Center
from data.domain import messages as m


def build(center: Center) -> APIRouter:
    """The router of what machines send."""
    router = APIRouter(tags=["monitoring"])

    @router.post("/positions", status_code=202)
    async def positions(request: Request, body: list[b.PositionBody]) -> Response:
        """Where teams are; rows of unknown teams are refused one by one."""
        rows = []
        for one in body:
            lon, lat = wgs84(one.lon, one.lat, one.crs)
            rows.append({"team": one.team, "lon": lon, "lat": lat, "at": one.at})
        done = await center.ask(center.feed.positions, actor_of(request), rows)
        return answer(done, 202)

    @router.get("/alarms")
    async def alarms(
        request: Request, state: str | None = None, limit: int = 200, offset: int = 0
    ) -> Response:
        """Alarms, newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [a for a in seen.alarms.values() if state in {None, a.state}]
        held.sort(key=lambda a: (a.raised_at, a.id), reverse=True)
        return answer(page(held, limit, offset))

    @router.post("/alarms/{alarm_id}/acknowledge")
    async def acknowledge(
        request: Request, alarm_id: str, body: b.AcknowledgeBody | None = None
    ) -> Response:
        """Take an alarm, perhaps linking it to an incident."""
        linked = body.incident_id if body else None
        command = m.AcknowledgeAlarm(alarm_id=alarm_id, incident_id=linked)
        return await carry(request, center, command)

    return router
