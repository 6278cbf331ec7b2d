"""The rule book of alarms from its two files, read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import msgspec

from data.domain.alarm import COLOURS, Family
from data.domain.alarm_rules import Grouping, LevelWord, Rule, RuleBook, Stage
from data.domain.incident_types import INCIDENT_TYPES
from data.errors import Invalid
from data.ingest import reference

FILE = "data/reference/alarm_rules.yaml"
_NEEDS: Mapping[Family, tuple[str, ...]] = {
    Family.SUM: ("quantities", "hours", "at_least", "colour"),
    Family.RISE: ("quantities", "hours", "at_least", "colour"),
    Family.MISSING: ("times",),
    Family.STUCK: ("count",),
    Family.ROLLUP: ("source_kinds", "colour"),
}


def rule_book(
    rules: Mapping[str, Any] | None = None,
    quantities: Sequence[Mapping[str, Any]] | None = None,
    file: str = FILE,
) -> RuleBook:
    """The shipped rule book, or one of the given rows.

    Raises
    ------
    Invalid
        Naming the file, the place in it and the remedy.
    """
    raw = reference.read_alarm_rules() if rules is None else rules
    rows = reference.read_quantities() if quantities is None else quantities
    try:
        known = [{k: v for k, v in row.items() if v is not None} for row in rows]
        book = msgspec.convert({**raw, "quantities": known}, RuleBook)
        _whole(book)
        _spelt(raw)
    except (msgspec.ValidationError, ValueError) as error:
        remedy = "请按随附文件中的行改正；移开自己的文件即恢复随附的规则"
        raise Invalid.field("alarm_rules", f"{file}：{error}", remedy) from error
    return book


def _spelt(raw: Mapping[str, Any]) -> None:
    """Refuse names of fields nobody reads: a slip of the pen would silently change a rule."""
    known = {"rules": Rule, "levels": LevelWord, "groups": Grouping, "escalation": Stage}
    for part, cls in known.items():
        for number, row in enumerate(raw.get(part, ()), 1):
            if strange := set(row) - {f.name for f in fields(cls)}:
                raise ValueError(f"{part} 第 {number} 行有不认识的字段 {'、'.join(strange)}")


def _whole(book: RuleBook) -> None:
    """Refuse what reads well and means nothing: a rule twice, unknown quantities, gaps."""
    seen: set[str] = set()
    for event in (*(r.drafts for r in book.rules), *(w.drafts for w in book.levels)):
        if event and event not in INCIDENT_TYPES:
            raise ValueError(f"drafts 的事件类型“{event}”不认识")
    for rule in book.rules:
        if rule.id in seen:
            raise ValueError(f"规则 {rule.id} 出现两次")
        seen.add(rule.id)
        lacking = [name for name in _NEEDS.get(rule.family, ()) if not getattr(rule, name)]
        if lacking:
            raise ValueError(f"规则 {rule.id} 缺少 {'、'.join(lacking)}")
        if rule.family == Family.ROLLUP and not (rule.together or (rule.of and rule.count)):
            raise ValueError(f"规则 {rule.id} 没有写明组合条件：填 of 和 count，或 together")
        for name in (*rule.quantities, *rule.together):
            if name not in book.named:
                raise ValueError(f"规则 {rule.id} 的监测量“{name}”不在 quantities.csv")
        _alone(rule)
    _once(book)


def _alone(rule: Rule) -> None:
    """Refuse fields that a rule of its family is not judged by: they would count for nothing."""
    if rule.family != Family.ROLLUP:
        if rule.source_kinds:
            remedy = "只有组合规则（rollup）按风险源类型判，请删去 source_kinds"
            raise ValueError(f"规则 {rule.id} 写了 source_kinds：{remedy}")
        if rule.quantities and rule.family in {Family.MISSING, Family.STUCK}:
            remedy = "数据中断和数值不变对所有监测点一样判，请删去 quantities"
            raise ValueError(f"规则 {rule.id} 写了 quantities：{remedy}")
        return
    if rule.each == "item" and (rule.quantities or rule.together):
        remedy = "按项目计数时不分监测量，请改为 each: source，或删去 quantities 和 together"
        raise ValueError(f"规则 {rule.id} 的 each 是 item：{remedy}")
    if rule.of and COLOURS.index(rule.of) >= COLOURS.index(rule.colour):
        raise ValueError(f"规则 {rule.id} 的 colour 不比 of 重：组合只能加重，请改 colour 或 of")


def _once(book: RuleBook) -> None:
    """Refuse a second rule where the watch keeps one: of silence, of sameness, of a rise."""
    held: dict[tuple[Family, str], str] = {}
    for rule in book.rules:
        if rule.family not in {Family.RISE, Family.MISSING, Family.STUCK}:
            continue
        for quantity in rule.quantities or ("",):
            first = held.setdefault((rule.family, quantity), rule.id)
            if first != rule.id:
                what = f"监测量“{quantity}”的{rule.family.word}" if quantity else rule.family.word
                remedy = "只能有一条，请合为一条，或从其中一条删去"
                raise ValueError(f"规则 {first} 和 {rule.id} 都判{what}：{remedy}")
