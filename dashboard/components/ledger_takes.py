"""盘点: a depot's table out, counts in by file or by hand, differences listed, then booked."""

from __future__ import annotations

import base64
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, ledger_parts, toasts
from dashboard.components.admin_import import safe_name
from dashboard.components.desk_words import clock, empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import stock as m
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.stock import Stocktake, TakeState
from data.errors import CenterError, Invalid

NAME, FORM = "takes", "take"
FIELDS = ("depot_id", "lot_id", "counted", "reason")
MAX_BYTES = 5 * 2**20
MOST = 300


class Ids(StrEnum):
    """The ids of this part."""

    FORM = "takes-form"
    FILE = "takes-file"
    READ = "takes-read"
    VIEW = "takes-view"
    DOWN = "takes-down"
    LOTS = "takes-lots"


def layout() -> list[Any]:
    """The depot and what to do on the right, the stock-taking under way on the left."""

    def button(word: str, do: str, key: str, kind: str = "btn", **more: Any) -> Any:
        shown = "Ctrl ⏎" if key == "ctrl+Enter" else key.upper()
        return html.Button([f"{word} ", html.Kbd(shown)], className=kind, **desk.key(key),
                           **desk.acts(NAME, do=do), **more)  # fmt: skip

    form = html.Div(
        [
            html.Div(
                ledger_parts.named(FORM, "depot_id", "储备库", ledger_parts.DEPOTS, "要盘点的库"),
                className="fields",
            ),
            html.Div(
                [button("开始盘点", "open", "b", "btn pri"), button("下载盘点表", "sheet", "l")],
                className="bar",
            ),
            html.H3("按文件录入"),
            dcc.Upload(
                [html.B("选择填好的盘点表，或拖到这里"),
                 html.Small(".csv 或 .xlsx，不超过 5 MB；只录入，不改库存")],
                id=Ids.FILE, className="upload", max_size=MAX_BYTES, accept=".xlsx,.csv",
            ),
            html.Div(id=Ids.READ, **{FLAT: ""}),
            html.H3("逐批录入"),
            html.Div(
                [
                    ledger_parts.named(FORM, "lot_id", "批次", Ids.LOTS, "编号；按品类挑选"),
                    desk_fields.digits(FORM, "counted", "盘点数"),
                    desk_fields.text(FORM, "reason", "差异原因；确认或作废的理由", wide=True),
                ],
                className="fields",
            ),
            html.Div(
                [
                    button("录入此批", "count", "ctrl+Enter"),
                    button("确认入账", "confirmed", "y", "btn pri", **desk.confirm("再按一次入账")),
                    button("作废", "cancelled", "z", "btn danger", **desk.confirm("再按一次作废")),
                ],
                className="bar",
            ),
        ],
        id=Ids.FORM, **{"data-draft": FORM},
    )  # fmt: skip
    return [
        html.Div(
            [
                html.Div(admin_parts.hole(Ids.VIEW), className="main rolls"),
                html.Aside(
                    [form, html.Datalist(id=Ids.LOTS), dcc.Download(id=Ids.DOWN),
                     desk.act_store(NAME)],
                    className="side",
                ),
            ],
            className="two",
        )
    ]  # fmt: skip


def under_way(seen: Situation, depot_id: str) -> Stocktake | None:
    """A depot's stock-taking under way."""
    return next(
        (
            s
            for s in seen.stocktakes.values()
            if s.depot_id == depot_id and s.state == TakeState.OPEN.value
        ),
        None,
    )


def view(seen: Situation) -> Any:
    """Every stock-taking, those under way first with their differences."""
    held = sorted(seen.stocktakes.values(), key=lambda s: s.id, reverse=True)
    held.sort(key=lambda s: s.state != TakeState.OPEN.value)
    if not held:
        return empty("还没有盘点", "在右侧选择储备库，开始盘点，下载盘点表")
    return [_take(seen, s) for s in held[:20]]


def _take(seen: Situation, take: Stocktake) -> Any:
    depot = ledger_parts.where(seen.depots.get(take.depot_id))
    state = TakeState(take.state)
    said = f"{take.opened_by} {clock(take.opened_at, seen.at)} 开始"
    if take.closed_at:
        said += f"，{take.closed_by} {clock(take.closed_at, seen.at)} {state.word}"
    rows = []
    for count in take.differing[:MOST]:
        lot = seen.lots.get(count.lot_id)
        item = seen.items.get(lot.item_id) if lot else None
        rows.append(
            (
                item.name if item else "", count.lot_id, f"{count.booked:g}", f"{count.counted:g}",
                html.B(f"{count.difference:+g}", className="late" if count.difference < 0 else ""),
                count.reason,
            )
        )  # fmt: skip
    heads = ("品类", "批次", "账面", "盘点", "差异", "原因")
    none = "账实相符。" if take.counts else "还没有录入盘点数。"
    return html.Section(
        [
            html.H3([html.Span(f"{depot}　{take.id}"), html.Em(state.word)]),
            html.P(f"{said}；已盘 {len(take.counts)} 批，差异 {len(take.differing)} 批",
                   className="count"),
            admin_parts.table(heads, rows, none),
        ],
        className="take",
    )  # fmt: skip


