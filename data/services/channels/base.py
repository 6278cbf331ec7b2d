"""What a channel is given and what it answers; a channel is `name` and `send(parcel, settings)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from data.services.channels.settings import ChannelSettings


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One delivery ready to go: to whom, and the warning in each of its forms.

    `delivery` and `identifier` stay the same at every try, so that a receiver can drop doubles.
    """

    delivery: str
    identifier: str
    receiver: str
    address: str
    secret: str
    status: str
    kind: str
    colour: str
    headline: str
    text: str
    spoken: str
    short: str
    expires: str
    cap: bytes

    def body(self) -> dict[str, Any]:
        """The parcel as a program reads it."""
        return {
            "delivery": self.delivery, "identifier": self.identifier, "status": self.status,
            "kind": self.kind, "colour": self.colour, "headline": self.headline,
            "text": self.text, "spoken": self.spoken, "expires": self.expires,
            "cap": self.cap.decode(),
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sent:
    """It went out: as far as `state`."""

    state: Literal["sent", "delivered", "read"] = "sent"


class Failed(Exception):
    """未能发出"""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Channel(Protocol):
    """A way out. It raises `Failed` with the reason, `again=False` where trying is no use."""

    name: str

    def send(self, parcel: Parcel, settings: ChannelSettings) -> Sent:
        """Send one parcel."""
        ...

    def host(self, parcel: Parcel, settings: ChannelSettings) -> str:
        """The `host:port` it would reach; blank when it reaches none."""
        ...
