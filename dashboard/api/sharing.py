"""Data sharing over HTTP: pushes of other bodies, connectors, try-outs, tokens given out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry
from data.center import Center
from data.domain.messages import sharing as m
from data.domain.org import Actor, Permission
from data.domain.sharing import Connector, Shared
from data.errors import Forbidden, Invalid
from data.ingest.sharing_records import MOST_BYTES

LONGEST_FILE = 200_000


class MappingBody(Body):
    """A mapping file."""

    text: str = Field(min_length=1, max_length=LONGEST_FILE)
    expect_version: int | None = None


class TryBody(Body):
    """A mapping file and a sample of what would come."""

    text: str = Field(min_length=1, max_length=LONGEST_FILE)
    sample: str = Field(max_length=1_000_000)


class ReasonBody(Body):
    """Why."""

    reason: str = Field("", max_length=400)


class TokenBody(Body):
    """For how long a token is good."""

    days: int = Field(365, ge=1, le=1100)


def build(center: Center) -> APIRouter:
    """The router of data sharing."""
    router = APIRouter(tags=["sharing"])
    _push(router, center)
    _connectors(router, center)
    _tokens(router, center)
    return router


def _push(router: APIRouter, center: Center) -> None:
    @router.post("/share/{connector_id}", status_code=202)
    async def push(request: Request, connector_id: str) -> Response:
        """Data of another body, as its connector's mapping reads them; answered once kept."""
        raw = await _body(request)
        connector = await _reached(request, center, connector_id)
        taken = await center.ask(center.sharing.take, connector, raw)
        return answer(taken.body(), 202)


async def _body(request: Request) -> bytes:
    """The body, never more of it than is taken.

    Raises
    ------
    Invalid
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise Invalid.field("body", f"数据超过 {MOST_BYTES} 字节", "请分批推送")
    return bytes(raw)


async def _reached(request: Request, center: Center, connector_id: str) -> Connector:
    """The connector, for a token bound to it or for who may share.

    Raises
    ------
    Forbidden, NotFound
    """
    session = request.state.session
    if session is not None and session.scope:
        found = await center.ask(center.sharing.held, connector_id)
        if session.scope != connector_id:
            raise Forbidden("此令牌只能向它自己的共享接口推送")
        return found
    actor = actor_of(request)
    actor.require(Permission.SHARE)
    return await center.ask(center.sharing.connector, actor, connector_id)


def _connectors(router: APIRouter, center: Center) -> None:
    @router.get("/connectors")
    async def connectors(request: Request) -> Response:
        """Who shares what with us, and how it stands."""
        actor = _keeper(request)
        held = (await center.ask(center.queries.situation, actor)).connectors
        book = await center.ask(center.sharing.book.all)
        return answer({"items": [_shown(c, book.get(c.id)) for c in held.values()]})

    @router.get("/connectors/{connector_id}")
    async def connector(request: Request, connector_id: str) -> Response:
        """One connector with its mapping file."""
        found = await center.ask(center.sharing.connector, _keeper(request), connector_id)
        shared = await center.ask(center.sharing.book.of, connector_id)
        return answer({**_shown(found, shared), "text": found.text})

    @router.post("/connectors", status_code=201)
    async def make(request: Request, body: MappingBody) -> Response:
        """A new connector of a mapping file."""
        return await carry(request, center, m.SaveConnector(text=body.text), 201)

    @router.post("/connectors/try")
    async def try_out(request: Request, body: TryBody) -> Response:
        """What a mapping would take of a sample, and what it would refuse; nothing is kept."""
        _keeper(request)
        told = await center.ask(center.sharing.try_out, body.text, body.sample)
        return answer({k: v for k, v in told.items() if k != "mapping"})

    @router.post("/connectors/{connector_id}")
    async def revise(request: Request, connector_id: str, body: MappingBody) -> Response:
        """A new edition of a connector's mapping file."""
        command = m.SaveConnector(
            text=body.text, connector_id=connector_id, expect_version=body.expect_version
        )
        return await carry(request, center, command)

    @router.post("/connectors/{connector_id}/pause")
    async def pause(request: Request, connector_id: str, body: ReasonBody) -> Response:
        """Take nothing from it for a while."""
        command = m.PauseConnector(connector_id=connector_id, reason=body.reason)
        return await carry(request, center, command)

    @router.post("/connectors/{connector_id}/resume")
    async def resume(request: Request, connector_id: str) -> Response:
        """Take from it again."""
        return await carry(request, center, m.ResumeConnector(connector_id=connector_id))

    @router.post("/connectors/{connector_id}/poll")
    async def poll(request: Request, connector_id: str) -> Response:
        """Ask the body now."""
        found = await center.ask(center.sharing.connector, _keeper(request), connector_id)
        return answer(await center.ask(center.poller.poll, found))

    @router.post("/connectors/{connector_id}/retake")
    async def retake(request: Request, connector_id: str) -> Response:
        """Take again what was refused and is still held."""
        found = await center.ask(center.sharing.connector, _keeper(request), connector_id)
        return answer((await center.ask(center.sharing.retake, found)).body())


def _tokens(router: APIRouter, center: Center) -> None:
    @router.post("/connectors/{connector_id}/token", status_code=201)
    async def give(request: Request, connector_id: str, body: TokenBody | None = None) -> Response:
        """A token that may push to this connector and nothing else; shown this once."""
        actor = _keeper(request)
        found = await center.ask(center.sharing.connector, actor, connector_id)
        days = body.days if body else 365
        make = center.accounts.make_share_token
        token = await center.ask(make, actor, found.id, found.name, days)
        return answer({"token": token, "push_to": f"/api/v1/share/{found.id}"}, 201)

    @router.post("/connectors/{connector_id}/token/revoke", status_code=204)
    async def take_back(request: Request, connector_id: str) -> Response:
        """Take the connector's token back."""
        actor = _keeper(request)
        found = await center.ask(center.sharing.connector, actor, connector_id)
        await center.ask(center.accounts.revoke_share_token, actor, found.id)
        return Response(status_code=204)

    @router.get("/tokens")
    async def tokens(request: Request) -> Response:
        """What programs and other bodies come with, and when each was last used."""
        return answer({"items": await center.ask(center.accounts.tokens, actor_of(request))})

    @router.post("/tokens/{token_id}/revoke", status_code=204)
    async def revoke(request: Request, token_id: str) -> Response:
        """Take a token back."""
        await center.ask(center.accounts.revoke_token, actor_of(request), token_id)
        return Response(status_code=204)


def _keeper(request: Request) -> Actor:
    actor = actor_of(request)
    actor.require(Permission.SHARE)
    return actor


def _shown(connector: Connector, shared: Shared | None) -> dict[str, Any]:
    """A connector without its file, and how it stands."""
    plain = {k: getattr(connector, k) for k in connector.__dataclass_fields__ if k != "text"}
    stands = shared or Shared(connector_id=connector.id)
    return {**plain, "stands": {k: getattr(stands, k) for k in stands.__dataclass_fields__}}
