"""A connection to a broker that reads ahead."""

from __future__ import annotations

from typing import Any

import paho.mqtt.client as paho

AHEAD = 65_536  # bytes asked for at once


class ReadingAhead:
    """A socket of which little pieces may be asked for without asking the system for each.

    The client asks for the head of a packet byte by byte: seven calls a message, each of which
    gives Python's other threads their turn before it comes back. What was read and not yet asked
    for is `pending`, as it is of a socket with TLS.
    """

    def __init__(self, held: Any) -> None:
        self._held = held
        self._read, self._at = b"", 0

    def recv(self, size: int) -> bytes:
        """At most `size` bytes, as they come; none at the end. Raises what the socket raises."""
        if self._at == len(self._read):
            self._read, self._at = self._held.recv(max(size, AHEAD)), 0
        part = self._read[self._at : self._at + size]
        self._at += len(part)
        return part

    def pending(self) -> int:
        """Bytes that are here although the system may have none."""
        below = getattr(self._held, "pending", None)
        return len(self._read) - self._at + (below() if below else 0)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the socket's own."""
        return getattr(self._held, name)


class Client(paho.Client):
    """The client over such a connection."""

    def _create_socket(self) -> Any:
        return ReadingAhead(super()._create_socket())
