"""What an order would leave: per item what is free, asked and left, and the last resorts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from dash import html

from dashboard.components import admin_parts, ledger_parts, ledger_purchase
from data.domain import stock_left as stock
from data.domain.situation import Situation

HEADS = ("品类", "可调", "调出", "剩余", "")


def typed(seen: Situation, asked: Mapping[str, float]) -> str:
    """An order as the ledger's field reads it, a line an item."""
    rows = ((seen.items[key].name, ledger_parts.plain(amount)) for key, amount in asked.items())
    return "\n".join(" ".join(row) for row in rows)


def table(found: Iterable[stock.Left], none: str) -> Any:
    """One row an item; what does not suffice or breaks the basic list is marked."""
    rows = []
    for left in found:
        said = "不足" if left.after < 0 else "低于省级清单" if left.below_list else "可以"
        amounts = (left.free, left.asked, left.after)
        free, asked, after = (ledger_parts.quantity(a, left.item) for a in amounts)
        word = html.Span(said, className="" if said == "可以" else "late")
        rows.append((left.item.name, free, asked, html.B(after), word))
    return admin_parts.table(HEADS, rows, none)


def of_draft(seen: Situation, lots: Iterable[Mapping[str, Any]]) -> Any:
    """What the lots of a draft would leave, with the way to try other amounts; None without any."""
    rows = list(lots)
    asked, own = stock.asked_of(seen, rows), stock.asked_of(seen, rows, own=True)
    if not asked:
        return None
    found = sorted(stock.what_if(seen, asked, own), key=lambda x: (x.after >= 0, not x.below_list))
    href = f"/supplies?order={quote(typed(seen, asked))}#3"
    again = html.A("换数再算", className="mini", href=href)
    return html.Div(
        [html.H4([html.Span("物资调出以后还剩"), again]), table(found, "")], className="pl left"
    )


def resorts(seen: Situation, found: Iterable[stock.Left]) -> Any:
    """Who could still make or sell what does not suffice, each with the way to ask for it."""
    rows = [
        row for left in found if left.after < 0 or left.below_list for row in _sources(seen, left)
    ]
    return html.Ul(rows) if rows else ""


def _sources(seen: Situation, left: stock.Left) -> list[Any]:
    """The sources of an item in words, and the task for what lacks of the order and the list."""
    lacks = max((left.least or 0.0) - left.own_after, -left.after)
    known = ledger_purchase.suppliers_of(seen, left.item.id)
    found = [html.Li(ledger_purchase.source_words(s, left.item)) for s in known]
    none = html.Li(f"{left.item.name}：没有登记产能或采购来源")
    return [*(found or [none]), html.Li(ledger_purchase.opener(left.item.id, lacks))]
