"""Who may authorise what: sending forces, asking outside, large supplies; all of it a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from data.domain.approval import TABLE, Approval
from data.domain.depot import Item
from data.domain.dispatch import Transfer, TransferState

T = TypeVar("T")
FILE = "data/reference/authority.yaml"
# Whose word is enough: `owner` is the body a force belongs to, noted by whoever telephoned.
MAY: Mapping[str, frozenset[str]] = {
    "chief": frozenset({"chief", "leader"}),
    "leader": frozenset({"leader"}),
    "owner": frozenset(),
}
BY_WORDS: Mapping[str, str] = {"chief": "带班领导", "leader": "领导", "owner": "力量主管方"}
KIND_WORDS: Mapping[str, str] = {
    "own": "本辖区力量", "same_prefecture": "同市跨县力量", "other_prefecture": "跨市州力量",
    "provincial": "省级队伍", "national": "国家级力量", "social": "社会力量",
    "enterprise": "企业队伍", "army": "军队和民兵武警", "support": "对外请求支援",
    "supplies": "大宗物资",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The most of an item that goes without an approval, in the item's unit, and its basis.

    Above it somebody's word is needed, within so many minutes.
    """

    unit: str
    over: float
    item: str = ""
    basis: str = ""
    by: str = "chief"
    minutes: float = 60.0

    def fits(self, item: Item) -> bool:
        """Whether the line speaks of an item."""
        return self.unit == item.unit and self.item in item.name

    def words(self) -> str:
        """The limit as said to an officer."""
        what = f"{self.item or '单笔'}超过 {self.over:g} {self.unit}"
        return f"{what}须先经{BY_WORDS[self.by]}审批，{self.minutes:g} 分钟内（{self.basis}）"

    @property
    def rule(self) -> Rule:
        """The line as an approval is opened by it: what it holds waits."""
        return Rule(
            kind="supplies", by=self.by, wait=True, minutes=self.minutes, basis=self.basis
        )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line about forces or requests: above what, whose word, before or after, within when."""

    kind: str
    by: str
    wait: bool
    minutes: float
    basis: str
    over: int = 0
    to: tuple[str, ...] = ()

    def words(self) -> str:
        """The line as said to an officer."""
        what = KIND_WORDS.get(self.kind, self.kind)
        above = f"一次超过 {self.over} 队" if self.over else ""
        who = "须" + BY_WORDS[self.by] + ("同意" if self.by == "owner" else "批准")
        when = "后出动" if self.wait else f"，可先行下达，{self.minutes:g} 分钟内补批"
        return f"{what}{above}{who}{when}（{self.basis}）"


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How somebody is called: minutes between two calls, calls before the level above is called."""

    repeat_min: float = 10.0
    rounds: int = 2
    basis: str = "假定"

    def words(self) -> str:
        """The pace as said to an officer."""
        return (
            f"超时未批即催带班领导，每 {self.repeat_min:g} 分钟一次，{self.rounds} 次未接、"
            f"或接后仍未批的升级至上一级（{self.basis}）"
        )


@dataclass(frozen=True, kw_only=True)
class AuthorityTable:
    """The whole table."""

    dispatch: tuple[Rule, ...] = ()
    support: tuple[Rule, ...] = ()
    supplies: tuple[Limit, ...] = ()
    escalation: Pace = Pace()
    consent: Mapping[str, Approval] = field(default_factory=dict)

    def for_teams(self, kind: str, teams: int) -> Rule | None:
        """The line for so many teams of a kind in one order; None when the officer's word does."""
        fits = (r for r in self.dispatch if r.kind == kind and teams > r.over)
        return next(fits, None)

    def for_request(self, to: str) -> Rule | None:
        """The line for a request to a body outside the center."""
        return next((r for r in self.support if any(word in to for word in r.to)), None)


def read_table(rules: Mapping[str, Any] | None) -> AuthorityTable:
    """The lines of `data/reference/authority.yaml`.

    Raises
    ------
    ValueError
        Naming the section and line that cannot be read, and the remedy.
    """
    held = rules or {}
    return AuthorityTable(
        dispatch=_lines(held, "dispatch", _force, "kind、over、by、wait、minutes、basis"),
        support=_lines(held, "support", _request, "to、by、wait、minutes、basis"),
        supplies=read_limits(held), escalation=_pace(held), consent=read_consents(held),
    )


