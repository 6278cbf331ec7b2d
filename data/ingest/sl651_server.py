"""The door for SL 651-2014 stations over TCP: frames in, readings kept, confirmations out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from data.domain.feeding import VIA_WORDS, Via
from data.ingest import sl651
from data.ingest.doorway import Door
from data.ingest.frames import Fault, FrameError, Measured
from data.ingest.tcp_door import Heard, Limits, TcpDoor
from data.services.addresses import address

VIA: Via = "sl651"


def row(device: str, measured: Measured) -> dict[str, Any]:
    """A reading as the door takes it."""
    return {
        "sensor": address(device, measured.element), "at": measured.at.isoformat(),
        "value": measured.value,
    }  # fmt: skip


class Sl651Talk:
    """One station's connection, or several stations behind one."""

    def __init__(self) -> None:
        self._splitter = sl651.Splitter()
        self._joiner = sl651.Joiner()

    @property
    def waiting(self) -> bool:
        """Whether part of a frame is held."""
        return self._splitter.waiting

    def hear(self, data: bytes) -> Iterator[Heard]:
        """Messages that these bytes complete."""
        return self._understood(self._splitter.feed(data))

    def expire(self) -> Iterator[Heard]:
        """The rest of a frame did not come."""
        return self._understood(self._splitter.expire())

    def _understood(self, cut: Iterable[sl651.Frame | Fault]) -> Iterator[Heard]:
        for piece in cut:
            whole = self._joiner.add(piece) if isinstance(piece, sl651.Frame) else piece
            if isinstance(whole, Fault):
                yield Heard(fault=whole)
            elif whole is not None:
                yield heard(whole)


def heard(frame: sl651.Frame) -> Heard:
    """What a frame brings; one whose body breaks the protocol is kept as text, unconfirmed."""
    device = f"{VIA}:{frame.station}"
    try:
        report = sl651.read_report(frame)
    except FrameError as error:
        return Heard(device=device, unread=str(error), raw=frame.raw.hex().upper())
    if report.function == sl651.LINK:
        return Heard(device=device)  # keeps the line; asks for no answer
    device = f"{VIA}:{report.station}"
    rows: list[Any] = [row(device, one) for one in report.values]
    rows += [
        {"sensor": address(device, element), "at": report.sent, "value": text}
        for element, text in report.unread
    ]
    return Heard(device=device, rows=rows, answer=sl651.confirmation(frame, report))


def sl651_door(door: Door, host: str, port: int, limits: Limits | None = None) -> TcpDoor:
    """A server for stations, not yet started."""
    return TcpDoor(
        door, Sl651Talk, via=VIA, word=VIA_WORDS[VIA], host=host, port=port, limits=limits
    )  # fmt: skip
