"""Levels of sensors, set by people: from when, why, and what held before stays on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from data.domain.clock import SHANGHAI
from data.domain.messages import Command
from data.domain.messages.monitoring import SetThreshold
from data.domain.org import Permission
from data.domain.sensor import LADDER, Sensor, Threshold
from data.errors import Invalid, NotFound, Stale
from data.services import checks
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

LARGEST = 1e9


def set_threshold(unit: Unit, command: SetThreshold, tools: Tools) -> dict[str, Any]:
    """Set or withdraw a level; the one in force ends the day before.

    Raises
    ------
    Forbidden, NotFound, Stale
    Invalid
        By field: no reason, an unknown level, dates the wrong way round, a ladder out of order.
    """
    unit.actor.require(Permission.MONITOR)
    sensor = unit.get(Sensor, command.sensor_id)
    if not tools.areas.covers(unit.actor.org, sensor.area_code):
        raise NotFound(f"没有编号为 {sensor.id} 的监测点，或不在本辖区")
    if command.expect_version is not None and command.expect_version != sensor.version:
        raise Stale("该监测点的限值刚被他人修改，请核对后重试")
    why = checks.required(command.reason, "reason", "调整理由", "请写明依据的文件或原因")
    starts = command.valid_from or unit.now.astimezone(SHANGHAI).date()
    if command.valid_to is not None and command.valid_to < starts:
        raise Invalid.field("valid_to", "截止日期早于起始日期", "请改正日期，或留空")
    before = next((t for t in sensor.in_force(starts) if t.level == command.level), None)
    kept = [_ended(t, command, starts - timedelta(days=1)) for t in sensor.thresholds]
    new = [t for t in kept if t is not None]
    if command.value is not None:
        new.append(_new(command, tools, sensor, starts, why, unit.actor.name))
    elif before is None:
        raise Invalid.field("level", f"没有生效中的{command.level}", "请选一个生效中的级别")
    changed = replace(sensor, thresholds=tuple(new))
    _ordered(changed, starts)
    changed = unit.put(changed)
    held = f"{before.value:g}" if before else "无"
    now = f"{command.value:g} {sensor.unit}" if command.value is not None else "取消"
    unit.tell(
        f"调整限值：{sensor.name} {command.level} {held} → {now}，{starts} 起（{why}）",
        area=sensor.area_code,
    )
    return {"sensor": changed}


def _ended(threshold: Threshold, command: SetThreshold, last: date) -> Threshold | None:
    """An older value of the level, ended before the new one begins; None when nothing is left."""
    if threshold.level != command.level:
        return threshold
    if threshold.valid_to is not None and threshold.valid_to <= last:
        return threshold
    if threshold.valid_from is not None and threshold.valid_from > last:
        return None
    return replace(threshold, valid_to=last)


def _new(
    command: SetThreshold, tools: Tools, sensor: Sensor, starts: date, why: str, by: str
) -> Threshold:
    book = tools.rules.get("alarms")
    if book is None or command.level not in book.words:
        known = "、".join(book.words) if book else ""
        raise Invalid.field("level", f"没有名为“{command.level}”的级别", f"可用：{known}")
    value = command.value
    if value is None or not abs(value) < LARGEST:
        raise Invalid.field("value", "限值不是有限的数", "请填数字")
    return Threshold(
        level=command.level, value=value, valid_from=starts, valid_to=command.valid_to,
        source=command.source.strip() or f"{by} 设定：{why}",
        below=book.below(sensor.quantity, command.level), reason=why, set_by=by,
    )  # fmt: skip


def _ordered(sensor: Sensor, on: date) -> None:
    """Refuse a river ladder whose rungs stand in the wrong order."""
    rungs = {t.level: t.value for t in sensor.in_force(on) if t.level in LADDER[:3]}
    names = [level for level in LADDER[:3] if level in rungs]
    for lower, upper in pairwise(names):
        if rungs[lower] >= rungs[upper]:
            raise Invalid.field(
                "value", f"{lower} {rungs[lower]:g} 不低于{upper} {rungs[upper]:g}", "请核对数值"
            )


HANDLERS: Mapping[type[Command], Handler] = {SetThreshold: set_threshold}
