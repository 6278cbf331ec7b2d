"""SL 651-2014 hex frames, pure: bytes of a station in, frames and readings out, confirmations back.

What each rule rests on: frame layout, CRC, elements 20, 26, 38, 39, functions 2F, 30, 32 and the
confirmation are checked against the five published frames in the tests. Functions 33 and 34, the
hourly series F4 and F5, FF before a negative value, AA for no value and the layout of several
packets (M3) follow public implementations; no frame with a known checksum was found for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from data.ingest.cutting import Cutter
from data.ingest.frames import Fault, FaultKind, FrameError, Measured, beijing, crc_modbus

START = b"\x7e\x7e"
STX, SYN, ETX, ETB, ESC = 0x02, 0x16, 0x03, 0x17, 0x1B
HEAD_BYTES = 14  # start 2, centre 1, station 5, password 2, function 1, direction and length 2, 1
TAIL_BYTES = 3  # end character 1, CRC 2
LINK, TEST, TIMED, ADDED, HOURLY = 0x2F, 0x30, 0x32, 0x33, 0x34
FUNCTION_WORDS = {
    LINK: "链路维持报", TEST: "测试报", TIMED: "定时报", ADDED: "加报报", HOURLY: "小时报",
}  # fmt: skip
MOST_PACKETS = 64
MOST_BYTES = 65_536  # of one report in several packets
_SERIES = {0xF4: (1, 10.0), 0xF5: (2, 100.0)}  # bytes and divisor of twelve five-minute values
_SERIES_COUNT, _SERIES_STEP = 12, timedelta(minutes=5)
_STEP, _SPAN, _STATE = 0x04, 0x05, 0x45
_STATION_MARK, _TIME_MARK = b"\xf1\xf1", b"\xf0\xf0"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One whole uplink frame whose CRC is right; of several packets, `number` of `total`."""

    centre: int
    station: str
    password: str
    function: int
    body: bytes
    end: int
    total: int = 1
    number: int = 1
    raw: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a frame says: when it was sent, from which station, and every value in it."""

    station: str
    function: int
    serial: str
    sent: str
    station_type: str = ""
    values: tuple[Measured, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()


class Splitter(Cutter[Frame]):
    """Cuts a stream of bytes into frames; what is no frame becomes a named fault.

    A length has twelve bits.
    """

    start, head_bytes, tail_bytes = START, HEAD_BYTES, TAIL_BYTES

    def length(self, head: bytes) -> int | None:
        """The body's bytes, or None when this cannot be the head of an uplink frame."""
        mark = int.from_bytes(head[11:13])
        if mark >> 12 or head[13] not in {STX, SYN}:
            return None
        return mark & 0x0FFF

    def wrong(self, raw: bytes) -> str:
        """The check in four hex digits, where another is given."""
        right = crc_modbus(raw[:-2])
        return "" if right == int.from_bytes(raw[-2:]) else f"{right:04X}"

    def read(self, raw: bytes) -> Frame | Fault:
        """The frame in these bytes; of several packets its number first."""
        frame = Frame(
            centre=raw[2], station=raw[3:8].hex().upper(), password=raw[8:10].hex().upper(),
            function=raw[10], body=raw[HEAD_BYTES:-TAIL_BYTES], end=raw[-TAIL_BYTES], raw=raw,
        )  # fmt: skip
        if raw[13] == STX:
            return frame
        if len(frame.body) < 3:  # noqa: PLR2004 - the packet's number
            return Fault(kind=FaultKind.LENGTH, words="多包报文没有包号", raw=raw)
        counted = int.from_bytes(frame.body[:3])
        return replace(frame, total=counted >> 12, number=counted & 0xFFF, body=frame.body[3:])


