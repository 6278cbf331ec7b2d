"""The draft of an information report: every item, the figures, kept whenever a field is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from data.errors import CenterError, FieldError, Invalid

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


def opened(held: Filing) -> dict[str, Any]:
    """Fill the form with a draft; what the form stands on from now."""
    desk_fields.fill(FORM, values_of(held))
    desk_fields.show_errors(FORM, FIELDS, ())
    return {"id": held.id, "base": _texts(values_of(held))}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Every field as trimmed text."""
    return {n: str("" if values.get(n) is None else values[n]).strip() for n in FIELDS}


def changes(
    held: Filing, base: Mapping[str, str], typed: Mapping[str, Any], center: Center
) -> m.SaveFiling | None:
    """The command that keeps what was typed since `base`; None when nothing was.

    Only what was typed is sent, so that two officers may fill one draft; where both changed the
    same field, the one who comes second is told what the other wrote.

    Raises
    ------
    Invalid
        Naming every field that cannot be read, or that somebody else has changed meanwhile.
    """
    said, now = _texts(typed), _texts(values_of(held))
    mine = {n for n in FIELDS if said[n] != base.get(n, "") and said[n] != now[n]}
    errors = [
        FieldError(field=n, message=f"另一席位已改为“{now[n] or '空白'}”",
                   remedy="请核对后再改一次，将以你的为准")
        for n in sorted(mine) if now[n] != base.get(n, "")
    ]  # fmt: skip
    people, unread = read_casualties(said, center.clock.now())
    errors += unread
    loss: float | None = None
    if said["loss_wan_yuan"]:
        try:
            loss = float(said["loss_wan_yuan"])
        except ValueError:
            errors.append(FieldError(field="loss_wan_yuan", message="损失不是数字",
                                     remedy="请填万元数"))  # fmt: skip
    if errors:
        raise Invalid("有内容需要更正", errors=errors)
    if not mine:
        return None
    counted = {n: getattr(people, n) for n in CASUALTY_ORDER if n in mine}
    return m.SaveFiling(
        filing_id=held.id, title=said["title"] if "title" in mine else None,
        progress=said["progress"] if "progress" in mine else None,
        casualties=replace(held.casualties, **counted) if counted else None,
        loss_wan_yuan=loss if "loss_wan_yuan" in mine else None,
        clear_loss="loss_wan_yuan" in mine and loss is None,
        items={n: said[n] for n in ITEMS if n in mine},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a draft: what the form stands on, and the fields refused by name."""

    base: dict[str, str]
    refused: tuple[FieldError, ...] = ()
    whole: bool = True


async def keep(
    center: Center, held: Filing, base: Mapping[str, str], typed: Mapping[str, Any]
) -> Kept:
    """Keep the draft; what cannot be kept is named by its field, or said aloud."""
    try:
        command = changes(held, base, typed, center)
        answer = await center.do(command, current_actor(), None) if command else None
    except CenterError as error:
        named = tuple(FieldError(**{**e, "field": e["field"].split(".")[-1]})
                      for e in error.errors)  # fmt: skip
        if not {e["field"] for e in named} & set(FIELDS):
            toasts.complain(error)
        met = {e["field"] for e in named if "另一席位" in e["message"]}
        now = _texts(values_of(held))
        return Kept({**base, **{n: now[n] for n in met}}, named, whole=False)
    after = _texts(typed)
    title = answer.body["filing"]["title"] if answer else after["title"]
    if title != after["title"]:
        desk_fields.fill(FORM, {"title": title})
    return Kept({**after, "title": title})


def register(app: Dash, center: Center) -> None:
    """Keep the draft whenever a field is left.

    The errors are outputs, not properties set on the way: fields left in quick succession are
    answered in any order, and only the answer to the last one may speak.
    """

    @app.callback(
        Output(Ids.KEPT, "children"),
        Output(Ids.HELD, "data"),
        [Output(desk_fields.error_id(FORM, name), "children") for name in FIELDS],
        [Input(desk_fields.field_id(FORM, name), "n_blur") for name in FIELDS],
        State(Ids.HELD, "data"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def left(*given: Any) -> Any:
        stands, typed = given[len(FIELDS)], given[len(FIELDS) + 1 :]
        held = (await desk.see(center)).filings.get((stands or {}).get("id", ""))
        if held is None or not held.editable:
            return [no_update] * (2 + len(FIELDS))
        kept = await keep(center, held, stands["base"], dict(zip(FIELDS, typed, strict=True)))
        said = "已自动保存" if kept.whole else "未保存：请先更正标红的内容"
        words = desk_fields.error_words(kept.refused)
        return said, {"id": held.id, "base": kept.base}, *(words.get(n) for n in FIELDS)
