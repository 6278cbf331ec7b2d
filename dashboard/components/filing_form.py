"""The draft of an information report: every item, the figures, kept whenever a field is left."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, desk_fields, toasts
from dashboard.components.desk_words import CASUALTY_ORDER
from dashboard.components.report_fields import read_casualties
from dashboard.gate import current_actor
from data.center import Center
from data.domain.filing import ITEMS, Filing
from data.domain.incident import CASUALTY_WORDS
from data.domain.messages import filing as m
from data.errors import CenterError, Invalid

FORM = "draft"
TALL = ("course", "measures", "trend", "leaders", "requests")
FIELDS = ("title", "progress", *CASUALTY_ORDER, "loss_wan_yuan", *ITEMS)
HINTS = {
    "scope": "波及范围、受影响人口和设施", "trend": "会不会扩大，下一步最担心什么",
    "requests": "需要上级协调什么", "course": "续报不复述初始过程，只写进展",
}  # fmt: skip


class Ids(StrEnum):
    """The ids of the draft's form."""

    BOX = "draft-box"
    HELD = "draft-held"
    KEPT = "draft-kept"


def layout() -> Any:
    """The static form."""
    counted = [desk_fields.digits(FORM, n, CASUALTY_WORDS[n], "人") for n in CASUALTY_ORDER]
    items = [
        desk_fields.area(FORM, n, word, HINTS.get(n, ""), rows=3)
        if n in TALL
        else desk_fields.text(FORM, n, word, HINTS.get(n, ""), wide=n in ("source", "scope"))
        for n, word in ITEMS.items()
    ]
    return html.Div(
        [
            html.Div(
                [
                    desk_fields.area(FORM, "title", "标题", "留空自动拟：地点、类型、伤亡", rows=2),
                    desk_fields.text(
                        FORM, "progress", "重要进展（写入标题）", "如：搜救进行中", wide=True
                    ),
                    html.Div(
                        [*counted,
                         desk_fields.digits(FORM, "loss_wan_yuan", "直接经济损失", "万元")],
                        className="counted wide",
                    ),
                    *items,
                ],
                className="fields",
            ),
            html.P(id=Ids.KEPT, className="kept", role="status"),
            dcc.Store(id=Ids.HELD),
        ],
        id=Ids.BOX, className="form",
    )  # fmt: skip


def values_of(held: Filing) -> dict[str, Any]:
    """What stands in the form for a draft."""
    return {
        "title": held.title, "progress": held.progress, "loss_wan_yuan": held.loss_wan_yuan,
        **{n: getattr(held.casualties, n) for n in CASUALTY_ORDER},
        **{n: held.items.get(n, "") for n in ITEMS},
    }  # fmt: skip


def opened(held: Filing) -> None:
    """Fill the form with a draft."""
    desk_fields.fill(FORM, values_of(held))
    desk_fields.show_errors(FORM, FIELDS, ())


def changes(held: Filing, typed: Mapping[str, Any], center: Center) -> m.SaveFiling | None:
    """The command that keeps what was typed; None when nothing changed.

    Raises
    ------
    Invalid
        Naming every field that cannot be read.
    """
    said = {n: str("" if typed.get(n) is None else typed[n]).strip() for n in FIELDS}
    before = {n: str("" if v is None else v).strip() for n, v in values_of(held).items()}
    if said == before:
        return None
    people, errors = read_casualties(said, center.clock.now())
    loss: float | None = None
    if said["loss_wan_yuan"]:
        try:
            loss = float(said["loss_wan_yuan"])
        except ValueError:
            errors.append({"field": "loss_wan_yuan", "message": "损失不是数字",
                           "remedy": "请填万元数"})  # fmt: skip
    if errors:
        raise Invalid("有内容需要更正", errors=errors)
    return m.SaveFiling(
        filing_id=held.id, title=said["title"], progress=said["progress"], casualties=people,
        loss_wan_yuan=loss, items={n: said[n] for n in ITEMS}, expect_version=held.version,
    )  # fmt: skip


async def keep(center: Center, held: Filing, typed: Mapping[str, Any]) -> tuple[bool, str]:
    """Keep the draft; whether it is kept, and the words for it."""
    try:
        command = changes(held, typed, center)
        if command is None:
            return True, "已保存，无未存内容"
        answer = await center.do(command, current_actor(), None)
    except CenterError as error:
        named = [{**e, "field": e["field"].split(".")[-1]} for e in error.errors]
        desk_fields.show_errors(FORM, FIELDS, named)  # type: ignore[arg-type]
        if not {e["field"] for e in named} & set(FIELDS):
            toasts.complain(error)
        return False, "未保存：请先更正标红的内容"
    desk_fields.show_errors(FORM, FIELDS, ())
    title = answer.body["filing"]["title"]
    if title != str(typed.get("title") or "").strip():
        desk_fields.fill(FORM, {"title": title})
    return True, "已自动保存"


def register(app: Dash, center: Center) -> None:
    """Keep the draft whenever a field is left."""

    @app.callback(
        Output(Ids.KEPT, "children"),
        [Input(desk_fields.field_id(FORM, name), "n_blur") for name in FIELDS],
        State(Ids.HELD, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def left(*given: Any) -> Any:
        held_id, typed = given[len(FIELDS)], given[len(FIELDS) + 1 :]
        held = (await desk.see(center)).filings.get(held_id or "")
        if held is None or not held.editable:
            return no_update
        return (await keep(center, held, dict(zip(FIELDS, typed, strict=True))))[1]
