"""The directory 通讯录: bodies, forces, leaders and experts, and the calls made to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from data.domain.incident import Origin


class ContactKind(StrEnum):
    """What an entry of the directory is."""

    BODY = "body"
    LEADER = "leader"
    FORCE = "force"
    EXPERT = "expert"
    PERSON = "person"

    @property
    def word(self) -> str:
        """The field's word."""
        return CONTACT_WORDS[self]


CONTACT_WORDS: Mapping[ContactKind, str] = {
    ContactKind.BODY: "单位", ContactKind.LEADER: "领导", ContactKind.FORCE: "救援力量",
    ContactKind.EXPERT: "专家", ContactKind.PERSON: "联络员",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One entry of the 通讯录; an unknown number stays blank."""

    id: str
    area_code: str | None
    kind: ContactKind = ContactKind.BODY
    name: str = ""
    body: str = ""
    post: str = ""
    phone: str = ""
    duty_phone: str = ""
    fax: str = ""
    specialty: str = ""
    note: str = ""
    source: str = ""
    state: Literal["active", "retired"] = "active"
    retired_reason: str = ""
    checked_at: datetime | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers to dial, the round-the-clock one first."""
        return tuple(n for n in (self.duty_phone, self.phone) if n)

    def fits(self, words: str, area: str = "") -> bool:
        """Whether every word is somewhere in what is known about it."""
        known = (
            self.name, self.body, self.post, self.specialty, self.note, self.phone,
            self.duty_phone, self.kind.word, area,
        )  # fmt: skip
        whole = " ".join(known).lower()
        return all(word in whole for word in words.lower().split())


class CallResult(StrEnum):
    """How a call came out."""

    SPOKE = "spoke"
    PASSED = "passed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG = "wrong"

    @property
    def word(self) -> str:
        """The field's word."""
        return CALL_WORDS[self]

    @property
    def reached(self) -> bool:
        """Whether somebody was spoken to."""
        return self in (CallResult.SPOKE, CallResult.PASSED)


CALL_WORDS: Mapping[CallResult, str] = {
    CallResult.SPOKE: "接通", CallResult.PASSED: "已传达", CallResult.NO_ANSWER: "无人接听",
    CallResult.BUSY: "占线", CallResult.WRONG: "号码有误",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CallNote:
    """One telephone call: whom, when, what was said."""

    id: str
    incident_id: str | None
    org: str
    contact_id: str | None = None
    name: str = ""
    body: str = ""
    number: str = ""
    direction: Literal["out", "in"] = "out"
    at: datetime | None = None
    result: CallResult = CallResult.SPOKE
    words: str = ""
    by: str = ""
    again_at: datetime | None = None
    settled: bool = False
    answers: str | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return (self.org,)

    def due(self, now: datetime) -> bool:
        """Whether it should have been made again by now."""
        return not self.settled and self.again_at is not None and now >= self.again_at
