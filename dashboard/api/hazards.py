"""Hazards over HTTP: told from phones and desks, verified, turned into incidents."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from dashboard.api import rectifications
from dashboard.api.bodies import Body, Crs
from dashboard.api.common import actor_of, answer, carry, page, wgs84
from dashboard.api.uploads import photo_body
from dashboard.hazard_ground import ground
from data.center import Center
from data.domain.hazard import HazardReport
from data.domain.messages import hazards as m
from data.domain.org import SYSTEM, Actor, Permission
from data.domain.situation import Situation
from data.errors import NotFound
from data.services import hazard_view
from data.store.blobs import read_blob


class HazardBody(Body):
    """A hazard; `way` is public when somebody rang the duty room."""

    kind: str
    words: str = Field("", max_length=2000)
    urgency: Literal["now", "soon", "plain"] = "plain"
    way: Literal["grid", "public"] = "grid"
    place: str = Field("", max_length=200)
    area_code: str | None = None
    lon: float | None = Field(None, allow_inf_nan=False)
    lat: float | None = Field(None, allow_inf_nan=False)
    crs: Crs = "WGS84"
    placed_by: Literal["", "phone", "map", "search", "said"] = ""
    contact: str = Field("", max_length=64)
    caller: str = Field("", max_length=64)
    caller_phone: str = Field("", max_length=32)
    at: AwareDatetime | None = None
    phone_at: AwareDatetime | None = None


class WordsBody(Body):
    """A few words."""

    words: str


class VerdictBody(Body):
    """Whether it is true; a duplicate names the other hazard."""

    verdict: Literal["true", "false", "duplicate"]
    words: str = ""
    duplicate_of: str | None = None
    expect_version: int | None = None


class ReasonBody(Body):
    """Why."""

    reason: str


class IncidentBody(Body):
    """Into which incident, or the three names of a new one; neither leaves the report waiting."""

    incident_id: str | None = None
    commander: str = ""
    lead_body: str = ""
    desk: str = ""
    name: str = ""
    short_name: str = ""
    type: str | None = None


def build(center: Center) -> APIRouter:
    """The endpoints of hazards and of their rectification."""
    router = APIRouter(tags=["hazards"])
    _phone(router, center)
    _reading(router, center)
    _photos(router, center)
    _judging(router, center)
    rectifications.add(router, center)
    return router


def seen_by(center: Center, actor: Actor) -> Situation:
    """What an account may know of hazards: an officer its area, a grid worker its own reports.

    Raises
    ------
    Forbidden
        Who neither reads the situation nor tells hazards.
    """
    if actor.may(Permission.READ):
        return center.queries.situation(actor)
    actor.require(Permission.HAZARD)
    return center.queries.situation(SYSTEM)


def hazard_of(seen: Situation, actor: Actor, hazard_id: str) -> HazardReport:
    """A hazard the account may look at.

    Raises
    ------
    NotFound
    """
    hazard = seen.hazards.get(hazard_id)
    own = hazard is not None and hazard.reporter == actor.username
    if hazard is None or not (own or actor.may(Permission.READ)):
        raise NotFound(f"没有隐患 {hazard_id}，或不在本辖区")
    return hazard


def _phone(router: APIRouter, center: Center) -> None:
    @router.post("/hazards", status_code=201)
    async def tell(request: Request, body: HazardBody) -> Response:
        """Tell a hazard, each once per `Idempotency-Key`."""
        lon, lat = wgs84(body.lon, body.lat, body.crs)
        given = {**body.model_dump(exclude={"crs"}), "lon": lon, "lat": lat}
        return await carry(request, center, m.TellHazard(**given), 201)

    @router.get("/hazards/mine")
    async def mine(request: Request) -> Response:
        """What became of one's own reports, what is to be put right near, and the choices."""
        actor = actor_of(request)
        actor.require(Permission.HAZARD)

        def read() -> dict[str, Any]:
            seen = center.queries.situation(SYSTEM)
            held = seen.exercise
            speed = 1.0 if held is None else 0.0 if held.paused else held.speed
            return {**hazard_view.phone_view(seen, center.areas, actor), "speed": speed}

        return answer(await center.ask(read))

    @router.get("/hazards/ground")
    async def map_(request: Request) -> Response:
        """Outlines and places of one's area, for the phone to keep."""
        actor = actor_of(request)
        actor.require(Permission.HAZARD)
        return answer(await center.ask(ground, center.areas, actor.org))

    @router.post("/hazards/{hazard_id}/supplement")
    async def supplement(request: Request, hazard_id: str, body: WordsBody) -> Response:
        """More about it; answers what was asked back."""
        command = m.SupplementHazard(hazard_id=hazard_id, words=body.words)
        return await carry(request, center, command)


