"""Rectifications over HTTP: given with a deadline, told of, handed in, accepted by another."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry, page
from dashboard.api.uploads import photo_body
from data.center import Center
from data.domain.messages import hazards as m
from data.domain.org import SYSTEM, Actor, Permission
from data.domain.rectification import Rectification
from data.errors import NotFound
from data.store.blobs import read_blob

Level = Literal["none", "county", "city", "province"]


class GiveBody(Body):
    """Who puts it right, by when and why by then; `supervision` 挂牌督办 of one's own level."""

    owner_body: str
    due_at: AwareDatetime
    owner_person: str = ""
    owner_phone: str = ""
    owner_org: str | None = None
    supervision: Level = "none"
    due_reason: str = ""
    measures: str = ""


class SaidBody(Body):
    """Words; `by` names who did it when somebody else enters it."""

    words: str
    by: str = ""


class JudgedBody(Body):
    """The words of an acceptance or a return."""

    words: str


class ExtendBody(Body):
    """Another deadline, with the reason."""

    due_at: AwareDatetime
    reason: str


class LevelBody(Body):
    """Another level of supervision, with the reason."""

    supervision: Level
    reason: str


class LiftBody(Body):
    """Why it is called off."""

    reason: str


def rectification_of(center: Center, actor: Actor, key: str) -> Rectification:
    """A rectification the account may look at; blocking.

    Raises
    ------
    NotFound, Forbidden
    """
    if actor.may(Permission.READ):
        held = center.queries.situation(actor).rectifications.get(key)
    else:
        actor.require(Permission.HAZARD)
        held = center.queries.situation(SYSTEM).rectifications.get(key)
        if held is not None and not center.areas.covers(actor.org, held.area_code):
            held = None
    if held is None:
        raise NotFound(f"没有整改 {key}，或不在本辖区")
    return held


def add(router: APIRouter, center: Center) -> None:
    """The endpoints of rectifications."""
    _reading(router, center)
    _working(router, center)
    _judging(router, center)


def _reading(router: APIRouter, center: Center) -> None:
    @router.get("/rectifications")
    async def rectifications(
        request: Request, open: bool = False, overdue: bool = False,  # noqa: A002
        limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Rectifications of the area, the nearest deadline first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            r for r in seen.rectifications.values()
            if (r.open or not open) and (r.overdue(seen.at) or not overdue)
        ]  # fmt: skip
        held.sort(key=lambda r: (r.due_at is None, r.due_at or seen.at, r.id))
        return answer(page(held, limit, offset))

    @router.get("/rectifications/{rectification_id}")
    async def one(request: Request, rectification_id: str) -> Response:
        """One rectification with its progress."""
        actor = actor_of(request)
        return answer(await center.ask(rectification_of, center, actor, rectification_id))

    @router.get("/rectifications/{rectification_id}/progress/{line}/photos/{number}")
    async def image(request: Request, rectification_id: str, line: int, number: int) -> Response:
        """One photo of a line of progress, both counted from 1."""
        actor = actor_of(request)

        def read() -> tuple[bytes, str]:
            held = rectification_of(center, actor, rectification_id)
            lines = held.progress
            photos = lines[line - 1].photos if 1 <= line <= len(lines) else ()
            if not 1 <= number <= len(photos):
                raise NotFound(f"{rectification_id} 没有这张照片")
            return read_blob(center.database.reader, photos[number - 1].blob_id)

        body, media = await center.ask(read)
        return Response(body, media_type=media, headers={"cache-control": "private, max-age=86400"})


def _working(router: APIRouter, center: Center) -> None:
    @router.post("/hazards/{hazard_id}/rectification", status_code=201)
    async def give(request: Request, hazard_id: str, body: GiveBody) -> Response:
        """Give a hazard to a body to put right by a deadline."""
        command = m.GiveRectification(hazard_id=hazard_id, **body.model_dump())
        return await carry(request, center, command, 201)

    @router.post("/rectifications/{rectification_id}/progress", status_code=201)
    async def progress(request: Request, rectification_id: str, body: SaidBody) -> Response:
        """A line of progress."""
        command = m.TellProgress(rectification_id=rectification_id, words=body.words, by=body.by)
        return await carry(request, center, command, 201)

    @router.post(
        "/rectifications/{rectification_id}/photos",
        status_code=201,
        openapi_extra={"requestBody": {"content": {"image/jpeg": {}}, "required": True}},
    )
    async def photo(request: Request, rectification_id: str, note: str = "") -> Response:
        """A line of progress with a photo as the body; `note` is its words."""
        actor_of(request).require(Permission.HAZARD)
        jpeg = await photo_body(request, center, note)
        command = m.TellProgress(rectification_id=rectification_id, words=note, photos=(jpeg,))
        return await carry(request, center, command, 201)

    @router.post("/rectifications/{rectification_id}/submit")
    async def submit(request: Request, rectification_id: str, body: SaidBody) -> Response:
        """Put right, says the owner: to be accepted."""
        command = m.SubmitRectification(
            rectification_id=rectification_id, words=body.words, by=body.by
        )
        return await carry(request, center, command)


def _judging(router: APIRouter, center: Center) -> None:
    @router.post("/rectifications/{rectification_id}/accept")
    async def accept(request: Request, rectification_id: str, body: JudgedBody) -> Response:
        """Accepted by somebody who did not carry it out."""
        command = m.AcceptRectification(rectification_id=rectification_id, words=body.words)
        return await carry(request, center, command)

    @router.post("/rectifications/{rectification_id}/return")
    async def send_back(request: Request, rectification_id: str, body: JudgedBody) -> Response:
        """Not put right: back to the owner."""
        command = m.ReturnRectification(rectification_id=rectification_id, words=body.words)
        return await carry(request, center, command)

    @router.post("/rectifications/{rectification_id}/extend")
    async def extend(request: Request, rectification_id: str, body: ExtendBody) -> Response:
        """Another deadline, with the reason."""
        command = m.ExtendRectification(rectification_id=rectification_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/rectifications/{rectification_id}/supervision")
    async def supervision(request: Request, rectification_id: str, body: LevelBody) -> Response:
        """Another level of supervision, with the reason."""
        command = m.RaiseSupervision(rectification_id=rectification_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/rectifications/{rectification_id}/lift")
    async def lift(request: Request, rectification_id: str, body: LiftBody) -> Response:
        """Call it off: a leader on duty, with the reason."""
        command = m.LiftRectification(rectification_id=rectification_id, reason=body.reason)
        return await carry(request, center, command)
