"""Readings over HTTP, answered once durable; what was refused, and what was read before."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard.api.common import actor_of, answer, moment
from dashboard.api.problems import LARGEST_STREAM, READINGS
from dashboard.ingesting import Lines, history_span, rows_of_list, submit
from data.center import Center
from data.domain.feeding import Taken
from data.domain.org import Actor, Permission
from data.errors import Forbidden, Invalid

PATH = READINGS
LARGEST_LIST = 8_000_000  # bytes of a JSON list: it is whole before its rows can be told apart
MOST_LISTED = 1_000  # refused rows named in one answer; the quarantine has them all
QUICK_BYTES = 200_000  # decoded on the loop in about a millisecond
LISTS_AT_ONCE = 4  # lists larger than that held at a time; the rest of the others stays unread
READ_S = 120.0  # within which a list has come whole
AHEAD = 4  # blocks of one stream that may wait for the disk at a time


class Chosen(BaseModel):
    """Rows of the quarantine, by their numbers."""

    model_config = ConfigDict(extra="forbid")
    ids: list[int] = Field(min_length=1, max_length=1000)


def taking(center: Center) -> Callable[[Request], Awaitable[Response]]:
    """What answers `PATH`."""
    room = asyncio.Semaphore(LISTS_AT_ONCE)

    async def telemetry(request: Request) -> Response:
        """Readings as a JSON list or NDJSON; answered only after they are stored."""
        actor = actor_of(request)
        actor.require(Permission.TELEMETRY)
        if center.link:
            raise Forbidden("本机是县级节点，监测数据请直接送省中心")
        return answer(await _take(center, actor, request, room), 202)

    return telemetry


def build(center: Center) -> APIRouter:
    """The router of what is kept of what sensors sent."""
    router = APIRouter(tags=["ingest"])

    @router.get("/sensors/{sensor_id}/history")
    async def history(
        request: Request,
        sensor_id: str,
        since: str | None = None,
        until: str | None = None,
        buckets: int = 300,
    ) -> Response:
        """A sensor's span in buckets: low, high, mean, last, count; a day back unless told."""
        first, last = history_span(moment(since), moment(until), center.clock.now())
        return answer(
            await center.ask(
                center.queries.history, actor_of(request), sensor_id, first, last, buckets
            )
        )

    _quarantine(router, center)
    return router


def _quarantine(router: APIRouter, center: Center) -> None:
    @router.get("/ingest")
    async def ingest(request: Request) -> Response:
        """The day's counts by protocol and sender, clock skews, and what is held back."""
        return answer(await center.ask(center.feed.overview, actor_of(request)))

    @router.get("/quarantine")
    async def quarantine(
        request: Request,
        state: str | None = "held",
        via: str | None = None,
        source: str | None = None,
        kind: str | None = None,
        q: str = "",
        limit: int = 100,
        before: int | None = None,
    ) -> Response:
        """Refused rows, newest first, with source, reason and text."""
        limit = max(1, limit)
        items = await center.ask(
            center.feed.held, actor_of(request), state=state or None, via=via, source=source,
            kind=kind, text=q, limit=limit, before=before,
        )  # fmt: skip
        return answer({"items": items, "next": items[-1].id if len(items) >= limit else None})

    @router.post("/quarantine/replay")
    async def replay(request: Request, body: Chosen) -> Response:
        """Feed refused rows again; those still refused are told why and stay."""
        done = await center.ask(center.feed.replay, actor_of(request), body.ids)
        refused = [{"id": key, "reason": reason} for key, reason in done.refused]
        return answer({"stored": done.stored, "refused": refused})

    @router.post("/quarantine/drop")
    async def drop(request: Request, body: Chosen) -> Response:
        """Settle refused rows without storing them."""
        return answer({"dropped": await center.ask(center.feed.drop, actor_of(request), body.ids)})


