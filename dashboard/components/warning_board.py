"""Warnings by what they wait for: drafts, ours in force, other bodies', ended; one at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, finding, toasts, warning_form, warning_side
from dashboard.components import task_words as tw
from dashboard.components import warning_words as ww
from dashboard.components.admin_parts import hole
from dashboard.components.at_hand import at_hand
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.map import Part, part
from dashboard.components.warning_side import NAME
from dashboard.gate import current_actor
from data.center import Center
from data.domain.delivery import DESK, DeliveryState
from data.domain.dispatch import Authority
from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import Permission
from data.domain.situation import Situation
from data.domain.warning import Warning, WarningState  # noqa: A004 - the field's word
from data.domain.warning_watch import GRAVITY

S = WarningState
SHOWN = {"all": "全部", "red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
COLUMNS = ("拟稿与签发", "本级与下级 · 生效中", "外来 · 生效中", "已结束")
MOST = 100
EMPTY = ("没有待发的稿件", "没有生效中的预警", "没有生效中的外来预警", "还没有结束的预警")


class Ids(StrEnum):
    """The ids of the board and of the warning at hand."""

    TEXT = "warnings-text"
    SHOW = "warnings-show"
    BOARD = "warnings-board"
    SIDE = "warnings-side"
    CHOSEN = "warnings-chosen"
    HEAD = "warnings-head"
    TEXTS = "warnings-texts"
    ACTIONS = "warnings-actions"
    RECEIPTS = "warnings-receipts"
    RECORD = "warnings-record"
    WORDS = "warnings-words"
    SIGNER = "warnings-signer"
    POST = "warnings-post"
    WAY = "warnings-way"


def layout() -> list[Any]:
    """Filters and columns on the left, the warning at hand or the form on the right."""
    filters = html.Div(
        [
            *finding.search(Ids.TEXT, "按标题、范围、单位筛选"),
            finding.pills(Ids.SHOW, SHOWN, "all"),
            html.Button(
                ["拟预警 ", html.Kbd("N")], className="btn pri", **desk.key("n"),
                **desk.sets({Ids.SIDE: {"className": "side show-form"},
                             warning_form.Ids.EDITED: {"data": None}}),
                **{"data-focus": "#warning-event"},
            ),
        ],
        className="bar",
    )  # fmt: skip
    return [
        html.Div([html.Div([filters, hole(Ids.BOARD)], className="main"), _side()],
                 className="two")
    ]  # fmt: skip


def _side() -> Any:
    """The warning at hand above, the form in its place when somebody writes."""
    line = [("signer", Ids.SIGNER, "签发人"), ("post", Ids.POST, "职务"), ("way", Ids.WAY, "方式")]
    spoken = [
        dcc.Input(id=own, type="text", value="", placeholder=word, autoComplete="off")
        for _, own, word in line
    ]
    words = dcc.Textarea(
        id=Ids.WORDS, rows=2, value="",
        placeholder="退回意见、解除或作废理由；电话签收写：何人　方式",
    )  # fmt: skip
    said = [words, html.Div([html.Span("口头签发"), *spoken], className="spoken")]
    shown = [html.Div(id=name, **{FLAT: ""}) for name in (Ids.RECEIPTS, Ids.TEXTS, Ids.RECORD)]
    detail = at_hand(Ids.HEAD, said, Ids.ACTIONS, *shown)
    return html.Aside(
        [detail, warning_form.layout(), dcc.Store(id=Ids.CHOSEN, storage_type="session"),
         desk.act_store(NAME)],
        id=Ids.SIDE, className="side show-detail",
    )  # fmt: skip


def columns_of(
    center: Center, seen: Situation, text: str, shown: str
) -> tuple[list[Warning], list[Warning], list[Warning], list[Warning]]:
    """Drafts, ours in force, foreign in force, ended; the gravest first, then the newest."""
    rules, areas = center.tools.rules["warnings"], center.areas
    held = [
        w
        for w in seen.warnings.values()
        if shown in ("all", w.colour)
        and tw.fits(text, ww.headline(rules, areas, w), w.sender_name, w.id, w.area_words,
                    *(areas.name(c) for c in (*w.areas, *w.counties)))
    ]  # fmt: skip
    held.sort(key=lambda w: (w.issued_at or w.steps[-1].at, w.id), reverse=True)
    grave = sorted(held, key=lambda w: GRAVITY[w.colour])
    drafts = [w for w in grave if w.state.unissued]
    alive = [w for w in grave if w.in_force(seen.at)]
    ended = [w for w in held if not w.state.unissued and not w.in_force(seen.at)]
    return (
        drafts, [w for w in alive if not w.incoming], [w for w in alive if w.incoming],
        ended[:MOST],
    )  # fmt: skip


def board_view(
    center: Center, seen: Situation, text: str, shown: str, chosen: str | None
) -> list[Any]:
    """How many there are, and the columns."""
    parts = columns_of(center, seen, text, shown)
    said = html.P(
        f"拟稿 {len(parts[0])}　生效中 {len(parts[1]) + len(parts[2])}　已结束 {len(parts[3])}",
        className="count",
    )
    columns = [
        html.Section(
            [html.H3([html.Span(title), html.Small(str(len(held)))]),
             *_cards(center, seen, held, chosen), *([] if held else [empty(nothing)])],
            className="col",
        )
        for title, nothing, held in zip(COLUMNS, EMPTY, parts, strict=True)
    ]  # fmt: skip
    return [said, html.Div(columns, className="columns four")]


def _cards(
    center: Center, seen: Situation, held: Iterable[Warning], chosen: str | None
) -> list[Any]:
    return [
        ww.card(
            seen, center.tools.rules["warnings"], center.areas, w, chosen=w.id == chosen,
            click=desk.sets({Ids.CHOSEN: {"data": w.id},
                             Ids.SIDE: {"className": "side show-detail"}}),
        )
        for w in held
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, open what is chosen, carry out what is pressed."""
    warning_form.register(app, center)
    _show(app, center)
    _act(app, center)


