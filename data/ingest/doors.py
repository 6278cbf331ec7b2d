"""The doors for devices, opened and closed with the program that serves the center."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from data.config import DoorSettings
from data.domain.clock import real_now
from data.domain.feeding import Via
from data.errors import CenterError
from data.ingest.doorway import Door
from data.ingest.hj212_server import hj212_door
from data.ingest.mqtt import MqttConsumer
from data.ingest.mqtt_settings import MqttSettings
from data.ingest.sl651_server import sl651_door

log = logging.getLogger("hubei.ingest")


class Opened(Protocol):
    """A door that is started, says how it stands, and is closed."""

    def start(self) -> None:
        """Open."""

    def status(self) -> dict[str, Any]:
        """How it stands."""

    def close(self) -> None:
        """Close."""


class Doors:
    """Every door the settings ask for. One that cannot be opened stops nothing else.

    Parameters
    ----------
    door
        The one door for readings behind them all, by protocol.
    settings
        Which are wanted.
    """

    def __init__(self, door: Callable[[Via], Door], settings: DoorSettings) -> None:
        self._door, self._settings = door, settings
        self._open: list[Opened] = []
        self._shut: list[dict[str, Any]] = []

    def start(self) -> list[str]:
        """Open what is wanted; a line for each, in the operator's words."""
        known = self._settings
        makers: list[tuple[str, Callable[[], Opened]]] = []
        if known.sl651_port:
            port = known.sl651_port
            makers.append(
                (f"SL 651 {port}", lambda: sl651_door(self._door("sl651"), known.host, port))
            )
        if known.hj212_port:
            other = known.hj212_port
            makers.append(
                (f"HJ 212 {other}", lambda: hj212_door(self._door("hj212"), known.host, other))
            )
        if known.mqtt:
            makers.append(
                ("MQTT", lambda: MqttConsumer(self._door("mqtt"), mqtt_settings(known)))
            )  # fmt: skip
        return [self._try(word, make) for word, make in makers]

    def _try(self, word: str, make: Callable[[], Opened]) -> str:
        try:
            made = make()
            made.start()
        except CenterError as error:
            log.error("the door %s was not opened: %s", word, error)  # noqa: TRY400 - told in full
            self._shut.append(
                {"via": "", "word": word, "open": False, "error": str(error), "at": real_now()}
            )
            return f"{word} 未打开：{error}"
        self._open.append(made)
        return f"{made.status()['word']} {made.status()['address']}"

    def status(self) -> list[dict[str, Any]]:
        """How each door stands: `via`, `word`, `open`, `connected`, `last_at`, counts, faults."""
        return [one.status() for one in self._open] + list(self._shut)

    def close(self) -> None:
        """Close them all; what is not acknowledged is sent again."""
        while self._open:
            self._open.pop().close()


def mqtt_settings(known: DoorSettings) -> MqttSettings:
    """The broker and who we are to it.

    Raises
    ------
    Invalid
        When the address is none.
    """
    return MqttSettings.of(
        known.mqtt, password=known.mqtt_password, ca=known.mqtt_ca, certificate=known.mqtt_cert,
        key=known.mqtt_key, version=known.mqtt_version, client_id=known.mqtt_client,
        group=known.mqtt_group, topics=known.mqtt_topics,
    )  # fmt: skip
