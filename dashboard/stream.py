"""Server-sent events: every journal fact, once and in order, to every browser that listens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from dashboard.wire import QUEUE, Client, Told, message
from data.center import Center
from data.domain.org import PROVINCE, Actor, Permission
from data.domain.part import lacking
from data.domain.whole_number import whole
from data.errors import CenterError
from data.services.secret import Session
from data.store.wake import Waker

log = logging.getLogger("hubei.stream")

BEAT_SECONDS = 2.0
PARTS_SECONDS = 2.0  # between two looks at the parts that may fail alone
STORE_SECONDS = 3 * BEAT_SECONDS  # a database that did not answer for so long is told as cut off
POSITIONS_SECONDS = 0.25
GAP_SECONDS = 0.2
SEND_SECONDS = 5.0
RING = 2_000  # newest facts kept in memory for those who come back
PAGE = 500
RETRY = b"retry: 1000\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Broadcaster:
    """Puts facts in order of their numbers and hands them to every client."""

    def __init__(self, center: Center, boot: str) -> None:
        self.center = center
        self.boot = boot
        self.last = 0
        self.clients: set[Client] = set()
        self.ring: deque[Told] = deque(maxlen=RING)
        self._waiting: dict[int, dict[str, Any]] = {}
        self._positions: dict[str, dict[str, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._filling = False
        self._asked = self._looking = False
        self._reached = time.monotonic()  # when the database last answered
        self._closed = False
        self._link: dict[str, Any] | None = None  # of a county's own machine
        self._lacking: list[dict[str, str]] = []  # the parts that are down

    async def start(self) -> None:
        """Begin listening; on the loop that will serve the streams."""
        self._closed = False
        self._detach = self.center.hub.attach(
            asyncio.get_running_loop(), self.on_facts, self.on_positions, self.on_wake
        )
        self.last = await self.center.ask(self.center.queries.revision)
        self._reached = time.monotonic()
        self._waker = Waker(
            self.center.database, self.center.hub.wake, self.center.telemetry.hear
        ).start()
        self._spawn(self._beat())
        self._spawn(self._move())
        self._spawn(self._look_at_parts())
        self._spawn(self._turn_out())

    def close(self) -> None:
        """End every stream at once; browsers come back by themselves."""
        if self._closed:
            return
        self._closed = True
        self._detach()
        self._waker.stop()
        for task in self._tasks:
            task.cancel()
        for client in list(self.clients):
            client.end()

    # ------------------------------------------------------------ facts, in order

    def on_facts(self, facts: list[dict[str, Any]]) -> None:
        """Take facts as they come; threads may publish 8 before 7."""
        self._waiting.update((fact["seq"], fact) for fact in facts if fact["seq"] > self.last)
        self._flush()
        if self._waiting:
            self._spawn(self._fill())

    def _flush(self) -> None:
        while (fact := self._waiting.pop(self.last + 1, None)) is not None:
            self.last += 1
            told = Told.of(fact)
            self.ring.append(told)
            self._deliver(told)

    def _deliver(self, told: Told) -> None:
        sees: dict[tuple[str, bool], bool] = {}
        for client in list(self.clients):
            key = (client.actor.org, client.actor.may(Permission.READ))
            if key not in sees:
                sees[key] = self.visible(told.fact, client.actor)
            client.offer(told.full if sees[key] else told.blank)

    async def _fill(self) -> None:
        """Read from the journal what was not published here: another process wrote it."""
        if self._filling:
            return
        self._filling = True
        try:
            await asyncio.sleep(GAP_SECONDS)
            while rows := await self._rows(self.last):
                for fact in rows:
                    if fact["seq"] > self.last:
                        self._waiting.setdefault(fact["seq"], fact)
                self._flush()
                if len(rows) < PAGE:
                    break
        finally:
            self._filling = False

    def on_wake(self) -> None:
        """Something was committed, here or by another process: see whether it is known."""
        self._asked = True
        if not self._looking:
            self._looking = True
            self._spawn(self._look())

    async def _look(self) -> None:
        """One look at a time, and one more for whoever asked meanwhile: a database may hang."""
        try:
            while self._asked:
                self._asked = False
                with contextlib.suppress(CenterError, SQLAlchemyError):  # the next beat looks again
                    newest = await self.center.ask(self.center.queries.revision)
                    self._reached = time.monotonic()
                    if newest > self.last:
                        await self._fill()
        finally:
            self._looking = False

    async def _rows(self, after: int) -> list[dict[str, Any]]:
        return await self.center.ask(self.center.queries.facts, after, PAGE)

    def visible(self, fact: dict[str, Any], actor: Actor) -> bool:
        """Whether a fact is for this viewer: of its area, or of its own organisation."""
        if not actor.may(Permission.READ):
            return False
        if actor.org == PROVINCE:
            return True
        codes = [fact.get("area"), fact.get("org"), *fact.get("areas", ())]
        return any(code and self.center.areas.covers(actor.org, code) for code in codes)

    # ------------------------------------------------------------ positions and the beat

    def on_positions(self, positions: list[dict[str, Any]]) -> None:
        """Keep the newest of each team until the next tick."""
        self._positions.update((position["team"], position) for position in positions)

    async def _move(self) -> None:
        while True:
            await asyncio.sleep(POSITIONS_SECONDS)
            if not self._positions:
                continue
            moved, self._positions = list(self._positions.values()), {}
            texts: dict[tuple[str, bool], bytes | None] = {}
            for client in list(self.clients):
                key = (client.actor.org, client.actor.may(Permission.READ))
                if key not in texts:
                    seen = [p for p in moved if self.visible(p, client.actor)]
                    texts[key] = message(seen, event="positions") if seen else None
                text = texts[key]
                # a position may be missed: the next one is newer
                if text is not None and len(client.waiting) < QUEUE // 2:
                    client.offer(text)

    async def _beat(self) -> None:
        while True:
            self.on_wake()  # beside the beat, which no slow database holds up
            await self._look_up()
            text = message(self.pulse(), event="heartbeat")
            for client in list(self.clients):
                client.offer(text)
            await asyncio.sleep(BEAT_SECONDS)

    async def _look_up(self) -> None:
        """On a county's own machine: how its link to the province stands."""
        link = self.center.link
        if link is None:
            return
        with contextlib.suppress(CenterError, SQLAlchemyError):
            stands = await self.center.ask(lambda: link.standing)
            self._link = {
                "linked": stands.linked, "since": stands.since.isoformat(),
                "waiting": stands.waiting, "error": stands.error,
            }

    async def _look_at_parts(self) -> None:
        """Which parts are down; in a task of its own, for the database may hang."""
        while True:
            with contextlib.suppress(CenterError, SQLAlchemyError):
                down = lacking(await self.center.ask(self.center.parts))
                self._lacking = [{"word": part.word, "said": part.said} for part in down]
            await asyncio.sleep(PARTS_SECONDS)

    async def _turn_out(self) -> None:
        """End the streams whose session no longer holds: one look for all, off the loop."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            held = {client.session.key: client.session for client in self.clients}
            over = await asyncio.to_thread(self._over, list(held.values()))
            for client in list(self.clients):
                if client.session.key in over:
                    client.end()

    def _over(self, sessions: list[Session]) -> set[str]:
        over = set[str]()
        for session in sessions:
            with contextlib.suppress(CenterError, SQLAlchemyError):  # not known just now
                if not self.center.accounts.still_holds(session):
                    over.add(session.key)
        return over

    def pulse(self) -> dict[str, Any]:
        """The domain's time and how it goes, the newest number, which program, and its database."""
        clock = self.center.clock
        return {
            "now": clock.now().isoformat(timespec="milliseconds"),
            "speed": getattr(clock, "speed", 1.0),
            "paused": getattr(clock, "paused", False),
            "revision": self.last,
            "boot": self.boot,
            **({"province": self._link} if self._link else {}),
            "lacking": self._lacking,
            "store": time.monotonic() - self._reached < STORE_SECONDS,
        }

    # ------------------------------------------------------------ one client

    async def follow(self, client: Client, after: int | None) -> AsyncIterator[bytes]:
        """Everything for one client: what it missed, then what happens."""
        joined = self.last
        self.clients.add(client)
        try:
            # a number from the future belongs to another database: begin anew
            start = after if after is not None and after <= joined else None
            number = joined if start is None else None
            yield RETRY + message(self.pulse(), event="hello", seq=number)
            async for told in self._missed(joined if start is None else start, joined):
                yield told.full if self.visible(told.fact, client.actor) else told.blank
            while texts := await client.take():
                yield texts
        finally:
            self.clients.discard(client)

    async def _missed(self, after: int, joined: int) -> AsyncIterator[Told]:
        kept = [told for told in self.ring if after < told.fact["seq"] <= joined]
        if after < joined and (not kept or kept[0].fact["seq"] != after + 1):
            while after < joined and (rows := await self._rows(after)):
                for fact in rows:
                    if fact["seq"] <= joined:
                        yield Told.of(fact)
                after = rows[-1]["seq"]
            return
        for told in kept:
            yield told

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Stream:
    """`GET /api/v1/stream` as plain ASGI: one slow browser holds up nobody."""

    def __init__(self, broadcaster: Broadcaster) -> None:
        self.broadcaster = broadcaster

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until the browser, the session or the server ends it."""
        request = Request(scope)
        client = Client(session=request.state.session)
        after = request.headers.get("last-event-id") or request.query_params.get("last") or ""
        watch = asyncio.create_task(_watch(client, receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            follow = self.broadcaster.follow(client, whole(after))
            async with contextlib.aclosing(follow) as texts:
                async for text in texts:
                    body = {"type": "http.response.body", "body": text, "more_body": True}
                    async with asyncio.timeout(SEND_SECONDS):  # no task for each, as wait_for makes
                        await send(body)
            async with asyncio.timeout(1):
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            log.info("a stream was cut: it reads too slowly")
        finally:
            client.end()
            watch.cancel()


async def _watch(client: Client, receive: Receive) -> None:
    """End the stream when the browser goes."""
    while (await receive())["type"] != "http.disconnect":
        pass
    client.end()