def _show(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Ids.BOARD, FLAT), Output(Ids.HEAD, FLAT), Output(Ids.TEXTS, FLAT),
        Output(Ids.ACTIONS, FLAT), Output(Ids.RECEIPTS, FLAT), Output(Ids.RECORD, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.SHOW, "value"),
        Input(Ids.CHOSEN, "data"),
    )  # fmt: skip
    async def redraw(_revision: Any, text: str | None, shown: str, chosen: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        held = seen.warnings.get(chosen or "")
        board = board_view(center, seen, text or "", shown or "all", chosen)
        parts = (
            warning_side.head_view(center, seen, held), warning_side.texts_view(center, held),
            warning_side.actions(center, actor, held),
            warning_side.receipts_view(center, seen, actor, held),
            warning_side.record_view(seen, held),
        )  # fmt: skip
        return flat(board), *map(flat, parts)

    @app.callback(
        Output(Ids.CHOSEN, "data", allow_duplicate=True),
        Input(Live.PLACE, "search"),
        prevent_initial_call="initial_duplicate",
    )
    async def asked_for(search: str | None) -> Any:
        """`/warnings?id=YJ-0001` opens that one."""
        return (parse_qs((search or "").lstrip("?")).get("id") or [no_update])[0]

    @app.callback(Input(Ids.CHOSEN, "data"), prevent_initial_call=True)
    async def read(chosen: str | None) -> None:
        """Opening a warning is reading it, for one's own duty room."""
        seen, actor = await desk.see(center), current_actor()
        for each in seen.deliveries.values():
            if each.warning_id == chosen and each.channel == DESK:
                mine = each.area_code == actor.org and each.state != DeliveryState.READ
                if mine and actor.may(Permission.WARN):
                    await center.do(m.ReadDelivery(delivery_id=each.id), actor)


def _act(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Ids.CHOSEN, "data"),
        Output(Ids.SIDE, "className"),
        Output(Ids.WORDS, "value"),
        Output(warning_form.Ids.EDITED, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(warning_form.Ids.EDITED, "data"),
        State(part(warning_form.MAP, Part.DRAWN), "data"),
        State(Ids.WORDS, "value"),
        State(Ids.SIGNER, "value"), State(Ids.POST, "value"), State(Ids.WAY, "value"),
        *(State(f"{warning_form.FORM}-{n.replace('_', '-')}", "value")
          for n in warning_form.FIELDS),
        prevent_initial_call=True,
    )  # fmt: skip
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, edited: str | None, shape: Any,
        words: str | None, signer: str | None, post: str | None, way: str | None, *typed: Any,
    ) -> Any:  # fmt: skip
        same = (no_update,) * 4
        if not asked:
            return same
        seen = await desk.see(center)
        if asked["do"] == "save":
            given = dict(zip(warning_form.FIELDS, typed, strict=True))
            made = await warning_form.saved(
                center, asked["n"], seen.warnings.get(edited or ""), given, shape
            )
            return (made, "side show-detail", no_update, None) if made else same
        held = seen.warnings.get(chosen or "")
        if held is None:
            return same
        if asked["do"] == "edit":
            warning_form.opened(center.areas, held)
            return no_update, "side show-form", no_update, held.id
        said = {"words": words or "", "signer": signer or "", "post": post or "", "way": way or ""}
        answer = await desk.attempt(center, command_of(held, asked, said), asked["n"])
        if answer is None:
            return same
        toasts.say(f"预警 {held.id} {DONE[asked['do']]}")
        if asked["do"] != "update":
            return no_update, no_update, "", no_update
        made = answer.body["warning"]["id"]
        fresh = (await desk.see(center)).warnings[made]
        warning_form.opened(center.areas, fresh)
        return made, "side show-form", "", made


