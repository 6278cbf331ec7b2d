"""What a team leader sends from the field besides states: photos, needs and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from data.domain.incident import Origin
from data.errors import IllegalMove

NeedKind = Literal["capability", "item", "other", "words"]


class NeedState(StrEnum):
    """The life of a need: 待处理 办理中 已满足, or 不能满足 with the reason; a message is 已阅."""

    OPEN = "open"
    TAKEN = "taken"
    MET = "met"
    REFUSED = "refused"
    READ = "read"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]


S = NeedState
_WORDS: Mapping[NeedState, str] = {
    S.OPEN: "待处理", S.TAKEN: "办理中", S.MET: "已满足", S.REFUSED: "不能满足", S.READ: "已阅",
}  # fmt: skip
_NEED_MOVES: Mapping[NeedState, frozenset[NeedState]] = {
    S.OPEN: frozenset({S.TAKEN, S.MET, S.REFUSED}),
    S.TAKEN: frozenset({S.MET, S.REFUSED}),
    S.MET: frozenset(),
    S.REFUSED: frozenset(),
    S.READ: frozenset(),
}
_MESSAGE_MOVES: Mapping[NeedState, frozenset[NeedState]] = {
    S.OPEN: frozenset({S.READ, S.TAKEN}),
    S.TAKEN: frozenset({S.READ}),
}


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One photo from the field; its bytes are a blob.

    `at` is when it was taken as the phone stated it on the center's clock, `received_at` when
    it came in, `phone_at` what the phone's own clock showed.
    """

    id: str
    incident_id: str
    team_id: str
    blob_id: str = ""
    assignment_id: str = ""
    note: str = ""
    width: int = 0
    height: int = 0
    size: int = 0
    lon: float | None = None
    lat: float | None = None
    at: datetime | None = None
    received_at: datetime | None = None
    phone_at: datetime | None = None
    seen_at: datetime | None = None
    seen_by: str = ""
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class FieldNeed:
    """One need, or one message (`kind` words), from the field; it waits until it is answered."""

    id: str
    incident_id: str
    team_id: str
    state: str = "open"
    kind: NeedKind = "words"
    what: str = ""
    amount: float | None = None
    unit: str = ""
    words: str = ""
    assignment_id: str = ""
    team_name: str = ""
    at: datetime | None = None
    received_at: datetime | None = None
    phone_at: datetime | None = None
    task_id: str | None = None
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether somebody in the field still waits."""
        return self.state in (S.OPEN, S.TAKEN)

    @property
    def word(self) -> str:
        """The field's word for the state."""
        return NeedState(self.state).word

    @property
    def title(self) -> str:
        """What is asked for, in one line."""
        if self.kind == "words":
            return self.words
        amount = "" if self.amount is None else f" {self.amount:g}{self.unit}"
        said = f"（{self.words}）" if self.words else ""
        return f"{self.what}{amount}{said}" if self.what else self.words

    def answered(self, to: NeedState, by: str, at: datetime, words: str) -> FieldNeed:
        """The need after somebody dealt with it.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        moves = _MESSAGE_MOVES if self.kind == "words" else _NEED_MOVES
        now = NeedState(self.state)
        if to not in moves.get(now, frozenset()):
            by_whom = f"（{self.answered_by}）" if self.answered_by else ""
            raise IllegalMove(f"{self.id} 现为“{now.word}”{by_whom}，不能转为“{to.word}”")
        return replace(self, state=to.value, answer=words, answered_by=by, answered_at=at)
