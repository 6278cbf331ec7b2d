"""A sensor's past as a chart wants it: so many buckets, each with its low, high, mean and last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryBucket:
    """What a sensor read between an instant and the next bucket; `mean` is over its rows."""

    at: datetime
    low: float
    high: float
    mean: float
    last: float
    count: int


@dataclass(frozen=True, kw_only=True)
class History:
    """A sensor's buckets, oldest first; those without a reading are left out.

    `forms` says what they were made from, finest first: raw, minute, hour, day.
    """

    sensor: str
    since: datetime
    until: datetime
    width_s: float
    forms: tuple[str, ...]
    buckets: tuple[HistoryBucket, ...]
