"""What an incident is taken to need until somebody states it: the table of templates in force.

Every amount of the shipped table is 假定. EditIncident replaces them for an incident; a table of
the department's own (`rules/needs.yaml`) replaces the shipped one, for the whole program.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from data.domain.incident import Incident
from data.domain.needs_book import NeedsBook, Template, shipped

ASSUMPTION = "假定：按事件类型和级别的需求模板估列，请核对后修改"
_in_force: list[NeedsBook] = []  # at most one; the shipped table until a center has read its own


def use(book: NeedsBook) -> None:
    """From now on these templates count."""
    _in_force[:] = [book]


def book() -> NeedsBook:
    """The table that counts."""
    return _in_force[0] if _in_force else shipped()


def needs_of(incident: Incident) -> list[dict[str, Any]]:
    """Capabilities needed as stated, else by template: {capability, amount, by, assumption}.

    `by` is minutes from the moment of planning, or an instant where somebody stated one.
    """
    if incident.needs:
        return [dict(need) for need in incident.needs]
    template, scale = template_of(incident)
    return [
        {"capability": name, "amount": float(ceil(amount * scale)), "by": by,
         "assumption": _assumed(template)}
        for name, amount, by in template.capabilities
    ]  # fmt: skip


def supplies_of(incident: Incident) -> list[dict[str, Any]]:
    """Items needed as stated, else by template, by name: {item, amount, by, assumption}."""
    if incident.supply_needs:
        return [dict(need) for need in incident.supply_needs]
    template, scale = template_of(incident)
    return [
        {"item": name, "amount": float(ceil(amount * scale)), "by": by,
         "assumption": _assumed(template)}
        for name, amount, by in template.items
    ]


def template_of(incident: Incident) -> tuple[Template, float]:
    """The template that fits an incident, and what its amounts are multiplied by."""
    return book().of(incident.type, incident.grading.level)


def _assumed(template: Template) -> str:
    """That the figures are the template's, and on what it rests where somebody says."""
    said = "" if template.basis == "假定" else f"（依据：{template.basis}）"
    return f"{ASSUMPTION}{said}"


def weight_of(incident: Incident) -> float:
    """What an incident weighs beside another: its grade, doubled while people are to be saved."""
    people = (incident.casualties.trapped or 0) + (incident.casualties.missing or 0)
    return book().weight[incident.grading.level] * (2.0 if people else 1.0)