def read_file(center: Center, actor: Actor, depot_id: str, name: str | None, contents: str) -> Any:
    """The counts of an upload.

    Raises
    ------
    Forbidden, Invalid
    """
    try:
        raw = base64.b64decode(contents.partition(",")[2], validate=True)
    except ValueError as error:
        raise Invalid.field("file", "文件没有传完整", "请重新选择文件") from error
    with TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(raw)
        return center.count_table(actor, depot_id, path)


def _open_take(seen: Situation, typed: object) -> Stocktake:
    """The stock-taking under way of the depot typed.

    Raises
    ------
    Invalid
    """
    take = under_way(seen, ledger_parts.depot_of(seen, typed))
    if take is None:
        raise Invalid.field("depot_id", "此库没有进行中的盘点", "请先按“开始盘点”")
    return take


def lot_options(seen: Situation, depot: str | None) -> list[Any]:
    """The lots of the depot typed, named by item, batch and what the book says."""
    held = [
        (item.name, lot, item)
        for lot in seen.lots.values()
        if depot
        and depot in (lot.depot_id, ledger_parts.where(seen.depots.get(lot.depot_id)))
        and (item := seen.items.get(lot.item_id))
    ]
    return [
        html.Option(
            f"{name} {lot.batch or ''} 账面 {ledger_parts.quantity(lot.on_hand, item)}",
            value=lot.id,
        )
        for name, lot, item in sorted(held, key=lambda row: (row[0], row[1].id))
    ]


def command_of(seen: Situation, do: str, typed: dict[str, Any]) -> Any:
    """The command of a button for what was typed.

    Raises
    ------
    Invalid
    """
    said = {k: str(v or "").strip() for k, v in typed.items()}
    if do == "open":
        return m.OpenStocktake(depot_id=ledger_parts.depot_of(seen, said["depot_id"]))
    take = _open_take(seen, said["depot_id"])
    if do == "count":
        if seen.lots.get(said["lot_id"]) is None:
            raise Invalid.field("lot_id", f"没有批次“{said['lot_id'][:20]}”", "请照盘点表填写编号")
        number = ledger_parts.amount(said["counted"], "counted")
        row = m.Counted(lot=said["lot_id"], counted=number, reason=said["reason"])
        return m.CountLots(stocktake_id=take.id, counts=(row,), expect_version=take.version)
    how = "confirmed" if do == "confirmed" else "cancelled"
    return m.CloseStocktake(stocktake_id=take.id, how=how, reason=said["reason"])


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, read files, carry out what is pressed."""

    @app.callback(Output(Ids.VIEW, FLAT), Input(Live.REVISION, "data"))
    async def redraw(_revision: Any) -> Any:
        return flat(view(await desk.see(center)))

    @app.callback(
        Output(Ids.LOTS, "children"),
        Input(desk_fields.field_id(FORM, "depot_id"), "value"),
        Input(Live.REVISION, "data"),
    )
    async def lots_of(depot: str | None, _revision: Any) -> Any:
        return lot_options(await desk.see(center), depot)

    @app.callback(
        Output(Ids.READ, FLAT),
        Input(Ids.FILE, "contents"),
        State(Ids.FILE, "filename"),
        State(desk_fields.field_id(FORM, "depot_id"), "value"),
        prevent_initial_call=True,
    )
    async def upload(contents: str | None, name: str | None, depot: str | None) -> Any:
        if not contents:
            return no_update
        try:
            take = _open_take(await desk.see(center), depot)
            actor = current_actor()
            table = await center.ask(read_file, center, actor, take.depot_id, name, contents)
            if table.counts:
                command = m.CountLots(stocktake_id=take.id, counts=table.counts)
                await center.do(command, actor)
        except CenterError as error:
            toasts.complain(error)
            return no_update
        rows = ((f"第 {r['line']} 行", r["field"], r["value"], r["reason"], r["remedy"])
                for r in table.refused)  # fmt: skip
        return flat(
            [
                html.P(f"已录入 {len(table.counts)} 批，未通过 {len(table.refused)} 行",
                       className="verdict"),
                admin_parts.table(("行", "列", "内容", "原因", "处理办法"), rows, ""),
            ]
        )  # fmt: skip

    @app.callback(
        Output(Ids.DOWN, "data"),
        Input(desk.act_id(NAME), "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, *typed: Any) -> Any:
        if not asked:
            return no_update
        seen, held = await desk.see(center), dict(zip(FIELDS, typed, strict=True))
        if asked["do"] == "sheet":
            return await _sheet(center, seen, held["depot_id"])
        answer = await ledger_parts.carried(
            center, FORM, FIELDS, lambda: command_of(seen, asked["do"], held), asked["n"]
        )
        if answer is not None:
            desk_fields.fill(FORM, dict.fromkeys(FIELDS[1:], ""))
            toasts.say(f"盘点 {answer.body['stocktake']['id']}：已登记")
        return no_update


async def _sheet(center: Center, seen: Situation, depot: object) -> Any:
    """The table to be counted by, as a download."""
    try:
        key = ledger_parts.depot_of(seen, depot)
        held = await center.ask(center.count_sheet, current_actor(), key)
    except CenterError as error:
        desk_fields.show_errors(FORM, FIELDS, error.errors)
        return no_update
    return dcc.send_bytes(held, f"盘点表-{seen.depots[key].name}.csv")
