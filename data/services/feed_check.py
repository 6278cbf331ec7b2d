"""Looks at rows one by one: a reading of a known sensor, or the reason why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

import msgspec

from data.domain.clock import aware
from data.domain.feeding import Columns, Reading, Refused
from data.services.feed_wire import TooLong

FUTURE = timedelta(minutes=5)
LARGEST = 1e12  # no instrument reads beyond this; infinities and not-a-number fail it too
FLOOR = datetime(2000, 1, 2, tzinfo=UTC)  # a clock that was never set tells 1970 or 2000
FLOOR_S = FLOOR.timestamp()
KEPT_TEXT = 1000  # characters of a refused row that are kept
_plainly = msgspec.json.Decoder().decode


class Checker:
    """Checks rows against the sensors an actor may feed and the clock of the center.

    Parameters
    ----------
    sensors
        The sensors known at the last look.
    again
        Looks anew; asked only when a row names a sensor that is not there.
    now
        The center's instant; rows more than `FUTURE` after it are refused.
    addresses
        Ids of sensors by the address of their device, for rows that name no sensor by its id.
    """

    def __init__(
        self, sensors: Mapping[str, Any], again: Callable[[], Mapping[str, Any]], now: datetime,
        addresses: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda _: {},
    ) -> None:  # fmt: skip
        self.sensors = sensors
        self.again = again
        self.addresses = addresses
        self.until = now + FUTURE
        self._good: list[Reading] = []
        self._columns: Columns | None = None  # of the good, where all are
        self.places: Sequence[int] = ()  # of the good
        self.refused: list[Refused] = []
        self._fresh = False

    def take(self, rows: Iterable[Any]) -> None:
        """Sort rows into the good and the refused, once; an index is a row's place among them."""
        held = rows if isinstance(rows, list) else list(rows)
        if self._all_good(held):
            self.places = range(len(held))
            return
        good, places, sensors, until = self._good, list[int](), self.sensors, self.until
        self.places = places
        for index, row in enumerate(held):
            if (
                type(row) is Reading
                and row.sensor in sensors
                and -LARGEST < row.value < LARGEST
                and FLOOR < row.at <= until
            ):
                good.append(row if row.at.tzinfo is UTC else in_utc(row))
                places.append(index)
                continue
            made = self._slowly(row)
            if isinstance(made, Reading):
                good.append(made)
                places.append(index)
                sensors = self.sensors
            else:
                kind, reason = made
                self.refused.append(
                    Refused(index=index, kind=kind, reason=reason, raw=text_of(row))
                )

    def _all_good(self, rows: list[Any]) -> bool:
        """Whether nothing needs to be looked at row by row: the usual batch, a column at a time."""
        if not rows or set(map(type, rows)) != {Reading}:
            return False
        made = Columns.of(rows)
        if (
            isfinite(sum(made.values))  # one that is not, makes the sum so too
            and -LARGEST < min(made.values) <= max(made.values) < LARGEST
            and {r.at.tzinfo for r in rows} == {UTC}
            and FLOOR_S < min(made.seconds) <= max(made.seconds) <= self.until.timestamp()
            and all(map(self.sensors.__contains__, made.sensors))
        ):
            self._columns = made
        return self._columns is not None

    @property
    def good(self) -> Columns:
        """What may be stored."""
        return Columns.of(self._good) if self._columns is None else self._columns

    def _slowly(self, row: Any) -> Reading | tuple[str, str]:
        """A reading, or (kind, reason) why the row is refused."""
        made = reading_of(row)
        if not isinstance(made, Reading):
            return made
        if made.sensor not in self.sensors and not self._fresh:
            self.sensors, self._fresh = self.again(), True
        if made.sensor not in self.sensors:
            known = self.addresses(self.sensors).get(made.sensor)
            if known is None:
                return "unknown", f"没有编号为 {made.sensor[:60]} 的监测点，或不在本辖区"
            made = Reading(sensor=known, value=made.value, at=made.at)
        if made.at <= FLOOR:
            return "time", f"时间 {made.at:%Y-%m-%d} 早于 2000 年，设备时钟可能没有校时"
        if made.at > self.until:
            return "future", "时间晚于当前时间 5 分钟以上，请核对设备时钟"
        return made


def in_utc(row: Reading) -> Reading:
    """The same reading with its instant in UTC."""
    return Reading(sensor=row.sensor, value=row.value, at=row.at.astimezone(UTC))


def reading_of(row: Any) -> Reading | tuple[str, str]:
    """A row of any shape as a reading in UTC, or (kind, reason)."""
    if isinstance(row, TooLong):
        return "long", "这一行超过 64 KB，不是一条监测数据；请逐行发送"
    if isinstance(row, bytes | str):
        try:
            row = _plainly(row)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            if isinstance(row, bytes) and _charset(row) != "utf-8":
                return "encoding", "不是 UTF-8 编码（疑为 GB18030），请改用 UTF-8 重发"
            return "malformed", "不是有效的 JSON，请按 {sensor, at, value} 逐行填写"
    sensor: Any
    value: Any
    if isinstance(row, Reading):
        sensor, value, at = row.sensor, row.value, row.at
    else:
        if not isinstance(row, dict) or not {"sensor", "at", "value"} <= row.keys():
            return "malformed", "缺少 sensor、at 或 value，请按 {sensor, at, value} 逐行填写"
        sensor, value, at = row["sensor"], row["value"], row["at"]
    if not isinstance(sensor, str):
        return "malformed", f"监测点编号 {str(sensor)[:20]} 应为文字"
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        return "value", f"数值 {str(value)[:20]} 不是有限的数"
    try:
        instant = aware(at if isinstance(at, datetime) else datetime.fromisoformat(str(at)))
    except (ValueError, OverflowError):
        return "time", f"时间 {str(at)[:40]!r} 看不懂，请写成 2020-07-08T07:30:00+08:00"
    return Reading(sensor=sensor, value=float(value), at=instant)


def _charset(text: bytes) -> str:
    """UTF-8 when it is that, GB18030 when it can be; what is cut in half does not matter."""
    for name in ("utf-8", "gb18030"):
        try:
            text.decode(name)
        except UnicodeDecodeError as error:
            if error.end == len(text) or error.reason.startswith(("unexpected end", "incomplete")):
                return name
        else:
            return name
    return "utf-8"


def text_of(row: Any) -> str:
    """A row as text to be kept, cut to what a person can read."""
    if isinstance(row, TooLong):
        return text_of(row.head) + "…"
    if isinstance(row, bytes):
        return row[: KEPT_TEXT * 4].decode(_charset(row), "backslashreplace")[:KEPT_TEXT]
    if isinstance(row, str):
        return row[:KEPT_TEXT]
    try:
        return msgspec.json.encode(row).decode()[:KEPT_TEXT]
    except (TypeError, ValueError, msgspec.EncodeError, RecursionError, OverflowError):
        return repr(row)[:KEPT_TEXT]
