"""Cover over HTTP: who reaches which county in what time, now and as a plan would leave it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, answer, moment
from data.center import Center


def build(center: Center) -> APIRouter:
    """The router of cover."""
    router = APIRouter(tags=["coverage"])

    @router.get("/coverage")
    async def coverage(
        request: Request,
        capability: str | None = None,
        plan: str | None = None,
        at: str | None = None,
    ) -> Response:
        """Minutes from the nearest free able team to every county seat, and who is within reach.

        `capability` left out means any rescue. With `plan`, `before` and `after` it, and `losses`:
        the counties that lose their last (`last`) or their second (`second`) team within 90
        minutes, or are reached later (`later`). Unknown populations are counted in
        `population_unknown`, never guessed.
        """
        actor = actor_of(request)
        return answer(await center.ask(center.coverage, actor, capability, plan, moment(at)))

    return router
