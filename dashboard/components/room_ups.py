"""What the duty room itself waits for: calls, a shift past its end, a handover, its stock."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.components import task_words as tw
from dashboard.components.waiting import Waiting
from data.domain.org import Actor, AreaTree, Permission
from data.domain.shift import HandoverState, ShiftState, on_duty
from data.domain.situation import Situation
from data.domain.stock_alerts import watched


def waiting_in_room(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    """Calls of the actor's own room that are due or near, its change of shifts, its stock."""
    if actor.may(Permission.ENTRY):
        for call in seen.calls.values():
            if call.org == actor.org and call.again_at is not None and not call.settled:
                _, letter, _ = tw.place_of(seen, call.incident_id)
                yield Waiting(
                    kind="task", char="话", title=f"{letter} 回拨 {call.name}",
                    note=f"{call.result.word} · {call.words}".removesuffix(" · "), since=call.at,
                    due=call.again_at, href="/directory", changes={}, urgent=call.due(seen.at),
                )  # fmt: skip
    if actor.may(Permission.SHIFT):
        yield from _shifts(seen, actor)
    if actor.may(Permission.SUPPLY):
        yield from _stock(seen, actor, areas)


def _stock(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    """Dates running out and lists not met, in one line; what is only near presses nobody."""
    if (held := watched(seen, areas, actor.org)) is not None:
        yield Waiting(
            kind="task", char="物", title=held.title, note=held.detail(seen, areas),
            href="/supplies#3", changes={}, urgent=bool(held.expired or held.short),
        )  # fmt: skip


def _shifts(seen: Situation, actor: Actor) -> Iterable[Waiting]:
    for held in seen.handovers.values():
        if held.org == actor.org and held.state == HandoverState.OPEN:
            yield Waiting(
                kind="task", char="班", title="交接班进行中", note="逐项接收后完成交接",
                since=held.opened_at, href="/shift", changes={},
            )  # fmt: skip
            return
    on = on_duty(seen.shifts.values(), actor.org)
    if on is not None and on.ends_at is not None and seen.at > on.ends_at:
        names = "、".join(p.name for p in on.people)
        yield Waiting(
            kind="task", char="班", title="本班已过下班时间，尚未交接", note=names,
            since=on.ends_at, due=on.ends_at, href="/shift", changes={}, urgent=True,
        )  # fmt: skip
    begun = [
        s for s in seen.shifts.values()
        if on is None and s.org == actor.org and s.state == ShiftState.PLANNED
        and s.starts_at is not None and s.ends_at is not None
        and s.starts_at <= seen.at < s.ends_at
    ]  # fmt: skip
    for shift in begun:
        yield Waiting(
            kind="task", char="班", title="班次已到，尚未接班",
            note="、".join(p.name for p in shift.people), since=shift.starts_at,
            due=shift.starts_at, href="/shift", changes={}, urgent=True,
        )  # fmt: skip
