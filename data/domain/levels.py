"""How the levels stand to one another, downward and upward: reports, receipts, responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.domain.incident import Response
from data.domain.org import PROVINCE, AreaTree
from data.domain.shift import on_duty
from data.domain.situation import Situation
from data.domain.task import InstructionState, TaskState


@dataclass(frozen=True, kw_only=True)
class Level:
    """One area below, its own subtree counted; None is nothing yet.

    `unsigned` are reports of theirs not yet signed for by us, `asked` their open requests,
    `given` what we gave them and they have not signed for, `overdue` what is past its time.
    """

    org: str
    name: str
    incidents: int
    last_report: datetime | None
    unsigned: int
    asked: int
    given: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Upward:
    """One level above: what it has started, and our own row exactly as it reads it.

    `free` and `out` are the teams of our area, and `shift` who leads our shift, as it sees them.
    """

    org: str
    name: str
    responses: tuple[Response, ...]
    ours: Level
    free: int
    out: int
    shift: str


def level_of(areas: AreaTree, response: Response) -> str:
    """The area whose body a response is: the one the body is named after, else who recorded it.

    A duty room also records what other bodies have started.
    """
    named = [a for a in areas.areas.values() if response.body.startswith(a.name)]
    longest = max(named, key=lambda a: len(a.name), default=None)
    return longest.code if longest else response.org or PROVINCE


def upward(
    seen: Situation, areas: AreaTree, org: str, responses: Sequence[Response]
) -> list[Upward]:
    """The levels above `org`, the nearest first; the province has none here.

    Everything a level above counts of us concerns us, so our own situation gives the same row.

    Parameters
    ----------
    responses
        What the levels above have started, `Queries.responses_above`.
    """
    under = areas.subtree(org)
    teams = [t for t in seen.teams.values() if t.area_code in under]
    shift = on_duty(seen.shifts.values(), org)
    return [
        Upward(
            org=code, name=areas.name(code),
            responses=tuple(r for r in responses if level_of(areas, r) == code),
            ours=_level(seen, areas, code, org, areas.name(org)),
            free=sum(t.plannable and t.state.available for t in teams),
            out=sum(seen.assignment_of_team(t.id) is not None for t in teams),
            shift=shift.chief.name if shift and shift.chief else "",
        )
        for code in reversed(areas.path(org)[:-1])
    ]  # fmt: skip


def levels(seen: Situation, areas: AreaTree, org: str) -> list[Level]:
    """The areas directly below, what waits first; a county has none."""
    below = [a for a in areas.areas.values() if a.parent == org]
    rows = [_level(seen, areas, org, a.code, a.name) for a in below]
    return sorted(
        rows, key=lambda r: (-(r.unsigned + r.asked + r.given + r.overdue), -r.incidents, r.org)
    )


def _level(seen: Situation, areas: AreaTree, org: str, code: str, name: str) -> Level:
    under = areas.subtree(code)
    heard = [r.received_at for r in seen.reports.values() if r.org in under]
    heard += [f.sent_at for f in seen.filings.values() if f.org in under and f.sent_at]
    tasks = [t for t in seen.tasks.values() if t.open and t.owner_org in under]
    words = [n for n in seen.instructions.values() if n.open and n.owner_org in under]
    return Level(
        org=code, name=name,
        incidents=sum(not under.isdisjoint(i.all_areas) for i in seen.open_incidents()),
        last_report=max(heard, default=None),
        unsigned=sum(
            r.taken_at is None for f in seen.filings.values() if f.org in under
            for r in f.receipts if r.org == org
        ),
        asked=sum(r.open for r in seen.supports.values() if r.org in under and r.to_org == org),
        given=sum(t.state == TaskState.OPEN for t in tasks)
        + sum(n.state == InstructionState.GIVEN for n in words),
        overdue=sum(t.overdue(seen.at) for t in tasks) + sum(n.overdue(seen.at) for n in words),
    )  # fmt: skip
