"""Dispatches, assignments and transfers: what is committed, and the moves it may make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from data.domain.team import TeamState
from data.errors import IllegalMove


class AssignmentState(StrEnum):
    """The life of an assignment: 接令 出动 到场 展开 结束 归队, or its other ends."""

    ORDERED = "ordered"
    ACCEPTED = "accepted"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    WORKING = "working"
    RELEASED = "released"
    RETURNED = "returned"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REDIRECTED = "redirected"

    @property
    def word(self) -> str:
        """The field's word for the state."""
        return _WORDS[self]

    @property
    def binds(self) -> bool:
        """Whether the team is still bound to the incident."""
        return self in BINDING


S = AssignmentState
_WORDS: Mapping[AssignmentState, str] = {
    S.ORDERED: "待接令", S.ACCEPTED: "接令", S.DEPARTED: "出动", S.ARRIVED: "到场",
    S.WORKING: "展开", S.RELEASED: "结束返程", S.RETURNED: "归队", S.DECLINED: "不能执行",
    S.CANCELLED: "撤销", S.REDIRECTED: "改派",
}  # fmt: skip

BINDING = frozenset({S.ORDERED, S.ACCEPTED, S.DEPARTED, S.ARRIVED, S.WORKING})

# From each state, where it may go. A team under way is redirected or released, never cancelled.
MOVES: Mapping[AssignmentState, frozenset[AssignmentState]] = {
    S.ORDERED: frozenset({S.ACCEPTED, S.DECLINED, S.CANCELLED, S.REDIRECTED}),
    S.ACCEPTED: frozenset({S.DEPARTED, S.DECLINED, S.CANCELLED, S.REDIRECTED}),
    S.DEPARTED: frozenset({S.ARRIVED, S.RELEASED, S.REDIRECTED}),
    S.ARRIVED: frozenset({S.WORKING, S.RELEASED, S.REDIRECTED}),
    S.WORKING: frozenset({S.RELEASED, S.REDIRECTED}),
    S.RELEASED: frozenset({S.RETURNED}),
    S.RETURNED: frozenset(),
    S.DECLINED: frozenset(),
    S.CANCELLED: frozenset(),
    S.REDIRECTED: frozenset(),
}

