"""County nodes: what their machines ask and send, and who keeps and watches them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from dashboard.api.common import actor_of, answer, carry
from data.center import Center
from data.domain.messages.nodes import DecideClash
from data.domain.node import NodeRow, NodeState, Verdict
from data.errors import Forbidden, Invalid, Unavailable

LARGEST_FILE = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file that rows name: base64, and what it is."""

    body: str
    media: str


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Rows of a node's journal in their order, with the files they name."""

    rows: list[NodeRow]
    files: list[SentFile] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Teams to be kept for an order that is being written, and who writes it."""

    teams: list[str]
    by: str = ""


class EnrolBody(BaseModel):
    """The county whose machine it is."""

    model_config = ConfigDict(extra="forbid")
    org: str = Field(max_length=6)
    label: str = Field(default="", max_length=60)


class DecideBody(BaseModel):
    """What a conflict is decided to, and why."""

    model_config = ConfigDict(extra="forbid")
    verdict: Verdict
    reason: str = Field(max_length=500)
    expect_version: int | None = None


def build(center: Center) -> APIRouter:
    """Every address of nodes and conflicts."""
    router = APIRouter(tags=["nodes"])
    _machine(router, center)
    _people(router, center)
    return router


def _machine(router: APIRouter, center: Center) -> None:
    @router.get("/node/feed")
    async def feed(
        request: Request, after: int = 0, waiting: int = 0, whole: int = 0
    ) -> Response:
        """The province's journal after a number, as far as the node's county may see it."""
        actor, name = actor_of(request), _name(request)
        page = await center.ask(
            center.nodes.page, actor, name, max(0, after), max(0, waiting), whole=bool(whole)
        )
        return answer(page)

    @router.get("/node/head")
    async def head(request: Request) -> Response:
        """The newest number, for a machine that only looks whether it would be let in."""
        _name(request)
        return answer({"head": await center.ask(center.queries.revision)})

    @router.post("/node/rows", openapi_extra=_body(Sending))
    async def rows(request: Request) -> Response:
        """Take rows of the node's own, each once and in order; what became of each."""
        actor, name = actor_of(request), _name(request)
        sent = await _read(request, Sending)
        files = [_file(one) for one in sent.files]
        return answer({"items": await center.ask(center.nodes.take, actor, name, sent.rows, files)})

    @router.post("/node/hold", openapi_extra=_body(Asking))
    async def hold(request: Request) -> Response:
        """Keep teams for the node's order that is being written, a minute long."""
        actor, name = actor_of(request), _name(request)
        asked = await _read(request, Asking)
        until = await center.ask(center.nodes.keep, actor, name, asked.teams, asked.by[:60])
        return answer({"until": until})

    @router.get("/node/files/{key}")
    async def file(request: Request, key: str) -> Response:
        """A file that things name, by its SHA-256."""
        _name(request)
        body, media = await center.ask(center.nodes.file, actor_of(request), key)
        return Response(body, media_type=media)


def _people(router: APIRouter, center: Center) -> None:
    @router.get("/nodes")
    async def listed(request: Request) -> Response:
        """The county nodes of one's area, and how one's own machine is linked."""
        held = await center.ask(center.nodes.all, actor_of(request))
        standing = await center.ask(lambda: center.link.standing) if center.link else None
        return answer({"items": [_shown(center, n) for n in held], "link": standing})

    @router.post("/nodes", status_code=201)
    async def enrol(request: Request, body: EnrolBody) -> Response:
        """A county's next machine; its token is said this once."""
        made = await center.ask(center.nodes.enrol, actor_of(request), body.org, body.label)
        return answer(made, 201)

    @router.post("/nodes/{name}/revoke", status_code=204)
    async def revoke(request: Request, name: str) -> Response:
        """A machine that was lost or given up."""
        await center.ask(center.nodes.revoke, actor_of(request), name)
        return Response(status_code=204)

    @router.get("/clashes")
    async def clashes(request: Request, state: str = "") -> Response:
        """Conflicts between counties' machines and the province."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer({"items": [c for c in seen.clashes.values() if state in ("", c.state)]})

    @router.post("/clashes/{clash_id}/decide")
    async def decide(request: Request, clash_id: str, body: DecideBody) -> Response:
        """Which of two orders, values or incidents stands."""
        command = DecideClash(
            clash_id=clash_id, verdict=body.verdict, reason=body.reason,
            expect_version=body.expect_version,
        )  # fmt: skip
        return await carry(request, center, command)


def _name(request: Request) -> str:
    """The node whose machine it is.

    Raises
    ------
    Forbidden
        For whoever is no node.
    """
    session = request.state.session
    if session is None or session.kind != "node":
        raise Forbidden("此地址只供县级节点使用")
    return str(session.scope)


async def _read(request: Request, kind: type[Any]) -> Any:
    """A body of a kind.

    Raises
    ------
    Invalid
        When it is no such thing, naming where.
    Unavailable
        When the link was cut in the middle of it.
    """
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except ClientDisconnect as error:
        raise Unavailable("连接在传输中断开，节点会自动重发") from error
    except msgspec.DecodeError as error:
        raise Invalid.field("body", f"内容读不懂：{error}", "请使用同一版本的程序") from error


def _file(one: SentFile) -> tuple[bytes, str]:
    """A file that was sent.

    Raises
    ------
    Invalid
    """
    try:
        data = base64.b64decode(one.body, validate=True)
    except binascii.Error as error:
        raise Invalid.field("files", "附件读不出来", "请重新发送") from error
    if len(data) > LARGEST_FILE:
        raise Invalid.field("files", "附件过大", "单个附件不超过 8 MB")
    return data, one.media[:96]


def _shown(center: Center, node: NodeState) -> dict[str, Any]:
    plain = {k: getattr(node, k) for k in node.__dataclass_fields__}
    return {**plain, "silent": center.nodes.silent(node)}


def _body(kind: type[Any]) -> dict[str, Any]:
    """A body's schema for the API's description."""
    shape = {"type": "object", "title": kind.__name__, "description": kind.__doc__}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": shape}}}
    }
