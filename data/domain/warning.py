"""Warnings 预警: what a person issues, or another body sends in, and the moves it may make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from data.domain.clock import SHANGHAI
from data.domain.delivery import Delivery
from data.domain.incident import Origin
from data.domain.incident_types import INCIDENT_TYPES
from data.domain.steady import APART
from data.domain.task import Step
from data.domain.warning_watch import Watch
from data.errors import IllegalMove

Kind = Literal["alert", "update", "cancel"]
KIND_WORDS: Mapping[str, str] = {"alert": "发布", "update": "更新", "cancel": "解除"}


class WarningState(StrEnum):
    """The life of a warning; what was issued ends as updated, cancelled or expired."""

    DRAFT = "draft"
    SIGNING = "signing"
    SIGNED = "signed"
    ISSUED = "issued"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NOTICE = "notice"
    WITHDRAWN = "withdrawn"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]

    @property
    def unissued(self) -> bool:
        """Whether it has not gone out yet and may still."""
        return self in (S.DRAFT, S.SIGNING, S.SIGNED)


S = WarningState
_WORDS: Mapping[WarningState, str] = {
    S.DRAFT: "拟稿", S.SIGNING: "待签发", S.SIGNED: "已签待发", S.ISSUED: "生效中",
    S.UPDATED: "已更新", S.CANCELLED: "已解除", S.EXPIRED: "已到期", S.NOTICE: "通知",
    S.WITHDRAWN: "作废",
}  # fmt: skip
# A notice (the message that cancels, or a foreign test) is never in force.
MOVES: Mapping[WarningState, frozenset[WarningState]] = {
    S.DRAFT: frozenset({S.SIGNING, S.SIGNED, S.ISSUED, S.NOTICE, S.WITHDRAWN}),
    S.SIGNING: frozenset({S.DRAFT, S.SIGNED, S.ISSUED, S.WITHDRAWN}),
    S.SIGNED: frozenset({S.DRAFT, S.ISSUED, S.WITHDRAWN}),
    S.ISSUED: frozenset({S.UPDATED, S.CANCELLED, S.EXPIRED}),
    S.UPDATED: frozenset(),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset({S.UPDATED, S.CANCELLED}),
    S.NOTICE: frozenset(),
    S.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signed 签发; by word with way and time, confirmed later."""

    name: str
    post: str = ""
    way: str = "系统签发"
    at: datetime
    account: str = ""
    confirmed_by: str = ""
    confirmed_at: datetime | None = None

    @property
    def owed(self) -> bool:
        """Whether it was given by word and nobody has confirmed it yet."""
        return not self.account and self.confirmed_at is None

    def words(self) -> str:
        """陈某（带班领导，电话）."""
        more = "，".join(x for x in (self.post, self.way) if x)
        return f"{self.name}（{more}）" if more else self.name


@dataclass(frozen=True, kw_only=True)
class Warning:  # noqa: A001 - the field's word
    """One message of warning, ours or another body's.

    `areas` are the units it names, `counties` every county it touches (by units or by the drawn
    `geometry`, GeoJSON in WGS 84). `before` is the warning it updates or cancels, `references`
    the whole chain as CAP writes it. `message` is the SHA-256 of the CAP bytes as they went out
    or came in. `event` is a key of the incident types; a foreign one may be any text.
    """

    id: str
    state: WarningState = S.DRAFT
    kind: Kind = "alert"
    colour: str | None = None
    event: str = "other"
    headline: str = ""
    description: str = ""
    instruction: str = ""
    sample_advice: bool = False
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    areas: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    area_words: str = ""
    geometry: dict[str, Any] | None = None
    area_code: str | None = None
    org: str = ""
    incoming: bool = False
    identifier: str = ""
    sender: str = ""
    sender_name: str = ""
    status: str = "Actual"
    issued_at: datetime | None = None
    ended_at: datetime | None = None
    before: str | None = None
    references: tuple[str, ...] = ()
    alarm_id: str | None = None
    incident_id: str | None = None
    author: str = ""
    author_account: str = ""
    issuer: str = ""
    basis: str = ""
    signature: Signature | None = None
    message: str = ""
    message_signed: bool = False
    parameters: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns: who makes it, and once it is out every county it names."""
        return (self.org,) if self.state.unissued else (self.org, *self.areas, *self.counties)

    @property
    def event_word(self) -> str:
        """滑坡, 暴雨; a foreign event in its own words."""
        known = INCIDENT_TYPES.get(self.event)
        return known.name if known else self.event

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something: draft, signature, or a warning in force."""
        return self.state.unissued or self.state == S.ISSUED or self.signature_owed

    @property
    def signature_owed(self) -> bool:
        """Whether it went out on a word and the signature is still owed."""
        return bool(self.issued_at and self.signature and self.signature.owed)

    def in_force(self, at: datetime) -> bool:
        """Whether it holds at a moment; the clock ends it, whether anybody has swept or not."""
        return self.state == S.ISSUED and (self.expires is None or at < self.expires)

    def ended_early(self, at: datetime) -> bool:
        """Whether a fast clock ended it: at a moment still to come, while it holds at `at`."""
        ended = self.ended_at
        return (
            self.state == S.EXPIRED and ended is not None and ended > at + APART
            and (self.expires is None or at < self.expires)
        )  # fmt: skip

    @property
    def reference(self) -> str:
        """How a later message refers to it: sender,identifier,sent."""
        at = self.issued_at.astimezone(SHANGHAI) if self.issued_at else None
        sent = at.isoformat(timespec="seconds") if at else ""
        return f"{self.sender},{self.identifier},{sent}"

    def moved(self, to: WarningState, step: Step, **changed: object) -> Warning:
        """The warning in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in MOVES[self.state]:
            raise IllegalMove(f"预警 {self.id} 现为“{self.state.word}”，不能转为“{to.word}”")
        return replace(self, state=to, steps=(*self.steps, step), **changed)  # type: ignore[arg-type]


__all__ = [
    "KIND_WORDS",
    "MOVES",
    "Delivery",
    "Kind",
    "Signature",
    "Warning",
    "WarningState",
    "Watch",
]
