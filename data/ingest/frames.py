"""What the frame codecs share: named faults, checksums, and Beijing time of twelve digits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from data.domain.clock import SHANGHAI

SHOWN_BYTES = 64  # of a faulty frame, in the words about it
_POLYNOMIAL = 0xA001


class FaultKind(StrEnum):
    """Why bytes from a device were not taken; the value is what the operator reads."""

    GARBAGE = "帧间杂字节"
    TRUNCATED = "报文不完整"
    LENGTH = "长度不合规约"
    CRC = "校验码不符"
    BODY = "正文不合规约"
    FUNCTION = "不支持的功能码"
    ENCRYPTED = "报文已加密"
    TOO_LARGE = "多包报文过大"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Bytes that were not taken, and why."""

    kind: FaultKind
    words: str = ""
    raw: bytes = b""

    @property
    def told(self) -> str:
        """What exactly, and the first bytes."""
        shown = f"（{self.raw[:SHOWN_BYTES].hex().upper()}）" if self.raw else ""
        return f"{self.words}{shown}"


class FrameError(ValueError):
    """A frame arrived whole, and what is in it cannot be read."""

    def __init__(self, kind: FaultKind, words: str) -> None:
        super().__init__(f"{kind.value}：{words}")
        self.kind = kind
        self.words = words


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One value of one element of a device at an instant; text where it is no number."""

    element: str
    at: datetime
    value: float | str


def _modbus_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ _POLYNOMIAL if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_TABLE = _modbus_table()


def crc_modbus(data: bytes) -> int:
    """CRC16/MODBUS (start FFFF, polynomial A001), the check of SL 651-2014."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def crc_hj212(data: bytes) -> int:
    """The check of HJ 212: each byte meets the high half alone, the low half falls away.

    Checked against five published frames (see the tests); it is not CRC16/MODBUS.
    """
    crc = 0xFFFF
    for byte in data:
        crc = _TABLE[((crc >> 8) ^ byte) & 0xFF]
    return crc


def beijing(digits: str) -> datetime:
    """An instant from `YYYYMMDDhhmm[ss]` in Beijing time, as UTC.

    Raises
    ------
    FrameError
        When the digits are no time.
    """
    if not (digits.isascii() and digits.isdigit() and len(digits) in {12, 14}):
        raise FrameError(FaultKind.BODY, f"时间 {digits[:20]} 不是年月日时分秒")
    try:
        moment = datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError as error:
        raise FrameError(FaultKind.BODY, f"时间 {digits} 不存在") from error
    return moment.replace(tzinfo=SHANGHAI).astimezone(UTC)
