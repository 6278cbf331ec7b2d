"""物资台账: stock by lot, transfers to settlement, alerts and gaps, stock-taking, lists."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import (
    desk,
    ledger_alerts,
    ledger_catalogue,
    ledger_lots,
    ledger_parts,
    ledger_sources,
    ledger_takes,
    ledger_transfers,
    office,
)
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "ledger-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="库存台账", said="每一批的结存都是出入库流水之和；在右侧登记入库、报损和更正。",
            content=ledger_lots.layout(),
        ),
        office.Part(
            word="调拨", said="预留、审批、备货、发运、签收、消耗或退回，每一步都入账。",
            content=ledger_transfers.layout(),
        ),
        office.Part(
            word="预警与缺口", said="到期、低于清单、各地缺口；下单前先看全省还剩多少。",
            content=ledger_alerts.layout(),
        ),
        office.Part(
            word="盘点", said="先列差异，确认以后才入账；盘点后有出入库的批次要重新盘。",
            content=ledger_takes.layout(),
        ),
        office.Part(
            word="清单与产能", said="各级最少要存多少；库存不够时还能从哪里生产或采购。",
            content=ledger_sources.layout(),
        ),
        office.Part(
            word="品类目录", said="按国家标准的大类、中类、小类；每种物资现有多少。",
            content=ledger_catalogue.layout(),
        ),
    )  # fmt: skip
    named = (ledger_parts.ITEMS, ledger_parts.DEPOTS, ledger_parts.SUPPLIERS)
    lists = [html.Datalist(id=name) for name in named]
    return office.page("supplies", "物资台账", Ids.BODY, parts, *lists)


def register(app: Dash, center: Center) -> None:
    """Register every part and the lists they suggest from."""

    @app.callback(
        Output(ledger_parts.ITEMS, "children"),
        Output(ledger_parts.DEPOTS, "children"),
        Output(ledger_parts.SUPPLIERS, "children"),
        Input(Ids.BODY, "id"),
    )
    async def suggestions(_id: str) -> Any:
        return ledger_parts.lists(await desk.see(center))

    for part in (
        ledger_lots, ledger_transfers, ledger_alerts, ledger_takes, ledger_sources,
        ledger_catalogue,
    ):  # fmt: skip
        part.register(app, center)
