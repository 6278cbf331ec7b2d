"""品类目录: the catalogue as a tree by class, each item with what is held of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import admin_parts, desk, finding, ledger_parts
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.task_words import fits
from data.center import Center
from data.domain import stock_alerts as alerts
from data.domain.item_classes import (
    SOURCE,
    STANDARD,
    Branch,
    catalogue,
    class_words,
    code_of,
)
from data.domain.situation import Situation


class Ids(StrEnum):
    """The ids of this part."""

    TEXT = "catalogue-text"
    TREE = "catalogue-tree"


def layout() -> list[Any]:
    """A filter over the tree."""
    bar = html.Div(finding.search(Ids.TEXT, "按品类、编码、用途筛选"), className="bar")
    said = (
        f"{STANDARD} 编码四层七位（1+2+2+2）；三个大类名称有出处（{SOURCE}），"
        "中类、小类只列品类自带的编码，没有七位编码的记未定码，按用途排，大类为推定。"
    )
    return [bar, html.P(said, className="count"), admin_parts.hole(Ids.TREE)]


def tree_view(seen: Situation, text: str = "") -> Any:
    """大类, 中类, 小类 as folds; what is filtered stands open."""
    held = {h.item.id: h for h in alerts.totals(seen)}
    kept = [
        h.item for h in held.values()
        if fits(text, h.item.name, class_words(h.item), h.item.scenario, h.item.id)
    ]  # fmt: skip
    if not kept:
        return empty("没有这样的品类")
    return [_fold(branch, held, top=True) for branch in catalogue(kept)]


def _fold(branch: Branch, held: dict[str, alerts.Held], *, top: bool = False) -> Any:
    head = [html.B(branch.code) if branch.code else None, html.Span(branch.name),
            html.Small(f"{branch.count} 种")]  # fmt: skip
    rows = (
        (
            i.name, html.Span(code_of(i), title=class_words(i)),
            ledger_parts.quantity(held[i.id].on_hand, i),
            ledger_parts.quantity(held[i.id].free, i), f"{held[i.id].depots} 库", i.source,
        )
        for i in branch.items
    )  # fmt: skip
    heads = ("品类", "编码", "结存", "可调", "", "来源")
    inner = [_fold(b, held) for b in branch.branches]
    if branch.items:
        inner.append(admin_parts.table(heads, rows, ""))
    return html.Details(
        [html.Summary(head), *inner], open=True, className="branch top" if top else "branch",
        **{"data-fold": f"class-{branch.code}-{branch.name}"},
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw at every change."""

    @app.callback(
        Output(Ids.TREE, FLAT), Input(Live.REVISION, "data"), Input(Ids.TEXT, "value")
    )
    async def redraw(_revision: Any, text: str | None) -> Any:
        return flat(tree_view(await desk.see(center), text or ""))
