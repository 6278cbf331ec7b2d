"""Helicopters: how long a flight takes, where it lands, and why one cannot fly now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from data.allocation.graph import distance_km
from data.allocation.source import AIR_KMH, AIR_START_MINUTES
from data.domain.clock import SHANGHAI
from data.domain.daylight import sun_times
from data.domain.flight_switch import FlightSwitch
from data.services.tools import Tools

Point = tuple[float, float]

# Assumptions; no source gives the craft that are stationed here nor their tanks.
RANGE_KM = 500.0  # from take-off to the scene and on to the nearest airfield, reserve kept
# Where nothing may land at the scene: the cordon of a chemical release or a gas explosion.
CORDONED = frozenset({"hazchem", "gas_explosion"})
BESIDE = "现场旁场地（假定）"


@dataclass(frozen=True, kw_only=True)
class Flight:
    """One flight: minutes from the order to the scene, None with `why` where it cannot be."""

    minutes: float | None
    why: str = ""


def assumptions(flying: bool | None, switch: FlightSwitch | None = None) -> list[str]:
    """What flights rest on, in Chinese; the `switch` says who set what this plan was asked with."""
    light = {
        None: "昼间飞行，日出日落按 NOAA 太阳公式计算；气象未作限制",
        True: "值班员确认可飞（含夜航），不按昼夜限制",
        False: "值班员已停飞，直升机不参与本方案",
    }[flying]
    by = ""
    if switch and switch.set_at and flying is not None and switch.flying is flying:
        reason = f"，{switch.reason}" if switch.reason else ""
        at = switch.set_at.astimezone(SHANGHAI)
        by = f"（{switch.set_by} {at.month}月{at.day}日 {at:%H:%M} 设定{reason}）"
    return [
        f"直升机：{light}{by}",
        (
            f"假定：直升机直线飞行 {AIR_KMH:g} 公里/时，起飞 {AIR_START_MINUTES:g} 分钟，"
            f"航程 {RANGE_KM:g} 公里（含飞至最近机场）；现场旁有起降场地，"
            "危化和燃气爆炸现场在最近机场降落后改走公路"
        ),
    ]


def flight_minutes(
    start: Point, goal: Point, kind: str, tools: Tools, shut: Mapping[str, Any]
) -> float | None:
    """Minutes from the order to the scene of an incident of a type, take-off included.

    A cordoned scene is reached from the nearest airfield by road, None where none is open;
    `shut` are the options of `Travel.minutes` that close roads.
    """
    landing, _ = landing_of(goal, kind, tools)
    flown: float | None = tools.travel.minutes([start], [landing], by_air=True)[0][0]
    if landing == goal or flown is None:
        return flown
    driven = tools.travel.minutes([landing], [goal], **shut)[0][0]
    return None if driven is None else float(flown + driven)


def landing_of(goal: Point, kind: str, tools: Tools) -> tuple[Point, str]:
    """Where a helicopter lands: beside the scene, or the named airfield nearest a cordoned one."""
    if kind not in CORDONED or not tools.airfields:
        return goal, BESIDE
    name, field = min(tools.airfields.items(), key=lambda item: _km(item[1], goal))
    return field, name


def flight(
    start: Point,
    goal: Point,
    kind: str,
    tools: Tools,
    *,
    now: datetime,
    before: float,
    flying: bool | None,
    shut: Mapping[str, Any],
) -> Flight:
    """A flight ordered now, `before` minutes of getting ready and of consent ahead of it.

    `flying` False grounds everything, True lifts the limit of daylight, None keeps to daylight.
    """
    if flying is False:
        return Flight(minutes=None, why="值班员已按气象停飞")
    needed = _km(start, goal) + min(
        (_km(goal, field) for field in (*tools.airfields.values(), start)), default=0.0
    )
    if needed > RANGE_KM:
        return Flight(
            minutes=None, why=f"往返补给需飞 {needed:.0f} 公里，超出假定航程 {RANGE_KM:g} 公里"
        )
    minutes = flight_minutes(start, goal, kind, tools, shut)
    if minutes is None:
        return Flight(minutes=None, why="降落后无通路到现场")
    if flying is None:
        why = _dark(start, goal, now + timedelta(minutes=before), minutes)
        if why:
            return Flight(minutes=None, why=why)
    return Flight(minutes=minutes)


def _dark(start: Point, goal: Point, ordered: datetime, minutes: float) -> str:
    """Why a flight would meet the dark; empty when it has daylight all the way."""
    up, down = ordered + timedelta(minutes=AIR_START_MINUTES), ordered + timedelta(minutes=minutes)
    day = up.astimezone(SHANGHAI).date()
    rise, fall = sun_times(*start, day), sun_times(*goal, day)
    if rise is not None and up < rise[0]:
        return f"日出 {_clock(rise[0])} 前不飞，最早 {_clock(up)} 起飞"
    if fall is not None and down > fall[1]:
        return f"日落 {_clock(fall[1])} 前到不了，须 {_clock(down)} 到场"
    return ""


def _clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M")


def _km(a: Point, b: Point) -> float:
    return float(distance_km(np.array([a]), np.array([b]))[0])
