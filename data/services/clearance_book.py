"""Opens the approvals that orders and requests need; closes those with nothing left to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from data.domain.approval import ORDERED, approval_of
from data.domain.authority import (
    MAY,
    Limit,
    Rule,
    needs_approval,
    read_limits,
    read_table,
)
from data.domain.clearance import Clearance, ClearanceState
from data.domain.depot import Item
from data.domain.dispatch import Assignment, Authority, Dispatch, Transfer, TransferState
from data.domain.incident import Incident
from data.domain.org import Actor
from data.domain.task import Step
from data.domain.team import Team
from data.services import orders
from data.services.tools import Tools
from data.store.unit_of_work import Unit

C = ClearanceState
NAMED = 3  # names said before 等


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One order as the table of authority sees it: who goes where, by whose word."""

    order: Dispatch
    authority: Authority
    incidents: dict[str, Incident]


def by_word(given: Authority | None, actor: Actor) -> Authority | None:
    """Somebody else's word that an order names; None when it is the officer's own."""
    if given is None or not given.name.strip() or given.name.strip() == actor.name:
        return None
    return given


def for_teams(
    unit: Unit, asking: Asking, made: Sequence[tuple[Assignment, Team]], tools: Tools
) -> list[Clearance]:
    """The approvals that an order's teams need; those that must wait are held."""
    table = read_table(tools.rules.get("authority"))
    kinds: defaultdict[str, list[tuple[Assignment, Team]]] = defaultdict(list)
    for assignment, team in made:
        areas = asking.incidents[assignment.incident_id].all_areas
        kinds[approval_of(team, areas, tools.areas).key].append((assignment, team))
    opened = []
    for kind, sent in kinds.items():
        rule = None if kind == ORDERED.key else table.for_teams(kind, len(sent))
        if rule is not None and unit.actor.role not in MAY[rule.by]:
            opened.append(_for_kind(unit, asking, rule, sent))
    return opened


def _for_kind(
    unit: Unit, asking: Asking, rule: Rule, sent: Sequence[tuple[Assignment, Team]]
) -> Clearance:
    """The approval of one kind of force in one order."""
    word = None if rule.by == "owner" else by_word(asking.authority, unit.actor)
    state = C.BY_WORD if word else C.ASKED if rule.wait else C.GONE
    if state == C.ASKED:
        for assignment, _ in sent:
            unit.put(replace(assignment, held=True))
    here = asking.incidents[sent[0][0].incident_id]
    letters = "、".join(
        dict.fromkeys(asking.incidents[a.incident_id].letter for a, _ in sent)
    )  # fmt: skip
    names = named(team.name for _, team in sent)
    return _open(
        unit, rule, here, state, subject=asking.order.id, word=word,
        title=f"{names} → {letters}（调派 {asking.order.number}）",
        assignments=tuple(a.id for a, _ in sent),
    )  # fmt: skip


def for_lots(
    unit: Unit, asking: Asking, made: Sequence[Transfer], tools: Tools
) -> list[Clearance]:
    """The approvals that an order's large transfers need before the depot puts them together."""
    limits = read_limits(tools.rules.get("authority"))
    large: defaultdict[str, list[tuple[Transfer, Item, Limit]]] = defaultdict(list)
    for transfer in made:
        item = unit.get(Item, transfer.item_id)
        limit = needs_approval(limits, item, transfer)
        if limit is not None:
            large[limit.by].append((transfer, item, limit))
    return [_for_amounts(unit, asking, held) for held in large.values()]


def _for_amounts(
    unit: Unit, asking: Asking, large: Sequence[tuple[Transfer, Item, Limit]]
) -> Clearance:
    """The approval of all an order's transfers that need the same person's word."""
    hurry = min((limit for _, _, limit in large), key=lambda one: one.minutes)
    what = named(f"{item.name} {t.amount:g}{item.unit}" for t, item, _ in large)
    here = asking.incidents[large[0][0].incident_id]
    return _open(
        unit, hurry.rule, here, C.ASKED, subject=asking.order.id, word=None,
        title=f"{what} → {here.letter}（调派 {asking.order.number}）",
        said="；".join(dict.fromkeys(limit.words() for _, _, limit in large)),
        transfers=tuple(t.id for t, _, _ in large),
    )  # fmt: skip


