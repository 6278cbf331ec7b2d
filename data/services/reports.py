"""Reports: received, merged into incidents or dismissed, and followed up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data.domain.candidates import candidates, suggest_command
from data.domain.grading import serious_near_miss, suggest_for
from data.domain.incident import Casualties, Figure, Grading, Incident, Report
from data.domain.incident_types import incident_type
from data.domain.messages import DismissReport, FileFollowup, MergeReport, ReceiveReport
from data.domain.org import Permission
from data.errors import Invalid
from data.services import alarm_acts, checks, wording
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def receive_report(unit: Unit, command: ReceiveReport, tools: Tools) -> dict[str, Any]:
    """Take a report in; answer its suggested grade and the incidents it may belong to."""
    unit.actor.require(Permission.REPORT)
    report = _new_report(unit, command, tools)
    tools.areas.require(unit.actor.org, [report.area_code] if report.area_code else [])
    suggested = suggest_for(report, tools.rules["grading"]["tables"])
    report = unit.put(replace(report, suggested=suggested))
    area = report.area_code
    place = report.place or tools.areas.name(area)
    unit.tell(wording.received(place, report.type, report.casualties, report.source), area=area)
    mine = [
        i
        for i in unit.find(Incident, status="open")
        if tools.areas.covers_any(unit.actor.org, i.all_areas)
    ]
    return {
        "report": report,
        "suggested": suggested,
        "near_miss": serious_near_miss(report.type, report.casualties),
        "candidates": candidates(report, mine),
        "suggest_command": suggest_command(suggested, area, tools),
    }


def _new_report(unit: Unit, command: ReceiveReport, tools: Tools) -> Report:
    """The report as told, its time, place and figures checked."""
    kind = incident_type(command.type)
    received = checks.past(command.received_at, "received_at", "接报时间", unit.now) or unit.now
    occurred = checks.past(command.occurred_at, "occurred_at", "事发时间", unit.now)
    if occurred is not None and occurred > received:
        raise Invalid.field("occurred_at", "事发时间晚于接报时间", "请核对两个时间")
    _check_figures(command)
    area = checks.place_area(tools, command.lon, command.lat, command.area_code)
    kept = {
        name: getattr(command, name)
        for name in (
            "place", "lon", "lat", "source", "casualties", "loss_wan_yuan",
            "potential_loss_wan_yuan", "area_ha", "magnitude", "water_supply_cut", "text",
            "figures", "origin", "assumption",
        )
    }  # fmt: skip
    return Report(
        id=unit.next_id("report"), type=kind.key, area_code=checks.own_area(unit, area),
        occurred_at=occurred, received_at=received, filed_by=unit.actor.username,
        org=unit.actor.org, **kept,
    )  # fmt: skip


def _check_figures(command: ReceiveReport) -> None:
    """Refuse impossible figures by name."""
    checks.counts(command.casualties)
    checks.amount(command.loss_wan_yuan, "loss_wan_yuan", "直接经济损失")
    checks.amount(command.potential_loss_wan_yuan, "potential_loss_wan_yuan", "潜在经济损失")
    checks.amount(command.area_ha, "area_ha", "受害面积")
    checks.amount(command.magnitude, "magnitude", "震级")


def report_of(unit: Unit, tools: Tools, report_id: str) -> Report:
    """A report within the actor's area."""
    report = unit.get(Report, report_id)
    codes = [c for c in (report.area_code, report.org) if c]
    tools.areas.require(unit.actor.org, codes)
    return report


def merge_report(unit: Unit, command: MergeReport, tools: Tools) -> dict[str, Any]:
    """Merge a report into an open incident, carrying its figures over."""
    unit.actor.require(Permission.REPORT)
    report = report_of(unit, tools, command.report_id)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    said = wording.changes(incident.casualties, report.casualties)
    unit.put(report.settled("merged", incident.id))
    alarm_acts.follow(unit, report, incident.id)
    areas = (*incident.all_areas, *([report.area_code] if report.area_code else []))
    merged = replace(_carried(incident, report), areas=tuple(dict.fromkeys(areas)))
    merged, suggested = _regraded(unit, merged, tools)
    told = "；".join(said) or "伤亡数字无变化"
    unit.tell(
        f"{report.id} 并入 {wording.titled(incident)}：{told}"
        f"{f'（{report.source}）' if report.source else ''}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {
        "incident": merged, "changes": said, "suggested": suggested,
        "warnings": _left_over(incident.casualties, report.casualties),
    }  # fmt: skip


