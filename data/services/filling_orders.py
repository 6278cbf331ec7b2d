"""What an order of a stored plan orders: the plan's rows, or those it was changed to by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import select

from data.domain.dispatch import Plan
from data.domain.messages import IssueDispatch, WantedLot, WantedTeam
from data.errors import Invalid, NotFound
from data.services.certifying import require_sound
from data.store.schema import plan as plan_table
from data.store.unit_of_work import Unit


def filled(unit: Unit, command: IssueDispatch) -> tuple[IssueDispatch, Plan | None]:
    """The command with the plan's content where it lists nothing itself, and the plan it is of.

    Raises
    ------
    Invalid, NotFound
        Nothing to order, no such plan, or one whose certificate does not hold.
    """
    if command.plan_id is None:
        if not (command.assignments or command.transfers):
            raise Invalid.field("assignments", "调派令是空的", "请先加入队伍或物资")
        return command, None
    query = select(plan_table.c.body).where(plan_table.c.id == command.plan_id)
    body = unit.connection.execute(query).scalar_one_or_none()
    stored = msgspec.json.decode(body, type=Plan) if body is not None else None
    if stored is None or (stored.org != unit.actor.org):
        raise NotFound(f"没有方案 {command.plan_id}，请重新生成方案")
    require_sound(stored)
    whole = replace(command, seen={**stored.seen, **command.seen})
    moved = {
        (row["team"], row["incident"]): row["moved_from"]
        for row in stored.answer.get("assignments", [])
        if row.get("moved_from")
    }
    if command.assignments or command.transfers:
        teams = tuple(
            replace(w, moved_from=moved.get((w.team, w.incident))) for w in command.assignments
        )
        return replace(whole, assignments=teams), stored
    teams = tuple(
        WantedTeam(
            team=row["team"], incident=row["incident"], capability=row.get("capability"),
            amount=row.get("amount"), reason=row.get("reason", ""),
            moved_from=row.get("moved_from"),
        )
        for row in _one_per_team(stored.answer.get("assignments", []))
    )  # fmt: skip
    lots = tuple(
        WantedLot(lot=row["lot"], incident=row["incident"], amount=row["amount"])
        for row in stored.answer.get("transfers", [])
    )
    if not (teams or lots):
        raise Invalid.field("plan_id", "该方案没有可下达的内容", "请重新生成方案")
    return replace(whole, assignments=teams, transfers=lots), stored


def _one_per_team(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first row of each team: a team serving two capabilities is ordered once."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        first.setdefault((row["team"], row["incident"]), row)
    return list(first.values())
