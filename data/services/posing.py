"""Poses the allocation problem of a situation: who may go, how far it is, what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.allocation.model import Ask, AskedCapability, Demand, Need, Problem, ProblemError, Weights
from data.domain import approval
from data.domain.capabilities import CAPABILITIES
from data.domain.clock import aware
from data.domain.dispatch import TransferState
from data.domain.flight_switch import switch_of
from data.domain.incident import Incident
from data.domain.needs import needs_of, supplies_of, weight_of
from data.domain.org import Actor
from data.domain.situation import Situation
from data.errors import Invalid
from data.services import asking, flying
from data.services.asking import PlanRequest, Wanted
from data.services.distances import depot_minutes
from data.services.keeping import Kept, keep_back
from data.services.mustering import Muster, muster
from data.services.needing import checked_needs, checked_supplies, known_items
from data.services.orders import scene
from data.services.stocking import Stocked, stock
from data.services.supposing import Shut, shut_of, supposed
from data.services.tools import Tools

BY_MINUTES, SUPPLY_BY_MINUTES = 120.0, 240.0  # where a need states no time
STEADY = 3000.0  # person-minutes that leaving the last plan's or the ordered incident costs
LOADING = "物资装车按 30 分钟计"
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Posed:
    """A problem with what the answer needs to speak of the situation again."""

    problem: Problem
    situation: Situation
    request: PlanRequest
    stated: Mapping[str, Any]
    muster: Muster
    shut: Shut
    needs: Rows
    supplies: Rows
    assumptions: list[str]

    @property
    def incidents(self) -> tuple[str, ...]:
        """Ids of the incidents asked for."""
        return tuple(ask.id for ask in self.problem.incidents)


def pose(
    situation: Situation,
    request: Mapping[str, Any],
    tools: Tools,
    actor: Actor | None,
    previous: Iterable[tuple[str, str]] = (),
) -> Posed:
    """The problem of the incidents asked for; `actor` bounds whose teams and depots may go.

    `previous` are the pairs of the last plan, which the new one keeps near.

    Raises
    ------
    Invalid
        When no incident is named, or anything the request names is unknown or impossible.
    """
    read = asking.read(request)
    situation = supposed(situation, read, tools)
    incidents = [_open(situation, wanted.id) for wanted in read.wanted]
    both = list(zip(read.wanted, incidents, strict=True))
    needs = {i.id: _needs(i, wanted) for wanted, i in both}
    supplies = {i.id: _supplies(situation, i, wanted) for wanted, i in both}
    asks = tuple(_ask(i, w, needs[i.id], supplies[i.id], situation.at) for w, i in both)
    shut = shut_of(situation, read, tools)
    wanted_kinds = {n.capability for ask in asks for n in ask.needs}
    mustered = muster(situation, read, incidents, wanted_kinds, tools, actor, shut)
    stocked = stock(situation, {d.item for a in asks for d in a.supplies}, tools, actor)
    kept = Kept()
    if read.keep_back:
        grounded = frozenset(row["team"] for row in mustered.grounded())
        kept = keep_back(situation, mustered.teams, tools, actor, shut, grounded)
    last = tuple(dict.fromkeys(previous))
    lost = [i for i in incidents if scene(i, tools) is None]
    problem = Problem(
        capabilities=tuple(
            AskedCapability(id=c.id, unit=c.unit, people=c.people) for c in CAPABILITIES.values()
        ),
        teams=mustered.offers, incidents=asks, minutes=mustered.minutes,
        counties=kept.counties, cover_minutes=kept.minutes, cover_within=kept.within,
        lots=stocked.lots, depots=stocked.depots,
        depot_minutes=depot_minutes(
            situation, [d.id for d in stocked.depots], incidents, tools, shut
        ),
        locks=read.locks, bans=_known_bans(read, mustered), previous=last,
        weights=Weights(steady=STEADY if last or read.release else 0.0),
    )  # fmt: skip
    return Posed(
        problem=_checked(problem), situation=situation, request=read, stated=request,
        muster=mustered, shut=shut, needs=needs, supplies=supplies,
        assumptions=[
            *_assumptions(situation, read, needs, mustered, kept, stocked, tools),
            *(f"{i.letter} {i.short_name}位置未知，无法计算行程" for i in lost),
        ],
    )  # fmt: skip


def _checked(problem: Problem) -> Problem:
    """The problem when it makes sense; what the request's checks let through is still refused."""
    try:
        return problem.checked()
    except ProblemError as error:
        raise Invalid.field(error.field, f"方案无法求解：{error}", "请核对该项后重试") from error


def _known_bans(request: PlanRequest, mustered: Muster) -> tuple[tuple[str, str], ...]:
    """Bans of teams that stand to be sent at all."""
    teams = {t.id for t in mustered.teams}
    return tuple(pair for pair in request.bans if pair[0] in teams)


