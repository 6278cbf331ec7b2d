"""How the exercise's field behaves: when an ordered team moves on, and where it is meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any

Point = tuple[float, float]


def chance(key: str, low: float, high: float) -> timedelta:
    """Minutes between low and high, the same for the same key."""
    share = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return timedelta(minutes=low + share * (high - low))


def when(times: Mapping[str, str], state: str) -> datetime | None:
    """When a state was entered."""
    text = times.get(state)
    return datetime.fromisoformat(text) if text else None


def next_move(task: Mapping[str, Any]) -> tuple[str, datetime] | None:
    """The next state of an assignment and when it is due; None when it waits for a person."""
    state, times, key = task["state"], task["times"], task["id"]
    since = when(times, state)
    if since is None or task.get("held"):
        return None
    if state == "ordered":
        told = max(since, when(times, "authorised") or since)
        return "accepted", told + chance(key + state, 2, 6)
    if state == "accepted":
        leaves = _time(task.get("leaves_at"))
        ready = since + chance(key + state, 1, 4)
        return "departed", max(ready, leaves) if leaves else ready
    if state == "departed":
        return "arrived", since + _outbound(task)
    if state == "arrived":
        return "working", since + chance(key + state, 8, 15)
    if state == "released":
        left = when(times, "departed")
        out = (when(times, "arrived") or since) - left if left else timedelta()
        return "returned", since + out
    return None


def next_transfer(transfer: Mapping[str, Any]) -> tuple[str, datetime] | None:
    """The next state of a transfer and when it is due."""
    times, key = transfer["times"], transfer["id"]
    since = when(times, transfer["state"])
    if since is None or transfer.get("held"):
        return None
    if transfer["state"] in {"ordered", "approved", "picked"}:
        return "shipped", since + chance(key, 15, 35)
    if transfer["state"] == "shipped":
        eta = _time(transfer.get("eta"))
        return "received", max(eta, since) if eta else since + timedelta(hours=2)
    return None


def where(task: Mapping[str, Any], route: Sequence[Point], now: datetime) -> Point | None:
    """Where a team under way is, along its route out or back; None when it stands still."""
    times = task["times"]
    left, back = when(times, "departed"), when(times, "released")
    if left is None or not route:
        return None
    if task["state"] == "departed":
        return along(route, (now - left) / _outbound(task))
    if task["state"] == "released" and back is not None:
        reached = min(1.0, ((when(times, "arrived") or back) - left) / _outbound(task))
        trip = (when(times, "arrived") or back) - left
        home = 1.0 if trip <= timedelta() else min(1.0, (now - back) / trip)
        return along(route, reached * (1 - home))
    return None


def along(route: Sequence[Point], share: float) -> Point:
    """The point at a share (0 to 1) of a route's length."""
    share = min(1.0, max(0.0, share))
    squeeze = cos(radians(route[0][1]))
    pairs = list(pairwise(route))
    legs = [hypot((b[0] - a[0]) * squeeze, b[1] - a[1]) for a, b in pairs]
    left = share * sum(legs)
    for (a, b), leg in zip(pairs, legs, strict=True):
        if left <= leg and leg > 0:
            part = left / leg
            return (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
        left -= leg
    return route[-1]


def _outbound(task: Mapping[str, Any]) -> timedelta:
    """How long the way out takes: as planned, at least a minute; an hour where no plan says."""
    leaves, eta = _time(task.get("leaves_at")), _time(task.get("eta"))
    if eta is None:
        return timedelta(hours=1)
    start = leaves or when(task["times"], "departed") or eta
    return max(timedelta(minutes=1), eta - start)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