DONE = {
    "issue": "已发布", "submit": "已送签", "sign": "已签发", "return": "已退回",
    "update": "已生成更新稿", "remind": "已催签收", "cancel": "已解除", "withdraw": "已作废",
    "retry": "已重新排队", "receipt": "签收已登记",
}  # fmt: skip


def command_of(held: Warning, asked: Mapping[str, Any], said: Mapping[str, str]) -> Command:
    """The command of a button of the warning at hand."""
    words, key = said["words"].strip(), held.id
    made: dict[str, Callable[[], Command]] = {
        "issue": lambda: m.IssueWarning(
            warning_id=key, authorised_by=spoken(said), expect_version=held.version
        ),
        "submit": lambda: m.SubmitWarning(warning_id=key, words=words),
        "sign": lambda: m.SignWarning(warning_id=key, words=words),
        "return": lambda: m.SignWarning(warning_id=key, verdict="return", words=words),
        "update": lambda: m.DraftWarning(update_of=key),
        "remind": lambda: m.RemindReceivers(warning_id=key),
        "retry": lambda: m.RetryDelivery(delivery_id=asked["delivery"]),
        "receipt": lambda: receipt_of(asked, words),
        "cancel": lambda: m.CancelWarning(warning_id=key, reason=words),
        "withdraw": lambda: m.WithdrawWarning(warning_id=key, reason=words),
    }
    return made[asked["do"]]()


def receipt_of(asked: Mapping[str, Any], words: str) -> Command:
    """A receipt: one's own by account, another's as typed (who, then how)."""
    if asked.get("own"):
        return m.SignReceipt(delivery_id=asked["delivery"])
    by, _, way = words.replace("，", " ").partition(" ")
    return m.SignReceipt(
        delivery_id=asked["delivery"], signed_by=by, way=way.strip() or "电话"
    )


def spoken(said: Mapping[str, str]) -> Authority | None:
    """Who signed by word, when somebody is named."""
    if not said["signer"].strip():
        return None
    return Authority(
        name=said["signer"].strip(), post=said["post"].strip(), way=said["way"].strip()
    )


