"""The phone in the field over HTTP: its one order; and for the desk the codes, needs and photos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body, Crs
from dashboard.api.common import actor_of, answer, carry, page, wgs84
from dashboard.api.uploads import bounded_body
from data.center import Center
from data.domain.dispatch import Assignment
from data.domain.messages import fielding as m
from data.domain.org import SYSTEM, Actor, Permission
from data.domain.situation import Situation
from data.errors import Forbidden, NotFound
from data.ingest.coordinates import in_china, wgs84_to_gcj02
from data.services import field_view
from data.services.pictures import made_new
from data.store.blobs import read_blob

MOST_FIXES = 500  # positions in one sending
MOST_WAYS = 200
Point = tuple[float, float]


class _Phone(Body):
    """When and where, as the phone states it."""

    at: AwareDatetime | None = None
    phone_at: AwareDatetime | None = None
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "WGS84"


class StepBody(_Phone):
    """The step reached: accepted, departed, arrived, working, released, returned, declined."""

    to: str
    note: str = ""


class SayBody(_Phone):
    """A message."""

    text: str


class NeedBody(_Phone):
    """What is needed."""

    kind: Literal["capability", "item", "other"]
    what: str = ""
    amount: float | None = Field(None, allow_inf_nan=False)
    unit: str = ""
    words: str = ""


class ConsentBody(Body):
    """Whether the phone's position may be sent."""

    agreed: bool


class FixBody(Body):
    """One position of the phone."""

    lon: float = Field(allow_inf_nan=False)
    lat: float = Field(allow_inf_nan=False)
    at: AwareDatetime
    crs: Crs = "WGS84"


class FixesBody(Body):
    """Positions, oldest first."""

    fixes: list[FixBody] = Field(max_length=MOST_FIXES)


class AnswerBody(Body):
    """The desk's answer: taken, met, refused (with the reason), or read for a message."""

    to: Literal["taken", "met", "refused", "read"]
    words: str = ""


class ToTaskBody(Body):
    """Who carries the task out, and by when."""

    owner: str = ""
    owner_org: str | None = None
    due_at: AwareDatetime | None = None
    title: str = ""


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["field"])
    _order(router, center)
    _sending(router, center)
    _photo(router, center)
    _positions(router, center)
    _codes(router, center)
    _desk(router, center)
    _pictures(router, center)
    return router


def _bound(actor: Actor) -> str:
    """The order a phone is bound to."""
    actor.require(Permission.FIELD)
    if not actor.order:
        raise Forbidden("现场页只供持现场码的队伍负责人使用，请用现场码登录")
    return actor.order


def _given(body: _Phone) -> dict[str, Any]:
    """A body's fields with its place as WGS 84."""
    lon, lat = wgs84(body.lon, body.lat, body.crs)
    return {**body.model_dump(exclude={"crs"}), "lon": lon, "lat": lat}


def _order(router: APIRouter, center: Center) -> None:
    ways: dict[Any, Sequence[Point]] = {}

    def way_of(seen: Situation, order: Assignment) -> Sequence[Point]:
        """The way, reckoned once while neither the order nor a closure changes."""
        incident = seen.incidents.get(order.incident_id)
        if incident is None or incident.lon is None or incident.lat is None:
            return ()
        if order.from_lon is None or order.from_lat is None:
            return ()
        shut = frozenset(z.id for z in seen.zones.values() if z.kind == "closure" and not z.until)
        key = (order.id, order.from_lon, order.from_lat, incident.lon, incident.lat, shut)
        if key not in ways:
            if len(ways) >= MOST_WAYS:
                ways.clear()
            ways[key] = center.route_of(seen, order, incident)
        return ways[key]

    def read(order_id: str) -> dict[str, Any]:
        seen = center.queries.situation(SYSTEM)
        order = seen.assignments.get(order_id)
        view = field_view.order_view(seen, order_id, way_of(seen, order) if order else None)
        lon, lat = view["incident"]["lon"], view["incident"]["lat"]
        if lon is not None and lat is not None:
            shifted = wgs84_to_gcj02(lon, lat) if in_china(lon, lat) else (lon, lat)
            view["incident"]["gcj02"] = shifted
        held = seen.exercise
        view["speed"] = 1.0 if held is None else 0.0 if held.paused else held.speed
        return view

    @router.get("/field/order")
    async def order(request: Request) -> Response:
        """The one order this phone is for, with the center's clock."""
        return answer(await center.ask(read, _bound(actor_of(request))))

    @router.get("/field/choices")
    async def choices(request: Request) -> Response:
        """What may be asked for from the field."""
        _bound(actor_of(request))
        seen = await center.ask(center.queries.situation, SYSTEM)
        return answer(field_view.choices(seen))


def _sending(router: APIRouter, center: Center) -> None:
    @router.post("/field/state")
    async def state(request: Request, body: StepBody) -> Response:
        """The next step of the order, at the time the phone states."""
        return await carry(request, center, m.FieldState(**_given(body)))

    @router.post("/field/words", status_code=201)
    async def words(request: Request, body: SayBody) -> Response:
        """A message to the desk."""
        return await carry(request, center, m.SayFromField(**_given(body)), 201)

    @router.post("/field/needs", status_code=201)
    async def needs(request: Request, body: NeedBody) -> Response:
        """Something is needed at the scene."""
        return await carry(request, center, m.StateNeed(**_given(body)), 201)

    @router.post("/field/consent")
    async def consent(request: Request, body: ConsentBody) -> Response:
        """Agree to share the phone's position, or stop."""
        return await carry(request, center, m.SharePosition(agreed=body.agreed))


