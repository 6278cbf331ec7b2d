"""How alarms are written: the mark in its colour, the rule with its source, what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dashboard.components.desk_words import clock, level
from data.domain.alarm import COLOURS, Alarm, Family, shown
from data.domain.situation import Situation
from data.domain.surge import Surge

MARKS = {"red": ("红", "w1"), "orange": ("橙", "w2"), "yellow": ("黄", "w3"), "blue": ("蓝", "w4")}
FAULTS = {Family.MISSING: "断", Family.STUCK: "滞"}


def mark(alarm: Alarm) -> tuple[str, str]:
    """The character of an alarm and the class that colours it; a fault has no colour."""
    return MARKS.get(alarm.colour, (FAULTS.get(alarm.family, "警"), ""))


def gravest(alarms: Iterable[Alarm]) -> Alarm:
    """The gravest of several, the first raised among equals."""
    return max(alarms, key=lambda a: (_rank(a), -a.raised_at.timestamp()))


def _rank(alarm: Alarm) -> int:
    return COLOURS.index(alarm.colour) if alarm.colour else -1


def rule_line(alarm: Alarm) -> str:
    """The rule and what it rests on, in one line."""
    rule = alarm.rule or f"{alarm.level} {shown(alarm.threshold, alarm.unit)}"
    return f"{rule} · 依据：{alarm.rule_source or '来源未填'}"


def called(alarm: Alarm) -> str:
    """Who was called upon last because nobody took it."""
    if not alarm.escalations:
        return ""
    last = alarm.escalations[-1]
    return f"{last.minutes:g} 分钟无人签收，已报 {last.post} {last.name or '（未排班）'}"


def group_title(seen: Situation, alarms: Sequence[Alarm]) -> str:
    """What several alarms are together: 长江 洪水过程 5 条."""
    surge = seen.surges.get(alarms[0].surge_id or "")
    title = surge.title if surge and surge.title else alarms[0].sensor_name
    return f"{title} {len(alarms)} 条报警"


def grouped(alarms: Iterable[Alarm]) -> list[list[Alarm]]:
    """Alarms by surge, what waits longest first; an alarm of none stands alone."""
    found: dict[str, list[Alarm]] = {}
    for alarm in sorted(alarms, key=lambda a: (a.since, a.id)):
        found.setdefault(alarm.surge_id or alarm.id, []).append(alarm)
    return list(found.values())


def facts(seen: Situation, alarm: Alarm) -> list[tuple[str, Any]]:
    """What an alarm says, with the rule and the steps it went."""
    source = seen.sources.get(alarm.source_id or "")
    sensor = seen.sensors.get(alarm.sensor_id)
    latest = seen.readings.get(alarm.sensor_id)
    newest = f"{shown(latest.value, sensor.unit)}（{clock(latest.at, seen.at)}）" if (
        latest and sensor
    ) else ""  # fmt: skip
    steps = " → ".join(f"{s.level} {clock(s.at, seen.at)}" for s in alarm.steps)
    told = [
        ("监测点", way(alarm)), ("风险源", _source(source)), ("报警", level(alarm)),
        ("最新", newest), ("时间", clock(alarm.raised_at, seen.at)), ("规则", alarm.rule),
        ("依据", alarm.rule_source), ("过程", steps if len(alarm.steps) > 1 else ""),
        ("升级", "；".join(_call(seen, alarm))), ("处理", done(seen, alarm)),
    ]  # fmt: skip
    return [(k, v) for k, v in told if v]


def way(alarm: Alarm) -> Any:
    """The way to the page of what an alarm is about."""
    if alarm.sensor_id.startswith("path:"):
        return alarm.sensor_name
    kind = "source" if alarm.sensor_id == alarm.source_id else "sensor"
    return html.A(alarm.sensor_name, href=f"/monitor?{kind}={alarm.sensor_id}")


def _source(source: Any) -> Any:
    if source is None:
        return ""
    who = " ".join(x for x in (source.organisation, source.person, source.phone) if x)
    return f"{source.name}（{who}）" if who else source.name


def _call(seen: Situation, alarm: Alarm) -> list[str]:
    return [
        f"{clock(e.at, seen.at)} {e.post} {e.name or '（未排班）'}（{e.minutes:g} 分，{e.source}）"
        for e in alarm.escalations
    ]


def done(seen: Situation, alarm: Alarm) -> str:
    """What people did about it so far."""
    parts = []
    if alarm.acknowledged_by:
        parts.append(f"{alarm.acknowledged_by} {clock(alarm.acknowledged_at, seen.at)} 签收")
    if alarm.handled_by:
        parts.append(f"{alarm.handled_by} {clock(alarm.handled_at, seen.at)}：{alarm.handled_how}")
    if alarm.shelved_until and alarm.state == "shelved":
        until = clock(alarm.shelved_until, seen.at)
        parts.append(f"{alarm.shelved_by} 暂搁至 {until}：{alarm.shelved_why}")
    incident = seen.incidents.get(alarm.incident_id or "")
    if incident is not None:
        parts.append(f"转入 {incident.letter} {incident.short_name}")
    if alarm.report_id:
        parts.append(f"已生成报告 {alarm.report_id}")
    if alarm.cleared_at:
        parts.append(f"{clock(alarm.cleared_at, seen.at)} 解除")
    return "；".join(parts)


def surge_alarms(seen: Situation, surge_id: str) -> list[Alarm]:
    """A surge's alarms whose cause holds, the gravest first."""
    held = [a for a in seen.alarms.values() if a.surge_id == surge_id and a.open]
    return sorted(held, key=lambda a: (-_rank(a), a.raised_at, a.id))


def surge_span(seen: Situation, surge: Surge | None) -> str:
    """From when to when a surge grew."""
    if surge is None:
        return ""
    return f"{clock(surge.opened_at, seen.at)} 起，最近 {clock(surge.newest_at, seen.at)}"
