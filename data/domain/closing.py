"""What an incident still holds when it is to be closed: what forbids it, what is left to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from data.domain.clearance import ClearanceState
from data.domain.dispatch import TRANSFER_OPEN
from data.domain.filing import FilingState
from data.domain.incident import Incident
from data.domain.situation import Situation


@dataclass(frozen=True, kw_only=True)
class OpenEnd:
    """One thing of an incident that is not at its end; `binds` forbids closing."""

    thing: str
    kind: str
    name: str
    state: str
    binds: bool = True


def open_ends(seen: Situation, incident: Incident) -> tuple[OpenEnd, ...]:
    """Everything of an incident that is open: what binds first, then what may be left open.

    Teams, supplies, tasks and instructions bind: they are ended, or carried over. Reports,
    approvals, requests, needs, responses and the command post outlive the incident where they
    must; whoever closes it has seen them.
    """
    return (*_binding(seen, incident), *_left(seen, incident))


def _binding(seen: Situation, incident: Incident) -> Iterator[OpenEnd]:
    for order in seen.assignments_of(incident.id, active=True):
        team = seen.teams.get(order.team_id)
        name = team.name if team else order.team_id
        yield OpenEnd(thing=order.id, kind="队伍", name=name, state=order.word)
    for transfer in seen.transfers_of(incident.id):
        if transfer.state in TRANSFER_OPEN:
            yield OpenEnd(thing=transfer.id, kind="物资", name=f"调拨单 {transfer.id}",
                          state=transfer.state.word)  # fmt: skip
    for task in seen.tasks.values():
        if task.incident_id == incident.id and task.open:
            yield OpenEnd(
                thing=task.id, kind="任务", name=task.title, state=task.state.word
            )
    for held in seen.instructions.values():
        if held.incident_id == incident.id and held.open:
            yield OpenEnd(
                thing=held.id, kind="批示", name=held.text[:20], state=held.state.word
            )


def _left(seen: Situation, incident: Incident) -> Iterator[OpenEnd]:
    here = incident.id
    for paper in seen.filings.values():
        if paper.incident_id == here and paper.state not in _PAPER_ENDED:
            owed = "已先报，签发待补" if paper.sent_at else paper.state.word
            yield OpenEnd(thing=paper.id, kind="报告", name=paper.name, state=owed, binds=False)
    for clearance in seen.clearances.values():
        if clearance.incident_id == here and clearance.open and clearance.state != C.ASKED:
            yield OpenEnd(thing=clearance.id, kind="审批", name=clearance.title,
                          state=clearance.word, binds=False)  # fmt: skip
    for asked in seen.supports.values():
        if asked.incident_id == here and asked.open:
            yield OpenEnd(thing=asked.id, kind="请求支援", name=f"{asked.number} {asked.title}",
                          state=asked.state.word, binds=False)  # fmt: skip
    for need in seen.field_needs.values():
        if need.incident_id == here and need.open:
            yield OpenEnd(
                thing=need.id, kind="现场需求", name=need.title, state=need.word, binds=False
            )
    for response in seen.responses_of(here):
        yield OpenEnd(thing=response.id, kind="响应", name=f"{response.body}{response.contingency}",
                      state="执行中", binds=False)  # fmt: skip
    for post in seen.posts.values():
        if post.incident_id == here and post.state == "open":
            yield OpenEnd(
                thing=post.id, kind="指挥部", name=post.name, state="未撤销", binds=False
            )


C = ClearanceState
_PAPER_ENDED = frozenset({FilingState.SENT, FilingState.WITHDRAWN})


def counted(ends: Iterable[OpenEnd]) -> str:
    """How many of each kind, in one line: 报告 1、请求支援 2."""
    kinds: dict[str, int] = {}
    for end in ends:
        kinds[end.kind] = kinds.get(end.kind, 0) + 1
    return "、".join(f"{kind} {n}" for kind, n in kinds.items())
