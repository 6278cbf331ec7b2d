"""From an alarm to a report: one key instead of typing what the center knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.alarm import Alarm
from data.domain.messages import Command, ReceiveReport
from data.domain.messages.monitoring import ReportAlarm
from data.domain.org import Permission
from data.domain.sensor import Sensor
from data.domain.source import RiskSource
from data.errors import IllegalMove
from data.services import alarm_acts, reports
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

# What kind of incident it would be, until somebody says otherwise: by source, else by what is
# measured.
_BY_SOURCE: Mapping[str, str] = {
    "尾矿库": "tailings", "危险化学品": "hazchem", "重大危险源": "hazchem",
    "水库": "reservoir_danger", "地质灾害隐患点": "landslide",
    "森林瞭望塔": "forest_fire", "消防远程监控": "fire", "城市生命线": "gas_explosion",
}  # fmt: skip
_BY_QUANTITY: Mapping[str, str] = {
    "水位": "flood", "流量": "flood", "雨量": "rainstorm", "累计雨量": "rainstorm",
    "可燃气体": "hazchem", "有毒气体": "hazchem", "液位": "hazchem", "压力": "hazchem",
    "温度": "hazchem", "干滩长度": "tailings", "干滩坡度": "tailings", "浸润线": "tailings",
    "安全超高": "tailings",
    "裂缝宽度": "landslide", "倾角": "landslide", "森林火险等级": "forest_fire",
    "燃气浓度": "gas_explosion", "烟雾": "fire", "积水深度": "rainstorm",
}  # fmt: skip


def report_alarm(unit: Unit, command: ReportAlarm, tools: Tools) -> dict[str, Any]:
    """Make a report of an alarm and take the alarm; the report goes the way of every report.

    Raises
    ------
    Forbidden, NotFound
    IllegalMove
        When the alarm is over or a report was made of it.
    """
    unit.actor.require(Permission.ALARM)
    alarm = unit.get(Alarm, command.alarm_id)
    if alarm.area_code is not None:
        tools.areas.require(unit.actor.org, [alarm.area_code])
    if not alarm.open or alarm.report_id is not None:
        made = f"已报 {alarm.report_id}" if alarm.report_id else "已解除"
        raise IllegalMove(f"报警 {alarm.id} {made}，不再生成报告")
    sensor = alarm_acts.thing_of(unit, Sensor, alarm.sensor_id)
    source = alarm_acts.thing_of(unit, RiskSource, alarm.source_id)
    told = reports.receive_report(unit, _words(unit, alarm, sensor, source), tools)
    report = unit.put(replace(told["report"], alarm_id=alarm.id))
    taken = alarm.acknowledged(unit.actor.name, unit.now, None) if alarm.waits else alarm
    alarm = unit.put(replace(taken, report_id=report.id))
    unit.tell(f"由报警生成报告 {report.id}：{alarm.told}", area=alarm.area_code)
    return {**told, "report": report, "alarm": alarm}


def _words(
    unit: Unit, alarm: Alarm, sensor: Sensor | None, source: RiskSource | None
) -> ReceiveReport:
    """What the report says: what was measured where, by which rule, and who is in charge."""
    place = source or sensor
    kind = _BY_SOURCE.get(source.kind if source else "", "")
    if not kind and sensor is not None:
        reservoir = sensor.kind == "水库"
        kind = "reservoir_danger" if reservoir else _BY_QUANTITY.get(sensor.quantity, "other")
    charge = ""
    if source is not None and (source.organisation or source.person):
        who = " ".join(x for x in (source.organisation, source.person, source.phone) if x)
        charge = f"责任单位：{who}。"
    return ReceiveReport(
        type=kind or "other", place=place.name if place else alarm.sensor_name,
        area_code=alarm.area_code, lon=place.lon if place else None,
        lat=place.lat if place else None, occurred_at=min(alarm.raised_at, unit.now),
        source=f"监测报警 {alarm.id}", origin=alarm.origin,
        text=f"{alarm.told}。规则：{alarm.rule}（{alarm.rule_source or '来源未填'}）。{charge}",
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {ReportAlarm: report_alarm}