def read_consents(rules: Mapping[str, Any] | None) -> dict[str, Approval]:
    """The minutes before departure by kind of force; a kind left out goes by the assumed ones.

    Raises
    ------
    ValueError
        Naming the line that cannot be read.
    """
    rows = _lines(rules or {}, "consent", _consent, "kind、minutes、words、basis")
    return {row.key: row for row in rows}


def _pace(rules: Mapping[str, Any]) -> Pace:
    """How overdue approvals are called; a table without the line goes by the assumed pace."""
    row = rules.get("escalation")
    if row is None:
        return Pace()
    try:
        pace = Pace(
            repeat_min=float(row["repeat_min"]), rounds=int(row["rounds"]), basis=str(row["basis"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(_unclear(row, error)) from error
    if not pace.repeat_min > 0 or pace.rounds < 1 or not pace.basis:
        raise ValueError(_unclear(row, "repeat_min 大于 0，rounds 不小于 1，basis 不能空"))
    return pace


def _unclear(row: object, why: object) -> str:
    return f"{FILE} 的 escalation 看不懂：{row}（{why}）；请写 repeat_min、rounds、basis"


def read_limits(rules: Mapping[str, Any] | None) -> tuple[Limit, ...]:
    """The supply lines alone.

    Raises
    ------
    ValueError
        Naming the line that cannot be read.
    """
    return _lines(rules or {}, "supplies", _limit, "unit、over，可写 item、by、minutes、basis")


def _lines(
    rules: Mapping[str, Any], section: str, read: Callable[[Mapping[str, Any]], T], fields: str
) -> tuple[T, ...]:
    found = []
    for n, row in enumerate(rules.get(section) or (), 1):
        try:
            found.append(read(row))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{FILE} 的 {section} 第 {n} 行看不懂：{row}（{error}）；请写 {fields}"
            ) from error
    return tuple(found)


def _limit(row: Mapping[str, Any]) -> Limit:
    minutes = float(row.get("minutes", Limit.minutes))
    made = Limit(
        **{**row, "over": float(row["over"]), "unit": str(row["unit"]), "minutes": minutes}
    )
    if not MAY.get(made.by):
        raise ValueError("by 只能是 chief、leader")
    if not made.minutes > 0:
        raise ValueError("minutes 应大于 0")
    return made


def _consent(row: Mapping[str, Any]) -> Approval:
    if row["kind"] not in {a.key for a in TABLE}:
        raise ValueError(f"没有“{row['kind']}”这类力量")
    minutes = float(row["minutes"])
    if not minutes >= 0 or not row["words"] or not row["basis"]:
        raise ValueError("minutes 不小于 0，words、basis 不能空")
    return Approval(
        key=row["kind"], minutes=minutes, words=str(row["words"]), basis=str(row["basis"])
    )


def _force(row: Mapping[str, Any]) -> Rule:
    if row["kind"] not in {a.key for a in TABLE}:
        raise ValueError(f"没有“{row['kind']}”这类力量")
    return _rule({**row, "over": int(row["over"])})


def _request(row: Mapping[str, Any]) -> Rule:
    words = tuple(str(word) for word in row["to"])
    if isinstance(row["to"], str) or not words:
        raise ValueError("to 应是词的列表")
    return _rule({**row, "kind": "support", "to": words})


def _rule(row: Mapping[str, Any]) -> Rule:
    if row["by"] not in MAY:
        raise ValueError(f"by 只能是 {'、'.join(MAY)}")
    if not isinstance(row["wait"], bool) or not float(row["minutes"]) > 0 or not row["basis"]:
        raise ValueError("wait 应是 true 或 false，minutes 大于 0，basis 不能空")
    return Rule(**{**row, "minutes": float(row["minutes"])})


def needs_approval(limits: Iterable[Limit], item: Item, transfer: Transfer) -> Limit | None:
    """The limit that a transfer exceeds while nobody has approved it yet; None when it may go.

    The first line that fits an item says which lines count: those of its unit and its word. Of
    several amounts the largest one exceeded decides whose word is needed.
    """
    if transfer.state != TransferState.ORDERED:
        return None
    fits = [one for one in limits if one.fits(item)]
    mine = [one for one in fits if one.item == fits[0].item and transfer.amount > one.over]
    return max(mine, key=lambda one: one.over, default=None)
