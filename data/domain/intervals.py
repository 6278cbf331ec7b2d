"""How long each step took against its target, and what a review should ask about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.domain.clock import minutes_between
from data.domain.incident import Incident
from data.domain.review_targets import Target, target_of
from data.domain.situation import Situation


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One step: `minutes` it took, or `waited` so far when it has not happened; what is allowed."""

    word: str
    since: datetime | None
    until: datetime | None
    minutes: float | None
    target: float | None
    basis: str
    source: str = ""
    waited: float | None = None

    @property
    def late(self) -> bool:
        """Whether it took, or has been waited for, longer than allowed."""
        spent = self.waited if self.minutes is None else self.minutes
        return spent is not None and self.target is not None and spent > self.target


def intervals(
    seen: Situation, incident: Incident, targets: Sequence[Target]
) -> list[Interval]:
    """The key steps of an incident, as far as they had happened, against the targets in force."""
    orders = seen.assignments_of(incident.id)
    first = {
        step: min((a.times[step] for a in orders if step in a.times), default=None)
        for step in ("ordered", "departed", "arrived")
    }
    responses = [r.since for r in seen.responses.values() if r.incident_id == incident.id]
    sent = [
        f.sent_at
        for f in seen.filings.values()
        if f.incident_id == incident.id and f.kind == "首报" and f.sent_at
    ]
    heard = incident.received_at
    steps = (
        ("发生→接报", incident.occurred_at, heard),
        ("接报→定级", heard, incident.grading.confirmed_at),
        ("接报→启动响应", heard, min(responses, default=None)),
        ("接报→首次调派", heard, first["ordered"]),
        ("首次调派→首队出动", first["ordered"], first["departed"]),
        ("首次调派→首队到场", first["ordered"], first["arrived"]),
        ("接报→报出首报", heard, min(sent, default=None)),
    )
    now = min(seen.at, incident.closed_at or seen.at)
    return [
        _interval(word, since, until, now, target_of(targets, word, incident))
        for word, since, until in steps
    ]


def _interval(
    word: str, since: datetime | None, until: datetime | None, now: datetime, line: Target | None
) -> Interval:
    took = minutes_between(since, until) if since and until else None
    waited = minutes_between(since, now) if since and until is None else None
    return Interval(
        word=word, since=since, until=until, minutes=took, waited=waited,
        target=line.minutes if line else None, basis=line.basis if line else "",
        source=line.source if line else "",
    )  # fmt: skip


def findings(seen: Situation, incident: Incident, steps: Sequence[Interval]) -> list[str]:
    """What a review should ask about, counted from the record; no judgement is made."""
    found = [_said(s) for s in steps if s.late]
    found += [
        f"任务“{t.title}”{'逾期办结' if t.late() else '超时未办结'}"
        for t in seen.tasks.values()
        if incident.id in (t.incident_id, t.carried_from) and (t.late() or t.overdue(seen.at))
    ]
    found += [
        f"批示“{n.text}”{'逾期反馈' if n.late() else '逾期未反馈'}"
        for n in seen.instructions.values()
        if n.incident_id == incident.id and (n.late() or n.overdue(seen.at))
    ]
    for transfer in seen.transfers_of(incident.id):
        received = transfer.received
        if received is not None and received < transfer.amount:
            item = seen.items.get(transfer.item_id)
            unit = item.unit if item else ""
            found.append(f"物资 {transfer.id} 少收 {transfer.amount - received:g} {unit}")
    return found


def _said(step: Interval) -> str:
    """A step that took too long, or has been waited for too long."""
    spent = (
        f"已等 {step.waited:.0f} 分仍未完成" if step.minutes is None and step.waited is not None
        else f"用时 {step.minutes or 0:.0f} 分"
    )  # fmt: skip
    return f"{step.word}{spent}，超过目标 {step.target or 0:.0f} 分（{step.basis}）"
