"""What a draft means in the situation now: per incident covered, missing, contested, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.components.drafting import Draft
from dashboard.words import clock_time, count
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import Incident
from data.domain.needs import needs_of
from data.domain.situation import Situation
from data.domain.team import Team, TeamState

Table = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One team or lot of the draft: what it brings, when, and what stands in its way."""

    kind: str
    thing: str
    incident: str
    name: str
    brings: str
    mark: str
    reason: str = ""
    leaves_at: datetime | None = None
    eta: datetime | None = None
    trouble: str = ""
    instead: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Need:
    """One capability an incident needs: committed, in the draft, and still missing."""

    capability: str
    unit: str
    wanted: float
    committed: float
    drafted: float
    assumption: str = ""

    @property
    def gap(self) -> float:
        """What neither committed teams nor the draft cover."""
        return max(0.0, self.wanted - self.committed - self.drafted)


@dataclass(frozen=True, kw_only=True)
class Side:
    """One open incident's share of the draft."""

    incident: Incident
    lines: tuple[Line, ...]
    needs: tuple[Need, ...]
    people: int
    teams: int

    @property
    def all_there(self) -> datetime | None:
        """When the last team of the draft arrives; None while one is unknown."""
        times = [line.eta for line in self.lines if line.kind == "team"]
        return max(times) if times and all(times) else None  # type: ignore[type-var]


def instant(text: Any) -> datetime | None:
    """An instant kept as text in the draft."""
    if not text:
        return None
    return text if isinstance(text, datetime) else datetime.fromisoformat(str(text))


def brings(team: Team, most: int = 3) -> str:
    """What a team provides in one line: 搜救 28 人 · 搜救犬 2 只."""
    known = list(team.provides.items())
    words = [f"{c} {with_unit(c, n)}" for c, n in known[:most]]
    return " · ".join(words) + (" …" if len(known) > most else "")


def with_unit(capability: str, amount: float) -> str:
    """An amount with the capability's unit."""
    known = CAPABILITIES.get(capability)
    return f"{count(amount)} {known.unit if known else ''}".strip()


def minutes_to(table: Table, team: str, incident: str) -> float | None:
    """Minutes from the table; None where unknown or cut off."""
    return (table.get(team) or {}).get(incident)


def sides(seen: Situation, draft: Draft, table: Table) -> list[Side]:
    """Every open incident with its lines, the gravest pair first."""
    return [_side(seen, draft, table, incident) for incident in seen.sided()]


def troubles(found: list[Side]) -> list[Line]:
    """The lines that cannot be issued as they stand."""
    return [line for side in found for line in side.lines if line.trouble]


def _side(seen: Situation, draft: Draft, table: Table, incident: Incident) -> Side:
    rows = [r for r in draft["teams"] if r["incident"] == incident.id]
    lots = [r for r in draft["lots"] if r["incident"] == incident.id]
    lines = [_team_line(seen, draft, table, r) for r in rows]
    lines += [_lot_line(seen, draft, r) for r in lots]
    known = [seen.teams[r["team"]] for r in rows if r["team"] in seen.teams]
    return Side(
        incident=incident, lines=tuple(lines), needs=tuple(_needs(seen, incident, known)),
        people=sum(t.people or 0 for t in known), teams=len(rows),
    )  # fmt: skip


def _needs(seen: Situation, incident: Incident, drafted: list[Team]) -> list[Need]:
    """The incident's needs, stated or from the template of its type and grade."""
    wanted = needs_of(incident)
    bound = [
        seen.teams[a.team_id]
        for a in seen.assignments_of(incident.id, active=True)
        if a.team_id in seen.teams
    ]
    return [
        Need(
            capability=(name := str(n["capability"])), wanted=float(n["amount"]),
            assumption=str(n.get("assumption") or ""),
            unit=CAPABILITIES[name].unit if name in CAPABILITIES else str(n.get("unit") or ""),
            committed=sum(t.provides.get(name, 0.0) for t in bound),
            drafted=sum(t.provides.get(name, 0.0) for t in drafted),
        )
        for n in wanted
    ]  # fmt: skip


