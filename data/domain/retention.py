"""How long telemetry is kept, step by step coarser: a table of rules, not of ifs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from typing import ClassVar

from data.domain.whole_number import whole
from data.errors import Invalid

LOCAL = timezone(timedelta(hours=8))  # 北京时间 has no summer time: a day is always 24 hours
DAY_DIGITS = 5  # of a number of days
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // MICRO


def instant(us: int) -> datetime:
    """The instant of microseconds since 1970, UTC."""
    return EPOCH + timedelta(microseconds=us)


def day_of(at: datetime) -> date:
    """The Beijing day an instant belongs to; files and partitions are cut by it."""
    return at.astimezone(LOCAL).date()


def bounds(day: date) -> tuple[int, int]:
    """First microsecond of a Beijing day, and the first after it."""
    start = micros(datetime(day.year, day.month, day.day, tzinfo=LOCAL))
    return start, start + DAY_US


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Days that each form of the readings is kept, counted back from today.

    None of these is prescribed by a rule known to us: 示例（假定）, to be set by the center.
    """

    WORDS: ClassVar[Mapping[str, str]] = {
        "hot": "热数据（逐条，可写）", "raw": "归档（逐条，Parquet）", "hour": "小时汇总",
        "day": "日汇总", "quarantine": "隔离区",
    }  # fmt: skip

    hot: int = 2
    raw: int = 30
    hour: int = 1_095
    day: int = 3_650
    quarantine: int = 90

    @classmethod
    def read(cls, text: str) -> Retention:
        """A table such as ``hot=2,raw=60``; what is not named keeps its default.

        Raises
        ------
        Invalid
            When a name is unknown, a number is none, or a coarser form ends before a finer one.
        """
        given: dict[str, int] = {}
        known = {f.name for f in fields(cls)}
        for part in filter(None, (p.strip() for p in text.split(","))):
            name, _, number = part.partition("=")
            if name.strip() not in known or not (days := whole(number.strip(), DAY_DIGITS)):
                raise Invalid.field(
                    "HUBEI_RETENTION",
                    f"“{part[:40]}”看不懂",
                    f"请写成 hot=2,raw=30 的形式，可用 {'、'.join(sorted(known))}，天数至少为 1",
                )
            given[name.strip()] = days
        made = cls(**given)
        if not made.hot <= made.raw <= made.hour <= made.day:
            raise Invalid.field(
                "HUBEI_RETENTION", "较粗的数据不能比较细的先删", "请使 hot ≤ raw ≤ hour ≤ day"
            )
        return made
