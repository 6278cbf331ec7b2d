"""HJ 212 frames, pure: bytes of a data logger in, packets and readings out, data responses back.

Layout, CRC16, the flag's bits and the data response 9014 are checked in the tests against five
published frames (HJ 212-2017's own example 1C80, its response C241, a 2011 frame C0C1 and one 6E80,
a response of version 2025 0140). HJ 212-2025 keeps the frame and writes its version into the flag;
the SM4 encryption it asks for on the internet is not read here: such a packet is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.domain.whole_number import whole
from data.ingest.cutting import Cutter
from data.ingest.frames import Fault, FaultKind, FrameError, Measured, beijing, crc_hj212

START = b"##"
END = b"\r\n"
HEAD_BYTES, CRC_BYTES = 6, 4
FLAG_DIGITS = 3
# The length has four digits. The standard's data segment is shorter; nothing longer fits the frame.
LONGEST = 9999
REALTIME, MINUTE, HOUR, DAY = "2011", "2051", "2061", "2031"
HEARTBEAT, RESPONSE, INTERACTION = "9015", "9014", "91"
COMMANDS: Mapping[str, str] = {
    REALTIME: "实时数据", MINUTE: "分钟数据", HOUR: "小时数据", DAY: "日数据", HEARTBEAT: "心跳包",
}  # fmt: skip
VERSIONS = {0: "HJ/T 212-2005", 1: "HJ 212-2017", 2: "HJ 212-2025"}
# What a value's name may end in and still be a number: 实时 最小 平均 最大 累计
_NUMBERS = frozenset({"Rtd", "Min", "Avg", "Max", "Cou", "td", "Ldn"})
_CIPHERS = ("Cipher", "CipherText")
_HEX = re.compile(rb"[0-9A-Fa-f]{4}")
_FIELD = re.compile(r"^[A-Za-z0-9_]{1,40}-[A-Za-z0-9]{1,20}$")


@dataclass(frozen=True, kw_only=True)
class Packet:
    """One whole packet whose CRC is right."""

    fields: Mapping[str, str]
    content: str
    raw: bytes = b""

    def field(self, name: str) -> str:
        """A field of the data segment, blank when it is missing."""
        return self.fields.get(name, "")

    @property
    def flag(self) -> int:
        """The flag: version in the upper six bits, split in bit 1, answer wanted in bit 0."""
        return whole(self.field("Flag"), FLAG_DIGITS) or 0

    @property
    def wants_answer(self) -> bool:
        """Whether the device waits for a data response."""
        return bool(self.flag & 1)

    @property
    def version(self) -> str:
        """The edition of the standard the flag names."""
        return VERSIONS.get(self.flag >> 2, f"第 {self.flag >> 2} 版")


class Splitter(Cutter[Packet]):
    """Cuts a stream of bytes into packets; what is no packet becomes a named fault."""

    start, head_bytes, tail_bytes = START, HEAD_BYTES, CRC_BYTES
    blank = END  # the end of line behind each packet

    def length(self, head: bytes) -> int | None:
        """The data segment's bytes, as four digits say."""
        digits = head[len(START) :]
        return int(digits) if digits.isdigit() else None

    def wrong(self, raw: bytes) -> str:
        """The check in four hex digits, where another is given."""
        segment, given = raw[HEAD_BYTES:-CRC_BYTES], raw[-CRC_BYTES:]
        right = crc_hj212(segment)
        return "" if _HEX.fullmatch(given) and int(given, 16) == right else f"{right:04X}"

    def read(self, raw: bytes) -> Packet | Fault:
        """The packet in these bytes."""
        return _packet(raw[HEAD_BYTES:-CRC_BYTES], raw)


def _packet(segment: bytes, raw: bytes) -> Packet | Fault:
    """The fields before CP and what stands between its double ampersands."""
    try:
        text = segment.decode("utf-8")
    except UnicodeDecodeError:
        text = segment.decode("gb18030", "replace")
    head, mark, rest = text.partition("CP=&&")
    if not mark or not rest.endswith("&&"):
        return Fault(kind=FaultKind.BODY, words="没有 CP=&&…&&", raw=raw)
    fields = dict(part.split("=", 1) for part in head.split(";") if "=" in part)
    if not fields.get("MN") or not fields.get("CN"):
        return Fault(kind=FaultKind.BODY, words="没有 MN 或 CN", raw=raw)
    return Packet(
        fields={k.strip(): v.strip() for k, v in fields.items()}, content=rest[:-2], raw=raw
    )


def readings(packet: Packet, earlier: datetime | None = None) -> list[Measured]:
    """Every number of a data packet, named `factor-kind` as in it; of the others none.

    Parameters
    ----------
    earlier
        The data time of the packet before, for one of several packets that does not repeat it.

    Raises
    ------
    FrameError
        When the command is not handled here, or the content breaks the standard or is encrypted.
    """
    command = packet.field("CN")
    if command not in COMMANDS:
        raise FrameError(FaultKind.FUNCTION, f"CN={command[:10]}")
    if command == HEARTBEAT:
        return []
    pairs = [part.partition("=") for part in re.split("[;,]", packet.content) if part.strip()]
    if any(name in _CIPHERS for name, _, _ in pairs) or not any(mark for _, mark, _ in pairs):
        raise FrameError(FaultKind.ENCRYPTED, "SM4 密文需在前置机解密后再送")
    at = data_time(packet) or earlier
    if at is None:
        raise FrameError(FaultKind.BODY, "没有 DataTime")
    return [
        Measured(element=name.strip(), at=at, value=_number(value))
        for name, _, value in pairs
        if _FIELD.match(name.strip()) and name.strip().rsplit("-", 1)[1] in _NUMBERS
    ]


def data_time(packet: Packet) -> datetime | None:
    """The instant the packet's values are of, when it says one.

    Raises
    ------
    FrameError
        When it says one that is none.
    """
    found = re.search(r"(?:^|[;,])DataTime=([^;,&]*)", packet.content)
    return beijing(found[1].strip()) if found else None


def _number(text: str) -> float | str:
    """The number, or the text as it stands: the door refuses that one row and keeps it."""
    try:
        return float(text)
    except ValueError:
        return text[:40]


def response(packet: Packet) -> bytes:
    """The data response 9014 to a packet; sent only once its rows are kept.

    QN, PW and MN are the packet's, the flag keeps its version and asks for no answer.
    """
    told = ";".join(
        (
            f"QN={packet.field('QN')}", f"ST={INTERACTION}", f"CN={RESPONSE}",
            f"PW={packet.field('PW')}", f"MN={packet.field('MN')}",
            f"Flag={packet.flag & ~0b11}", "CP=&&&&",
        )
    ).encode()  # fmt: skip
    return START + b"%04d" % len(told) + told + b"%04X" % crc_hj212(told) + END
