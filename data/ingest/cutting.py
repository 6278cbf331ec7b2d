"""A stream of bytes cut into frames, for every codec: where one begins, how long it says it is.

Memory is bounded by what a length can say; what cannot begin a frame is let go at once, and after
a fault reading goes on right behind the byte that misled it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Generic, TypeVar

from data.ingest.frames import Fault, FaultKind

T = TypeVar("T")


class Cutter(ABC, Generic[T]):
    """Cuts frames out of what comes; what is no frame becomes a named fault."""

    start: bytes
    head_bytes: int
    tail_bytes: int
    blank: bytes = b""  # bytes between frames that are no garbage

    def __init__(self) -> None:
        self._held = bytearray()

    @abstractmethod
    def length(self, head: bytes) -> int | None:
        """The bytes between head and tail, or None when this cannot be the head of a frame."""

    @abstractmethod
    def wrong(self, raw: bytes) -> str:
        """What the check of a whole frame should have been; blank when it is right."""

    @abstractmethod
    def read(self, raw: bytes) -> T | Fault:
        """The frame in these bytes, whose check is right."""

    @property
    def waiting(self) -> bool:
        """Whether part of a frame is held."""
        return bool(self._held)

    def feed(self, data: bytes) -> Iterator[T | Fault]:
        """Frames and faults that these bytes complete, in order."""
        self._held += data
        while self._held:
            at = self._held.find(self.start)
            if at < 0:
                keep = 1 if self._held[-1:] == self.start[:1] else 0
                yield from self._drop(len(self._held) - keep, FaultKind.GARBAGE)
                return
            if at:
                yield from self._drop(at, FaultKind.GARBAGE)
            if len(self._held) < self.head_bytes:
                return
            length = self.length(bytes(self._held[: self.head_bytes]))
            if length is None:
                yield from self._drop(1, FaultKind.LENGTH)
                continue
            whole = self.head_bytes + length + self.tail_bytes
            if len(self._held) < whole:
                return
            yield self._cut(whole)

    def expire(self) -> Iterator[T | Fault]:
        """The rest of a frame did not come: let its beginning go and read on behind it."""
        if self._held:
            yield from self._drop(1, FaultKind.TRUNCATED)
            yield from self.feed(b"")

    def _cut(self, whole: int) -> T | Fault:
        raw = bytes(self._held[:whole])
        if said := self.wrong(raw):
            del self._held[:1]  # the length itself may be wrong: look again right behind
            return Fault(kind=FaultKind.CRC, words=f"应为 {said}", raw=raw)
        del self._held[:whole]
        return self.read(raw)

    def _drop(self, count: int, kind: FaultKind) -> Iterator[Fault]:
        raw = bytes(self._held[:count])
        del self._held[:count]
        if raw.strip(self.blank) if self.blank else raw:
            yield Fault(kind=kind, words=f"{count} 字节", raw=raw)
