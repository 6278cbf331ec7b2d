"""What was proposed beside what was done, teams and supplies; for the review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.domain.clock import minutes_between
from data.domain.dispatch import Assignment, AssignmentState, Transfer, TransferState
from data.domain.incident import Incident
from data.domain.situation import Situation

NOT_SENT = frozenset({AssignmentState.CANCELLED, AssignmentState.DECLINED})
NOT_DONE = "未派"
Answers = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A team as proposed and as done; minutes late are against the newest expected arrival.

    `expected` of a team that was never ordered is the arrival the plan foresaw.
    """

    team: str
    incident_id: str
    proposed: bool
    sent: bool
    expected: datetime | None
    arrived: datetime | None
    state: str

    @property
    def late_min(self) -> float | None:
        """Minutes after (or before, negative) the expected arrival."""
        return _late(self.expected, self.arrived)


@dataclass(frozen=True, kw_only=True)
class Goods:
    """An item from a depot as proposed and as done, amounts in the item's unit.

    `expected` is when the last of it is to be there, by the plan where nothing was ordered.
    `received` is None until something was signed for.
    """

    item: str
    unit: str
    depot: str
    incident_id: str
    proposed: float
    sent: float
    received: float | None
    expected: datetime | None
    arrived: datetime | None
    state: str

    @property
    def late_min(self) -> float | None:
        """Minutes after (or before, negative) the expected arrival."""
        return _late(self.expected, self.arrived)


def _late(expected: datetime | None, arrived: datetime | None) -> float | None:
    return minutes_between(expected, arrived) if expected and arrived else None


def deeds(seen: Situation, incident: Incident, answers: Answers) -> list[Deed]:
    """The teams of the issued plans for an incident beside those that went.

    Parameters
    ----------
    answers
        The answers of the plans that were issued, in order.
    """
    foreseen = {
        str(row["team"]): _instant(row.get("eta"))
        for row in _rows(answers, "assignments", incident)
    }
    orders = seen.assignments_of(incident.id)
    ordered = {a.team_id for a in orders}
    rows: list[tuple[str, Assignment | None]] = [(a.team_id, a) for a in orders]
    left = sorted(set(foreseen) - ordered)
    rows += [(team_id, None) for team_id in left if team_id in seen.teams]
    found = []
    for team_id, order in rows:
        team = seen.teams.get(team_id)
        found.append(
            Deed(
                team=team.name if team else team_id, incident_id=incident.id,
                proposed=team_id in foreseen,
                sent=order is not None and order.state not in NOT_SENT,
                expected=order.eta if order else foreseen[team_id],
                arrived=order.times.get("arrived") if order else None,
                state=order.state.word if order else NOT_DONE,
            )
        )  # fmt: skip
    return sorted(found, key=lambda d: (not d.sent, d.arrived is None, d.team))


def goods(seen: Situation, incident: Incident, answers: Answers) -> list[Goods]:
    """The supplies of the issued plans for an incident beside those that went, by item and depot.

    A lot nobody may see any more is left out; what was called off counts as not sent.
    """
    planned: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in _rows(answers, "transfers", incident):
        if lot := seen.lots.get(str(row["lot"])):
            planned.setdefault((lot.item_id, lot.depot_id), []).append(row)
    done: dict[tuple[str, str], list[Transfer]] = {}
    for transfer in seen.transfers_of(incident.id):
        done.setdefault((transfer.item_id, transfer.depot_id), []).append(transfer)
    found = [
        _goods(seen, incident, key, planned.get(key, []), done.get(key, []))
        for key in {**planned, **done}
    ]
    return sorted(found, key=lambda g: (g.sent == 0, g.item, g.depot))


def _goods(
    seen: Situation, incident: Incident, key: tuple[str, str], planned: list[Mapping[str, Any]],
    done: list[Transfer],
) -> Goods:  # fmt: skip
    item, depot = seen.items.get(key[0]), seen.depots.get(key[1])
    going = [t for t in done if t.state != TransferState.CANCELLED]
    there = [t.received for t in going if t.received is not None]
    arrived = [t.times.get("received") for t in going]
    foreseen = [t.eta for t in going] if going else [_instant(r.get("eta")) for r in planned]
    words = dict.fromkeys(t.state.word for t in done)
    return Goods(
        item=item.name if item else key[0], unit=item.unit if item else "",
        depot=depot.name if depot else key[1], incident_id=incident.id,
        proposed=sum(float(r["amount"]) for r in planned), sent=sum(t.amount for t in going),
        received=sum(there) if there else None,
        expected=max(filter(None, foreseen), default=None),
        arrived=max(filter(None, arrived), default=None) if all(arrived) else None,
        state="、".join(words) or NOT_DONE,
    )  # fmt: skip


def _rows(
    answers: Iterable[Mapping[str, Any]], part: str, incident: Incident
) -> Iterator[Mapping[str, Any]]:
    """The rows of the plans about an incident, the newest last."""
    for answer in answers:
        for row in answer.get(part) or ():
            if row.get("incident") == incident.id:
                yield row


def _instant(at: Any) -> datetime | None:
    """An instant of a stored plan, kept as a time or as text."""
    return datetime.fromisoformat(at) if isinstance(at, str) and at else at or None
