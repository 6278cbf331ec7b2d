"""A TCP server for devices in a thread of its own: bounded, patient, and answering after commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Protocol

from data.domain.feeding import Taken, Via
from data.errors import CenterError, Unavailable
from data.ingest.doorway import Door, device_actor
from data.ingest.frames import Fault
from data.ingest.status import Tally

log = logging.getLogger("hubei.ingest")

READ_BYTES = 8_192
OPENING_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One message of a device: rows to keep, the answer once they are kept, or a fault.

    A message that came whole and says nothing readable is kept as it is, with the reason `unread`.
    """

    device: str = ""
    rows: Sequence[Any] = ()
    answer: bytes = b""
    unread: str = ""
    raw: bytes | str = b""
    fault: Fault | None = None


class Talk(Protocol):
    """What is said on one connection, as a protocol understands it."""

    @property
    def waiting(self) -> bool:
        """Whether part of a message is held."""

    def hear(self, data: bytes) -> Iterable[Heard]:
        """The messages these bytes complete."""

    def expire(self) -> Iterable[Heard]:
        """The rest of a message did not come."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one server bears; seconds and counts."""

    connections: int = 4_000
    idle_s: float = 600.0  # a station says 2F at least every 255 s
    partial_s: float = 20.0
    write_s: float = 10.0
    commit_s: float = 60.0
    faults: int = 32  # in a row, then the connection is closed


class TcpDoor:
    """Listens until it is closed; `status` says how it stands."""

    def __init__(
        self, door: Door, talk: Callable[[], Talk], *, via: Via, word: str, host: str, port: int,
        limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self.door, self.talk, self.host, self.port = door, talk, host, port
        self.limits = limits or Limits()
        self.tally = Tally(via=via, word=word, address=f"{host}:{port}")
        self._actor = device_actor(via, word)
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._opened = Event()
        self._error: OSError | None = None
        self._closing: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name=f"{via}-door", daemon=True)

    def start(self) -> None:
        """Open the port; returns once it listens.

        Raises
        ------
        Unavailable
            When it cannot be opened.
        """
        self._thread.start()
        self._opened.wait(OPENING_SECONDS)
        if self._error is not None or not self.tally.open:
            raise Unavailable(f"端口 {self.port} 打不开：{self._error}；请换一个端口或停掉占用者")

    def status(self) -> dict[str, Any]:
        """How the door stands."""
        return self.tally.status()

    def close(self) -> None:
        """Close the port; what was not answered is sent again by its device."""
        if self._closing is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join(OPENING_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()
            self._opened.set()

    async def _serve(self) -> None:
        self._closing = asyncio.Event()
        try:
            server = await asyncio.start_server(self._accept, self.host, self.port)
        except OSError as error:
            self._error = error
            return
        self.port = server.sockets[0].getsockname()[1]
        self.tally.address, self.tally.open = f"{self.host}:{self.port}", True
        self._opened.set()
        await self._closing.wait()
        self.tally.open = False
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("?",))[0])
        if len(self._tasks) >= self.limits.connections:
            self.tally.fault("连接过多", f"已有 {len(self._tasks)} 个连接", peer)
            writer.close()
            return
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        self.tally.connected = len(self._tasks)
        try:
            await self._converse(reader, writer, peer)
        except (OSError, TimeoutError):
            log.debug("%s: %s was lost", self.tally.via, peer)
        except asyncio.CancelledError:
            log.debug("%s: closing, %s is let go", self.tally.via, peer)
        finally:
            if task is not None:
                self._tasks.discard(task)
            self.tally.connected = len(self._tasks)
            writer.close()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        """Read, keep, answer, until the device goes away, falls silent or sends only faults."""
        talk, bad = self.talk(), 0
        while True:
            patience = self.limits.partial_s if talk.waiting else self.limits.idle_s
            try:
                data = await asyncio.wait_for(reader.read(READ_BYTES), patience)
            except TimeoutError:
                if not talk.waiting:
                    return
                heard = self._until_hopeless(talk.expire())
            else:
                if not data:
                    if talk.waiting:
                        self._note(talk.expire(), peer)
                    return
                heard = self._until_hopeless(talk.hear(data))
            faults = self._note(heard, peer)
            bad = bad + faults if faults == len(heard) else 0
            await self._keep([one for one in heard if one.fault is None], writer)
            if bad >= self.limits.faults:
                self.tally.fault("连接已断开", f"连续 {bad} 处错误", peer)
                return

    def _until_hopeless(self, heard: Iterable[Heard]) -> list[Heard]:
        """What came in, up to the number of faults in a row at which the connection is closed."""
        taken, faults = [], 0
        for one in heard:
            taken.append(one)
            faults = faults + 1 if one.fault else 0
            if faults >= self.limits.faults:
                break
        return taken

    def _note(self, heard: Iterable[Heard], peer: str) -> int:
        """Count what came in; how many of it were faults."""
        faults = 0
        for one in heard:
            if one.fault is None:
                self.tally.heard(one.device)
            else:
                faults += 1
                self.tally.fault(one.fault.kind.value, one.fault.told, peer)
        return faults

    async def _keep(self, heard: Sequence[Heard], writer: asyncio.StreamWriter) -> None:
        """Keep the rows of all messages, then answer each in its turn; unkept ones get none."""
        kept = [self._submitted(one) for one in heard]
        for one, future in zip(heard, kept, strict=True):
            taken = await self._taken(future)
            if taken is not None and one.answer and not writer.transport.is_closing():
                self.tally.answered += 1
                writer.write(one.answer)
        await asyncio.wait_for(writer.drain(), self.limits.write_s)

    def _submitted(self, one: Heard) -> Future[Taken] | None:
        """The rows on their way; waits while the line is full, and every device with it."""
        if not one.rows and not one.unread:
            return None
        try:
            if one.unread:
                return self.door.refuse(
                    self._actor, one.raw, one.unread, via=self.tally.via, source=one.device
                )
            return self.door.submit(
                self._actor, one.rows, via=self.tally.via, source=one.device
            )  # fmt: skip
        except Unavailable as error:
            future: Future[Taken] = Future()
            future.set_exception(error)
            return future

    async def _taken(self, future: Future[Taken] | None) -> Taken | None:
        """How the rows were taken; None when they were not."""
        if future is None:
            return Taken(accepted=0)
        try:
            taken = await asyncio.wait_for(asyncio.wrap_future(future), self.limits.commit_s)
        except (CenterError, TimeoutError) as error:
            self.tally.failure(error)
            return None
        self.tally.took(taken)
        return taken
