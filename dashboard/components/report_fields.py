"""Reads what was typed into a report form; every refusal names its field and the remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dashboard.components.desk_words import CASUALTY_ORDER
from data.domain.clock import SHANGHAI
from data.domain.incident import CASUALTY_WORDS, Casualties
from data.domain.incident_types import INCIDENT_TYPES
from data.domain.messages import ReceiveReport
from data.domain.whole_number import half_width, whole
from data.errors import FieldError, Invalid
from data.ingest.coordinates import to_wgs84

Typed = Mapping[str, Any]
AMOUNTS: Mapping[str, tuple[str, str]] = {
    "loss_wan_yuan": ("直接经济损失", "万元"),
    "potential_loss_wan_yuan": ("潜在经济损失", "万元"),
    "area_ha": ("受害森林面积", "公顷"),
    "magnitude": ("震级", "级"),
}
FIELDS = (
    "type", "place", "lon", "lat", "crs", "occurred_at", "received_at", "source",
    *CASUALTY_ORDER, *AMOUNTS, "water_supply_cut", "text",
)  # fmt: skip
_DATED = re.compile(
    r"^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?\s+(\d{1,2})[:：时](\d{1,2})分?$"
)
_TIMED = re.compile(r"^(\d{1,2})[:：时](\d{2})分?$|^(\d{2})(\d{2})$")


class _Reader:
    """Collects every refused field, so that all are shown at once."""

    def __init__(self, typed: Typed, now: datetime) -> None:
        self.typed = typed
        self.now = now
        self.errors: list[FieldError] = []

    def text(self, name: str) -> str:
        return str(self.typed.get(name) or "").strip()

    def refuse(self, name: str, message: str, remedy: str) -> None:
        self.errors.append({"field": name, "message": message, "remedy": remedy})

    def people(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        number = whole(half_width(text))
        if number is None:
            self.refuse(name, f"“{text}”不是人数", "请填整数，不清楚就留空")
        return number

    def amount(self, name: str, words: str) -> float | None:
        text = self.text(name)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            self.refuse(name, f"{words}“{text}”不是数字", "请填不小于 0 的数字，不清楚就留空")
            return None
        return value

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            at = read_moment(text, self.now)
        except ValueError:
            self.refuse(name, f"看不懂时间“{text}”", "请填 时:分（如 04:10）或 月-日 时:分")
            return None
        if at > self.now + timedelta(minutes=1):
            self.refuse(name, "时间晚于当前时刻", "请核对日期与时分")
            return None
        return at

    def position(self) -> tuple[float | None, float | None]:
        lon, lat = self.text("lon"), self.text("lat")
        if not lon and not lat:
            return None, None
        try:
            return to_wgs84(float(lon), float(lat), self.typed.get("crs") or "WGS84")
        except ValueError:
            self.refuse(
                "lon",
                "经纬度无法识别",
                "请填十进制度（经度约 108–117，纬度约 29–34），或在地图上点选",
            )
            return None, None


def read_moment(text: str, now: datetime) -> datetime:
    """A typed Beijing time; a bare time later than now means yesterday's.

    Raises
    ------
    ValueError
        When it is no time.
    """
    local = now.astimezone(SHANGHAI)
    dated = _DATED.match(text.strip())
    if dated:
        year, month, day, hour, minute = (int(g) if g else local.year for g in dated.groups())
        return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)
    timed = _TIMED.match(text.strip())
    if not timed:
        raise ValueError(text)
    hour, minute = (int(g) for g in timed.groups() if g)
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at <= local + timedelta(minutes=1) else at - timedelta(days=1)


def read_casualties(typed: Typed, now: datetime) -> tuple[Casualties, list[FieldError]]:
    """Counted people of a form; blank stays unknown."""
    reader = _Reader(typed, now)
    people = Casualties(**{name: reader.people(name) for name in CASUALTY_ORDER})
    return people, reader.errors


def read_report(typed: Typed, now: datetime) -> ReceiveReport:
    """The report that was typed.

    Raises
    ------
    Invalid
        Naming every field that cannot be taken, each with its remedy.
    """
    reader = _Reader(typed, now)
    kind = reader.text("type")
    if kind not in INCIDENT_TYPES:
        reader.refuse("type", "没有选事件类型", "请选一项，实在不清楚选“其他”")
    if not reader.text("place") and not reader.text("lon"):
        reader.refuse("place", "没有填地点", "请填到乡镇、村，或在地图上点选")
    if not reader.text("source"):
        reader.refuse("source", "没有填信息来源", "请填谁报来的，如“黄梅县应急局 电话”")
    lon, lat = reader.position()
    occurred, received = reader.moment("occurred_at"), reader.moment("received_at")
    if occurred and received and occurred > received:
        reader.refuse("occurred_at", "事发时间晚于接报时间", "请核对两个时间")
    people = {name: reader.people(name) for name in CASUALTY_ORDER}
    amounts = {name: reader.amount(name, words) for name, (words, _) in AMOUNTS.items()}
    if reader.errors:
        raise Invalid("有内容需要更正", errors=reader.errors)
    return ReceiveReport(
        type=kind, place=reader.text("place"), lon=lon, lat=lat,
        occurred_at=occurred, received_at=received, source=reader.text("source"),
        casualties=Casualties(**people), water_supply_cut=reader.text("water_supply_cut") or None,
        text=reader.text("text"), **amounts,
    )  # fmt: skip


def words_of(name: str) -> str:
    """A field's label."""
    return CASUALTY_WORDS.get(name) or AMOUNTS.get(name, (name, ""))[0]
