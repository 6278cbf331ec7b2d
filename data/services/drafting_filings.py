"""Fills a new information report from what the center knows, so that nobody copies figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data.domain.clock import SHANGHAI
from data.domain.depot import Item
from data.domain.dispatch import Assignment, Transfer
from data.domain.filing import ITEMS, ONCE, Filing, SourceFigure, conflicts
from data.domain.incident import ROMAN, Casualties, Incident, Report, Response
from data.domain.incident_types import type_name
from data.domain.team import Team
from data.store.unit_of_work import Unit


def items_of(unit: Unit, incident: Incident, before: Filing | None) -> dict[str, str]:
    """The texts of a new report; a follow-up says only what is new since the one before."""
    since = before.created_at if before else None
    reports = sorted(
        unit.find(Report, incident_id=incident.id), key=lambda r: (r.received_at, r.id)
    )
    fresh = [r for r in reports if since is None or r.received_at > since]
    found = {
        "course": "；".join(r.text.strip().rstrip("。；") for r in fresh if r.text.strip()),
        "leaders": _leaders(unit, incident),
        "measures": _measures(unit, incident),
        "commander": incident.commander or "",
    }
    if before is None:
        found |= {
            "source": "、".join(dict.fromkeys(r.source for r in reports if r.source)),
            "received": _when(incident.received_at), "occurred": _when(incident.occurred_at),
            "place": incident.place, "cause": type_name(incident.type),
        }  # fmt: skip
    else:
        found |= dict.fromkeys(ONCE, "")
        if before.items.get("commander") == found["commander"]:
            found["commander"] = ""
        if before.items.get("leaders") == found["leaders"]:
            found["leaders"] = ""
    return {name: found.get(name, "") for name in ITEMS}


def sources_of(reports: Iterable[Report], used: Casualties) -> tuple[SourceFigure, ...]:
    """Every conflicting figure with who said it when, and which one the report uses."""
    return tuple(
        SourceFigure(
            name=f.name, value=f.value, source=f.source, at=f.at,
            used=f.value == getattr(used, f.name),
        )
        for rows in conflicts(reports).values()
        for f in rows
    )  # fmt: skip


def _when(at: Any) -> str:
    """An instant as an official paper writes it: 2020年7月8日4时12分."""
    if at is None:
        return ""
    here = at.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日{here.hour}时{here.minute:02d}分"


def _leaders(unit: Unit, incident: Incident) -> str:
    """Who commands and which responses are in force."""
    held = [r for r in unit.find(Response, incident_id=incident.id) if r.until is None]
    said = [f"{r.body}启动{r.contingency}{ROMAN[r.level]}级应急响应" for r in held]
    if incident.commander:
        said.insert(0, f"{incident.commander}指挥处置")
    if incident.lead_body:
        said.append(f"主责单位{incident.lead_body}")
    return "，".join(said)


def _measures(unit: Unit, incident: Incident) -> str:
    """Forces and supplies sent so far, counted."""
    orders = [
        a for a in unit.find(Assignment, incident_id=incident.id) if a.state.value != "cancelled"
    ]
    teams = [unit.get(Team, a.team_id) for a in orders]
    people = sum(t.people or 0 for t in teams)
    there = sum(a.state.value in {"arrived", "working"} for a in orders)
    said = []
    if orders:
        counted = f"、{people} 人" if people else ""
        said.append(f"已调派救援队伍 {len(orders)} 支{counted}，其中到场 {there} 支")
    lots: dict[str, float] = {}
    for transfer in unit.find(Transfer, incident_id=incident.id):
        if transfer.state.value != "cancelled":
            lots[transfer.item_id] = lots.get(transfer.item_id, 0.0) + transfer.amount
    named = [(unit.get(Item, item), amount) for item, amount in sorted(lots.items())]
    if named:
        said.append("调拨" + "、".join(f"{i.name} {n:g} {i.unit}" for i, n in named))
    return "；".join(said)
