"""Reads a deadline as an officer types it: 30分, 2小时, 18:30, 8-3 18:30."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from data.domain.clock import SHANGHAI
from data.errors import Invalid

_SPAN = re.compile(r"^\+?(\d+(?:\.\d+)?)\s*(分钟|分|小时|时|天|m|h|d)?(?:后|内)?$", re.IGNORECASE)
_TIMED = re.compile(
    r"^(?:(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?\s+)?(\d{1,2})[:：](\d{2})$"
)
_UNITS = {"分": 1, "分钟": 1, "m": 1, "时": 60, "小时": 60, "h": 60, "天": 1440, "d": 1440}
HINT = "如：30分、2小时、18:30、8-3 18:30"


def read_due(text: str | None, now: datetime, field: str = "due_at") -> datetime | None:
    """The instant meant by what was typed; None when blank.

    A bare number is minutes from now; a bare time that has passed today is tomorrow's.

    Raises
    ------
    Invalid
        When it cannot be read.
    """
    said = (text or "").strip()
    if not said:
        return None
    if (minutes := read_minutes(said)) is not None:
        return now + timedelta(minutes=minutes)
    if (moment := _moment(said, now)) is None:
        raise Invalid.field(field, f"“{said}”不是时限", f"请填写多久之后或时刻，{HINT}")
    return moment


def read_minutes(text: str) -> float | None:
    """The minutes a span means: 90, 90分, 2小时; None for what is no span."""
    span = _SPAN.match(text.strip())
    return float(span[1]) * _UNITS[(span[2] or "分").lower()] if span else None


def _moment(said: str, now: datetime) -> datetime | None:
    """A time of day, with or without its date, in Beijing."""
    hit = _TIMED.match(said)
    if hit is None:
        return None
    here = now.astimezone(SHANGHAI)
    year, month, day, hour, minute = hit.groups()
    try:
        found = here.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        if month:
            found = found.replace(year=int(year or here.year), month=int(month), day=int(day))
        elif found <= here:
            found += timedelta(days=1)
    except ValueError:
        return None
    return found


def typed_due(at: datetime | None) -> str:
    """A deadline as it may be typed again."""
    return "" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
