"""Incidents: opened from reports, graded, edited and written up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data.domain.candidates import suggest_command
from data.domain.depot import Item
from data.domain.grading import suggest_for, word_of
from data.domain.incident import Entry, Grading, Incident, Report, free_letter
from data.domain.incident_types import incident_type
from data.domain.messages import (
    ConfirmGrade,
    EditIncident,
    OpenIncident,
    WriteEntry,
)
from data.domain.org import PROVINCE, Permission
from data.errors import Invalid
from data.services import alarm_acts, checks, wording
from data.services.needing import checked_needs, checked_supplies, known_items
from data.services.proving import GRAVE, require_proof
from data.services.reports import report_of
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def open_incident(unit: Unit, command: OpenIncident, tools: Tools) -> dict[str, Any]:
    """Open an incident from a report under the lowest free letter."""
    unit.actor.require(Permission.REPORT)
    report = report_of(unit, tools, command.report_id)
    area, areas = _areas(report, command, unit, tools)
    kind = incident_type(command.type or report.type)
    incident_id = unit.next_id("incident")
    settled = replace(report.settled("opened", incident_id), type=kind.key)
    grading = suggest_for(settled, tools.rules["grading"]["tables"])
    incident = Incident(
        id=incident_id,
        letter=free_letter(
            (i.letter for i in unit.find(Incident, status="open")), tools.letters
        ),
        name=command.name.strip() or f"{report.place or tools.areas.name(area)}{kind.name}",
        short_name=command.short_name.strip() or f"{_short(tools, area)}{kind.name}",
        type=kind.key,
        area_code=area,
        areas=areas,
        coord_note=command.coord_note,
        opened_at=unit.now,
        grading=grading,
        commander=checks.required(command.commander, "commander", "指挥长", "请填写姓名和职务"),
        lead_body=checks.required(
            command.lead_body, "lead_body", "主责单位", "请填写牵头处置的单位"
        ),
        desk=checks.required(command.desk, "desk", "值守席位", "请填写跟进本事件的席位"),
        **{name: getattr(report, name) for name in _CARRIED},
    )
    unit.put(settled)
    incident = unit.put(incident)
    alarm_acts.follow(unit, report, incident.id)
    unit.tell(
        f"开设事件：{wording.titled(incident)}，指挥长 {incident.commander}，"
        f"主责 {incident.lead_body}，席位 {incident.desk}；初判 {wording.graded(grading)}",
        incident_id=incident.id, area=area,
    )  # fmt: skip
    return {"incident": incident}


_CARRIED = (
    "place", "lon", "lat", "occurred_at", "received_at", "casualties", "figures",
    "loss_wan_yuan", "potential_loss_wan_yuan", "area_ha", "magnitude", "water_supply_cut",
    "origin", "assumption",
)  # fmt: skip


def _areas(
    report: Report, command: OpenIncident, unit: Unit, tools: Tools
) -> tuple[str, tuple[str, ...]]:
    """The incident's lead area and all its areas: the first one named leads, else the report's."""
    named = checks.known_areas(tools, command.areas)
    area = named[0] if named else report.area_code
    if area is None:
        raise Invalid.field("areas", "未确定事件所在行政区", "请选择市县，或在地图上点选位置")
    tools.areas.require(unit.actor.org, (area, *named))
    also = (report.area_code,) if report.area_code else ()
    return area, tuple(dict.fromkeys((area, *named, *also)))


def _short(tools: Tools, code: str) -> str:
    """An area's short name."""
    return tools.areas.areas[code].short_name


_EDIT_WORDS = {
    "name": "名称", "short_name": "简称", "commander": "指挥长", "lead_body": "主责单位",
    "desk": "值守席位", "lon": "经度", "lat": "纬度", "areas": "涉及市县", "needs": "力量需求",
    "supply_needs": "物资需求",
}  # fmt: skip