def _reading(router: APIRouter, center: Center) -> None:
    @router.get("/hazards")
    async def hazards(
        request: Request, state: str | None = None, open: bool = False,  # noqa: A002
        limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Hazards of the area, the newest first; `open=true` those that wait for somebody."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            h for h in seen.hazards.values()
            if state in {None, h.state} and (h.now.open or not open)
        ]  # fmt: skip
        held.sort(key=lambda h: h.id, reverse=True)
        return answer(page(held, limit, offset))

    @router.get("/hazards/{hazard_id}")
    async def hazard(request: Request, hazard_id: str) -> Response:
        """One hazard with all that was done about it."""
        actor = actor_of(request)
        seen = await center.ask(seen_by, center, actor)
        return answer(hazard_of(seen, actor, hazard_id))


def _photos(router: APIRouter, center: Center) -> None:
    @router.post(
        "/hazards/{hazard_id}/photos",
        status_code=201,
        openapi_extra={"requestBody": {"content": {"image/jpeg": {}}, "required": True}},
    )
    async def photo(request: Request, hazard_id: str, note: str = "") -> Response:
        """A photo as the body; it is painted anew, so nothing hidden in it is kept."""
        actor_of(request).require(Permission.HAZARD)
        jpeg = await photo_body(request, center, note)
        command = m.AddHazardPhoto(hazard_id=hazard_id, photo=jpeg)
        return await carry(request, center, command, 201)

    @router.get("/hazards/{hazard_id}/photos/{number}")
    async def image(request: Request, hazard_id: str, number: int) -> Response:
        """One photo, counted from 1, a JPEG."""
        actor = actor_of(request)

        def read() -> tuple[bytes, str]:
            photos = hazard_of(seen_by(center, actor), actor, hazard_id).photos
            if not 1 <= number <= len(photos):
                raise NotFound(f"{hazard_id} 没有第 {number} 张照片")
            return read_blob(center.database.reader, photos[number - 1].blob_id)

        body, media = await center.ask(read)
        return Response(body, media_type=media, headers={"cache-control": "private, max-age=86400"})


def _judging(router: APIRouter, center: Center) -> None:
    @router.post("/hazards/{hazard_id}/verify")
    async def verify(request: Request, hazard_id: str, body: VerdictBody) -> Response:
        """Say whether it is true, or which hazard it repeats."""
        return await carry(
            request, center, m.VerifyHazard(hazard_id=hazard_id, **body.model_dump())
        )

    @router.post("/hazards/{hazard_id}/ask")
    async def ask(request: Request, hazard_id: str, body: WordsBody) -> Response:
        """Ask who told it back."""
        return await carry(request, center, m.AskHazard(hazard_id=hazard_id, words=body.words))

    @router.post("/hazards/{hazard_id}/reopen")
    async def reopen(request: Request, hazard_id: str, body: ReasonBody) -> Response:
        """Take a verdict back."""
        command = m.ReopenHazard(hazard_id=hazard_id, reason=body.reason)
        return await carry(request, center, command)

    @router.post("/hazards/{hazard_id}/told")
    async def told(request: Request, hazard_id: str, body: WordsBody) -> Response:
        """Put on record that who told it was told what became of it."""
        return await carry(request, center, m.NoteCaller(hazard_id=hazard_id, words=body.words))

    @router.post("/hazards/{hazard_id}/incident", status_code=201)
    async def incident(request: Request, hazard_id: str, body: IncidentBody) -> Response:
        """It has happened: a report with all that is known, opened or merged when told how."""
        command = m.HazardToIncident(hazard_id=hazard_id, **body.model_dump())
        return await carry(request, center, command, 201)
