"""What a protocol of devices needs of the one door for readings, here or in another process."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any, Protocol

from data.domain.feeding import Taken, Via
from data.domain.org import PROVINCE, Actor, Permission


class Door(Protocol):
    """Answers only after good and refused rows are durable; an error means: send again."""

    def submit(
        self, actor: Actor, rows: Iterable[Any], *, via: Via = "http", source: str = ""
    ) -> Future[Taken]:
        """Hand rows on and have the answer later."""

    def refuse(
        self, actor: Actor, raw: Any, reason: str, *, via: Via, source: str = "",
        kind: str = "frame",
    ) -> Future[Taken]:  # fmt: skip
        """Keep what could not be read at all."""


def device_actor(via: Via, name: str) -> Actor:
    """Who feeds readings that come in by a protocol of devices, which knows no accounts."""
    return Actor(
        username=via, name=name, role="system", org=PROVINCE,
        permissions=frozenset({Permission.READ, Permission.TELEMETRY}),
    )  # fmt: skip