def _carried(incident: Incident, report: Report) -> Incident:
    """The incident with every figure the report knows; stated figures stand side by side."""
    known = {
        name: getattr(report, name)
        for name in (
            "loss_wan_yuan", "potential_loss_wan_yuan", "area_ha", "magnitude", "water_supply_cut"
        )
        if getattr(report, name) is not None
    }  # fmt: skip
    return replace(
        incident,
        casualties=incident.casualties.updated(report.casualties),
        figures=_side_by_side(incident.figures, report.figures),
        **known,
    )


def _side_by_side(old: tuple[Figure, ...], new: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Figures of several sources together; a source's newer figure replaces its own older one."""
    held = {(f.label, f.source): f for f in (*old, *new)}
    return tuple(held.values())


def _left_over(before: Casualties, newer: Casualties) -> list[str]:
    """What a report leaves unsaid that would count a person twice."""
    unsaid = [
        f"原{word} {getattr(before, name)} 人本次未更新，如已计入遇难或获救，请补报为 0"
        for name, word in (("missing", "失联"), ("trapped", "被困"))
        if getattr(before, name) and getattr(newer, name) is None
    ]
    found = any((getattr(newer, n) or 0) > (getattr(before, n) or 0) for n in ("dead", "rescued"))
    return unsaid if found else []


def _regraded(unit: Unit, incident: Incident, tools: Tools) -> tuple[Incident, Grading]:
    """The incident put with a new provisional grade; a confirmed grade waits for a person."""
    suggested = suggest_for(incident, tools.rules["grading"]["tables"])
    if incident.grading.provisional:
        incident = replace(incident, grading=suggested)
    return unit.put(incident), suggested


def dismiss_report(unit: Unit, command: DismissReport, tools: Tools) -> dict[str, Any]:
    """Settle a report that is no incident."""
    unit.actor.require(Permission.REPORT)
    report = report_of(unit, tools, command.report_id)
    reason = checks.required(command.reason, "reason", "办结原因", "请写明为何不开设事件")
    report = unit.put(report.settled("dismissed", None))
    unit.tell(f"{report.id} {report.place}办结：{reason}", area=report.area_code)
    return {"report": report}


def file_followup(unit: Unit, command: FileFollowup, tools: Tools) -> dict[str, Any]:
    """File a 续报, 终报 or 补报: only what changed."""
    unit.actor.require(Permission.REPORT)
    incident = unit.get(Incident, command.incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    if command.kind != "补报":
        incident.require_open()
    checks.counts(command.casualties)
    checks.amount(command.loss_wan_yuan, "loss_wan_yuan", "直接经济损失")
    checks.amount(command.area_ha, "area_ha", "受害面积")
    said = wording.changes(incident.casualties, command.casualties)
    if not (said or command.text.strip() or command.figures or command.loss_wan_yuan is not None):
        raise Invalid.field("text", "续报没有内容", "请填写变化的数字或进展")
    report = unit.put(_followup(unit, command, incident))
    updated, suggested = _regraded(unit, _carried(incident, report), tools)
    told = "；".join(x for x in (*said, report.text.strip()) if x)
    unit.tell(
        f"{_numbered(report)}：{wording.titled(incident)} {told}"
        f"{f'（{report.source}）' if report.source else ''}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {
        "report": report, "incident": updated, "changes": said, "suggested": suggested,
        "warnings": _left_over(incident.casualties, command.casualties),
    }  # fmt: skip


def _followup(unit: Unit, command: FileFollowup, incident: Incident) -> Report:
    """The follow-up as a report, numbered after those of its kind."""
    before = [r for r in unit.find(Report, incident_id=incident.id) if r.kind == command.kind]
    received = checks.past(command.received_at, "received_at", "接报时间", unit.now) or unit.now
    return Report(
        id=unit.next_id("report"), kind=command.kind, number=len(before) + 1,
        incident_id=incident.id, state="merged", type=incident.type,
        area_code=incident.area_code, place=incident.place, occurred_at=incident.occurred_at,
        received_at=received, source=command.source, casualties=command.casualties,
        loss_wan_yuan=command.loss_wan_yuan, area_ha=command.area_ha, text=command.text,
        figures=command.figures, filed_by=unit.actor.username, org=unit.actor.org,
        origin=command.origin if command.origin == "exercise" else incident.origin,
        assumption=command.assumption,
    )  # fmt: skip


def _numbered(report: Report) -> str:
    """续报一, 续报二, …; from eleven on in digits."""
    numerals = "一二三四五六七八九十"
    number = report.number
    return f"{report.kind}{numerals[number - 1] if number <= len(numerals) else number}"
