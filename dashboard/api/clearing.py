"""Approvals over HTTP: what waits for whose word, and giving or noting it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api.bodies import AuthorityBody, Body
from dashboard.api.common import actor_of, answer, carry, page
from data.center import Center
from data.domain.authority import read_table
from data.domain.clearance import Clearance
from data.domain.dispatch import Authority
from data.domain.messages import clearing as m
from data.domain.situation import Situation
from data.errors import NotFound


class ReviewBody(Body):
    """An opinion."""

    words: str


class GrantBody(Body):
    """One's own word; or `authorised_by`: whose word it was, by what way, when."""

    words: str = ""
    authorised_by: AuthorityBody | None = None


class RefuseBody(Body):
    """Why not; `authorised_by` says who refused when it was not the account itself."""

    words: str
    authorised_by: AuthorityBody | None = None


def clearance_view(seen: Situation, held: Clearance) -> dict[str, Any]:
    """An approval as the API gives it."""
    return {
        "clearance": held, "state_word": held.word, "open": held.open, "whose": held.whose,
        "overdue": held.overdue(seen.at),
    }  # fmt: skip


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["clearances"])

    @router.get("/clearances")
    async def held(
        request: Request, state: str | None = None, subject: str | None = None,
        open: bool | None = None, limit: int = 200, offset: int = 0,  # noqa: A002
    ) -> Response:  # fmt: skip
        """Approvals, the newest first; `open` are those that still need a word."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        rows = [
            clearance_view(seen, c)
            for c in sorted(seen.clearances.values(), key=lambda c: c.id, reverse=True)
            if state in {None, c.state.value}
            and subject in {None, c.subject}
            and open in {None, c.open}
        ]
        return answer(page(rows, limit, offset))

    @router.get("/clearances/{clearance_id}")
    async def one(request: Request, clearance_id: str) -> Response:
        """One approval with its steps."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        if clearance_id not in seen.clearances:
            raise NotFound(f"没有编号为 {clearance_id} 的审批，或不在本辖区")
        return answer(clearance_view(seen, seen.clearances[clearance_id]))

    @router.get("/authority")
    async def table(request: Request) -> Response:
        """The table of who may authorise what, as read from its file."""
        actor_of(request)
        return answer(read_table(center.tools.rules.get("authority")))

    _writing(router, center)
    return router


def _writing(router: APIRouter, center: Center) -> None:
    @router.post("/clearances/{clearance_id}/review")
    async def review(request: Request, clearance_id: str, body: ReviewBody) -> Response:
        """Pass an approval on with an opinion."""
        command = m.ReviewClearance(clearance_id=clearance_id, words=body.words)
        return await carry(request, center, command)

    @router.post("/clearances/{clearance_id}/grant")
    async def grant(request: Request, clearance_id: str, body: GrantBody) -> Response:
        """Authorise, or note whose word it was."""
        command = m.GrantClearance(
            clearance_id=clearance_id, words=body.words, authorised_by=_word(body.authorised_by)
        )
        return await carry(request, center, command)

    @router.post("/clearances/{clearance_id}/refuse")
    async def refuse(request: Request, clearance_id: str, body: RefuseBody) -> Response:
        """Refuse, with the reason."""
        command = m.RefuseClearance(
            clearance_id=clearance_id, words=body.words, authorised_by=_word(body.authorised_by)
        )
        return await carry(request, center, command)


def _word(body: AuthorityBody | None) -> Authority | None:
    return Authority(**body.model_dump()) if body else None
