"""The end of an incident: nothing bound to it any more, and everything left open known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.domain.clearance import Clearance
from data.domain.closing import OpenEnd, counted, open_ends
from data.domain.command_post import CommandPost
from data.domain.dispatch import Assignment, Transfer
from data.domain.field import FieldNeed
from data.domain.filing import Filing
from data.domain.incident import Incident, Response
from data.domain.linking import SupportRequest
from data.domain.messages import CloseIncident
from data.domain.org import Permission
from data.domain.situation import Situation
from data.domain.task import Instruction, Task
from data.domain.team import Team
from data.errors import Conflict
from data.services import checks, wording
from data.services.proving import GRAVE, require_proof
from data.services.tools import Tools
from data.store.unit_of_work import Unit

NAMED = 8  # things named in a refusal; the rest is counted


def close_incident(unit: Unit, command: CloseIncident, tools: Tools) -> dict[str, Any]:
    """Close an incident that binds nothing; what stays open is named, in the journal too.

    Raises
    ------
    Forbidden, Invalid, NotFound, IllegalMove, Conflict, StepUpNeeded
        Naming what is bound, or what came up that whoever closes it has not seen.
    """
    unit.actor.require(Permission.REPORT)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    reason = checks.required(command.reason, "reason", "结束原因", "请写明处置结果")
    seen = _seen(unit, incident)
    ends = open_ends(seen, incident)
    _refuse(
        incident, [e for e in ends if e.binds], "尚有未结事项",
        "请先结束、撤销、改派，或将任务转值班室续办",
    )  # fmt: skip
    if command.left_open is not None:
        new = [e for e in ends if e.thing not in command.left_open]
        _refuse(incident, new, "又有未结事项", "请核对后再结束")
    if incident.grading.level in GRAVE:
        require_proof(unit.actor, "结束Ⅰ级、Ⅱ级事件")
    incident = unit.put(incident.closed(unit.now, reason))
    left = f"；留办：{counted(ends)}" if ends else ""
    unit.tell(
        f"结束事件：{wording.titled(incident)}，{reason}{left}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {
        "incident": incident, "responses_in_force": seen.responses_of(incident.id),
        "left_open": ends,
    }  # fmt: skip


def _seen(unit: Unit, incident: Incident) -> Situation:
    """What hangs on the incident, read inside this unit of work."""

    def held(cls: type[Any]) -> dict[str, Any]:
        return {thing.id: thing for thing in unit.find(cls, incident_id=incident.id)}

    orders = held(Assignment)
    return Situation(
        revision=unit.seq, at=unit.now, incidents={incident.id: incident}, assignments=orders,
        teams={o.team_id: unit.get(Team, o.team_id) for o in orders.values() if o.active},
        transfers=held(Transfer), tasks=held(Task), instructions=held(Instruction),
        filings=held(Filing), clearances=held(Clearance), supports=held(SupportRequest),
        field_needs=held(FieldNeed), responses=held(Response), posts=held(CommandPost),
    )  # fmt: skip


def _refuse(incident: Incident, ends: Sequence[OpenEnd], what: str, remedy: str) -> None:
    """Refuse over what is open, naming it."""
    if not ends:
        return
    names = "、".join(f"{e.kind} {e.name}（{e.state}）" for e in ends[:NAMED])
    more = f"等 {len(ends)} 项" if len(ends) > NAMED else ""
    raise Conflict(
        f"{wording.titled(incident)} {what}：{names}{more}；{remedy}",
        holders=[_holder(e, incident) for e in ends],
    )


def _holder(end: OpenEnd, incident: Incident) -> dict[str, Any]:
    """One thing that is still open, as a conflict names it."""
    return {
        "thing": end.thing, "name": end.name, "state": end.state, "held_by": incident.letter,
        "incident": incident.id, "incident_name": incident.short_name,
        "since": None, "next_best": None,
    }  # fmt: skip
