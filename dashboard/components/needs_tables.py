"""The templates of needs as people read them: by type and grade, what, how much, within when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.words import count
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import ROMAN
from data.domain.incident_types import type_name
from data.domain.needs_book import GRADES, NeedsBook, Rows, Template


def view(book: NeedsBook) -> list[Any]:
    """Every template in the order it is looked up, and how amounts grow with the grade."""
    return [
        html.P(f"未填需求的事件按此估列；数量为Ⅲ级事件的，其他级别乘以系数：{_grades(book.scale)}。"
               f"事件之间的权重：{_grades(book.weight)}；仍有人员待救的加倍。", className="said"),
        html.Div([_card(t) for t in book.templates], className="ncards"),
    ]  # fmt: skip


def _grades(table: Mapping[str | None, float]) -> str:
    return "，".join(f"{ROMAN[g] if g else '未定级'} {table[g]:g}" for g in GRADES)


def _card(template: Template) -> Any:
    names = "、".join(type_name(t) for t in sorted(template.types))
    grade = f"{ROMAN[template.grade]}级" if template.grade else "各级"
    return html.Article(
        [
            html.H4([names, html.Small(grade)]),
            html.Small(f"依据：{template.basis}"),
            _rows("力量", template.capabilities),
            _rows("物资", template.items),
        ]
    )


def _rows(word: str, rows: Rows) -> Any:
    if not rows:
        return None
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(word), html.Th("数量"), html.Th("分钟内")])),
            html.Tbody(
                [
                    html.Tr([html.Td(name), html.Td(f"{count(amount)} {_unit(name)}".strip()),
                             html.Td(f"{within:g}")])
                    for name, amount, within in rows
                ]
            ),
        ]
    )  # fmt: skip


def _unit(name: str) -> str:
    return CAPABILITIES[name].unit if name in CAPABILITIES else ""
