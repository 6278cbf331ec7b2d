"""物资: which lots lie where, how far from the incident at hand, and how much goes in the draft."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, draft_view, drafting, ledger_purchase
from dashboard.components.desk import Desk
from dashboard.components.desk_words import identity, letter_box
from dashboard.components.draft_sides import sides
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from dashboard.words import DASH, clock_time, count
from data.center import Center
from data.domain.depot import Depot, Item, Lot
from data.domain.incident import Incident
from data.domain.situation import Situation

AREA = "supplies"
MOST_LOTS = 60
EARTH_RADIUS_KM = 6371.0


class Supplies(StrEnum):
    """The ids of the supplies' tab."""

    TEXT = "supplies-text"
    NEEDS = "supplies-needs"
    BODY = "supplies-body"
    COUNT = "supplies-count"
    LOT = "supplies-lot"
    FORM = "supplies-form"
    FORM_TITLE = "supplies-form-title"
    AMOUNT = "supplies-amount"
    SENT = "supplies-sent"
    PUT = "supplies-put"


@dataclass(frozen=True, kw_only=True)
class Stock:
    """One lot with its item and depot, and how far it lies from the incident at hand."""

    lot: Lot
    item: Item
    depot: Depot
    km: float | None
    drafted: float


def layout() -> Any:
    """Search, what is needed, the lots, the amount, and what was sent."""
    return html.Div(
        [
            desk.act_store(AREA),
            dcc.Store(id=Supplies.LOT),
            html.Div(
                [
                    dcc.Input(id=Supplies.TEXT, placeholder="找物资或储备库…", debounce=0.3,
                              className="find-team", autoComplete="off"),
                    html.Span(id=Supplies.COUNT, className="mu"),
                ],
                className="fil",
            ),
            html.Div(id=Supplies.NEEDS),
            html.Div(
                [
                    html.B(id=Supplies.FORM_TITLE),
                    dcc.Input(id=Supplies.AMOUNT, type="number", min=0, step="any",
                              placeholder="数量"),
                    html.Div(id=Supplies.PUT, className="to"),
                    html.Button("取消", className="mini", **desk.acts(AREA, do="shut")),
                ],
                id=Supplies.FORM, className="complete-form", hidden=True,
            ),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(w) for w in (
                            "物资", "储备库", "可调", "距离", "有效期", ""
                        )])),
                        html.Tbody(id=Supplies.BODY),
                    ]
                ),
                className="lots-scroll", **{"data-rows": "1"},
            ),
            html.Div(id=Supplies.SENT, className="sent"),
        ],
        className="supplies",
    )  # fmt: skip


def stocks(
    seen: Situation, draft: drafting.Draft, text: str, at_hand: Incident | None
) -> list[Stock]:
    """Lots that may be promised and fit the words, the nearest first."""
    words = text.split()
    found = []
    for lot in seen.lots.values():
        item, depot = seen.items.get(lot.item_id), seen.depots.get(lot.depot_id)
        if item is None or depot is None or not depot.live:
            continue
        said = f"{item.name} {item.major} {depot.name} {item.scenario}"
        if all(word in said for word in words):
            drafted = sum(r["amount"] for r in draft["lots"] if r["lot"] == lot.id)
            km = _km(depot, at_hand)
            found.append(Stock(lot=lot, item=item, depot=depot, km=km, drafted=drafted))
    far = math.inf
    return sorted(
        found,
        key=lambda s: (s.lot.free <= 0, s.km if s.km is not None else far, s.item.name, s.lot.id),
    )


def _km(depot: Depot, incident: Incident | None) -> float | None:
    """Kilometres in a straight line."""
    if incident is None or None in (incident.lon, incident.lat, depot.lon, depot.lat):
        return None
    lon1, lat1, lon2, lat2 = (
        math.radians(float(x or 0)) for x in (depot.lon, depot.lat, incident.lon, incident.lat)
    )
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def body(seen: Situation, found: list[Stock]) -> list[Any]:
    """The rows of lots; too many are cut with a word."""
    if not found:
        words = "没有符合条件的库存；换一个词，或导入储备库与批次资料"
        return [html.Tr(html.Td(words, colSpan=6, className="none"))]
    rows = [_tr(seen, s) for s in found[:MOST_LOTS]]
    if len(found) > MOST_LOTS:
        words = f"另有 {len(found) - MOST_LOTS} 批，请输入物资或储备库名称缩小范围"
        rows.append(html.Tr(html.Td(words, colSpan=6, className="none")))
    return rows


def _tr(seen: Situation, stock: Stock) -> Any:
    lot, item, depot = stock.lot, stock.item, stock.depot
    pick = desk.sets({Desk.THING: {"data": {"kind": "depot", "id": depot.id}}})
    kept = f"在库 {count(lot.on_hand)}，已预留 {count(lot.reserved)}，保底 {count(lot.keep)}"
    inside = html.Small(f"草案 {count(stock.drafted)}") if stock.drafted else None
    is_past = bool(lot.expires and lot.expires < seen.at.date().isoformat())
    return html.Tr(
        [
            html.Td([html.Span(item.name, title=item.name), html.Small(lot.batch or "")],
                    className="name"),
            html.Td(html.Span(depot.name, title=lot.assumption or depot.name), className="name",
                    **pick),
            html.Td([html.B(count(lot.free)), f" {item.unit}", inside], title=kept),
            html.Td(f"{stock.km:.0f} 公里" if stock.km is not None else DASH),
            html.Td(f"{lot.expires} 已过期" if is_past else lot.expires or DASH,
                    className="lack" if is_past else ""),
            html.Td(
                html.Button("入草案…", className="mini", disabled=lot.free <= 0,
                            **{"data-enter": "1"}, **desk.acts(AREA, do="open", lot=lot.id)),
                className="to",
            ),
        ],
        key=lot.id, tabIndex=-1, className="in-draft" if stock.drafted else "",
        **{"data-row": lot.id},
    )  # fmt: skip


