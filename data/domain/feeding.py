"""What machines send and what the door answers: readings, refusals, and how a batch was taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

Via = Literal["http", "mqtt", "sl651", "hj212", "connector", "replay"]
VIA_WORDS: Mapping[str, str] = {
    "http": "HTTP 接口", "mqtt": "MQTT", "sl651": "SL 651 水文遥测", "hj212": "HJ 212 环保报文",
    "connector": "共享接入", "replay": "隔离区重放",
}  # fmt: skip


class Latest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value at an instant, in the sensor's unit: a sensor's newest as known at the moment."""

    value: float
    at: Annotated[datetime, msgspec.Meta(tz=True)]


class Reading(Latest, frozen=True, kw_only=True, gc=False):
    """One sensor's value at an instant; decoded straight from the wire, kept as its newest."""

    sensor: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings with their parts beside them, in columns of one length: each is asked for once.

    A row costs the door a microsecond or two in all; what every step asked of every row anew
    (its instant in seconds above all) was a third of that.
    """

    rows: Sequence[Reading] = ()
    sensors: Sequence[str] = ()
    seconds: Sequence[float] = ()  # since the epoch
    values: Sequence[float] = ()

    @classmethod
    def of(cls, readings: Iterable[Reading] | Columns) -> Columns:
        """Readings in columns; what is in columns already is given back."""
        if isinstance(readings, Columns):
            return readings
        rows = list(readings)
        seconds = _seconds([r.at for r in rows])
        return cls(rows, [r.sensor for r in rows], seconds, [r.value for r in rows])

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """One after the other."""
        if len(parts) == 1:
            return parts[0]
        rows, sensors = list[Reading](), list[str]()
        seconds, values = list[float](), list[float]()
        for part in parts:
            rows += part.rows
            sensors += part.sensors
            seconds += part.seconds
            values += part.values
        return cls(rows, sensors, seconds, values)

    def picked(self, places: Iterable[int]) -> Columns:
        """The rows at these places."""
        return Columns.of([self.rows[place] for place in places])

    def in_order(self) -> Columns:
        """Oldest first; of equals, as they came."""
        if list(self.seconds) == sorted(self.seconds):
            return self
        return self.picked(sorted(range(len(self)), key=self.seconds.__getitem__))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.rows)


def _seconds(instants: Iterable[datetime]) -> list[float]:
    """Since the epoch; a batch is mostly of one instant, or of a few: each is reckoned once."""
    made: list[float] = []
    add, last, seconds = made.append, None, 0.0
    for at in instants:
        if at != last:
            last, seconds = at, at.timestamp()
        add(seconds)
    return made


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One row that was not taken: its place in the batch, why, and what kind of fault it is."""

    index: int
    reason: str
    kind: str = "malformed"
    raw: str = ""


KIND_WORDS: Mapping[str, str] = {
    "malformed": "格式不对", "encoding": "编码不对", "value": "数值不对", "time": "时间不对",
    "future": "时间超前", "unknown": "监测点未登记", "conflict": "与已存数值不同",
    "frame": "报文校验不符", "long": "一行过长",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SenderCount:
    """What one sender brought today; a skew is receipt minus device time, in seconds."""

    via: str
    source: str
    accepted: int
    duplicates: int
    late: int
    refused: dict[str, int]
    rate: float
    last_at: datetime | None
    skew_s: float | None
    skew_low_s: float | None
    skew_high_s: float | None


@dataclass(frozen=True, kw_only=True)
class SensorSkew:
    """How a sensor's newest device time stood to its receipt, in seconds."""

    sensor: str
    at: datetime
    heard_at: datetime
    skew_s: float


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How a batch was taken. `accepted` counts repeats too: they need not be sent again."""

    accepted: int
    rejected: tuple[Refused, ...] = ()
    duplicates: int = 0
    late: int = 0

    def body(self) -> dict[str, Any]:
        """The answer of the HTTP contract."""
        return {
            "accepted": self.accepted,
            "rejected": [{"index": r.index, "reason": r.reason} for r in self.rejected],
            "duplicates": self.duplicates,
            "late": self.late,
        }
