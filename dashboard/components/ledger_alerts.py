"""预警与缺口: dates running out, lists not met by area, and what an order would leave."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, dcc, html, no_update

from dashboard.components import admin_parts, desk, ledger_parts, ledger_purchase, stock_left
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain import stock_alerts as alerts
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.domain.stock_left import what_if
from data.errors import Invalid

MOST = 200
DAYS = (30, 90, 180, 365)


class Ids(StrEnum):
    """The ids of this part."""

    DAYS = "alerts-days"
    EXPIRING = "alerts-expiring"
    SHORT = "alerts-short"
    ORDER = "alerts-order"
    LEFT = "alerts-left"
    SUMS = "alerts-sums"


def layout() -> list[Any]:
    """Alerts on the left, the what-if and the sums on the right."""
    kept = {"persistence": True, "persistence_type": "local"}
    days = dcc.RadioItems(
        id=Ids.DAYS, className="pills", value=alerts.EXPIRY_DAYS,
        options=[{"label": f"{n} 天内", "value": n} for n in DAYS], **kept,
    )  # fmt: skip
    order = dcc.Textarea(
        id=Ids.ORDER, rows=3, value="", className="order", persistence=True,
        placeholder="一行一项：品类 数量，如　棉被 2000",
    )  # fmt: skip
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.H3("低于储备清单"), html.Div(id=Ids.SHORT, **{FLAT: ""}),
                        html.Div([html.H3("有效期"), days], className="bar"),
                        html.Div(id=Ids.EXPIRING, **{FLAT: ""}),
                    ],
                    className="main rolls",
                ),
                html.Aside(
                    [
                        ledger_purchase.layout(),
                        html.H3("调出以后还剩多少"), html.Div(order, className="field"),
                        html.Div(id=Ids.LEFT, **{FLAT: ""}),
                        html.H3("各品类合计"), admin_parts.hole(Ids.SUMS),
                    ],
                    className="side",
                ),
            ],
            className="two even",
        )
    ]  # fmt: skip


def short_view(seen: Situation, actor: Actor, areas: AreaTree) -> Any:
    """The lines of the lists that are not met, area by area."""
    found = alerts.gaps(seen, areas, actor.org)
    if not found:
        return html.P("还没有储备清单；在“清单与产能”登记后，这里列出各地缺口。", className="none")
    bad = [s for held in found.values() for s in held]
    met = [areas.name(code) for code, held in found.items() if not held]
    bad.sort(key=lambda s: (s.area_code, -s.gap / s.least))
    may = actor.may(Permission.TASK)
    rows = (
        (
            html.B(areas.name(s.area_code)), s.item.name, ledger_parts.quantity(s.least, s.item),
            ledger_parts.quantity(s.have, s.item),
            html.Span(ledger_parts.quantity(s.gap, s.item), className="late"), s.basis,
            ledger_purchase.opener(s.item.id, s.gap, "" if n else "p") if may else "",
        )
        for n, s in enumerate(bad[:MOST])
    )  # fmt: skip
    heads = ("地区", "品类", "应有", "现有", "缺口", "依据", "最后手段" if may else "")
    return [
        admin_parts.table(heads, rows, "清单全部达到。"),
        html.P(f"达到清单：{'、'.join(met)}", className="count") if met else "",
        html.P(alerts.COUNTED, className="count"),
    ]


def expiring_view(seen: Situation, days: int) -> Any:
    """Lots whose date has passed or comes soon."""
    found = alerts.expiring(seen, days)
    rows = []
    for e in found[:MOST]:
        item, depot = seen.items.get(e.lot.item_id), seen.depots.get(e.lot.depot_id)
        said = f"已过 {-e.days} 天，不再调出" if e.days < 0 else f"还有 {e.days} 天"
        rows.append(
            (
                html.Span(said, className="late" if e.days < 0 else ""), e.lot.expires or "",
                item.name if item else "", ledger_parts.quantity(e.lot.on_hand, item),
                ledger_parts.where(depot), e.lot.batch or "",
            )
        )  # fmt: skip
    none = f"{days} 天内没有到期的批次；没有登记有效期的批次不在此列。"
    return admin_parts.table(("剩余", "有效期", "品类", "结存", "储备库", "批号"), rows, none)


def read_order(seen: Situation, text: str) -> dict[str, float]:
    """What was typed, a line an item: name, blank, amount.

    Raises
    ------
    Invalid
        Naming the line.
    """
    asked: dict[str, float] = {}
    for line in filter(None, (x.strip() for x in text.splitlines())):
        name, _, number = line.replace("\u3000", " ").rpartition(" ")
        key = ledger_parts.item_of(seen, name or number, "order")
        amount = ledger_parts.amount(number if name else "", "order")
        if not 0 <= amount < float("inf"):
            raise Invalid.field("order", f"数量“{number}”有误", "请填不小于 0 的数")
        asked[key] = asked.get(key, 0.0) + amount
    return asked


def left_view(seen: Situation, text: str) -> Any:
    """What would be left, and who could still make or sell it where it does not suffice."""
    try:
        found = what_if(seen, read_order(seen, text))
    except Invalid as error:
        wrong = error.errors[0]
        return html.P(f"{wrong['message']}。{wrong['remedy']}", className="field-error")
    none = "填写后即时算出，不写入任何记录。"
    return [stock_left.table(found, none), stock_left.resorts(seen, found)]


def sums_view(seen: Situation) -> Any:
    """Every item with stock or movement."""
    rows = (
        (
            h.item.name,
            ledger_parts.quantity(h.on_hand, h.item),
            ledger_parts.quantity(h.free, h.item),
            ledger_parts.quantity(h.on_way, h.item) if h.on_way else "",
            ledger_parts.quantity(h.at_scene, h.item) if h.at_scene else "",
            f"{h.depots} 库",
        )
        for h in alerts.totals(seen)
        if h.lots
    )
    return admin_parts.table(("品类", "结存", "可调", "在途", "现场", ""), rows, "没有库存。")


def register(app: Dash, center: Center) -> None:
    """Redraw at every change and at every key of the order."""
    ledger_purchase.register(app, center)

    @app.callback(
        Output(Ids.SHORT, FLAT),
        Output(Ids.EXPIRING, FLAT),
        Output(Ids.SUMS, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.DAYS, "value"),
    )
    async def redraw(_revision: Any, days: int | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        short = await center.ask(short_view, seen, actor, center.areas)
        return (
            flat(short),
            flat(expiring_view(seen, days or alerts.EXPIRY_DAYS)),
            flat(sums_view(seen)),
        )

    @app.callback(Output(Ids.LEFT, FLAT), Input(Live.REVISION, "data"), Input(Ids.ORDER, "value"))
    async def suppose(_revision: Any, text: str | None) -> Any:
        return flat(left_view(await desk.see(center), text or ""))

    @app.callback(Output(Ids.ORDER, "value"), Input(Live.PLACE, "search"))
    async def brought(search: str | None) -> Any:
        """The order that the way here carries, as from the draft of a dispatch."""
        return next(iter(parse_qs((search or "").lstrip("?")).get("order", [])), no_update)
