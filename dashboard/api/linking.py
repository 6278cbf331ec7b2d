"""Support requests between levels over HTTP, and how the levels stand."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from dashboard.api.bodies import AuthorityBody, Body
from dashboard.api.common import actor_of, answer, carry, page
from data.center import Center
from data.domain.dispatch import Authority
from data.domain.levels import levels, upward
from data.domain.linking import Want
from data.domain.messages import linking as m


class WantBody(Body):
    """One thing asked for."""

    kind: str = "其他"
    name: str
    amount: float | None = None
    unit: str = ""


class AskBody(Body):
    """A request; to the level above when `to` is left out."""

    wants: list[WantBody] = Field(max_length=40)
    reason: str
    incident_id: str | None = None
    to: str = ""
    due_at: AwareDatetime | None = None
    authorised_by: AuthorityBody | None = None


class TakeBody(Body):
    """Who has it, for a body outside the center."""

    by: str = ""


class AnswerBody(Body):
    """The answer; `granted` is asked for when it is given in part."""

    verdict: Literal["granted", "partly", "refused"]
    words: str
    granted: list[WantBody] = Field(default_factory=list, max_length=40)
    by: str = ""


class WordsBody(Body):
    """A few words."""

    words: str = ""


class ReasonBody(Body):
    """Why."""

    reason: str


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["support"])

    @router.get("/support")
    async def requests(
        request: Request, incident: str | None = None, state: str | None = None,
        limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Support requests, the newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            r
            for r in seen.supports.values()
            if incident in {None, r.incident_id} and state in {None, r.state.value}
        ]
        held.sort(key=lambda r: r.id, reverse=True)
        return answer(page(held, limit, offset))

    @router.get("/levels")
    async def stand(request: Request) -> Response:
        """Each level below: last report, what waits for a receipt, open requests and tasks.

        `above`: each level above, its responses in force, and one's own row as it reads it.
        """
        actor = actor_of(request)

        def read() -> Any:
            seen, started = center.queries.situation(actor), center.queries.responses_above(actor)
            above = upward(seen, center.areas, actor.org, started)
            return {"items": levels(seen, center.areas, actor.org), "above": above}

        return answer(await center.ask(read))

    _writing(router, center)
    return router


def _writing(router: APIRouter, center: Center) -> None:
    @router.post("/support", status_code=201)
    async def ask(request: Request, body: AskBody) -> Response:
        """Ask another body for support."""
        word = body.authorised_by
        fields = body.model_dump() | {
            "wants": _wants(body.wants),
            "authorised_by": Authority(**word.model_dump()) if word else None,
        }
        return await carry(request, center, m.AskSupport(**fields), 201)

    @router.post("/support/{support_id}/receive")
    async def take(request: Request, support_id: str, body: TakeBody) -> Response:
        """The body asked has it."""
        return await carry(request, center, m.TakeSupport(support_id=support_id, by=body.by))

    @router.post("/support/{support_id}/answer")
    async def reply(request: Request, support_id: str, body: AnswerBody) -> Response:
        """Answer a request."""
        fields = body.model_dump() | {"granted": _wants(body.granted)}
        return await carry(request, center, m.AnswerSupport(support_id=support_id, **fields))

    @router.post("/support/{support_id}/finish")
    async def finish(request: Request, support_id: str, body: WordsBody) -> Response:
        """Who asked has it."""
        command = m.FinishSupport(support_id=support_id, words=body.words)
        return await carry(request, center, command)

    @router.post("/support/{support_id}/withdraw")
    async def withdraw(request: Request, support_id: str, body: ReasonBody) -> Response:
        """Who asked takes it back."""
        command = m.WithdrawSupport(support_id=support_id, reason=body.reason)
        return await carry(request, center, command)


def _wants(bodies: list[WantBody]) -> tuple[Want, ...]:
    return tuple(Want(**body.model_dump()) for body in bodies)
