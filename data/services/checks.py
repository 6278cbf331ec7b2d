"""Checks that handlers share: required words, times, coordinates, areas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta

from data.domain.clock import aware
from data.domain.incident import CASUALTY_WORDS, Casualties, Incident
from data.domain.org import PROVINCE
from data.errors import Invalid
from data.services.tools import Tools
from data.store.unit_of_work import Unit

AHEAD = timedelta(minutes=5)  # how far two clocks may differ
LONGEST = 4000  # characters of a text


def required(value: str | None, field: str, label: str, remedy: str) -> str:
    """The trimmed text of a field that must be filled.

    Raises
    ------
    Invalid
        When it is blank.
    """
    text = (value or "").strip()
    if not text:
        raise Invalid.field(field, f"未填写{label}", remedy)
    return text


def past(at: datetime | None, field: str, label: str, now: datetime) -> datetime | None:
    """A time in UTC that is not in the future.

    Raises
    ------
    Invalid
        When it has no offset or lies ahead.
    """
    if at is None:
        return None
    try:
        moment = aware(at)
    except ValueError as error:
        raise Invalid.field(field, f"{label}有误", str(error)) from error
    if moment > now + AHEAD:
        raise Invalid.field(field, f"{label}晚于现在", "请核对日期和时间")
    return moment


def counts(casualties: Casualties) -> None:
    """Refuse negative counts.

    Raises
    ------
    Invalid
        Naming the figure.
    """
    for each in fields(casualties):
        value = getattr(casualties, each.name)
        if value is not None and value < 0:
            word = CASUALTY_WORDS[each.name]
            raise Invalid.field(f"casualties.{each.name}", f"{word}人数不能为负", "请填 0 或留空")


def amount(value: float | None, field: str, label: str) -> None:
    """Refuse a negative or impossible quantity.

    Raises
    ------
    Invalid
        Naming the field.
    """
    if value is not None and not 0 <= value < float("inf"):
        raise Invalid.field(field, f"{label}有误", "请填不小于 0 的数，或留空")


def place_area(tools: Tools, lon: float | None, lat: float | None, code: str | None) -> str | None:
    """The area of a position, or the given code when there is no position.

    Raises
    ------
    Invalid
        When half a position is given, it lies outside Hubei, or the code is unknown.
    """
    if (lon is None) != (lat is None):
        raise Invalid.field("lon", "经纬度只填了一个", "请同时填写经度和纬度，或都留空")
    if code is not None and code not in tools.areas.areas:
        raise Invalid.field("area_code", f"没有代码为 {code} 的行政区划", "请从列表中选择市县")
    if lon is None or lat is None:
        return code
    found = tools.spatial.unit_at(lon, lat)
    if found is None and code is None:
        raise Invalid.field("lon", "位置不在湖北省内", "请核对坐标和坐标系，或改选市县")
    return str(found) if found is not None else code


def known_areas(tools: Tools, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes, each once.

    Raises
    ------
    Invalid
        When one is not in the tree.
    """
    once = tuple(dict.fromkeys(codes))
    for code in once:
        if code not in tools.areas.areas:
            raise Invalid.field("areas", f"没有代码为 {code} 的行政区划", "请从列表中选择市县")
    return once


def open_incident_of(unit: Unit, tools: Tools, incident_id: str) -> Incident:
    """An open incident within the actor's area.

    Raises
    ------
    NotFound
        When it is not there, or not in the actor's area.
    IllegalMove
        When it is closed.
    """
    incident = unit.get(Incident, incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    incident.require_open()
    return incident


def own_area(unit: Unit, code: str | None) -> str | None:
    """A blank area belongs to the actor's own organisation below the province."""
    return code if code is not None or unit.actor.org == PROVINCE else unit.actor.org