def _open(situation: Situation, incident_id: str) -> Incident:
    """An open incident the viewer sees."""
    incident = situation.incidents.get(incident_id)
    if incident is None or incident.status != "open":
        raise Invalid.field("incidents", f"事件 {incident_id} 不存在或已结束", "请选择进行中的事件")
    return incident


def _needs(incident: Incident, wanted: Wanted) -> list[dict[str, Any]]:
    """Capabilities wanted: as asked, else as the incident states or its template says."""
    return checked_needs(needs_of(incident) if wanted.needs is None else wanted.needs)


def _supplies(situation: Situation, incident: Incident, wanted: Wanted) -> list[dict[str, Any]]:
    """Items wanted, by id; an unknown name fails only where somebody stated it.

    Unless the request states its own, what is ordered, under way or received already is taken off.
    """
    rows = checked_supplies(
        supplies_of(incident) if wanted.supplies is None else wanted.supplies
    )
    if wanted.supplies is not None or incident.supply_needs:
        known_items(rows, situation.items)
    by_name = {item.name: item.id for item in situation.items.values()}
    found = []
    for need in rows:
        key = need["item"] if need["item"] in situation.items else by_name.get(need["item"])
        if key is not None:
            found.append({**need, "item": key, "name": situation.items[key].name})
    return found if wanted.supplies is not None else _beyond(situation, incident.id, found)


def _beyond(
    situation: Situation, incident_id: str, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The items wanted beyond what transfers to the incident bring."""
    have: dict[str, float] = {}
    for transfer in situation.transfers_of(incident_id):
        if transfer.state != TransferState.CANCELLED:
            brings = transfer.amount if transfer.received is None else transfer.received
            have[transfer.item_id] = have.get(transfer.item_id, 0.0) + brings - transfer.returned
    left = []
    for row in rows:
        covered = min(float(row["amount"]), have.get(row["item"], 0.0))
        have[row["item"]] = have.get(row["item"], 0.0) - covered
        if float(row["amount"]) > covered:
            left.append({**row, "amount": float(row["amount"]) - covered})
    return left


def _ask(
    incident: Incident,
    wanted: Wanted,
    needs: list[dict[str, Any]],
    supplies: list[dict[str, Any]],
    now: datetime,
) -> Ask:
    """An incident as the solver sees it; a need named twice is one need."""
    merged: dict[str, Need] = {}
    for n in needs:
        by, old = _by(n.get("by"), now, BY_MINUTES), merged.get(n["capability"])
        merged[n["capability"]] = Need(
            capability=n["capability"],
            amount=float(n["amount"]) + (old.amount if old else 0.0),
            by=min(by, old.by) if old else by,
            people_equivalent=n.get("people_equivalent"),
        )
    demands: dict[str, Demand] = {}
    for s in supplies:
        by, before = _by(s.get("by"), now, SUPPLY_BY_MINUTES), demands.get(s["item"])
        demands[s["item"]] = Demand(
            item=s["item"], amount=float(s["amount"]) + (before.amount if before else 0.0),
            by=min(by, before.by) if before else by,
        )  # fmt: skip
    return Ask(
        id=incident.id, name=f"{incident.letter} {incident.short_name}",
        weight=weight_of(incident) if wanted.weight is None else wanted.weight,
        needs=tuple(merged.values()), supplies=tuple(demands.values()),
    )  # fmt: skip


def _by(value: Any, now: datetime, default: float) -> float:
    """Minutes from now: given as minutes, as an instant, or not at all; what is past is now."""
    if value is None:
        return default
    if isinstance(value, int | float):
        return float(value)
    at = aware(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    return max(0.0, (at - now) / timedelta(minutes=1))


def _assumptions(
    situation: Situation,
    request: PlanRequest,
    needs: Rows,
    mustered: Muster,
    kept: Kept,
    stocked: Stocked,
    tools: Tools,
) -> list[str]:
    """What the plan rests on that nobody measured, in Chinese."""
    found = [tools.travel.describe(), approval.assumptions(tools.consents())]
    if any(t.moves_by_air for t in mustered.teams):
        found += flying.assumptions(request.flying, switch_of(situation.flights))
    found += [f"{name}未报到达时间，按所在位置估算" for name in mustered.estimated()]
    if kept.counties:
        found.append("留守按各县人口和已知风险源加权，90 分钟内可到为有覆盖")
    if kept.unknown:
        found.append(f"{kept.unknown} 个县人口未知，按平均计")
    found += [LOADING, *stocked.notes] if stocked.lots else stocked.notes
    for supposition in request.extra:
        found.append(f"推演假设：{supposition.name}，并未发生")
    if request.closures or request.closed_roads:
        count = len(request.closures) + len(request.closed_roads)
        found.append(f"推演假设：封控或断路 {count} 处")
    told = {str(n["assumption"]) for rows in needs.values() for n in rows if n.get("assumption")}
    return [*found, *sorted(told)]
