"""库存台账: every lot with its stock, the ledger of the one at hand, and what may be booked."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, finding, ledger_parts, toasts
from dashboard.components.desk_words import clock, empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.task_words import fits
from dashboard.words import DASH
from data.center import Center
from data.domain import stock_alerts as alerts
from data.domain.depot import Lot
from data.domain.item_classes import class_words
from data.domain.messages import Command
from data.domain.messages import stock as m
from data.domain.situation import Situation
from data.domain.stock import Movement

NAME, FORM = "lots", "lot"
FIELDS = (
    "item_id", "depot_id", "amount", "reason", "supplier", "batch", "expires", "condition", "keep",
)  # fmt: skip
MOST = 300
SORTS = {"item": "按品类", "depot": "按储备库", "expires": "按有效期", "free": "按可调数"}


class Ids(StrEnum):
    """The ids of this part."""

    TEXT = "lots-text"
    OWNER = "lots-owner"
    SORT = "lots-sort"
    LIST = "lots-list"
    CHOSEN = "lots-chosen"
    DETAIL = "lots-detail"
    BOOK = "lots-book"
    FORM = "lots-form"


def layout() -> list[Any]:
    """Filters and lots on the left, the lot at hand and the form on the right."""
    kept = {"persistence": True, "persistence_type": "local"}
    owners = [
        {"label": w, "value": v} for v, w in {"": "全部", **{o: o for o in alerts.OWNERS}}.items()
    ]
    filters = html.Div(
        [
            *finding.search(Ids.TEXT, "按品类、储备库、批号筛选"),
            dcc.RadioItems(id=Ids.OWNER, className="pills", options=owners, value="", **kept),
            finding.pills(Ids.SORT, SORTS, "item"),
        ],
        className="bar",
    )  # fmt: skip
    return [
        html.Div(
            [
                html.Div([filters, admin_parts.hole(Ids.LIST)], className="main"),
                html.Aside(
                    [
                        html.Div(id=Ids.DETAIL, **{FLAT: ""}), _form(),
                        html.H3("出入库流水"),
                        html.Div(id=Ids.BOOK, className="book", **{FLAT: ""}),
                    ],
                    className="side",
                ),
                dcc.Store(id=Ids.CHOSEN), desk.act_store(NAME),
            ],
            className="two",
        )
    ]  # fmt: skip


def _form() -> Any:
    def button(word: str, key: str, do: str, kind: str = "btn") -> Any:
        return html.Button([f"{word} ", html.Kbd(key.upper())], className=kind,
                           **desk.key(key), **desk.acts(NAME, do=do))  # fmt: skip

    return html.Details(
        [
            html.Summary("登记入库、报损、更正"),
            html.Div(
                [
                    ledger_parts.named(FORM, "item_id", "品类（新批次）", ledger_parts.ITEMS),
                    ledger_parts.named(FORM, "depot_id", "储备库（新批次）", ledger_parts.DEPOTS),
                    desk_fields.digits(FORM, "amount", "数量"),
                    desk_fields.text(FORM, "reason", "依据或原因", "采购、捐赠、破损"),
                    ledger_parts.named(FORM, "supplier", "供应单位", ledger_parts.SUPPLIERS,
                                       "供货、捐赠单位"),
                    desk_fields.text(FORM, "batch", "批号"),
                    desk_fields.text(FORM, "expires", "有效期", "2021-06-30"),
                    desk_fields.digits(FORM, "keep", "保底数"),
                    desk_fields.choice(FORM, "condition", "状况",
                                       {"": "未填", **{c: c for c in alerts.CONDITIONS}}, ""),
                ],
                className="fields",
            ),
            html.Div(
                [
                    button("入库", "i", "in", "btn pri"), button("入新批次", "n", "new"),
                    button("报损核销", "x", "loss"), button("更正资料", "g", "mark"),
                ],
                className="bar",
            ),
        ],
        id=Ids.FORM, open=True, className="form", **{"data-draft": FORM},
    )  # fmt: skip


def picked(seen: Situation, text: str, owner: str, sort: str) -> list[Lot]:
    """The lots that fit, in the order asked for."""

    def of(lot: Lot) -> tuple[str, str, str]:
        depot, item = seen.depots.get(lot.depot_id), seen.items.get(lot.item_id)
        return (item.name if item else "", ledger_parts.where(depot),
                depot.owner_level if depot else "")  # fmt: skip

    held = [
        lot
        for lot in seen.lots.values()
        if fits(text, *of(lot)[:2], lot.batch or "", lot.id, lot.condition)
        and owner in {"", alerts.owner_of(of(lot)[2])}
    ]
    orders: dict[str, Any] = {
        "item": lambda x: (of(x)[0], -x.free), "depot": lambda x: (of(x)[1], of(x)[0]),
        "expires": lambda x: (x.expires or "9999", of(x)[0]), "free": lambda x: -x.free,
    }  # fmt: skip
    return sorted(held, key=orders[sort])


def list_view(seen: Situation, lots: list[Lot], chosen: str | None) -> Any:
    """How many, and the table."""
    if not lots:
        return empty("没有符合的批次", "换个筛选条件，或在右侧登记入库")
    day = alerts.today_of(seen)
    rows = [_row(seen, lot, day, lot.id == chosen) for lot in lots[:MOST]]
    head = ("品类", "储备库", "批号", "有效期", "状况", "结存", "预留", "可调")
    more = f"，只列前 {MOST} 批，请筛选" if len(lots) > MOST else ""
    return [
        html.P(f"符合 {len(lots)} 批{more}", className="count"),
        html.Table(
            [html.Thead(html.Tr([html.Th(h, scope="col") for h in head])), html.Tbody(rows)],
            className="stock",
        ),
    ]


def _row(seen: Situation, lot: Lot, day: date, on: bool) -> Any:
    item = seen.items.get(lot.item_id)
    fit = alerts.fit(lot, day)
    click = desk.sets({Ids.CHOSEN: {"data": lot.id}})
    name = html.Button(item.name if item else lot.item_id, className="link", **click)
    cells = (name, ledger_parts.where(seen.depots.get(lot.depot_id)), lot.batch or DASH,
             lot.expires or DASH, lot.condition or DASH)  # fmt: skip
    figures = (lot.on_hand, lot.reserved, lot.free if fit else 0.0)
    return html.Tr(
        [html.Td(c) for c in cells]
        + [html.Td(ledger_parts.quantity(f, item), className="num") for f in figures],
        className=" ".join(filter(None, ("on" if on else "", "" if fit else "unfit"))),
    )


def _when(line: Movement) -> tuple[str, str]:
    """A ledger line's place: by time, then by id; ids of two machines have no common order."""
    return (line.at.isoformat() if line.at else "", line.id)


