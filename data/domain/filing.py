"""Information reports 信息报告 sent upward: drafted, reviewed, signed, sent, acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from data.domain.incident import CASUALTY_WORDS, Casualties, Incident, Origin, Report
from data.domain.incident_types import type_name
from data.domain.task import Step
from data.errors import IllegalMove

Kind = Literal["首报", "续报", "终报", "核报"]
KINDS: tuple[Kind, ...] = ("首报", "续报", "终报", "核报")
# The items of a report, in the order they are written. What each holds follows the reporting
# rules collected in data/reference/reporting.json; casualties and the signer are kept apart.
ITEMS: Mapping[str, str] = {
    "source": "信息来源", "received": "接报时间", "occurred": "事发时间", "place": "事发地点",
    "cause": "事件起因与性质", "course": "基本过程", "scope": "影响范围", "trend": "发展趋势",
    "leaders": "领导到位与处置情况", "measures": "已采取及拟采取措施", "requests": "请求事项、建议",
    "commander": "现场指挥负责人及电话",
}  # fmt: skip
# What a follow-up repeats only when it changed (续报不复述初始过程).
ONCE = ("source", "received", "occurred", "place", "cause")
_SHORT = (
    ("dead", "死"), ("missing", "失联"), ("trapped", "被困"), ("injured_serious", "重伤"),
    ("injured_minor", "轻伤"), ("poisoned", "中毒"),
)  # fmt: skip
_NUMERALS = "一二三四五六七八九十"


class FilingState(StrEnum):
    """The chain 拟稿 → 审核 → 签发 → 报出; what is taken back ends with its reason."""

    DRAFT = "draft"
    REVIEW = "review"
    SIGN = "sign"
    SIGNED = "signed"
    SENT = "sent"
    WITHDRAWN = "withdrawn"

    @property
    def word(self) -> str:
        """The field's word."""
        return _WORDS[self]


