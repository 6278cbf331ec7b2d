"""A plan as it is handed out: names and instants, bound teams apart, cover before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from data.allocation import Allocation
from data.domain.approval import ORDERED
from data.domain.org import Actor
from data.domain.situation import Situation
from data.services.asking import invented
from data.services.comparing import diff, pairs_of
from data.services.coverage import before_after
from data.services.flying import landing_of
from data.services.orders import scene
from data.services.posing import Posed
from data.services.supposing import in_force
from data.services.tools import Tools

Rows = list[dict[str, Any]]
_APART = ("assignments", "transfers", "certificate")
_NO_MORE = "本方案不再需要；下达时不自动撤回，请值班员结束该队任务"


def answer_of(
    posed: Posed,
    found: Allocation,
    tools: Tools,
    actor: Actor,
    previous: Sequence[tuple[str, str]] | None,
) -> dict[str, Any]:
    """The plan in the shape of the contract.

    `assignments` are new orders, `standing` the teams that stay where they are ordered, `freed`
    released teams the plan uses nowhere. A released team that goes elsewhere is an assignment
    with `moved_from`. `supposed` says what the plan rests on that is not so.
    """
    situation = posed.situation
    bound = {t.id: t.busy_with for t in posed.problem.teams if t.busy_with is not None}
    rows = [_timed(posed, row, tools) for row in found.assignments]
    stays = [r for r in rows if bound.get(r["team"]) == r["incident"]]
    goes = [
        {**r, "moved_from": bound[r["team"]]} if r["team"] in bound else r
        for r in rows
        if bound.get(r["team"]) != r["incident"]
    ]
    told: dict[str, Any] = msgspec.to_builtins(found)
    answer = {k: _all_named(situation, v) for k, v in told.items() if k not in _APART}
    answer |= {
        "assignments": goes, "standing": stays, "freed": _freed(posed, rows),
        "transfers": [_timed_load(posed, row) for row in found.transfers],
        "refused": [*_grounded(posed), *answer.get("refused", [])],
        "certificate": [*found.certificate, _times_add_up(rows)],
        "needs": posed.needs, "supplies": posed.supplies, "assumptions": posed.assumptions,
        "coverage": _coverage(posed, goes, tools, actor),
        "supposed": invented(posed.stated),
    }  # fmt: skip
    if previous is not None:
        answer["diff"] = diff(previous, pairs_of(answer))
    return answer


def _timed(posed: Posed, row: dict[str, Any], tools: Tools) -> dict[str, Any]:
    """An assignment with its name, when it leaves and arrives, and what its minutes are made of."""
    situation = posed.situation
    team = situation.teams[row["team"]]
    held = situation.assignment_of_team(team.id)
    leg = posed.muster.legs[team.id, row["incident"]]
    leaves = situation.at + timedelta(minutes=leg.leaves)
    eta = situation.at + timedelta(minutes=row["minutes"])
    if held is not None and held.incident_id == row["incident"]:
        leaves, eta = held.leaves_at or leaves, held.eta or eta
        leaves = min(leaves, eta)
    told = {**row, "name": team.name, "people": team.people}
    incident = situation.incidents[row["incident"]]
    goal = scene(incident, tools)
    if team.moves_by_air and goal:
        told["landing"] = landing_of(goal, incident.type, tools)[1]
    return {
        **told,
        "travel_minutes": round(max(0.0, row["minutes"] - leg.leaves), 1),
        "ready_minutes": round(leg.ready, 1), "approval_minutes": leg.approval.minutes,
        "approval": leg.approval.words if leg.approval is not ORDERED else "",
        "leaves_at": leaves.isoformat(), "eta": eta.isoformat(),
    }  # fmt: skip


def _timed_load(posed: Posed, row: dict[str, Any]) -> dict[str, Any]:
    """A transfer with its names and when it arrives."""
    situation = posed.situation
    eta = situation.at + timedelta(minutes=row["minutes"])
    depot, item = situation.depots[row["depot"]], situation.items[row["item"]]
    return {
        **row, "name": item.name, "unit": item.unit, "depot_name": depot.name,
        "eta": eta.isoformat(), "expires": situation.lots[row["lot"]].expires,
    }  # fmt: skip


def _all_named(situation: Situation, value: Any) -> Any:
    """Rows with the name a person knows; anything else as it is."""
    if isinstance(value, list):
        return [_named(situation, r) if isinstance(r, dict) else r for r in value]
    if isinstance(value, dict):
        return {k: _all_named(situation, v) for k, v in value.items()}
    return value


def _named(situation: Situation, row: dict[str, Any]) -> dict[str, Any]:
    """A row with its name where it has none."""
    if row.get("name"):
        return row
    team = situation.teams.get(str(row.get("team") or ""))
    item = situation.items.get(str(row.get("item") or ""))
    if item is None and (lot := situation.lots.get(str(row.get("lot") or ""))):
        item = situation.items.get(lot.item_id)
    name = team.name if team else item.name if item else None
    return {**row, "name": name} if name else row


def _freed(posed: Posed, rows: Rows) -> Rows:
    """Released teams the plan uses nowhere: {team, name, incident, why}."""
    used = {r["team"] for r in rows}
    return [
        {"team": t.id, "name": t.name, "incident": t.busy_with, "why": _NO_MORE}
        for t in posed.problem.teams
        if t.movable and t.id not in used
    ]


def _grounded(posed: Posed) -> Rows:
    """Helicopters that could help and cannot fly: as the plan's other refusals."""
    wanted = {
        ask.id: {n.capability for n in ask.needs} for ask in posed.problem.incidents
    }  # fmt: skip
    provides = {t.id: t.provides.keys() for t in posed.muster.teams}
    return [
        r for r in posed.muster.grounded() if wanted[r["incident"]] & set(provides[r["team"]])
    ]  # fmt: skip


def _times_add_up(rows: Rows) -> dict[str, Any]:
    """The check that every team arrives after it leaves."""
    wrong = [
        r["name"]
        for r in rows
        if datetime.fromisoformat(r["eta"]) < datetime.fromisoformat(r["leaves_at"])
    ]
    return {"check": "到达不早于出动", "ok": not wrong, "detail": "、".join(wrong)}


def _coverage(posed: Posed, goes: Iterable[dict[str, Any]], tools: Tools, actor: Actor) -> Any:
    """Cover as it is and as the plan would leave it."""
    held = in_force(posed.situation)
    return before_after(
        posed.situation, tools, {r["team"] for r in goes}, actor=actor,
        closures=[a for a in posed.shut.areas if a not in held.areas],
        closed_roads=posed.shut.roads,
        capabilities={n.capability for ask in posed.problem.incidents for n in ask.needs},
    )  # fmt: skip
