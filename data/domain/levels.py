"""How the levels stand to one another: who reported when, what waits between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.domain.org import AreaTree
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