def _team_line(seen: Situation, draft: Draft, table: Table, row: Mapping[str, Any]) -> Line:
    team = seen.teams.get(row["team"])
    if team is None:
        return Line(
            kind="team", thing=row["team"], incident=row["incident"], name=row["team"], brings="",
            mark=row["mark"], trouble="已不在本辖区队伍名册，请移除",
        )  # fmt: skip
    leaves, eta = times(seen, table, team, row["incident"], row.get("approval_minutes") or 0)
    taken = "" if team.id in draft["release"] else _taken(seen, team)
    trouble = taken or _twice(seen, draft, row)
    return Line(
        kind="team", thing=team.id, incident=row["incident"], name=team.name, brings=brings(team),
        mark=row["mark"], reason=str(row.get("reason") or ""),
        leaves_at=leaves or instant(row.get("leaves_at")), eta=eta or instant(row.get("eta")),
        trouble=trouble,
        instead=next_best(seen, draft, table, team, row["incident"]) if trouble else None,
    )  # fmt: skip


def times(
    seen: Situation, table: Table, team: Team, incident: str, approval_minutes: float = 0.0
) -> tuple[datetime | None, datetime | None]:
    """When a team would leave and arrive if it were ordered now, its lender's consent awaited."""
    minutes = minutes_to(table, team.id, incident)
    if minutes is None or team.state == TeamState.UNPLANNABLE:
        return None, None
    ready = team.ready_minutes if team.state == TeamState.STANDBY else 0.0
    leaves = seen.at + timedelta(minutes=ready + approval_minutes)
    return leaves, leaves + timedelta(minutes=minutes)


def holder(seen: Situation, team_id: str) -> str:
    """Who holds a team: 已由 王某 派往 乙（07:42）; empty when nobody does."""
    bound = seen.assignment_of_team(team_id)
    if bound is None:
        return ""
    incident, order = seen.incidents.get(bound.incident_id), seen.dispatches.get(bound.dispatch_id)
    where = f"{incident.letter} {incident.short_name}" if incident else "其他事件"
    by = order.issued_by if order else ""
    since = clock_time(bound.times.get("ordered"), seen.at)
    return f"已由 {by or '他人'} 派往 {where}（{since}，{bound.state.word}）"


def _taken(seen: Situation, team: Team) -> str:
    held = holder(seen, team.id)
    if held:
        return held
    if not team.plannable:
        return f"资料缺{'、'.join(team.missing_fields)}，补录后才能调派"
    return "" if team.state.available else f"现为{team.state.word}，不能调派"


def _twice(seen: Situation, draft: Draft, row: Mapping[str, Any]) -> str:
    others = [
        seen.incidents[r["incident"]].letter
        for r in draft["teams"]
        if r["team"] == row["team"] and r["incident"] in seen.incidents
    ]
    return f"{'、'.join(sorted(others))} 同时需要，只能派往一处" if len(others) > 1 else ""


def next_best(
    seen: Situation, draft: Draft, table: Table, team: Team, incident: str
) -> tuple[str, str] | None:
    """The nearest free team with the same first capability, as (id, words)."""
    able = next(iter(team.provides), None)
    inside = {r["team"] for r in draft["teams"]}
    reach = [
        (minutes, other)
        for other in seen.available_teams()
        if other.id not in inside
        and able in other.provides
        and not seen.assignment_of_team(other.id)
        and (minutes := minutes_to(table, other.id, incident)) is not None
    ]
    if able is None or not reach:
        return None
    _, best = min(reach, key=lambda pair: (pair[0], pair[1].id))
    _, eta = times(seen, table, best, incident)
    return best.id, f"{best.name}（{clock_time(eta, seen.at)} 到）"


def _lot_line(seen: Situation, draft: Draft, row: Mapping[str, Any]) -> Line:
    lot = seen.lots.get(row["lot"])
    if lot is None:
        return Line(
            kind="lot", thing=row["lot"], incident=row["incident"], name=row["lot"], brings="",
            mark=row["mark"], trouble="此批次已不可见，请移除",
        )  # fmt: skip
    item, depot = seen.items.get(lot.item_id), seen.depots.get(lot.depot_id)
    unit = item.unit if item else ""
    asked = sum(r["amount"] for r in draft["lots"] if r["lot"] == lot.id)
    short = f"可调 {count(lot.free)} {unit}，草案共要 {count(asked)} {unit}"
    return Line(
        kind="lot", thing=lot.id, incident=row["incident"], mark=row["mark"],
        name=f"{item.name if item else lot.item_id} {count(row['amount'])} {unit}",
        brings=depot.name if depot else lot.depot_id, eta=instant(row.get("eta")),
        trouble=short if asked > lot.free else "",
    )  # fmt: skip
