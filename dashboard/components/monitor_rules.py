"""The rules of the alarms as people read them, each with its source; nothing is set here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html

from dashboard.components import alarm_words as aw
from dashboard.components.admin_parts import table
from data.domain.alarm import COLOUR_WORDS
from data.domain.alarm_rules import Quantity, Rule, RuleBook


def rules_view(book: RuleBook, file: str) -> list[Any]:
    """Rules, levels, grouping, escalation and quantities."""
    return [
        html.P(file, className="mu"),
        html.H3("规则"),
        table(("编号", "规则", "类", "看什么", "颜色", "解除", "依据"),
              [_rule(r) for r in book.rules], "没有规则"),
        html.H3("级别与颜色"),
        table(("级别", "颜色", "方向", "依据"),
              [(w.level, _mark(w.colour), "降到即报" if w.below else "升到即报", w.source)
               for w in book.levels], "没有级别"),
        html.H3("聚合"),
        table(("类", "按", "相隔不超过", "依据"),
              [(g.title, BY[g.by], f"{g.hours:g} 小时", g.source) for g in book.groups]
              + [("大面积中断", "同一链路", f"{book.outage.sensors} 个测点", book.outage.source)],
              "没有聚合"),
        html.H3("无人签收时升级"),
        table(("颜色", "超过", "报给", "依据"),
              [(_mark(s.colour), f"{s.minutes:g} 分钟",
                "本级带班领导" if not s.up else "上一级带班领导", s.source)
               for s in book.escalation], "不升级"),
        html.H3("监测量"),
        table(("监测量", "单位", "回差", "不变即疑", "说明", "依据"),
              [_quantity(q) for q in book.quantities], "没有监测量"),
    ]  # fmt: skip


BY = {"river": "同一河流", "prefecture": "同一市州", "source": "同一风险源", "path": "同一链路"}


def _mark(colour: str) -> Any:
    char, tone = aw.MARKS.get(colour, ("—", ""))
    return html.B(char, className=f"mark {tone}")


def _rule(rule: Rule) -> Iterable[Any]:
    seen = "、".join(rule.quantities or rule.together or rule.source_kinds) or "全部"
    release = f"回到 {rule.release:g} 以下" if rule.release else "条件不再成立"
    return (
        rule.id, rule.title, rule.family.word, seen,
        _mark(rule.colour) if rule.colour else COLOUR_WORDS[""], release, rule.source,
    )  # fmt: skip


def _quantity(quantity: Quantity) -> Iterable[Any]:
    stuck = f"{quantity.stuck_after_h:g} 小时" if quantity.stuck_after_h else "不判"
    return (
        quantity.name, quantity.unit, f"{quantity.hysteresis:g}", stuck, quantity.note,
        quantity.source,
    )  # fmt: skip