async def _take(
    center: Center, actor: Actor, request: Request, room: asyncio.Semaphore
) -> dict[str, Any]:
    """A list at once, lines as they come; `room` bounds how many large lists are held."""
    sums, stream, head = _Sums(), _bounded(request.stream()), b""
    async for piece in stream:
        head += piece
        if head.strip():
            break
    if head.lstrip()[:1] == b"[":
        async with AsyncExitStack() as held:
            text = await _in_time(
                _whole(head, stream, lambda: held.enter_async_context(room))
            )
            quick = len(text) <= QUICK_BYTES
            rows = rows_of_list(text) if quick else await center.ask(rows_of_list, text)
            await sums.add(await submit(center, actor, rows), len(rows))
            return await sums.body()
    lines = Lines()
    for rows in lines.add(head):
        await sums.add(await submit(center, actor, rows), len(rows))
    async for piece in stream:
        for rows in lines.add(piece):
            await sums.add(await submit(center, actor, rows), len(rows))
    if rows := lines.rest():
        await sums.add(await submit(center, actor, rows), len(rows))
    return await sums.body()


async def _bounded(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces of a body that did not say how long it is.

    Raises
    ------
    HTTPException
        As soon as it has grown too large.
    """
    size = 0
    async for piece in stream:
        size += len(piece)
        if size > LARGEST_STREAM:
            raise HTTPException(413)
        yield piece


async def _whole(
    head: bytes, stream: AsyncIterator[bytes], enter: Callable[[], Awaitable[None]]
) -> bytes:
    """All of a list; for a large one `enter` is awaited before the rest is read.

    Raises
    ------
    Invalid
        As soon as it has grown too large.
    """
    held, entered = bytearray(head), False
    async for piece in stream:
        held += piece
        if not entered and len(held) > QUICK_BYTES:
            await enter()
            entered = True
        if len(held) > LARGEST_LIST:
            break
    if len(held) > LARGEST_LIST:
        remedy = "请分批上报，或改用 NDJSON 逐行发送"
        raise Invalid.field("body", "一批数据超过 8 MB", remedy)
    return bytes(held)


async def _in_time(reading: Coroutine[Any, Any, bytes]) -> bytes:
    """What is read, unless it takes so long that it would keep others out.

    Raises
    ------
    Invalid
    """
    try:
        async with asyncio.timeout(READ_S):
            return await reading
    except TimeoutError:
        raise Invalid.field(
            "body", f"{READ_S:.0f} 秒内没有收完", "请检查网络，分小批或改用 NDJSON 重发"
        ) from None


class _Sums:
    """The answers of a stream's blocks, added up; a few blocks may be under way at a time."""

    def __init__(self) -> None:
        self.accepted = self.duplicates = self.late = self.refused = self.rows = 0
        self.listed: list[dict[str, Any]] = []
        self._under_way: deque[tuple[int, asyncio.Future[Taken]]] = deque()

    async def add(self, answer_: asyncio.Future[Taken], rows: int) -> None:
        """Note a block; wait for the oldest when too many are under way."""
        self._under_way.append((self.rows, answer_))
        self.rows += rows
        if len(self._under_way) >= AHEAD:
            await self._settle()

    async def _settle(self) -> None:
        first, answer_ = self._under_way.popleft()
        taken = await answer_
        self.accepted += taken.accepted
        self.duplicates += taken.duplicates
        self.late += taken.late
        self.refused += len(taken.rejected)
        room = MOST_LISTED - len(self.listed)
        self.listed += [
            {"index": first + r.index, "reason": r.reason} for r in taken.rejected[:room]
        ]

    async def body(self) -> dict[str, Any]:
        """The answer of the contract, once everything is durable."""
        while self._under_way:
            await self._settle()
        return {
            "accepted": self.accepted, "rejected": self.listed, "duplicates": self.duplicates,
            "late": self.late, "refused": self.refused,
        }  # fmt: skip
