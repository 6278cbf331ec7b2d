"""What machines send and what the door answers: readings, refusals, and how a batch was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

Via = Literal["http", "mqtt", "sl651", "hj212", "connector", "replay"]
VIA_WORDS: Mapping[str, str] = {
    "http": "HTTP 接口", "mqtt": "MQTT", "sl651": "SL 651 水文遥测", "hj212": "HJ 212 环保报文",
    "connector": "共享接入", "replay": "隔离区重放",
}  # fmt: skip


class Reading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One sensor's value at an instant, in the sensor's unit; decoded straight from the wire."""

    sensor: str
    value: float
    at: Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One row that was not taken: its place in the batch, why, and what kind of fault it is."""

    index: int
    reason: str
    kind: str = "malformed"
    raw: str = ""


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
