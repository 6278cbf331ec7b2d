"""Shifts 值班: roster, handover with open items, each taken one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from data.domain.incident import Origin
from data.domain.people import Person
from data.errors import IllegalMove


class ShiftState(StrEnum):
    """The life of a shift: 待接班, 在岗, 已交班, or 撤销 with a reason."""

    PLANNED = "planned"
    ON = "on"
    OFF = "off"
    CANCELLED = "cancelled"

    @property
    def word(self) -> str:
        """The field's word."""
        return _SHIFT_WORDS[self]


_SHIFT_WORDS: Mapping[ShiftState, str] = {
    ShiftState.PLANNED: "待接班", ShiftState.ON: "在岗", ShiftState.OFF: "已交班",
    ShiftState.CANCELLED: "撤销",
}  # fmt: skip
SHIFT_MOVES: Mapping[ShiftState, frozenset[ShiftState]] = {
    ShiftState.PLANNED: frozenset({ShiftState.ON, ShiftState.CANCELLED}),
    ShiftState.ON: frozenset({ShiftState.OFF}),
    ShiftState.OFF: frozenset(),
    ShiftState.CANCELLED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Shift:
    """One 班次 of one duty room: who leads and who sits, from when to when."""

    id: str
    org: str
    state: ShiftState = ShiftState.PLANNED
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    chief: Person | None = None
    officers: tuple[Person, ...] = ()
    note: str = ""
    took_at: datetime | None = None
    left_at: datetime | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody on it, the one who leads first."""
        return ((self.chief,) if self.chief else ()) + self.officers

    def has(self, name: str) -> bool:
        """Whether somebody of that name is on it."""
        return any(p.name == name for p in self.people)

    def meets(self, starts: datetime, ends: datetime) -> bool:
        """Whether it stands in the way of another from `starts` to `ends`."""
        if self.state == ShiftState.CANCELLED or self.starts_at is None or self.ends_at is None:
            return False
        return self.starts_at < ends and starts < self.ends_at

    def moved(self, to: ShiftState) -> Shift:
        """The shift in its next state.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in SHIFT_MOVES[self.state]:
            raise IllegalMove(f"班次 {self.id} 现为“{self.state.word}”，不能转为“{to.word}”")
        return replace(self, state=to)


@dataclass(frozen=True, kw_only=True)
class HandoverItem:
    """One thing that is open when shifts change, and who of the next shift took it."""

    key: str
    kind: str
    title: str
    detail: str = ""
    incident_id: str | None = None
    due_at: datetime | None = None
    by: str = ""
    at: datetime | None = None
    words: str = ""

    @property
    def taken(self) -> bool:
        """Whether somebody took it."""
        return self.at is not None


class HandoverState(StrEnum):
    """The life of a handover: 交接中, 已完成, or 撤销 with a reason."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def word(self) -> str:
        """The field's word."""
        return {"open": "交接中", "done": "交接完成", "cancelled": "撤销"}[self.value]


@dataclass(frozen=True, kw_only=True)
class Handover:
    """One 交接班 between two shifts; complete only when every open item is taken."""

    id: str
    org: str
    state: HandoverState = HandoverState.OPEN
    from_shift: str | None = None
    to_shift: str | None = None
    words: str = ""
    items: tuple[HandoverItem, ...] = ()
    opened_at: datetime | None = None
    opened_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    end_words: str = ""
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)

    def standing(self, now_open: Iterable[HandoverItem]) -> tuple[HandoverItem, ...]:
        """Every item to be taken: those listed and still open or taken, and those opened since.

        What was listed, not taken, and is no longer open needs nobody any more; written-in
        items stay until they are taken.
        """
        still = {item.key: item for item in now_open}
        held = [i for i in self.items if i.taken or i.key in still or i.key.startswith("note:")]
        known = {i.key for i in held}
        return (*held, *(i for key, i in still.items() if key not in known))

    def settled(self, now_open: Iterable[HandoverItem]) -> tuple[HandoverItem, ...]:
        """Items that ended by themselves while the shifts changed."""
        still = {item.key for item in now_open}
        return tuple(
            i
            for i in self.items
            if not i.taken and i.key not in still and not i.key.startswith("note:")
        )


def on_duty(shifts: Iterable[Shift], org: str) -> Shift | None:
    """The shift that is on in a duty room, if one has taken over."""
    return next((s for s in shifts if s.org == org and s.state == ShiftState.ON), None)


def following(shifts: Iterable[Shift], org: str, after: Shift | None) -> Shift | None:
    """The next planned shift of a duty room, not before the one that is on."""
    held = [
        s
        for s in shifts
        if s.org == org and s.state == ShiftState.PLANNED and s.starts_at is not None
    ]
    if after is not None and after.starts_at is not None:
        since = after.starts_at
        held = [s for s in held if s.starts_at is not None and s.starts_at > since]
    return min(held, key=lambda s: (s.starts_at, s.id), default=None)


def rostered(shifts: Iterable[Shift], org: str, now: datetime) -> Shift | None:
    """The shift the roster names for an instant, whether or not it has taken over."""
    return next(
        (
            s
            for s in shifts
            if s.org == org and s.state != ShiftState.CANCELLED
            and s.starts_at is not None and s.ends_at is not None
            and s.starts_at <= now < s.ends_at
        ),
        None,
    )  # fmt: skip
