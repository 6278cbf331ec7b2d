"""A county's own machine: what it may do by itself, what it sends up, and what can clash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from data.domain.org import PROVINCE
from data.domain.three_way import FieldClash

# What a county's machine may do by itself; everything else is done at the province.
OWN_COMMANDS = frozenset(
    {
        "ReceiveReport", "OpenIncident", "MergeReport", "DismissReport", "EditIncident",
        "ConfirmGrade", "FileFollowup", "CloseIncident", "WriteEntry", "RecordResponse",
        "EndResponse", "IssueDispatch", "AdvanceAssignment", "RedirectAssignment",
        "AdvanceTransfer", "DrawZone", "EndZone", "AddTask", "AdvanceTask", "CancelTask",
        "EditTask", "TickTask", "FieldState", "SayFromField", "StateNeed", "SendPhoto",
        "SharePosition", "GiveFieldCode", "RevokeFieldCode", "AnswerNeed", "NeedToTask",
        "SeePhoto", "ReviewClearance", "GrantClearance", "RefuseClearance",
    }
)  # fmt: skip
# What concerns the machine alone: it is done there and does not go up.
LOCAL_COMMANDS = frozenset({"NoteRules"})
# What those commands change, and nothing else is taken from a county's machine.
OWN_KINDS = frozenset(
    {
        "incident", "report", "response", "entry", "zone", "team", "assignment", "dispatch",
        "transfer", "lot", "movement", "task", "need", "photo", "clearance",
    }
)
APART = "脱网下达"  # the mark of an order the county gave while the province could not be asked

ClashKind = Literal["team", "lot", "fields", "twice", "refused"]
Verdict = Literal["province", "county", "neither", "one", "two", "aside"]
CLASH_WORDS: Mapping[str, str] = {
    "team": "队伍两头下令", "lot": "物资两头调拨", "fields": "同一项改法不同",
    "twice": "疑似同一事件", "refused": "不能并入",
}  # fmt: skip
VERDICTS: Mapping[str, Mapping[str, str]] = {
    "team": {"province": "以省令为准", "county": "以县令为准", "neither": "两令都收回"},
    "lot": {"province": "以省令为准", "county": "以县令为准"},
    "fields": {"province": "用省的", "county": "用县的"},
    "twice": {"one": "是同一事件，并入省的", "two": "是两起，各自保留"},
    "refused": {"aside": "记录在案，不并入"},
}


def org_of(name: str) -> str:
    """The county of a node's name: `421127-1` is 421127's."""
    return name.partition("-")[0]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that a row changed: as it was before (None: new) and as it is."""

    kind: str
    id: str
    body: dict[str, Any]
    before: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class NodeRow:
    """One row of a node's journal on its way up; `after` is the node's own row before it."""

    number: int
    after: int
    hash: str
    at: datetime
    command: str
    actor: str
    role: str
    org: str
    summary: str
    authority: str = ""
    incident_id: str | None = None
    area: str | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FollowedRow:
    """One row of the province's journal on its way down, with the things the county may see.

    `echo` is a row of this very node's coming back.
    """

    number: int
    at: datetime
    command: str
    actor: str
    role: str
    org: str
    summary: str
    authority: str = ""
    incident_id: str | None = None
    area: str | None = None
    things: tuple[Change, ...] = ()
    echo: bool = False


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the province answers a node: how far up, what is new, and what it has taken of it.

    `shown` came into sight without having changed, or is all there is when `whole`; `apart` are
    the subjects of the conflicts that are open now.
    """

    upto: int
    head: int
    taken: int
    whole: bool = False
    rows: tuple[FollowedRow, ...] = ()
    shown: tuple[Change, ...] = ()
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of one row: applied, joined with the province's, in conflict, or known."""

    number: int
    outcome: Literal["applied", "joined", "conflict", "repeated"]
    seq: int
    clashes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NodeState:
    """What the province remembers of a node; number and hash are of the last row taken."""

    name: str
    org: str
    label: str = ""
    number: int = 0
    hash: str = ""
    cursor: int = 0
    waiting: int = 0
    contact_at: datetime | None = None
    enrolled_at: datetime | None = None
    revoked_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkState:
    """What a node remembers of its link, in its own numbers but for the cursor.

    Nothing of its own waits up to `clear`; `fresh` asks for everything to be compared once.
    """

    acked: int = 0
    cursor: int = 0
    clear: int = 0
    fresh: bool = False


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a conflict: who did what, when, and the thing it made."""

    who: str = ""
    when: datetime | None = None
    what: str = ""
    thing: str = ""
    incident_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Clash:
    """A 冲突 between what a county did cut off and what the province did; a person decides it.

    `held` are the county's changes about the subject that wait for the decision.
    """

    id: str
    node: str
    org: str
    kind: ClashKind
    state: Literal["open", "decided"] = "open"
    subject_kind: str
    subject_id: str
    subject: str
    why: str = ""
    incident_id: str | None = None
    other_id: str | None = None
    opened_at: datetime
    county: Side = Side()
    province: Side = Side()
    held: tuple[Change, ...] = ()
    fields: tuple[FieldClash, ...] = ()
    verdict: Verdict | None = None
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether nobody has decided it."""
        return self.state == "open"

    @property
    def orgs(self) -> tuple[str, ...]:
        """Whom it concerns."""
        return (self.org, PROVINCE)

    @property
    def word(self) -> str:
        """What kind of conflict it is."""
        return CLASH_WORDS[self.kind]