class Joiner:
    """Puts the packets of one report together; a report that grows too large is let go."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, int], dict[int, Frame]] = {}

    def add(self, frame: Frame) -> Frame | Fault | None:
        """The whole frame once its last packet is here; None while packets are missing."""
        if frame.total == 1 and frame.number == 1:
            return frame
        if not 1 <= frame.number <= frame.total <= MOST_PACKETS:
            said = f"第 {frame.number} 包，共 {frame.total} 包，最多 {MOST_PACKETS} 包"
            return Fault(kind=FaultKind.TOO_LARGE, words=said, raw=frame.raw)
        key = frame.station, frame.function
        parts = self._parts.setdefault(key, {})
        if any(part.total != frame.total for part in parts.values()):
            parts.clear()  # another report began
        parts[frame.number] = frame
        if sum(len(part.body) for part in parts.values()) > MOST_BYTES:
            del self._parts[key]
            return Fault(kind=FaultKind.TOO_LARGE, words=f"超过 {MOST_BYTES} 字节", raw=frame.raw)
        if len(parts) < frame.total:
            return None
        del self._parts[key]
        body = b"".join(parts[number].body for number in range(1, frame.total + 1))
        return replace(frame, body=body, total=1, number=1)


def read_report(frame: Frame) -> Report:
    """What a frame says.

    Raises
    ------
    FrameError
        When the function is not handled here or the body breaks the protocol.
    """
    if frame.function not in FUNCTION_WORDS:
        raise FrameError(FaultKind.FUNCTION, f"{frame.function:02X}")
    at = _Bytes(frame.body)
    serial, sent = at.take(2).hex().upper(), at.bcd(6)
    told = Report(station=frame.station, function=frame.function, serial=serial, sent=sent)
    if frame.function == LINK:
        return told
    observed = beijing(f"20{sent}")
    kind, values, unread = "", [], []
    while at.more:
        if at.starts(_STATION_MARK):
            told, kind = replace(told, station=at.take(5).hex().upper()), f"{at.take(1)[0]:02X}"
        elif at.starts(_TIME_MARK):
            observed = beijing(f"20{at.bcd(5)}")
        else:
            element = _element(at, observed)
            values += element if isinstance(element, list) else []
            unread += [element] if isinstance(element, tuple) else []
    return replace(told, station_type=kind, values=tuple(values), unread=tuple(unread))


def confirmation(frame: Frame, report: Report) -> bytes:
    """The centre's answer to a report; sent only once its rows are kept.

    It repeats serial and sending time, as both published examples do, and ends with ESC: the
    station stays on the line.
    """
    body = bytes.fromhex(report.serial + report.sent)
    head = bytes.fromhex(frame.station) + bytes([frame.centre]) + bytes.fromhex(frame.password)
    mark = (0x8000 | len(body)).to_bytes(2)
    answer = START + head + bytes([frame.function]) + mark + bytes([STX]) + body + bytes([ESC])
    return answer + crc_modbus(answer).to_bytes(2)


class _Bytes:
    """A body being read from the front."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def more(self) -> bool:
        return self._at < len(self._body)

    def take(self, count: int) -> bytes:
        found = self._body[self._at : self._at + count]
        if len(found) < count:
            raise FrameError(
                FaultKind.BODY, f"第 {self._at + 1} 字节处缺 {count - len(found)} 字节"
            )
        self._at += count
        return found

    def starts(self, mark: bytes) -> bool:
        """Whether the mark stands here; it is then read."""
        if self._body[self._at : self._at + len(mark)] != mark:
            return False
        self._at += len(mark)
        return True

    def bcd(self, count: int) -> str:
        digits = self.take(count).hex()
        if not digits.isdigit():
            raise FrameError(FaultKind.BODY, f"{digits.upper()} 不是 BCD 数字")
        return digits


def _element(at: _Bytes, observed: datetime) -> list[Measured] | tuple[str, str]:
    """The values of the next element; its name and raw text when it says no value here."""
    mark = at.take(1)[0]
    name = f"{mark:02X}"
    if mark == 0xFF:  # noqa: PLR2004 - an identifier of the user's own takes a second byte
        name += f"{at.take(1)[0]:02X}"
    defined = at.take(1)[0]
    size, decimals = defined >> 3, defined & 0b111
    if mark in _SERIES and name == f"{mark:02X}":
        width, divisor = _SERIES[mark]
        return _series(name, at.take(_SERIES_COUNT * width), width, divisor, observed)
    data = at.take(size)
    if mark in {_STEP, _SPAN}:
        return []  # how long a period is, not a value
    if mark == _STATE:
        return [Measured(element=name, at=observed, value=float(int.from_bytes(data)))]
    value = _number(data, decimals)
    if value is None:
        return name, data.hex().upper()
    return [Measured(element=name, at=observed, value=value)]


def _number(data: bytes, decimals: int) -> float | None:
    """A BCD number, negative after FF; None when the station says it has no value."""
    negative = data[:1] == b"\xff"
    digits = (data[1:] if negative else data).hex()
    if not digits.isdigit():
        return None
    value: float = int(digits) / 10**decimals
    return -value if negative else value


def _series(
    name: str, data: bytes, width: int, divisor: float, observed: datetime
) -> list[Measured]:
    """Twelve values of the hour that ends at `observed`; all bits set is no value."""
    nothing = (1 << 8 * width) - 1
    found = []
    for n in range(_SERIES_COUNT):
        value = int.from_bytes(data[n * width : (n + 1) * width])
        if value != nothing:
            at = observed - _SERIES_STEP * (_SERIES_COUNT - 1 - n)
            found.append(Measured(element=name, at=at.astimezone(UTC), value=value / divisor))
    return found
