"""Whether helicopters fly, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry
from data.center import Center
from data.domain.flight_switch import switch_of
from data.domain.messages.standing import SetFlying


class FlyingBody(Body):
    """`flying` false grounds all, true lifts the limit of daylight, null keeps to daylight."""

    flying: bool | None
    reason: str = ""


def build(center: Center) -> APIRouter:
    """The routes of the switch."""
    router = APIRouter(tags=["dispatch"])

    @router.get("/flying")
    async def told(request: Request) -> Response:
        """The switch as it stands, who set it and when."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer({"flight": switch_of(seen.flights)})

    @router.post("/flying")
    async def tell(request: Request, body: FlyingBody) -> Response:
        """Set the switch; every plan asked for from now on goes by it."""
        return await carry(request, center, SetFlying(**body.model_dump()))

    return router
