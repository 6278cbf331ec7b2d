"""联动总览: the levels above with what they started and see of us, and the areas below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components.admin_parts import table
from dashboard.components.desk_words import clock
from dashboard.words import DASH, short_body
from data.center import Center
from data.domain.command_structure import lead_of
from data.domain.incident import ROMAN, Incident, Response
from data.domain.levels import Level, Upward, levels, upward
from data.domain.org import Actor
from data.domain.situation import Situation

ELSEWHERE = "本辖区以外"


def stand(center: Center, seen: Situation, actor: Actor) -> list[Any]:
    """Upward first, then downward; blocking."""
    started = center.queries.responses_above(actor)
    above = upward(seen, center.areas, actor.org, started)
    below = levels(seen, center.areas, actor.org)
    found: list[Any] = []
    if above:
        found += [
            html.H3("上级的响应"), _started(seen, above),
            html.H3("上级看到的本级"), _ours(seen, above),
            html.H3("涉及本级的事件由谁指挥"), _led(seen, center.tools.rules["structure"]),
        ]  # fmt: skip
    if below:
        found += [html.H3("下一级各单位") if above else None, _below(seen, below)]
    return [html.Div(found)]


def _started(seen: Situation, above: Sequence[Upward]) -> Any:
    """Every response in force of the levels above; of incidents elsewhere only that it is."""
    rows = [
        (
            html.B(up.name), short_body(r.body), r.contingency, html.B(f"{ROMAN[r.level]}级"),
            html.Time(clock(r.since, seen.at)), _of(seen, r),
        )
        for up in above
        for r in up.responses
    ]  # fmt: skip
    heads = ("上级", "指挥机构", "预案", "响应", "自何时起", "为哪起事件")
    return table(heads, rows, "上级目前没有启动应急响应。")


def _of(seen: Situation, response: Response) -> str:
    incident = seen.incidents.get(response.incident_id)
    return f"{incident.letter} {incident.short_name or incident.name}" if incident else ELSEWHERE


def _ours(seen: Situation, above: Sequence[Upward]) -> Any:
    rows = [
        (
            html.B(up.name), str(up.ours.incidents), _heard(seen, up.ours), _told(up.ours.unsigned),
            _told(up.ours.asked), _told(up.ours.given), _told(up.ours.overdue),
            f"备勤 {up.free}，在派 {up.out}", up.shift or "没有在岗班次",
        )
        for up in above
    ]  # fmt: skip
    heads = ("上级", "进行中事件", "最近收到本级来报", "待其签收", "请求待其办结", "待本级签收",
             "本级超时", "本级队伍", "带班领导")  # fmt: skip
    return table(heads, rows, "")


def _led(seen: Situation, structure: Mapping[str, Any]) -> Any:
    rows = [_led_row(seen, structure, i) for i in seen.sided()]
    return table(("事件", "等级", "牵头", "指挥层级", "已启动的响应"), rows, "没有进行中的事件。")


def _led_row(seen: Situation, structure: Mapping[str, Any], incident: Incident) -> tuple[Any, ...]:
    """Who leads it at its grade, and every response that runs for it."""
    lead = lead_of(structure, incident.type, incident.grading.level)
    running = [
        f"{short_body(r.body)} {r.contingency} {ROMAN[r.level]}级"
        for r in seen.responses.values()
        if r.incident_id == incident.id and r.until is None
    ]
    return (
        html.B(f"{incident.letter} {incident.short_name or incident.name}"),
        incident.grading.label, short_body(lead.body) or DASH,
        html.Span(lead.words or "定级以后确定", title=lead.level_source),
        "、".join(running) or "没有",
    )  # fmt: skip


def _below(seen: Situation, rows: Sequence[Level]) -> Any:
    """One row an area below: what waits between it and us."""
    body = [
        (
            html.B(r.name), str(r.incidents), _heard(seen, r), _told(r.unsigned), _told(r.asked),
            str(r.given), _told(r.overdue),
        )
        for r in rows
    ]  # fmt: skip
    heads = ("单位", "进行中事件", "最近来报", "待我签收", "请求待办结", "待其签收", "超时")
    return table(heads, body, "")


def _heard(seen: Situation, row: Level) -> Any:
    return html.Time(clock(row.last_report, seen.at)) if row.last_report else "尚无"


def _told(number: int) -> Any:
    return html.B(str(number), className="off") if number else "0"
