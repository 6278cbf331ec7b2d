"""A plan as columns: per incident what is short, who goes and why, what it cost to decide so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dashboard.components import drafting
from dashboard.components.draft_sides import (
    Line,
    Need,
    Side,
    Table,
    brings,
    sides,
    times,
    with_unit,
)
from dashboard.components.drafting import Draft
from dashboard.components.plan_supplies import Supply, supplies
from dashboard.words import clock_time, count
from data.domain.incident import Incident
from data.domain.situation import Situation
from data.domain.team import Team

Answer = Mapping[str, Any]
LATE_MINUTES = 5.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One team or lot of a plan with all that is said of it."""

    line: Line
    people: int | None = None
    change: str = ""
    fight: str = ""
    price: float | None = None
    steps: str = ""
    late: float = 0.0
    etas: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A team already ordered to the incident."""

    team: Team
    state: str
    leaves_at: datetime | None
    eta: datetime | None
    reason: str = ""
    asked: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """One incident's share of a plan."""

    incident: Incident
    rows: tuple[Row, ...]
    lots: tuple[Row, ...]
    needs: tuple[Need, ...]
    supplies: tuple[Supply, ...]
    standing: tuple[Standing, ...]
    dropped: tuple[tuple[str, str], ...]
    lacking: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """People the plan sends."""
        return sum(r.people or 0 for r in self.rows)

    @property
    def all_there(self) -> datetime | None:
        """When the last team of the plan arrives; None while one is unknown."""
        found = [r.line.eta for r in self.rows]
        return max(found) if found and all(found) else None  # type: ignore[type-var]


def of_answer(seen: Situation, answer: Answer) -> list[Column]:
    """The columns of a stored plan, with the times it told."""
    draft = drafting.blank("")
    teams = [drafting.team_row(r, drafting.NEW) for r in _once(answer.get("assignments") or [])]
    lots = [
        {"lot": r["lot"], "incident": r["incident"], "amount": float(r["amount"]),
         "mark": drafting.NEW, "eta": r.get("eta")}
        for r in answer.get("transfers") or []
    ]  # fmt: skip
    # the released stand as free: what a plan may take is no trouble of the plan
    free = [r["team"] for r in teams]
    draft |= {"teams": teams, "lots": lots, "release": free, "solved": pairs_of(teams)}
    return columns(seen, draft, answer, {})


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a team, though it serve two capabilities."""
    return list({(r["team"], r["incident"]): r for r in reversed(rows)}.values())[::-1]


def pairs_of(rows: list[dict[str, Any]]) -> list[list[str]]:
    """The (team, incident) pairs of rows."""
    return [[r["team"], r["incident"]] for r in rows]


def is_solved(draft: Draft) -> bool:
    """Whether the draft is just what the plan proposed, so that its shortfalls hold."""
    return sorted(pairs_of(draft["teams"])) == sorted(draft["solved"] or [["", ""]])


def columns(seen: Situation, draft: Draft, answer: Answer, table: Table) -> list[Column]:
    """Every open incident with its rows, the gravest pair first.

    Parameters
    ----------
    answer
        The plan the draft came from; {} where there is none yet.
    table
        Minutes of travel now; {} leaves the plan's own times.
    """
    told = {(r["team"], r["incident"]): r for r in answer.get("assignments") or []}
    return [_column(seen, draft, answer, table, side, told) for side in sides(seen, draft, table)]


def _column(
    seen: Situation,
    draft: Draft,
    answer: Answer,
    table: Table,
    side: Side,
    told: Mapping[tuple[str, str], Any],
) -> Column:
    rows = [_row(seen, draft, answer, table, line, told) for line in side.lines]
    incident = side.incident
    dropped = [t for t, i in (draft["change"] or {}).get("dropped", []) if i == incident.id]
    inside = {r["team"] for r in draft["teams"]}
    return Column(
        incident=incident,
        rows=tuple(r for r in rows if r.line.kind == "team"),
        lots=tuple(r for r in rows if r.line.kind == "lot"),
        needs=tuple(_needs(side, answer, exact=is_solved(draft))),
        supplies=tuple(supplies(seen, draft, incident)),
        standing=tuple(_standing(seen, draft, answer, incident)),
        dropped=tuple(
            (t, seen.teams[t].name if t in seen.teams else t) for t in dropped if t not in inside
        ),
        lacking=tuple(_lacking(seen, answer, incident.id)) if is_solved(draft) else (),
    )


def _row(
    seen: Situation,
    draft: Draft,
    answer: Answer,
    table: Table,
    line: Line,
    told: Mapping[tuple[str, str], Any],
) -> Row:
    fight = next(
        (c for c in answer.get("contested") or [] if str(c.get(line.kind) or "") == line.thing), {}
    )
    team = seen.teams.get(line.thing)
    plan = told.get((line.thing, line.incident)) or {}
    return Row(
        line=line, people=team.people if team else None, change=_change(seen, draft, line),
        fight=_fight(seen, fight, line.incident), price=fight.get("price"), steps=_steps(plan),
        late=_late(seen, table, line, plan),
        etas=etas_of(seen, table, team) if team else {},
    )  # fmt: skip


def _late(seen: Situation, table: Table, line: Line, plan: Mapping[str, Any]) -> float:
    """Minutes by which the way takes longer now than when the plan was made; 0 when it does not."""
    if not table or line.kind != "team" or line.eta is None or plan.get("minutes") is None:
        return 0.0
    more = (line.eta - seen.at).total_seconds() / 60 - float(plan["minutes"])
    return more if more >= LATE_MINUTES else 0.0


def _change(seen: Situation, draft: Draft, line: Line) -> str:
    """How a row differs from the last plan: 新增, 自乙移来; empty when it does not."""
    found = draft["change"] or {}
    if line.kind != "team":
        return ""
    moved = {t: old for t, old, _ in found.get("moved", [])}
    if line.thing in moved:
        return f"自{letter(seen, moved[line.thing])}移来"
    return "新增" if [line.thing, line.incident] in found.get("added", []) else ""


def _fight(seen: Situation, fight: Mapping[str, Any], incident: str) -> str:
    """Who else wanted a thing: 乙也需; empty when nobody did."""
    others = [letter(seen, str(k)) for k in fight.get("wanted_by") or [] if k != incident]
    return f"{'、'.join(o for o in others if o)}也需" if others else ""


def letter(seen: Situation, incident_id: str) -> str:
    """An incident's letter; empty when it is not known."""
    incident = seen.incidents.get(incident_id)
    return incident.letter if incident else ""


