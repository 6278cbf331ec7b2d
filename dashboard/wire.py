"""Event-stream messages as bytes, and the queue of one open stream."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec

from data.domain.org import Actor

QUEUE = 256  # messages a client may lag behind before it is cut and told to resume
RESUME = b"event: resume\ndata: {}\n\n"


def message(data: Any, *, event: str = "", seq: int | None = None) -> bytes:
    """One event in wire form."""
    head = (f"id: {seq}\n" if seq is not None else "") + (f"event: {event}\n" if event else "")
    return head.encode() + b"data: " + msgspec.json.encode(data) + b"\n\n"


@dataclass(eq=False)
class Client:
    """One open stream: whose it is, and what waits to be sent; None ends it."""

    actor: Actor
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    over: bool = False

    def offer(self, text: bytes) -> None:
        """Queue a message; a client that is too slow is cut, never waited for."""
        if self.over:
            return
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.end(RESUME)

    def end(self, last: bytes | None = None) -> None:
        """Drop what waits, say one last thing, and finish."""
        self.over = True
        while not self.queue.empty():
            self.queue.get_nowait()
        if last is not None:
            self.queue.put_nowait(last)
        self.queue.put_nowait(None)


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