def _photo(router: APIRouter, center: Center) -> None:
    @router.post(
        "/field/photos",
        status_code=201,
        openapi_extra={"requestBody": {"content": {"image/jpeg": {}}, "required": True}},
    )
    async def photo(
        request: Request, note: str = "", at: AwareDatetime | None = None,
        phone_at: AwareDatetime | None = None, lon: float | None = None,
        lat: float | None = None, crs: Crs = "WGS84",
    ) -> Response:  # fmt: skip
        """A photo as the body; it is painted anew, so nothing hidden in it is kept."""
        _bound(actor_of(request))
        x, y = wgs84(lon, lat, crs)
        picture = await center.ask(made_new, await bounded_body(request))
        command = m.SendPhoto(
            jpeg=picture.jpeg, width=picture.width, height=picture.height, note=note, at=at,
            phone_at=phone_at, lon=x, lat=y,
        )  # fmt: skip
        return await carry(request, center, command, 201)


def _positions(router: APIRouter, center: Center) -> None:
    @router.post("/field/positions", status_code=202)
    async def positions(request: Request, body: FixesBody) -> Response:
        """Positions of the phone, while its holder agrees and the order lasts."""
        order_id = _bound(actor_of(request))

        def store() -> dict[str, Any]:
            order = center.queries.situation(SYSTEM).assignments.get(order_id)
            if order is None or not order.sharing:
                raise Forbidden("没有同意共享位置，位置未保存")
            if not order.active and order.state.value != "released":
                raise Forbidden("任务已结束，不再接收位置")
            rows = []
            for fix in body.fixes:
                lon, lat = wgs84(fix.lon, fix.lat, fix.crs)
                rows.append({"team": order.team_id, "lon": lon, "lat": lat, "at": fix.at})
            return center.feed.positions(SYSTEM, rows)

        return answer(await center.ask(store), 202)


def _codes(router: APIRouter, center: Center) -> None:
    @router.post("/assignments/{assignment_id}/code", status_code=201)
    async def give(request: Request, assignment_id: str) -> Response:
        """A one-time code for the order's phone, shown this once; the older one ends."""
        return answer(await center.ask(center.field_code, actor_of(request), assignment_id), 201)

    @router.delete("/assignments/{assignment_id}/code")
    async def revoke(request: Request, assignment_id: str) -> Response:
        """Take the order's code back; its phone is signed out."""
        return await carry(request, center, m.RevokeFieldCode(assignment_id=assignment_id))


def _desk(router: APIRouter, center: Center) -> None:
    @router.get("/needs")
    async def needs(
        request: Request, incident: str | None = None, open: bool = False,  # noqa: A002
        limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Needs and messages from the field, the newest first; `open=true` those that wait."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            n for n in seen.field_needs.values()
            if incident in {None, n.incident_id} and (n.open or not open)
        ]  # fmt: skip
        held.sort(key=lambda n: n.id, reverse=True)
        return answer(page(held, limit, offset))

    @router.post("/needs/{need_id}/answer")
    async def reply(request: Request, need_id: str, body: AnswerBody) -> Response:
        """Answer a need or a message; the phone shows it."""
        return await carry(request, center, m.AnswerNeed(need_id=need_id, **body.model_dump()))

    @router.post("/needs/{need_id}/task", status_code=201)
    async def task(request: Request, need_id: str, body: ToTaskBody) -> Response:
        """Make a task of it."""
        command = m.NeedToTask(need_id=need_id, **body.model_dump())
        return await carry(request, center, command, 201)


def _pictures(router: APIRouter, center: Center) -> None:
    @router.get("/photos")
    async def photos(
        request: Request, incident: str | None = None, limit: int = 200, offset: int = 0
    ) -> Response:
        """Photos from the field, the newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [p for p in seen.photos.values() if incident in {None, p.incident_id}]
        held.sort(key=lambda p: p.id, reverse=True)
        return answer(page(held, limit, offset))

    @router.get("/photos/{photo_id}/image")
    async def image(request: Request, photo_id: str) -> Response:
        """The photo itself, a JPEG."""
        actor = actor_of(request)

        def read() -> tuple[bytes, str]:
            photo = center.queries.situation(actor).photos.get(photo_id)
            if photo is None:
                raise NotFound(f"没有照片 {photo_id}，或不在本辖区")
            return read_blob(center.database.reader, photo.blob_id)

        body, media = await center.ask(read)
        headers = {
            "content-disposition": f'inline; filename="{photo_id}.jpg"',
            "cache-control": "private, max-age=86400",
        }
        return Response(body, media_type=media, headers=headers)

    @router.post("/photos/{photo_id}/seen")
    async def seen(request: Request, photo_id: str) -> Response:
        """Put on record that somebody has looked at it."""
        return await carry(request, center, m.SeePhoto(photo_id=photo_id))
