"""The situation, the journal and its proof, and the exercise's clock, over HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api import bodies as b
from dashboard.api.common import actor_of, answer, moment
from data.center import Center
from data.errors import NotFound


def build(center: Center) -> APIRouter:
    """The router of what was and is true."""
    router = APIRouter(tags=["records"])

    @router.get("/situation")
    async def situation(request: Request, at: str | None = None) -> Response:
        """Everything true at a journal number or an instant, as far as one's area allows."""
        return answer(await center.ask(center.queries.situation, actor_of(request), moment(at)))

    @router.get("/journal")
    async def journal(request: Request, after: int = 0, limit: int = 200) -> Response:
        """Journal rows with their hashes, oldest first."""
        after, limit = max(0, after), max(1, limit)
        rows = await center.ask(center.queries.journal, actor_of(request), after, limit)
        return answer({"items": rows, "next": rows[-1]["seq"] if rows else None})

    @router.get("/journal/verify")
    async def verify(request: Request) -> Response:
        """Walk the hash chain and name the first row that does not hold."""
        return answer(await center.ask(center.queries.verify, actor_of(request)))

    @router.get("/journal/heads")
    async def heads(request: Request) -> Response:
        """Signed heads of the newest two days and the public key, for a host elsewhere."""
        return answer(await center.ask(center.heads, actor_of(request)))

    @router.get("/exercise")
    async def exercise(request: Request) -> Response:
        """The clock and the script of the exercise; 404 in the real center."""
        actor_of(request)
        return answer(_exercise(center))

    @router.post("/exercise")
    async def steer(request: Request, body: b.ExerciseBody) -> Response:
        """Change the exercise's speed, pause it, jump forward, or start it again."""
        _exercise(center)
        await center.ask(
            center.steer_exercise, actor_of(request), speed=body.speed, paused=body.paused,
            jump_to=body.jump_to, restart=body.restart,
        )  # fmt: skip
        return answer(_exercise(center))

    return router


def _exercise(center: Center) -> dict[str, Any]:
    if center.exercise is None:
        raise NotFound("本实例不是演练")
    return {**center.exercise.describe(), "now": center.clock.now()}
