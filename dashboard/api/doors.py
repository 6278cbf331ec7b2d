"""How the doors for devices stand, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, answer
from data.center import Center
from data.domain.org import Permission


def build(center: Center) -> APIRouter:
    """The router of the doors."""
    router = APIRouter(tags=["ingest"])

    @router.get("/doors")
    async def doors(request: Request) -> Response:
        """MQTT, SL 651 and HJ 212: open, connected, last heard, counts, newest faults."""
        actor = actor_of(request)
        if not actor.may(Permission.SHARE):
            actor.require(Permission.MONITOR)
        return answer({"items": await center.ask(center.doors.status)})

    return router
