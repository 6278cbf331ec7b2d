"""The door for HJ 212 data loggers over TCP: packets in, readings kept, responses 9014 out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from data.domain.feeding import VIA_WORDS, Via
from data.ingest import hj212
from data.ingest.doorway import Door
from data.ingest.frames import Fault, FrameError
from data.ingest.sl651_server import row
from data.ingest.tcp_door import Heard, Limits, TcpDoor

VIA: Via = "hj212"


class Hj212Talk:
    """One data logger's connection; the data time of a split message is kept for its packets."""

    def __init__(self) -> None:
        self._splitter = hj212.Splitter()
        self._earlier: dict[str, datetime] = {}

    @property
    def waiting(self) -> bool:
        """Whether part of a packet is held."""
        return self._splitter.waiting

    def hear(self, data: bytes) -> Iterator[Heard]:
        """Messages that these bytes complete."""
        return self._understood(self._splitter.feed(data))

    def expire(self) -> Iterator[Heard]:
        """The rest of a packet did not come."""
        return self._understood(self._splitter.expire())

    def _understood(self, cut: Iterable[hj212.Packet | Fault]) -> Iterator[Heard]:
        for piece in cut:
            yield Heard(fault=piece) if isinstance(piece, Fault) else self._heard(piece)

    def _heard(self, packet: hj212.Packet) -> Heard:
        """What a packet brings; a data packet that cannot be read is kept as text."""
        command, number = packet.field("CN"), packet.field("MN")
        device = f"{VIA}:{number}"
        answer = hj212.response(packet) if packet.wants_answer else b""
        try:
            values = hj212.readings(packet, self._earlier.get(number))
            at = hj212.data_time(packet)
        except FrameError as error:
            if not command.startswith("2"):  # no data: nothing to keep, nothing to answer
                return Heard(fault=Fault(kind=error.kind, words=error.words, raw=packet.raw))
            text = packet.raw.decode("utf-8", "backslashreplace").strip()
            return Heard(device=device, unread=str(error), raw=text, answer=answer)
        self._earlier = {number: at} if at else {}
        return Heard(device=device, rows=[row(device, one) for one in values], answer=answer)


def hj212_door(door: Door, host: str, port: int, limits: Limits | None = None) -> TcpDoor:
    """A server for data loggers, not yet started."""
    return TcpDoor(
        door, Hj212Talk, via=VIA, word=VIA_WORDS[VIA], host=host, port=port, limits=limits
    )  # fmt: skip
