"""采购与生产: the last resort of a shortage, made a task that names who is to supply how much."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlencode

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.components import desk, desk_fields, ledger_parts, toasts
from dashboard.components.due_field import HINT, read_due
from dashboard.components.live import Live
from data.center import Center
from data.domain import stock_alerts as alerts
from data.domain.depot import Item
from data.domain.messages import tasks as t
from data.domain.situation import Situation
from data.domain.stock import Supplier

NAME, FORM = "purchase", "purchase"
FIELDS = ("amount", "supplier", "owner", "due_at", "detail")
SOURCE = "物资缺口"
CHECKS = ("核实数量、价格和交货时间", "下单或下达生产任务", "到货验收入库，写明供应单位")
OPEN, SHUT = "purchase open", "purchase"


class Ids(StrEnum):
    """The ids of this part."""

    BOX = "purchase-box"
    WHAT = "purchase-what"
    TITLE = "purchase-title"
    SUPPLIER = "purchase-supplier"


def layout() -> Any:
    """The form, shut until a shortage opens it."""
    return html.Section(
        [
            html.H3(id=Ids.TITLE),
            html.Div(
                [
                    desk_fields.digits(FORM, "amount", "数量"),
                    desk_fields.text(FORM, "due_at", "到货时限", HINT),
                    desk_fields.choice(FORM, "supplier", "供应单位", {}),
                    desk_fields.text(FORM, "owner", "承办人或工作组", "如：后勤保障组", wide=True),
                    desk_fields.area(FORM, "detail", "说明", rows=3),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["下达任务 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="give")),
                    html.Button(["收起 ", html.Kbd("Esc")], className="btn", **desk.key("Escape"),
                                **desk.sets({Ids.BOX: {"className": SHUT}})),
                ],
                className="bar",
            ),
            dcc.Store(id=Ids.WHAT), desk.act_store(NAME),
        ],
        id=Ids.BOX, className=SHUT, **{"data-draft": FORM},
    )  # fmt: skip


def opener(item: str, amount: float, key: str = "") -> Any:
    """The button of a shortage; with a key, the key is printed on it."""
    word = ["采购、生产 ", html.Kbd(key.upper())] if key else "采购、生产"
    return html.Button(word, className="btn tiny", **(desk.key(key) if key else {}),
                       **desk.acts(NAME, do="open", item=item, amount=amount))  # fmt: skip


def way(item: str, amount: float, incident: str) -> str:
    """The address that opens the form for what an incident lacks."""
    asked = {"buy": item, "amount": ledger_parts.plain(amount), "incident": incident}
    return f"/supplies?{urlencode(asked)}#3"


def suppliers_of(seen: Situation, item_id: str) -> list[Supplier]:
    """The sources of an item, those that say how soon first, the soonest first."""
    stands = alerts.same(seen.items)
    mine = [
        s
        for s in seen.suppliers.values()
        if not s.ended and stands.get(s.item_id) == stands.get(item_id, item_id)
    ]
    return sorted(mine, key=lambda s: (s.lead_hours is None, s.lead_hours or 0, s.id))


def opened(seen: Situation, item: Item, amount: float) -> dict[str, Any]:
    """What the form begins with: the soonest source, its time, and what is known of it."""
    found = suppliers_of(seen, item.id)
    first = found[0] if found else None
    hours = first.lead_hours if first else None
    free = next((h.free for h in alerts.totals(seen)
                 if h.item.id == alerts.same(seen.items)[item.id]), 0.0)  # fmt: skip
    said = f"采购和生产是最后手段：各库还可调 {ledger_parts.quantity(free, item)}，能调拨的先调拨"
    lines = [said, *(source_words(s, item) for s in found)]
    return {
        "amount": ledger_parts.plain(amount), "supplier": first.id if first else "", "owner": "",
        "due_at": f"{hours:g}小时" if hours else "", "detail": "\n".join(lines),
    }  # fmt: skip


def source_words(source: Supplier, item: Item) -> str:
    """What is known of a source of last resort in one line; what is unknown is said."""
    unit = item.unit
    day = "日产能未知" if source.per_day is None else f"日产 {source.per_day:g}{unit}"
    stock = "成品库存未知" if source.stock is None else f"成品 {source.stock:g}{unit}"
    hours = "供货时间未知" if source.lead_hours is None else f"{source.lead_hours:g} 小时供货"
    said = f"{item.name}：{source.way} {source.name}，{day}，{stock}，{hours}"
    return f"{said} {source.contact} {source.phone}".strip()


def command_of(
    center: Center, seen: Situation, what: dict[str, Any], said: dict[str, str]
) -> t.AddTask:
    """The task for what was typed.

    Raises
    ------
    Invalid
    """
    item = seen.items[ledger_parts.item_of(seen, what.get("item"))]
    amount = ledger_parts.quantity(ledger_parts.amount(said["amount"], "amount"), item)
    source = seen.suppliers.get(said["supplier"])
    by = f"：{source.name}" if source else "：供应单位待定"
    verb = "组织生产" if source and source.way == "产能" else "采购"
    return t.AddTask(
        title=f"{verb} {item.name} {amount}{by}", incident_id=what.get("incident") or None,
        owner=said["owner"], due_at=read_due(said["due_at"], center.clock.now()),
        detail=said["detail"], checklist=CHECKS, source=SOURCE,
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Open the form for a shortage, here or by the address, and give the task."""

    def show(seen: Situation, item_id: str, amount: float, incident: str) -> dict[str, Any]:
        item = seen.items[ledger_parts.item_of(seen, item_id)]
        options = [{"label": s.name, "value": s.id} for s in suppliers_of(seen, item.id)]
        set_props(Ids.SUPPLIER, {"options": [*options, {"label": "待定", "value": ""}]})
        desk_fields.fill(FORM, opened(seen, item, amount))
        desk_fields.show_errors(FORM, FIELDS, ())
        letter = seen.incidents[incident].letter if incident in seen.incidents else ""
        set_props(Ids.TITLE, {"children": f"{letter} 采购或生产：{item.name}".strip()})
        set_props(Ids.BOX, {"className": OPEN})
        return {"item": item.id, "incident": incident}

    @app.callback(
        Output(Ids.WHAT, "data"), Input(Live.PLACE, "search"), prevent_initial_call=False
    )
    async def arrived(search: str | None) -> Any:
        asked = {k: v[0] for k, v in parse_qs((search or "").lstrip("?")).items()}
        seen = await desk.see(center)
        if asked.get("buy") not in seen.items:
            return no_update
        amount = ledger_parts.amount(asked.get("amount", "0"), "amount")
        return show(seen, asked["buy"], amount, asked.get("incident", ""))

    @app.callback(
        Output(Ids.WHAT, "data", allow_duplicate=True),
        Input(desk.act_id(NAME), "data"),
        State(Ids.WHAT, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, what: Any, *typed: Any) -> Any:
        if not asked:
            return no_update
        seen = await desk.see(center)
        if asked["do"] == "open":
            return show(seen, str(asked["item"]), float(asked["amount"]), "")
        said = {k: str(v or "").strip() for k, v in zip(FIELDS, typed, strict=True)}
        done = await ledger_parts.carried(
            center, FORM, FIELDS, lambda: command_of(center, seen, what or {}, said), asked["n"]
        )
        if done is None:
            return no_update
        desk_fields.drop(FORM, Ids.BOX, asked["n"])
        set_props(Ids.BOX, {"className": SHUT})
        toasts.say(f"已下达任务“{done.body['task']['title']}”")
        return None
