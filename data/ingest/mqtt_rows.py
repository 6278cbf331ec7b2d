"""What an MQTT message brings: rows of readings by topic and payload, pure.

hubei/telemetry            {"sensor", "at", "value"}, a list of them, or one a line (NDJSON)
hubei/telemetry/<sensor>   {"at", "value"}, a list, lines; or a bare number with its time in
                           the user property `at` (MQTT 5), or `<number> <time>` as text
any other topic            {"at", <element>: number, …} of the device `mqtt:<topic>`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from data.domain.feeding import Reading

ROOT = "hubei/telemetry"
MOST_BYTES = 1_000_000  # of one message
_BARE = frozenset(b"+-0123456789.eE")
_decode = msgspec.json.Decoder().decode
_list = msgspec.json.Decoder(list[Reading]).decode
_lines = msgspec.json.Decoder(Reading).decode_lines


def rows_of(topic: str, payload: bytes, at: str = "") -> list[Any]:
    """The rows of a message; what cannot be read stays as it is and is refused by the door.

    Parameters
    ----------
    topic
        Without the prefix of a shared subscription.
    at
        The time in the message's user properties, where there is one.
    """
    sensor = topic.removeprefix(ROOT).strip("/") if _ours(topic) else ""
    text = payload.strip()
    if len(payload) > MOST_BYTES:
        return [f"MQTT {topic}：消息 {len(payload)} 字节，超过 {MOST_BYTES}，请分批发送"]
    if not text:
        return []
    if topic == ROOT and (readings := _readings(text)):
        return readings
    bare = text.split(None, 1)
    if _BARE.issuperset(bare[0]):
        when = bare[1].decode("utf-8", "replace") if len(bare) > 1 else at
        return [_bare_row(sensor or f"mqtt:{topic}", bare[0], when)]
    pieces = _pieces(text)
    if _ours(topic):
        return [_named(piece, sensor) for piece in pieces]
    return [row for piece in pieces for row in _device_rows(f"mqtt:{topic}", piece)]


def _readings(text: bytes) -> list[Any]:
    """A list or lines of whole readings, decoded at once; none where one of them is not."""
    try:
        return _list(text) if text[:1] == b"[" else _lines(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return []


def _ours(topic: str) -> bool:
    return topic == ROOT or topic.startswith(ROOT + "/")


def _bare_row(sensor: str, number: bytes, at: str) -> Any:
    """A bare number as a row; without its time it is refused, so that no repeat counts twice."""
    try:
        return {"sensor": sensor, "at": at, "value": float(number)}
    except ValueError:
        return {"sensor": sensor, "at": at, "value": number.decode("ascii")}


def _pieces(text: bytes) -> list[Any]:
    """A JSON value, the values of a list, or one a line; what is no JSON stays text."""
    try:
        found = _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return [_line(line) for line in text.splitlines() if line.strip()]
    return list(found) if isinstance(found, list) else [found]


def _line(line: bytes) -> Any:
    try:
        return _decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return line.decode("utf-8", "backslashreplace")


def _named(piece: Any, sensor: str) -> Any:
    """A row with the sensor its topic names; a row that names another is refused as it stands."""
    if not sensor or not isinstance(piece, dict):
        return piece
    if piece.get("sensor", sensor) != sensor:
        return msgspec.json.encode({**piece, "topic": sensor}).decode()[:-1]  # no JSON: refused
    return {**piece, "sensor": sensor}


def _device_rows(device: str, piece: Any) -> list[Any]:
    """Each number of a device's message under its own name."""
    if not isinstance(piece, Mapping) or not isinstance(piece.get("at"), str):
        return [piece if isinstance(piece, str) else f"{device}：缺少 at，或不是 JSON 对象"]
    return [
        {"sensor": f"{device}/{name}", "at": piece["at"], "value": value}
        for name, value in piece.items()
        if name != "at" and isinstance(value, int | float) and not isinstance(value, bool)
    ]