S = FilingState
_WORDS: Mapping[FilingState, str] = {
    S.DRAFT: "拟稿", S.REVIEW: "待审核", S.SIGN: "待签发", S.SIGNED: "待报出", S.SENT: "已报出",
    S.WITHDRAWN: "作废",
}  # fmt: skip
MOVES: Mapping[FilingState, frozenset[FilingState]] = {
    S.DRAFT: frozenset({S.REVIEW, S.WITHDRAWN}),
    S.REVIEW: frozenset({S.SIGN, S.DRAFT, S.WITHDRAWN}),
    S.SIGN: frozenset({S.SIGNED, S.DRAFT, S.WITHDRAWN}),
    S.SIGNED: frozenset({S.SENT, S.WITHDRAWN}),
    S.SENT: frozenset(),
    S.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One addressee of a sent report; `org` is blank for a body that is not in the center."""

    to: str
    org: str | None = None
    sent_at: datetime | None = None
    taken_at: datetime | None = None
    taken_by: str = ""
    way: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceFigure:
    """What one source said of one figure, as it stood when the report was written."""

    name: str
    value: int
    source: str
    at: datetime
    used: bool = False


@dataclass(frozen=True, kw_only=True)
class Filing:
    """One numbered 信息报告 of an incident.

    `items` holds the texts of `ITEMS`; `casualties` every figure known, carried over from the
    report before; `before` is that report. `early` says why it went out before it was signed.
    """

    id: str
    incident_id: str | None
    org: str
    state: FilingState = FilingState.DRAFT
    kind: Kind = "首报"
    number: int = 1
    title: str = ""
    title_by_hand: bool = False
    progress: str = ""
    items: dict[str, str] = field(default_factory=dict)
    casualties: Casualties = field(default_factory=Casualties)
    loss_wan_yuan: float | None = None
    sources: tuple[SourceFigure, ...] = ()
    before: str | None = None
    author: str = ""
    author_account: str = ""
    reviewer: str = ""
    signer: str = ""
    early: str = ""
    receipts: tuple[Receipt, ...] = ()
    to_orgs: tuple[str, ...] = ()
    created_at: datetime | None = None
    sent_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes: its own, and once sent its receivers'."""
        return (self.org, *(self.to_orgs if self.sent_at else ()))

    @property
    def open(self) -> bool:
        """Whether it waits: for the next step, for a late signature, or for an acknowledgement."""
        if self.state == S.SENT:
            return any(r.taken_at is None for r in self.receipts)
        return self.state != S.WITHDRAWN

    @property
    def editable(self) -> bool:
        """Whether its words may be changed."""
        return self.state == S.DRAFT and self.sent_at is None

    @property
    def name(self) -> str:
        """首报, 续报（一）, …"""
        return numbered(self.kind, self.number)

    def moved(self, to: FilingState, step: Step, **changed: object) -> Filing:
        """The report in its next state, the step on record.

        Raises
        ------
        IllegalMove
            When its state does not allow it.
        """
        if to not in MOVES[self.state]:
            raise IllegalMove(f"{self.name}现为“{self.state.word}”，不能转为“{to.word}”")
        return replace(self, state=to, steps=(*self.steps, step), **changed)  # type: ignore[arg-type]


def numbered(kind: str, number: int) -> str:
    """首报, 终报; 续报（一）, 续报（二）, … 核报（二）."""
    if kind in ("首报", "终报") and number == 1:
        return kind
    text = _NUMERALS[number - 1] if number <= len(_NUMERALS) else str(number)
    return f"{kind}（{text}）"


def tally(people: Casualties) -> str:
    """Casualties in short, the gravest first: 6死2失联4重伤; nothing unknown is said."""
    return "".join(
        f"{getattr(people, name)}{word}" for name, word in _SHORT if getattr(people, name)
    )


def difference(before: Casualties, now: Casualties) -> str:
    """What became of the figures, whole against whole: 4轻伤5失联 → 6死4轻伤; blank when equal."""
    was, is_ = tally(before), tally(now)
    return "" if was == is_ else f"{was or '数字不详'} → {is_ or '无人员伤亡'}"


def changed_figures(before: Casualties, now: Casualties) -> list[tuple[str, str, str]]:
    """(figure, before, now) of each that changed; an unknown one is a dash."""

    def said(number: int | None) -> str:
        return "—" if number is None else f"{number} 人"

    return [
        (CASUALTY_WORDS[name], said(old), said(new))
        for name, (old, new) in before.changes(now).items()
    ]


def title_of(incident: Incident, kind: str, number: int, people: Casualties, progress: str) -> str:
    """Place, type, casualties and progress (标题含地点、类型、伤亡、重要进展), then the kind."""
    hurt = "".join(
        f"{getattr(people, name)}人{word}"
        for name, word in (("dead", "死亡"), ("missing", "失联"), ("trapped", "被困"))
        if getattr(people, name)
    )
    injured = (people.injured_serious or 0) + (people.injured_minor or 0)
    hurt += f"{injured}人受伤" if injured else ""
    what = type_name(incident.type)
    after = f"　{progress}" if progress else ""
    place = incident.place or incident.short_name
    said = f"致{hurt}" if hurt else ""
    return f"关于{place}{what}{said}的{numbered(kind, number)}{after}"


def told(reports: Iterable[Report]) -> dict[str, list[SourceFigure]]:
    """Per figure what each source said last, oldest first; blank sources are 来源未注明."""
    held: dict[tuple[str, str], SourceFigure] = {}
    for report in sorted(reports, key=lambda r: (r.received_at, r.id)):
        for name in CASUALTY_WORDS:
            value = getattr(report.casualties, name)
            if value is not None:
                source = report.source or "来源未注明"
                held[(name, source)] = SourceFigure(
                    name=name, value=value, source=source, at=report.received_at
                )
    found: dict[str, list[SourceFigure]] = {}
    for figure in held.values():
        found.setdefault(figure.name, []).append(figure)
    return {name: sorted(rows, key=lambda f: f.at) for name, rows in found.items()}


def conflicts(reports: Iterable[Report]) -> dict[str, list[SourceFigure]]:
    """The figures of which sources say different things, each source's newest word."""
    return {n: rows for n, rows in told(reports).items() if len({r.value for r in rows}) > 1}
