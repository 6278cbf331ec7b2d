"""Event-stream messages as bytes, and the queue of one open stream."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec

from data.domain.org import Actor
from data.services.secret import Session

QUEUE = 256  # messages a client may lag behind before it is cut and told to resume
RESUME = b"event: resume\ndata: {}\n\n"


def message(data: Any, *, event: str = "", seq: int | None = None) -> bytes:
    """One event in wire form."""
    head = (f"id: {seq}\n" if seq is not None else "") + (f"event: {event}\n" if event else "")
    return head.encode() + b"data: " + msgspec.json.encode(data) + b"\n\n"


@dataclass(eq=False)
class Client:
    """One open stream: whose it is, and what waits to be sent."""

    session: Session
    waiting: list[bytes] = field(default_factory=list)
    over: bool = False
    _stir: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def actor(self) -> Actor:
        """Whose it is."""
        return self.session.actor

    def offer(self, text: bytes) -> None:
        """Queue a message; a client that is too slow is cut, never waited for."""
        if self.over:
            return
        if len(self.waiting) >= QUEUE:
            self.end(RESUME)
            return
        self.waiting.append(text)
        self._stir.set()

    def end(self, last: bytes = b"") -> None:
        """Drop what waits, say one last thing, and finish."""
        self.over = True
        self.waiting = [last] if last else []
        self._stir.set()

    async def take(self) -> bytes:
        """All that waits, in one piece, once there is any; nothing when the stream is over.

        A loop that has fallen behind sends more at a time, and so catches up.
        """
        while not self.waiting and not self.over:
            self._stir.clear()
            await self._stir.wait()
        taken, self.waiting = self.waiting, []
        return b"".join(taken)


@dataclass(frozen=True, eq=False)
class Told:
    """A fact in both of its wire forms, made once for all clients."""

    fact: dict[str, Any]
    full: bytes
    blank: bytes

    @classmethod
    def of(cls, fact: dict[str, Any]) -> Told:
        """The wire forms of a fact: whole, and the bare number for those it is not meant for."""
        seq = fact["seq"]
        return cls(fact, message(fact, seq=seq), message({"seq": seq}, seq=seq))