def _steps(row: Mapping[str, Any]) -> str:
    """What the minutes from the order to the scene are made of; empty when not told."""
    parts = (("审批", "approval_minutes"), ("集结", "ready_minutes"), ("路程", "travel_minutes"))
    words = [f"{w} {row[k]:.0f} 分" for w, k in parts if row.get(k)]
    notes = [str(row[k]) for k in ("approval", "landing") if row.get(k)]
    return " + ".join(words) + (f"（{'；'.join(notes)}）" if notes else "")


def etas_of(seen: Situation, table: Table, team: Team) -> dict[str, str]:
    """When a team would reach each open incident, as a clock."""
    found = {}
    for incident in seen.sided():
        _, eta = times(seen, table, team, incident.id)
        if eta is not None:
            found[incident.id] = clock_time(eta, seen.at)
    return found


def _needs(side: Side, answer: Answer, *, exact: bool) -> list[Need]:
    """The needs; where the draft is the plan, with the plan's own shortfalls.

    A team's people serve one role at a time: only the plan knows in which.
    """
    if not exact:
        return list(side.needs)
    rows = (answer.get("needs") or {}).get(side.incident.id) or []
    asked = {str(r.get("capability")): float(r.get("amount") or 0) for r in rows}
    short: dict[str, float] = {}
    for row in answer.get("shortfalls") or []:
        if row.get("incident") == side.incident.id and row.get("capability"):
            short[row["capability"]] = short.get(row["capability"], 0.0) + float(row["amount"])
    return [
        replace(n, drafted=max(0.0, n.wanted - short.get(n.capability, 0.0) - n.committed))
        if asked.get(n.capability, n.wanted) == n.wanted
        else n
        for n in side.needs
    ]


def _lacking(seen: Situation, answer: Answer, incident: str) -> Iterator[str]:
    """Why the plan leaves each thing missing, a sentence each, as the solver told it."""
    for row in answer.get("shortfalls") or []:
        if row.get("incident") == incident and row.get("why"):
            thing = str(row.get("capability") or row["item"])
            item = seen.items.get(thing)
            yield f"{item.name if item else thing}：{row['why']}"


def _standing(
    seen: Situation, draft: Draft, answer: Answer, incident: Incident
) -> list[Standing]:
    """The teams already ordered here, in order of arrival."""
    told = {r["team"]: r for r in answer.get("standing") or []}
    found = [
        Standing(
            team=team, state=bound.state.word, eta=bound.eta, leaves_at=bound.leaves_at,
            reason=str(told.get(team.id, {}).get("reason") or ""),
            asked=team.id in draft["release"],
        )
        for bound in seen.assignments_of(incident.id, active=True)
        if (team := seen.teams.get(bound.team_id))
    ]  # fmt: skip
    return sorted(found, key=lambda s: (s.eta is None, str(s.eta or ""), s.team.id))


def change_words(found: Mapping[str, Any] | None) -> str:
    """较上一方案：新增 2 队，改派 1 队，撤出 1 队; empty before a second plan."""
    if found is None:
        return ""
    names = (("added", "新增"), ("moved", "改派"), ("dropped", "撤出"))
    words = [f"{w} {len(found[k])} 队" for k, w in names if found.get(k)]
    return f"较上一方案：{'，'.join(words)}" if words else "较上一方案：队伍无变化"


def short_words(column: Column) -> list[str]:
    """What a column still lacks: 搜救犬 2 只."""
    words = [f"{n.capability} {with_unit(n.capability, n.gap)}" for n in column.needs if n.gap > 0]
    return words + [f"{s.name} {count(s.gap)} {s.unit}".strip() for s in column.supplies if s.gap]


def brought(team: Team | None) -> str:
    """A team in one line: 28 人 · 搜救 28 人 · 搜救犬 2 只."""
    if team is None:
        return ""
    people = f"{team.people} 人" if team.people is not None else "人数未知"
    return " · ".join(w for w in (people, brings(team, most=4)) if w)