def detail_view(seen: Situation, lot: Lot | None) -> tuple[Any, Any]:
    """(what the lot is, its lines of the ledger)."""
    if lot is None:
        return empty("选一个批次查看流水", "入库、报损、更正在下方登记；新批次不必先选"), None
    item, depot = seen.items.get(lot.item_id), seen.depots.get(lot.depot_id)
    lines = sorted(
        (x for x in seen.movements.values() if x.lot_id == lot.id), key=_when, reverse=True
    )
    rows = [
        html.Li(
            [
                html.Time(clock(x.at, seen.at)), html.B(x.kind.word),
                html.Em(f"{x.amount:+g}" if x.amount else f"预留 {x.held:+g}" if x.held else
                        f"在外 {x.out:+g}" if x.out else "—"),
                html.Span(f"结存 {x.balance:g}"), html.P(f"{x.by}　{x.reason}"),
            ]
        )
        for x in lines
    ]  # fmt: skip
    said = f"期初结存 {ledger_parts.quantity(lot.on_hand, item)}，还没有出入库"
    head = [
        html.H2(item.name if item else lot.item_id),
        ledger_parts.facts(
            (
                ("储备库", f"{ledger_parts.where(depot)}　{depot.owner_level if depot else ''}"),
                ("批次", f"{lot.id}　{lot.batch or ''}"),
                ("分类", class_words(item) if item else ""),
                ("有效期", lot.expires), ("状况", lot.condition),
                ("结存", ledger_parts.quantity(lot.on_hand, item)),
                ("预留", ledger_parts.quantity(lot.reserved, item)),
                ("保底", ledger_parts.quantity(lot.keep, item)), ("说明", lot.assumption),
                ("来源", lot.source),
            )
        ),
    ]  # fmt: skip
    return head, html.Ol(rows, className="steps") if rows else html.P(said, className="none")


def command_of(seen: Situation, do: str, lot: Lot | None, typed: dict[str, Any]) -> Command:
    """The command of a button for what was typed.

    Raises
    ------
    Invalid
    """
    said = {k: str(v or "").strip() for k, v in typed.items()}
    if do == "new" or (do == "in" and lot is None):
        return m.TakeIn(
            depot_id=ledger_parts.depot_of(seen, said["depot_id"]),
            item_id=ledger_parts.item_of(seen, said["item_id"]),
            amount=ledger_parts.amount(said["amount"], "amount"), reason=said["reason"],
            batch=said["batch"], expires=said["expires"], condition=said["condition"],
            keep=ledger_parts.maybe(said["keep"], "keep") or 0.0, supplier=said["supplier"],
        )  # fmt: skip
    key = lot.id if lot else ""
    if do == "mark":
        return m.MarkLot(
            lot_id=key, condition=said["condition"] or None, batch=said["batch"] or None,
            expires=said["expires"] or None, keep=ledger_parts.maybe(said["keep"], "keep"),
        )  # fmt: skip
    number = ledger_parts.amount(said["amount"], "amount")
    if do == "in":
        return m.TakeIn(
            lot_id=key, amount=number, reason=said["reason"], supplier=said["supplier"]
        )
    return m.WriteOff(lot_id=key, amount=number, reason=said["reason"])


def register(app: Dash, center: Center) -> None:
    """Redraw at every change; carry out what is pressed."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.DETAIL, FLAT),
        Output(Ids.BOOK, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.OWNER, "value"),
        Input(Ids.SORT, "value"),
        Input(Ids.CHOSEN, "data"),
    )
    async def redraw(
        _revision: Any, text: str | None, owner: str | None, sort: str | None, chosen: str | None
    ) -> Any:
        seen = await desk.see(center)
        lots = picked(seen, text or "", owner or "", sort or "item")
        head, book = detail_view(seen, seen.lots.get(chosen or ""))
        return flat(list_view(seen, lots, chosen)), flat(head), flat(book)

    @app.callback(
        Output(Ids.CHOSEN, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, chosen: str | None, *typed: Any) -> Any:
        if not asked:
            return no_update
        seen, lot = await desk.see(center), None
        lot = seen.lots.get(chosen or "")
        if lot is None and asked["do"] in {"loss", "mark"}:
            toasts.say("请先在左侧选一个批次")
            return no_update
        held = dict(zip(FIELDS, typed, strict=True))
        answer = await ledger_parts.carried(
            center, FORM, FIELDS, lambda: command_of(seen, asked["do"], lot, held), asked["n"]
        )
        if answer is None:
            return no_update
        desk_fields.fill(FORM, dict.fromkeys(FIELDS, ""))
        desk_fields.drop(FORM, Ids.FORM, asked["n"])
        kept = answer.body["lot"]
        toasts.say(f"已登记，结存 {kept['on_hand']:g}")
        return kept["id"]