def edit_incident(unit: Unit, command: EditIncident, tools: Tools) -> dict[str, Any]:
    """Change names, people in charge, place or needs of an open incident."""
    unit.actor.require(Permission.REPORT)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    asked = {n: v for n in _EDIT_WORDS if (v := getattr(command, n)) is not None}
    for name in ("name", "short_name", "commander", "lead_body", "desk"):
        if name in asked:
            asked[name] = checks.required(
                asked[name], name, _EDIT_WORDS[name], "不能清空，请填写新的内容"
            )
    if "lon" in asked or "lat" in asked:
        checks.place_area(tools, command.lon, command.lat, None)
    if "areas" in asked:
        known = checks.known_areas(tools, (incident.area_code, *asked["areas"]))
        asked["areas"] = known
    _check_needs(unit, asked)
    changed = {n: v for n, v in asked.items() if getattr(incident, n) != v}
    if not changed:
        return {"incident": incident}
    incident = unit.put(replace(incident, **changed), expect=command.expect_version)
    said = "、".join(_edit_text(n, v) for n, v in changed.items() if n != "lat")
    unit.tell(
        f"{wording.titled(incident)} 修改：{said}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {"incident": incident}


def _check_needs(unit: Unit, asked: dict[str, Any]) -> None:
    """Needs as a form sends them, each row sound; an empty list goes back to the template."""
    if "needs" in asked:
        asked["needs"] = tuple(checked_needs(asked["needs"]))
    if "supply_needs" in asked:
        rows = checked_supplies(asked["supply_needs"])
        known_items(rows, {item.id: item for item in unit.find(Item)})
        asked["supply_needs"] = tuple(rows)


def _edit_text(name: str, value: object) -> str:
    """One changed field as told in the journal."""
    if name == "lon":
        return "位置"
    return f"{_EDIT_WORDS[name]} {value}" if isinstance(value, str) else _EDIT_WORDS[name]


def confirm_grade(unit: Unit, command: ConfirmGrade, tools: Tools) -> dict[str, Any]:
    """A person confirms the grade: as the rule suggests it now, or another with a basis."""
    unit.actor.require(Permission.GRADE)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    tables = tools.rules["grading"]["tables"]
    suggested = suggest_for(incident, tables)
    as_rule = command.as_suggested and command.level in (None, suggested.level)
    grading = suggested if as_rule else _by_hand(command, incident, suggested, tables)
    if command.basis.strip() and as_rule:
        grading = replace(grading, basis=command.basis.strip())
    if grading.level in GRAVE:
        require_proof(unit.actor, "确认Ⅰ级、Ⅱ级")
    grading = replace(
        grading, provisional=False, confirmed_by=unit.actor.name, confirmed_at=unit.now
    )
    incident = unit.put(replace(incident, grading=grading), expect=command.expect_version)
    unit.tell(
        f"定级：{wording.titled(incident)} {wording.graded(grading)}，{unit.actor.name}确认",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {
        "incident": incident, "suggested": suggested,
        "suggest_command": suggest_command(grading, incident.area_code, tools),
    }  # fmt: skip


def _by_hand(
    command: ConfirmGrade, incident: Incident, suggested: Grading, tables: dict[str, Any]
) -> Grading:
    """A grade a person gives against or without a rule; its basis is required."""
    basis = checks.required(
        command.basis, "basis", "定级依据", "与建议级别不同，请写明依据（文件、会商或领导决定）"
    )
    return Grading(
        level=command.level, word=word_of(incident.type, command.level, tables), basis=basis,
        assumptions=() if suggested.level is None else (f"规则建议为 {suggested.label}",),
    )  # fmt: skip


def write_entry(unit: Unit, command: WriteEntry, tools: Tools) -> dict[str, Any]:
    """Write a line into an incident's timeline, or into the duty log."""
    unit.actor.require(Permission.ENTRY)
    text = checks.required(command.text, "text", "记录内容", "请写明何时何人何事")
    if len(text) > checks.LONGEST:
        raise Invalid.field("text", f"记录超过 {checks.LONGEST} 字", "请分条记录")
    area = None if unit.actor.org == PROVINCE else unit.actor.org
    if command.incident_id is not None:
        incident = unit.get(Incident, command.incident_id)
        tools.areas.require(unit.actor.org, incident.all_areas)
        area = incident.area_code
    entry = unit.put(
        Entry(
            id=unit.next_id("entry"), incident_id=command.incident_id,
            at=checks.past(command.at, "at", "时间", unit.now) or unit.now, text=text,
            author=unit.actor.name, kind=command.kind, basis=command.basis, org=unit.actor.org,
            written_at=unit.now, origin="exercise" if command.kind == "exercise" else "real",
        )
    )  # fmt: skip
    unit.tell(text, incident_id=command.incident_id, area=area)
    return {"entry": entry}
