"""One warning on its way to one receiver: sent, delivered, read, signed for, or failed and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from data.domain.incident import Origin
from data.domain.steady import APART
from data.errors import IllegalMove

DESK = "desk"  # the channel of duty rooms of this center: their own page
# Seconds before each further try; after the last the delivery has failed.
BACK_OFF_S = (5, 15, 60, 300, 900)
CHANNEL_WORDS: Mapping[str, str] = {
    DESK: "值班台", "webhook": "网络接口", "mqtt": "大喇叭与屏幕", "email": "邮件", "sms": "短信",
    "file": "文件投放",
}  # fmt: skip


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]


D = DeliveryState
_WORDS: Mapping[DeliveryState, str] = {
    D.WAITING: "待发送", D.SENT: "已发出", D.DELIVERED: "已送达", D.READ: "已阅", D.FAILED: "失败",
}  # fmt: skip
_ORDER = (D.WAITING, D.SENT, D.DELIVERED, D.READ)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One warning on its way to one receiver through one channel, and the receipt.

    `org` is the body that warns, `area_code` the body that receives. `next_try_at` runs on real
    time, everything signed on the center's clock. `drill` says that it went into the exercise's
    own box instead of to the receiver.
    """

    id: str
    warning_id: str
    channel: str
    state: DeliveryState = D.WAITING
    receiver: str = ""
    address: str = ""
    org: str = ""
    area_code: str | None = None
    wants_receipt: bool = False
    made_at: datetime | None = None
    tries: int = 0
    next_try_at: datetime | None = None
    reason: str = ""
    drill: bool = False
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    signed_at: datetime | None = None
    signed_by: str = ""
    signed_way: str = ""
    reminders: int = 0
    reminded_at: datetime | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns: who warns and who is warned."""
        return tuple(x for x in (self.org, self.area_code) if x)

    @property
    def unsigned(self) -> bool:
        """Whether the receiver still has to sign for it."""
        return self.wants_receipt and self.signed_at is None

    def advanced(self, to: DeliveryState, at: datetime) -> Delivery:
        """The delivery at least as far as `to`; what came later is not taken back."""
        if to == D.FAILED or (
            self.state in _ORDER and _ORDER.index(self.state) >= _ORDER.index(to)
        ):
            return self
        times = {D.SENT: "sent_at", D.DELIVERED: "delivered_at", D.READ: "read_at"}
        changed: dict[str, object] = {}
        for step in _ORDER[1 : _ORDER.index(to) + 1]:
            if getattr(self, times[step]) is None:
                changed[times[step]] = at
        return replace(self, state=to, reason="", next_try_at=None, **changed)  # type: ignore[arg-type]

    def failed(self, reason: str, real: datetime, *, again: bool = True) -> Delivery:
        """The delivery after a try in vain: to be tried again after a while, or failed."""
        tries = self.tries + 1
        if again and tries <= len(BACK_OFF_S):
            later = real + timedelta(seconds=BACK_OFF_S[tries - 1])
            return replace(self, tries=tries, next_try_at=later, reason=reason)
        return replace(self, tries=tries, state=D.FAILED, next_try_at=None, reason=reason)

    def may_go(self, real: datetime) -> bool:
        """Whether its time to be tried has come, or was set by a clock that was fast."""
        when = self.next_try_at
        return when is None or when <= real or when > real + timedelta(seconds=max(BACK_OFF_S))

    def again(self) -> Delivery:
        """A failed delivery back in the queue, by hand.

        Raises
        ------
        IllegalMove
            When it has not failed.
        """
        if self.state != D.FAILED:
            raise IllegalMove(f"发送 {self.id} 现为“{self.state.word}”，不需要重发")
        return replace(self, state=D.WAITING, tries=0, next_try_at=None)

    def signed(self, by: str, way: str, at: datetime) -> Delivery:
        """The delivery with its receipt 签收.

        Raises
        ------
        IllegalMove
            When it needs none or has one.
        """
        if not self.wants_receipt:
            raise IllegalMove(f"{self.receiver}不需要签收")
        if self.signed_at is not None:
            raise IllegalMove(f"{self.receiver}已由{self.signed_by}签收")
        return replace(self.advanced(D.READ, at), signed_at=at, signed_by=by, signed_way=way)

    def due_reminder(self, within: timedelta, at: datetime) -> bool:
        """Whether the receiver has kept silent for so long that it must be reminded (again)."""
        since = self.reminded_at or self.made_at
        if not self.unsigned or since is None:
            return False
        # a moment still to come was noted while the clock was fast: it holds up no reminder
        return at - since >= within or since > at + APART


def tally(deliveries: Iterable[Delivery]) -> dict[str, int]:
    """How many there are, went out, failed, must be signed for, and were."""
    held = list(deliveries)
    wanted = [d for d in held if d.wants_receipt]
    return {
        "all": len(held),
        "out": sum(d.state in (D.SENT, D.DELIVERED, D.READ) for d in held),
        "waiting": sum(d.state == D.WAITING for d in held),
        "failed": sum(d.state == D.FAILED for d in held),
        "wanted": len(wanted),
        "signed": sum(d.signed_at is not None for d in wanted),
    }