def needs(seen: Situation, draft: drafting.Draft) -> Any:
    """What the open incidents still lack of what they asked for."""
    table: Mapping[str, Mapping[str, float | None]] = {}
    lines: list[Any] = []
    buy: list[tuple[Item, float, Incident]] = []
    for side in sides(seen, draft, table):
        lacks = draft_view.supply_lacks(seen, draft, side)
        if lacks:
            words = "、".join(said for *_, said in lacks)
            lines.append(html.Div([html.B(side.incident.letter), " ", words]))
        buy += [(i, left, side.incident) for i, left, _ in lacks if i is not None]
    if not lines:
        return None
    links = [
        html.A(
            [f"{incident.letter} {item.name} 采购、生产 ", *([] if n else [html.Kbd("Shift P")])],
            href=ledger_purchase.way(item.id, left, incident.id), className="mini",
            title="库存和调拨不够时的最后手段", **({} if n else desk.key("Shift P")),
        )
        for n, (item, left, incident) in enumerate(buy)
    ]  # fmt: skip
    shown = [*lines, html.Div(links, className="last-resort")] if links else lines
    return html.Div([html.Span("物资缺口"), html.Div(shown)], className="short")


def sent(seen: Situation) -> list[Any]:
    """What was sent to each open incident, by item."""
    return [_sent(seen, i) for i in seen.sided() if seen.transfers_of(i.id)]


def _sent(seen: Situation, incident: Incident) -> Any:
    rows = []
    for transfer in seen.transfers_of(incident.id):
        item, depot = seen.items.get(transfer.item_id), seen.depots.get(transfer.depot_id)
        eta = clock_time(transfer.times.get("received") or transfer.eta, seen.at)
        rows.append(
            html.Tr(
                [
                    html.Td(item.name if item else transfer.item_id, className="name"),
                    html.Td(f"{count(transfer.amount)} {item.unit if item else ''}"),
                    html.Td(depot.name if depot else transfer.depot_id, className="name"),
                    html.Td(transfer.state.word),
                    html.Td(eta),
                ],
                key=transfer.id,
            )
        )
    return html.Div(
        [html.H4([letter_box(incident), f"已调拨 {len(rows)} 批"]),
         html.Table(html.Tbody(rows))],
        className=f"pl {identity(incident)}", key=incident.id,
    )  # fmt: skip


def put_buttons(seen: Situation) -> list[Any]:
    """One button an open incident."""
    return [
        html.Button(f"加入{i.letter}", className=f"mini {identity(i)}",
                    **desk.acts(AREA, do="put", incident=i.id))
        for i in seen.sided()
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Search and redraw; open a lot, and put an amount of it into the draft."""

    @app.callback(
        Output(Supplies.BODY, FLAT),
        Output(Supplies.COUNT, "children"),
        Output(Supplies.NEEDS, FLAT),
        Output(Supplies.SENT, FLAT),
        Output(Supplies.PUT, "children"),
        Input(Live.REVISION, "data"),
        Input(Supplies.TEXT, "value"),
        Input(Desk.INCIDENT, "data"),
        Input(Desk.DRAFT, "data"),
    )
    async def redraw(_revision: Any, text: str | None, incident_id: str | None, kept: Any) -> Any:
        seen = await desk.see(center)
        draft = drafting.mine(kept, current_actor().username)
        found = stocks(seen, draft, (text or "").strip(), desk.chosen(seen, incident_id))
        shown = body(seen, found)
        needed, gone = flat(needs(seen, draft)), flat(sent(seen))
        return flat(shown), f"{len(found)} 批", needed, gone, put_buttons(seen)

    @app.callback(
        Output(Supplies.FORM, "hidden"),
        Output(Supplies.FORM_TITLE, "children"),
        Output(Supplies.LOT, "data"),
        Output(Supplies.AMOUNT, "value"),
        Output(Desk.DRAFT, "data", allow_duplicate=True),
        Input(desk.act_id(AREA), "data"),
        State(Supplies.LOT, "data"),
        State(Supplies.AMOUNT, "value"),
        State(Desk.DRAFT, "data"),
        prevent_initial_call=True,
    )
    async def press(act: Any, lot_id: str | None, amount: float | None, kept: Any) -> Any:
        do = (act or {}).get("do")
        if do == "open":
            return _opened(await desk.see(center), str(act["lot"]))
        if do == "put" and lot_id and amount:
            draft = drafting.mine(kept, current_actor().username)
            after = drafting.add_lot(draft, lot_id, str(act["incident"]), float(amount))
            return True, "", None, None, after
        return (True, "", None, None, no_update) if do == "shut" else no_update


def _opened(seen: Situation, lot_id: str) -> tuple[Any, ...]:
    """The form opened for one lot."""
    lot = seen.lots[lot_id]
    item, depot = seen.items.get(lot.item_id), seen.depots.get(lot.depot_id)
    unit = item.unit if item else ""
    title = f"{item.name if item else lot.item_id}（{depot.name if depot else lot.depot_id}）"
    return False, f"{title}　可调 {count(lot.free)} {unit}", lot.id, None, no_update