# The state each move leaves the team in.
TEAM_AFTER: Mapping[AssignmentState, TeamState] = {
    S.ORDERED: TeamState.ORDERED, S.ACCEPTED: TeamState.ORDERED, S.DEPARTED: TeamState.DEPARTED,
    S.ARRIVED: TeamState.ARRIVED, S.WORKING: TeamState.WORKING, S.RELEASED: TeamState.RETURNING,
    S.RETURNED: TeamState.STANDBY, S.DECLINED: TeamState.STANDBY, S.CANCELLED: TeamState.STANDBY,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who authorised an order: name, post, by what way, when."""

    name: str
    post: str = ""
    way: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One team ordered to one incident; bound from ordered until released."""

    id: str
    dispatch_id: str
    team_id: str
    incident_id: str
    capability: str | None = None
    amount: float | None = None
    state: AssignmentState = S.ORDERED
    leaves_at: datetime | None = None
    eta: datetime | None = None
    from_lon: float | None = None
    from_lat: float | None = None
    reason: str = ""
    times: dict[str, datetime] = field(default_factory=dict)
    org: str = ""
    released_seq: int | None = None
    note: str = ""
    sharing: bool = False  # its leader agreed that the phone sends its position
    held: bool = False  # bound to the incident, and not sent before somebody authorises it
    version: int = 0

    @property
    def active(self) -> bool:
        """Whether it still binds its team."""
        return self.state.binds

    @property
    def waits(self) -> bool:
        """Whether it is 待批: the team is kept for the incident and must not be sent yet."""
        return self.held and self.state == S.ORDERED

    @property
    def word(self) -> str:
        """The field's word for where it stands."""
        return "待批" if self.waits else self.state.word

    def moved(self, to: AssignmentState, at: datetime, note: str = "") -> Assignment:
        """The assignment after a move.

        Raises
        ------
        IllegalMove
            When the move is not one of `MOVES`, or the order still waits for its approval.
        """
        if self.waits and to in (S.ACCEPTED, S.REDIRECTED):
            raise IllegalMove(f"此令待批，不能转为“{to.word}”；请在“任务—审批”批准或记下口头授权")
        if to not in MOVES[self.state]:
            may = "、".join(s.word for s in AssignmentState if s in MOVES[self.state]) or "无"
            raise IllegalMove(f"任务现为“{self.state.word}”，不能转为“{to.word}”；可转为：{may}")
        return replace(self, state=to, times={**self.times, to.value: at}, note=note or self.note)


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """One 调派令: what was issued together, all or nothing, and on whose authority."""

    id: str
    number: str
    plan_id: str | None = None
    issued_by: str
    authorised_by: Authority
    issued_at: datetime
    org: str
    incidents: tuple[str, ...] = ()
    note: str = ""
    by_hand: str = ""  # how the order departs from its plan, in words
    checks: tuple[dict[str, Any], ...] = ()  # the plan's rules over what was really ordered then
    version: int = 0


class TransferState(StrEnum):
    """The life of a 物资调拨单."""

    ORDERED = "ordered"
    APPROVED = "approved"
    PICKED = "picked"
    SHIPPED = "shipped"
    RECEIVED = "received"
    SETTLED = "settled"
    CANCELLED = "cancelled"

    @property
    def word(self) -> str:
        """The field's word for the state."""
        return _TRANSFER_WORDS[self]


TS = TransferState
_TRANSFER_WORDS: Mapping[TransferState, str] = {
    TS.ORDERED: "待发运", TS.APPROVED: "已审批", TS.PICKED: "已备货", TS.SHIPPED: "在途",
    TS.RECEIVED: "已到位", TS.SETTLED: "已核销", TS.CANCELLED: "撤销",
}  # fmt: skip

# Approval and picking may be passed over: an order already names who authorised it, and in the
# first hours a depot loads at once. What has left the depot is never cancelled, only returned.
TRANSFER_MOVES: Mapping[TransferState, frozenset[TransferState]] = {
    TS.ORDERED: frozenset({TS.APPROVED, TS.PICKED, TS.SHIPPED, TS.CANCELLED}),
    TS.APPROVED: frozenset({TS.PICKED, TS.SHIPPED, TS.CANCELLED}),
    TS.PICKED: frozenset({TS.SHIPPED, TS.CANCELLED}),
    TS.SHIPPED: frozenset({TS.RECEIVED}),
    TS.RECEIVED: frozenset({TS.SETTLED}),
    TS.SETTLED: frozenset(),
    TS.CANCELLED: frozenset(),
}
# Promised to an incident and not yet there.
TRANSFER_OPEN = frozenset({TS.ORDERED, TS.APPROVED, TS.PICKED, TS.SHIPPED})


@dataclass(frozen=True, kw_only=True)
class Carriage:
    """How a transfer travels: vehicle, plate, driver and his telephone, route."""

    vehicle: str = ""
    plate: str = ""
    driver: str = ""
    phone: str = ""
    route: str = ""


@dataclass(frozen=True, kw_only=True)
class TransferStep:
    """One step of a transfer: what, by whom, when, with what words."""

    what: str
    by: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One lot's amount reserved for, shipped to and received at one incident.

    `received` is what was signed for, None before; `used` and `returned` what became of it.
    """

    id: str
    dispatch_id: str
    lot_id: str
    depot_id: str
    item_id: str
    incident_id: str
    amount: float
    state: TransferState = TransferState.ORDERED
    eta: datetime | None = None
    times: dict[str, datetime] = field(default_factory=dict)
    org: str = ""
    note: str = ""
    carriage: Carriage | None = None
    received: float | None = None
    received_by: str = ""
    difference_reason: str = ""
    used: float = 0.0
    returned: float = 0.0
    steps: tuple[TransferStep, ...] = ()
    version: int = 0

    @property
    def at_scene(self) -> float:
        """What was received and neither used nor returned yet, in the item's unit."""
        if self.received is None and self.state == TransferState.RECEIVED:
            return self.amount  # received before amounts were signed for
        return max(0.0, round((self.received or 0.0) - self.used - self.returned, 6))

    def moved(self, to: TransferState, at: datetime) -> Transfer:
        """The transfer after a move.

        Raises
        ------
        IllegalMove
            When the move is not one of `TRANSFER_MOVES`.
        """
        if to not in TRANSFER_MOVES[self.state]:
            raise IllegalMove(f"调拨单现为“{self.state.word}”，不能转为“{to.word}”")
        return replace(self, state=to, times={**self.times, to.value: at})


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One stored 调度方案: what it was asked, what it saw, what it answered.

    `problem` is the problem it solves, packed, so that the answer can be verified again.
    """

    id: str
    created_at: datetime
    created_by: str
    org: str
    request: dict[str, Any]
    answer: dict[str, Any]
    seen: dict[str, int]
    problem: str = ""
