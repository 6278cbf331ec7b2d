"""调拨: every transfer by its state, and the next step of the one at hand with its particulars."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, finding, ledger_parts, toasts
from dashboard.components import task_words as tw
from dashboard.components.at_hand import at_hand
from dashboard.components.desk_words import clock, empty
from dashboard.components.due_field import read_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.authority import BY_WORDS, MAY, Limit, needs_approval, read_limits
from data.domain.dispatch import TRANSFER_MOVES, TRANSFER_OPEN, Transfer, TransferState
from data.domain.messages import AdvanceTransfer, Command
from data.domain.messages import stock as m
from data.domain.org import Actor, Permission
from data.domain.situation import Situation

NAME, FORM = "transfers", "transfer"
FIELDS = ("plate", "vehicle", "driver", "phone", "route", "eta", "amount", "by", "reason")
T = TransferState
SHOWN = {"open": "未到位", "scene": "在现场", "ended": "已了结", "all": "全部"}
MOST = 300


class Ids(StrEnum):
    """The ids of this part."""

    TEXT = "transfers-text"
    SHOW = "transfers-show"
    LIST = "transfers-list"
    CHOSEN = "transfers-chosen"
    DETAIL = "transfers-detail"
    ACTIONS = "transfers-actions"
    STEPS = "transfers-steps"
    FORM = "transfers-form"


def layout() -> list[Any]:
    """Transfers on the left, the one at hand with its form on the right."""
    filters = html.Div(
        [
            *finding.search(Ids.TEXT, "按品类、储备库、事件、车牌筛选"),
            finding.pills(Ids.SHOW, SHOWN, "open"),
        ],
        className="bar",
    )  # fmt: skip
    form = html.Div(
        [
            desk_fields.text(FORM, "plate", "车牌", "发运时填"),
            desk_fields.text(FORM, "vehicle", "车辆", "如：9.6 米厢车"),
            desk_fields.text(FORM, "driver", "驾驶员"), desk_fields.text(FORM, "phone", "电话"),
            desk_fields.text(FORM, "route", "路线"),
            desk_fields.text(FORM, "eta", "预计到达", "如：2小时、18:30"),
            desk_fields.digits(FORM, "amount", "数量", "签收、消耗、退回"),
            desk_fields.text(FORM, "by", "签收人"),
            desk_fields.text(FORM, "reason", "说明", "短少原因、审批意见、用途", wide=True),
        ],
        id=Ids.FORM, className="fields", **{"data-draft": FORM},
    )  # fmt: skip
    side = html.Aside(
        at_hand(Ids.DETAIL, (), Ids.ACTIONS, form, steps=Ids.STEPS), className="side",
    )  # fmt: skip
    main = html.Div([filters, admin_parts.hole(Ids.LIST)], className="main")
    return [html.Div([main, side, dcc.Store(id=Ids.CHOSEN), desk.act_store(NAME)], className="two")]


def picked(seen: Situation, text: str, shown: str) -> list[Transfer]:
    """The transfers that fit, the earliest due first."""
    test = {
        "open": lambda t: t.state in TRANSFER_OPEN, "scene": lambda t: t.state == T.RECEIVED,
        "ended": lambda t: t.state in {T.SETTLED, T.CANCELLED}, "all": lambda _: True,
    }[shown]  # fmt: skip
    held = [t for t in seen.transfers.values() if test(t) and tw.fits(text, *_words(seen, t))]
    return sorted(held, key=lambda t: (t.eta is None, t.eta or seen.at, t.id))


def _words(seen: Situation, t: Transfer) -> tuple[str, ...]:
    item, plate = seen.items.get(t.item_id), t.carriage.plate if t.carriage else ""
    place = tw.place_of(seen, t.incident_id)
    depot = ledger_parts.where(seen.depots.get(t.depot_id))
    return item.name if item else "", depot, place[2], plate, t.id


def list_view(seen: Situation, held: list[Transfer], chosen: str | None) -> Any:
    """How many, and the table."""
    if not held:
        return empty("没有符合的调拨单", "在值班席的方案或“物资”页下达后出现在这里")
    rows = []
    for t in held[:MOST]:
        side, letter, name = tw.place_of(seen, t.incident_id)
        item_name, depot, _, plate, _ = _words(seen, t)
        late = t.state in TRANSFER_OPEN and t.eta is not None and t.eta < seen.at
        button = html.Button(item_name, className="link", **desk.sets({Ids.CHOSEN: {"data": t.id}}))
        rows.append(
            html.Tr(
                [
                    html.Td(button),
                    html.Td(ledger_parts.quantity(t.amount, seen.items.get(t.item_id)),
                            className="num"),
                    html.Td(depot),
                    html.Td([html.B(letter, className=f"letter {side}"), name], className="to"),
                    html.Td(t.state.word),
                    html.Td(clock(t.eta, seen.at) if t.eta else "",
                            className="late" if late else ""),
                    html.Td(plate),
                ],
                className="on" if t.id == chosen else "",
            )
        )  # fmt: skip
    heads = ("品类", "数量", "调出", "调往", "状态", "预计到达", "车牌")
    head = html.Thead(html.Tr([html.Th(h, scope="col") for h in heads]))
    return [
        html.P(f"{len(held)} 单", className="count"),
        html.Table([head, html.Tbody(rows)], className="stock"),
    ]


def detail_view(
    seen: Situation, actor: Actor, t: Transfer | None, limits: Sequence[Limit] = ()
) -> tuple[Any, Any, Any]:
    """(what it is, what may be done, what was done); `limits` say whose word so much needs."""
    if t is None:
        return empty("选一张调拨单办理", "审批、备货、发运、签收、消耗、退回都在这里"), None, None
    item, way = seen.items.get(t.item_id), t.carriage
    order = seen.dispatches.get(t.dispatch_id)
    got = None if t.received is None else ledger_parts.quantity(t.received, item)
    head = [
        html.P([html.Span(t.id), html.Em(t.state.word)], className="of"),
        html.H2(f"{item.name if item else t.item_id} {ledger_parts.quantity(t.amount, item)}"),
        ledger_parts.facts(
            (
                ("调出", ledger_parts.where(seen.depots.get(t.depot_id))),
                ("调往", tw.place_of(seen, t.incident_id)[2]),
                ("调派令", order.number if order else ""),
                ("授权", order.authorised_by.name if order else ""),
                ("车辆", f"{way.plate} {way.vehicle}".strip() if way else ""),
                ("驾驶员", f"{way.driver} {way.phone}".strip() if way else ""),
                ("路线", way.route if way else ""),
                ("预计到达", clock(t.eta, seen.at) if t.eta else ""), ("实收", got),
                ("差异原因", t.difference_reason),
                ("现场结余", ledger_parts.quantity(t.at_scene, item) if got else ""),
            )
        ),
        html.P(
            ["调拨单 "] + [
                html.A(word, href=f"/api/v1/transfers/{t.id}/document?format={way_}",
                       download="", className="btn")
                for way_, word in (("docx", "Word"), ("pdf", "PDF"), ("html", "网页"))
            ],
            className="bar",
        ),
    ]  # fmt: skip
    steps = html.Ol(
        [
            html.Li([html.Time(clock(s.at, seen.at)), html.B(s.what), html.Span(s.by),
                     html.P(s.words) if s.words else None])
            for s in reversed(t.steps)
        ],
        className="steps",
    )  # fmt: skip
    limit = needs_approval(limits, item, t) if item else None
    done = steps if t.steps else html.P("没有记录", className="none")
    return head, actions_view(actor, t, limit), done


def actions_view(actor: Actor, t: Transfer, limit: Limit | None) -> Any:
    """The buttons that do something in this state for this account.

    Above a `limit` only whoever it names approves, and nothing leaves before; others read whose
    word it waits for.
    """
    may, next_ = actor.may, TRANSFER_MOVES[t.state]
    signs = may(Permission.SIGN) and (limit is None or actor.role in MAY[limit.by])
    goes = may(Permission.SUPPLY) and limit is None
    wanted = (
        (T.APPROVED in next_ and signs, "审批同意", "p", "approve"),
        (T.PICKED in next_ and goes, "备货完毕", "b", "pick"),
        (T.SHIPPED in next_ and goes, "发运", "f", "ship"),
        (T.RECEIVED in next_ and may(Permission.SUPPLY), "签收", "r", "receive"),
        (T.SETTLED in next_ and may(Permission.SUPPLY), "登记消耗", "u", "use"),
        (T.SETTLED in next_ and may(Permission.SUPPLY), "退回入库", "k", "return"),
    )
    found: list[Any] = [
        html.Button([f"{word} ", html.Kbd(key.upper())], className="btn" if n else "btn pri",
                    **desk.key(key), **desk.acts(NAME, do=do))
        for n, (_, word, key, do) in enumerate(w for w in wanted if w[0])
    ]  # fmt: skip
    if T.CANCELLED in next_ and may(Permission.DISPATCH) and may(Permission.SUPPLY):
        found.append(html.Button("撤销", className="btn danger", **desk.confirm("再按一次撤销"),
                                 **desk.acts(NAME, do="cancel")))  # fmt: skip
    if limit is not None and not signs:
        return [html.P(f"待{BY_WORDS[limit.by]}审批：{limit.words()}", className="awaits"), *found]
    return found or html.Small("此单没有可由你办理的步骤。")


def command_of(seen: Situation, do: str, key: str, typed: dict[str, Any]) -> Command:
    """The command of a button for what was typed.

    Raises
    ------
    Invalid
    """
    said = {k: str(v or "").strip() for k, v in typed.items()}
    if do == "cancel":
        return AdvanceTransfer(transfer_id=key, to=T.CANCELLED.value)
    if do == "approve":
        return m.ApproveTransfer(transfer_id=key, words=said["reason"])
    if do == "pick":
        return m.PickTransfer(transfer_id=key, words=said["reason"])
    if do == "ship":
        return m.ShipTransfer(
            transfer_id=key, eta=read_due(said["eta"], seen.at, "eta"),
            **{k: said[k] for k in ("vehicle", "plate", "driver", "phone", "route")},
        )  # fmt: skip
    if do == "receive":
        return m.ReceiveTransfer(
            transfer_id=key, amount=ledger_parts.maybe(said["amount"], "amount"),
            reason=said["reason"], by=said["by"],
        )  # fmt: skip
    kind = m.UseTransfer if do == "use" else m.ReturnTransfer
    amount = ledger_parts.amount(said["amount"], "amount")
    return kind(transfer_id=key, amount=amount, words=said["reason"])


def register(app: Dash, center: Center) -> None:
    """Redraw at every change; carry out what is pressed."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.DETAIL, FLAT),
        Output(Ids.ACTIONS, FLAT),
        Output(Ids.STEPS, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.SHOW, "value"),
        Input(Ids.CHOSEN, "data"),
    )
    async def redraw(_revision: Any, text: str | None, shown: str, chosen: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        held = picked(seen, text or "", shown or "open")
        limits = read_limits(center.tools.rules.get("authority"))
        views = detail_view(seen, actor, seen.transfers.get(chosen or ""), limits)
        return flat(list_view(seen, held, chosen)), *map(flat, views)

    @app.callback(
        Output(Ids.CHOSEN, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, chosen: str | None, *typed: Any) -> Any:
        if not asked or not chosen:
            return no_update
        seen, held = await desk.see(center), dict(zip(FIELDS, typed, strict=True))
        answer = await ledger_parts.carried(
            center, FORM, FIELDS, lambda: command_of(seen, asked["do"], chosen, held), asked["n"]
        )
        if answer is not None:
            desk_fields.fill(FORM, dict.fromkeys(FIELDS, ""))
            desk_fields.drop(FORM, Ids.FORM, asked["n"])
            toasts.say(f"调拨单 {chosen}：{T(answer.body['state']).word}")
        return no_update
