"""What the parts of the supplies page share: names to ids, amounts as typed, forms carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dash import dcc, html

from dashboard.components import desk_fields, toasts
from dashboard.gate import current_actor
from data.center import Answer, Center
from data.domain import stock_alerts as alerts
from data.domain.depot import Depot, Item
from data.domain.messages import Command
from data.domain.situation import Situation
from data.errors import CenterError, Invalid

ITEMS, DEPOTS, SUPPLIERS = "ledger-items", "ledger-depots", "ledger-suppliers"


def amount(typed: object, field: str) -> float:
    """A number as typed, thousands separated or not.

    Raises
    ------
    Invalid
        Naming the field.
    """
    text = str(typed or "").replace(",", "").replace("，", "").strip()
    try:
        return float(text)
    except ValueError as error:
        said = f"“{text[:20]}”不是数量" if text else "没有填写数量"
        raise Invalid.field(field, said, "请填数字") from error


def maybe(typed: object, field: str) -> float | None:
    """A number, or None for a blank: unknown."""
    return amount(typed, field) if str(typed or "").strip() else None


def item_of(seen: Situation, typed: object, field: str = "item_id") -> str:
    """The id of an item by its name or id.

    Raises
    ------
    Invalid
    """
    text = str(typed or "").strip()
    if text in seen.items:
        return text
    stands = alerts.same(seen.items)
    found = next((k for k, i in sorted(seen.items.items()) if i.name == text), None)
    if found is None:
        raise Invalid.field(field, f"目录里没有“{text[:30]}”", "请从列表中选择品类")
    return stands[found]


def depot_of(seen: Situation, typed: object, field: str = "depot_id") -> str:
    """The id of a depot by its name or id.

    Raises
    ------
    Invalid
    """
    text = str(typed or "").strip()
    if text in seen.depots:
        return text
    found = next((d.id for d in seen.depots.values() if d.name == text), None)
    if found is None:
        raise Invalid.field(field, f"没有储备库“{text[:30]}”", "请从列表中选择储备库")
    return found


def lists(seen: Situation) -> tuple[list[Any], list[Any], list[Any]]:
    """The options of items, of depots, and of suppliers."""
    names = dict.fromkeys(i.name for i in seen.items.values())
    return (
        [html.Option(value=n) for n in names],
        [html.Option(value=d.name) for d in seen.depots.values()],
        [html.Option(value=n) for n in dict.fromkeys(s.name for s in seen.suppliers.values())],
    )


def named(form: str, name: str, label: str, of: str, hint: str = "") -> Any:
    """A field typed with suggestions from one of the lists."""
    own = desk_fields.field_id(form, name)
    return html.Div(
        [
            html.Label(label, htmlFor=own),
            dcc.Input(id=own, type="text", list=of, value="", placeholder=hint, autoComplete="off"),
            html.Span(id=desk_fields.error_id(form, name), className="field-error", role="alert"),
        ],
        className="field", **{"data-field": own},
    )  # fmt: skip


def quantity(number: float, item: Item | None) -> str:
    """An amount with its unit, thousands parted."""
    text = f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"
    return f"{text} {item.unit if item else ''}".strip()


def plain(number: float) -> str:
    """An amount as it is typed into a field, to the ledger's millionth, never as a power of ten."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def where(depot: Depot | None) -> str:
    """A depot's name."""
    return depot.name if depot else ""


async def carried(
    center: Center, form: str, fields: Sequence[str], make: Callable[[], Command], request_id: str
) -> Answer | None:
    """Carry a form out; what is wrong is written beside its fields, and nothing typed is lost."""
    try:
        answer = await center.do(make(), current_actor(), request_id)
    except CenterError as error:
        desk_fields.show_errors(form, fields, error.errors)
        if not {e["field"].split(".")[-1] for e in error.errors} & set(fields):
            toasts.complain(error)
        return None
    desk_fields.show_errors(form, fields, ())
    return answer


def facts(rows: Iterable[tuple[str, Any]]) -> Any:
    """Names and values; blanks stay out."""
    return html.Dl([x for k, v in rows if v not in ("", None) for x in (html.Dt(k), html.Dd(v))])
