"""What a dispatch says in the journal and in the timelines of its incidents."""

from __future__ import annotations

from data.domain.depot import Item
from data.domain.dispatch import Assignment, Dispatch
from data.domain.incident import Incident
from data.services import orders
from data.services.holding import Asked
from data.store.unit_of_work import Unit


def tell(unit: Unit, order: Dispatch, asked: Asked, words: str, note: str) -> None:
    """The journal line, and a line for each incident of the order."""
    lines: list[tuple[Incident, str]] = []
    for incident in asked.incidents.values():
        teams = [asked.team[w.team].name for w in asked.teams if w.incident == incident.id]
        lots = [w for w in asked.lots if w.incident == incident.id]
        parts = [teams[0] + (f" 等 {len(teams)} 队" if len(teams) > 1 else "")] if teams else []
        if lots:
            item = unit.get(Item, asked.lot[lots[0].lot].item_id)
            more = f" 等 {len(lots)} 批" if len(lots) > 1 else ""
            parts.append(f"{item.name} {lots[0].amount:g}{item.unit}{more}")
        lines.append((incident, f"{'、'.join(parts)} → {incident.letter}"))
    lines += _left(unit, asked)
    whole = "；".join(text for _, text in lines)
    head, tail = f"调派 {order.number}：", f"（授权：{words}）{note}"
    each = [(incident, f"{head}{text}{tail}") for incident, text in lines]
    orders.tell_all(unit, each, f"{head}{whole}{tail}", words)


def unreached(asked: Asked, made: list[Assignment]) -> str:
    """Teams that were ordered though no way is known, which an order by hand may do."""
    names = [asked.team[a.team_id].name for a in made if a.eta is None]
    return f"〔{'、'.join(names)} 无已知通路，到达时刻不明〕" if names else ""


def _left(unit: Unit, asked: Asked) -> list[tuple[Incident, str]]:
    """A line for each incident that teams are moved away from."""
    lines = []
    for key in dict.fromkeys(held.incident_id for held in asked.moved.values()):
        here = unit.get(Incident, key)
        names = [asked.team[t].name for t, held in asked.moved.items() if held.incident_id == key]
        goes = dict.fromkeys(
            asked.incidents[w.incident].letter for w in asked.teams if w.team in asked.moved
        )
        lines.append((here, f"{'、'.join(names)} 由 {here.letter} 改派 {'、'.join(goes)}"))
    return lines