def for_request(
    unit: Unit, rule: Rule, incident: Incident | None, subject: str, title: str,
    word: Authority | None,
) -> Clearance:  # fmt: skip
    """The approval of a request to a body outside the center."""
    state = C.BY_WORD if word else C.ASKED if rule.wait else C.GONE
    return _open(unit, rule, incident, state, subject=subject, word=word, title=title)


def _open(
    unit: Unit, rule: Rule, incident: Incident | None, state: ClearanceState, *, subject: str,
    word: Authority | None, title: str, said: str = "", assignments: tuple[str, ...] = (),
    transfers: tuple[str, ...] = (),
) -> Clearance:  # fmt: skip
    steps = [Step(what="拟办", by=unit.actor.name, at=unit.now, words=said or rule.words())]
    if word is not None:
        steps.append(
            Step(what="口头授权", by=word.name, at=word.at or unit.now,
                 words=f"{orders.authority_words(word)}（{unit.actor.name}记）")
        )  # fmt: skip
    return unit.put(
        Clearance(
            id=unit.next_id("clearance"), incident_id=incident.id if incident else None,
            org=unit.actor.org, state=state, subject=subject, kind=rule.kind, title=title,
            rule=said or rule.words(), by=rule.by, assignments=assignments, transfers=transfers,
            authorised_by=word, asked_by=unit.actor.name, asked_at=unit.now,
            due_at=unit.now + timedelta(minutes=rule.minutes), steps=tuple(steps),
            origin=incident.origin if incident else "real",
        )
    )  # fmt: skip


def named(names: Iterable[str]) -> str:
    """The first names and how many there are."""
    held = list(names)
    more = f" 等 {len(held)} 项" if len(held) > NAMED else ""
    return "、".join(held[:NAMED]) + more


def told(opened: Sequence[Clearance]) -> str:
    """What an order's journal line says about its approvals; blank when it needs none."""
    parts = []
    for state in (C.ASKED, C.BY_WORD, C.GONE):
        held = [c for c in opened if c.state == state]
        if held:
            words = "、".join(
                f"{c.kind_word} {len(c.assignments or c.transfers)}"
                f"{'队' if c.assignments else '批'}" for c in held
            )  # fmt: skip
            parts.append(f"{held[0].word}：{words}")
    return f"；{'；'.join(parts)}" if parts else ""


def settle(unit: Unit, subject: str) -> None:
    """Close approvals of an order that have nothing left: every part approved or ended."""
    for held in unit.find(Clearance, subject=subject):
        if not held.open:
            continue
        if held.transfers:
            _settle_lots(unit, held)
        elif held.assignments and held.state == C.ASKED:
            left = [unit.get(Assignment, a) for a in held.assignments]
            if not any(a.waits for a in left):
                step = Step(what="失效", by=unit.actor.name, at=unit.now, words="队伍均已撤出此令")
                unit.put(held.moved(C.VOID, step, decided_at=unit.now))


def _settle_lots(unit: Unit, held: Clearance) -> None:
    left = [unit.get(Transfer, t) for t in held.transfers]
    if any(t.state == TransferState.ORDERED for t in left):
        return
    kept = any(t.state != TransferState.CANCELLED for t in left)
    step = Step(what="批准" if kept else "失效", by=unit.actor.name, at=unit.now)
    unit.put(
        held.moved(C.GRANTED if kept else C.VOID, step, decided_by=unit.actor.name,
                   decided_at=unit.now)
    )  # fmt: skip


def drop(unit: Unit, subject: str, reason: str) -> None:
    """Close the approvals of something that was taken back."""
    for held in unit.find(Clearance, subject=subject):
        if held.open:
            step = Step(what="失效", by=unit.actor.name, at=unit.now, words=reason)
            unit.put(held.moved(C.VOID, step, decided_at=unit.now))
