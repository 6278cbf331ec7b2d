"""Information reports at work: begun, kept, reviewed, signed, sent, signed for."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, filing_form, toasts
from dashboard.components import filing_views as views
from dashboard.components import task_words as tw
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.queue import all_clocks
from dashboard.documents.filing_paper import filing_paper
from dashboard.gate import current_actor
from data.center import Center
from data.domain.filing import Filing, FilingState, difference
from data.domain.messages import Command
from data.domain.messages import filing as m
from data.domain.org import Actor, Permission
from data.domain.reporting import lasting
from data.domain.situation import Situation

NAME = "filings"
S = FilingState


class Ids(StrEnum):
    """The ids of the reports."""

    BOARD = "filings-board"
    SIDE = "filings-side"
    CHOSEN = "filings-chosen"
    HEAD = "filings-head"
    PAPER = "filings-paper"
    ACTIONS = "filings-actions"
    AFTER = "filings-after"
    WORDS = "filings-words"
    TO = "filings-to"
    SOURCES = "filings-sources"
    RULES = "filings-rules"


def layout() -> list[Any]:
    """Columns by incident on the left, the report at hand on the right."""
    words = dcc.Textarea(
        id=Ids.WORDS, rows=2, value="",
        placeholder="审核、退回意见；先报后签的理由；签收人（何人、电话）；作废理由",
    )  # fmt: skip
    to = dcc.Input(
        id=Ids.TO, type="text", value="", autoComplete="off",
        placeholder="报送单位，留空报上一级；多个用顿号分开，如：应急管理部、省人民政府",
    )  # fmt: skip
    side = html.Aside(
        [
            html.Div(id=Ids.HEAD, **{FLAT: ""}),
            filing_form.layout(),
            html.Div(id=Ids.PAPER, **{FLAT: ""}),
            html.Div([html.Div(words, className="field"), html.Div(to, className="field to")],
                     className="says"),
            html.Div(id=Ids.ACTIONS, className="bar", **{FLAT: ""}),
            html.Div(id=Ids.AFTER, **{FLAT: ""}),
            dcc.Store(id=Ids.CHOSEN, storage_type="session"),
            desk.act_store(NAME),
        ],
        id=Ids.SIDE, className="side none",
    )  # fmt: skip
    left = html.Div(admin_parts.hole(Ids.BOARD), className="main")
    return [html.Div([left, side], className="two")]


def side_class(held: Filing | None, actor: Actor, filled: str | None) -> str:
    """Which contents the right side shows; the form only once it is filled with this draft."""
    if held is None:
        return "side none"
    writes = held.editable and actor.may(Permission.REPORT) and filled == held.id
    return "side writing" if writes else "side reading"


def views_of(
    center: Center, seen: Situation, actor: Actor, held: Filing | None
) -> tuple[Any, Any, Any, Any]:
    """(head, paper, actions, receipts and record) of the report at hand."""
    if held is None:
        hint = "左侧按事件拟首报、续报、终报；数字自动带入，变化自动对照"
        return empty("选一份报告，或新拟一份", hint), None, None, None
    before = seen.filings.get(held.before or "")
    change = difference(before.casualties, held.casualties) if before else ""
    paper = views.paper_view(filing_paper(seen, center.areas, held))
    after = [
        views.downloads(held),
        *(views.receipts_view(seen, actor, held, NAME) or ()),
        html.H3("办理记录"), tw.steps_view(held.steps, seen.at),
    ]  # fmt: skip
    return views.head_view(seen, held, change), paper, _actions(actor, center, held), after


def _actions(actor: Actor, center: Center, held: Filing) -> list[Any]:
    """The buttons that do something in this state, for this account."""
    found: list[Any] = []

    def add(word: str, do: str, kind: str = "btn", sure: str = "", key: str = "") -> None:
        more = {**(desk.confirm(sure) if sure else {}), **(desk.key(key) if key else {})}
        printed = "Ctrl ⏎" if key == "ctrl+Enter" else key.upper()
        shown = [word, html.Kbd(printed)] if key else word
        found.append(html.Button(shown, className=kind, **desk.acts(NAME, do=do), **more))

    if not center.areas.covers(actor.org, held.org):
        return found
    writes = actor.may(Permission.REPORT)
    if writes and held.editable:
        add("送审 ", "submit", "btn pri", key="ctrl+Enter")
    judges = actor.may(Permission.REVIEW if held.state == S.REVIEW else Permission.SIGN)
    if held.state in (S.REVIEW, S.SIGN) and judges:
        own = held.state == S.REVIEW and held.author_account == actor.username
        if own:
            found.append(html.Small("本人拟稿，须由另一名带班人员审核。"))
        else:
            word = "审核通过" if held.state == S.REVIEW else "补签" if held.sent_at else "签发"
            add(f"{word} ", "pass", "btn pri", key="a")
            if held.sent_at is None:
                add("退回修改 ", "return", key="b")
    if writes and held.sent_at is None and held.state != S.WITHDRAWN:
        if held.state == S.SIGNED:
            add("报出 ", "send", "btn pri", key="ctrl+Enter")
        else:
            add("先报后签", "early", "btn", "再按一次报出")
        add("作废", "withdraw", "btn danger", "再按一次作废")
    return found


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, open what is chosen, carry out what is pressed."""
    filing_form.register(app, center)

    @app.callback(
        Output(Ids.BOARD, FLAT), Output(Ids.HEAD, FLAT), Output(Ids.PAPER, FLAT),
        Output(Ids.ACTIONS, FLAT), Output(Ids.AFTER, FLAT), Output(Ids.SOURCES, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.CHOSEN, "data"),
    )  # fmt: skip
    async def redraw(_revision: Any, chosen: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        held = seen.filings.get(chosen or "")
        clocks = await center.ask(all_clocks, center, seen)
        clocks |= await center.ask(lasting, seen, center.tools.rules["reporting"], center.areas)
        board = views.board(
            seen, actor, center.areas, clocks, chosen, NAME,
            lambda f: desk.sets({Ids.CHOSEN: {"data": f.id}}),
        )  # fmt: skip
        parts = views_of(center, seen, actor, held)
        sources = views.conflicts_view(seen, seen.sided())
        return flat(board), *map(flat, parts), flat(sources)

    @app.callback(
        Output(Ids.SIDE, "className"),
        Input(Live.REVISION, "data"),
        Input(Ids.CHOSEN, "data"),
        Input(filing_form.Ids.HELD, "data"),
    )
    async def side(_revision: Any, chosen: str | None, stands: dict[str, Any] | None) -> str:
        held = (await desk.see(center)).filings.get(chosen or "")
        return side_class(held, current_actor(), (stands or {}).get("id"))

    @app.callback(Output(Ids.RULES, FLAT), Input(Ids.RULES, "id"))
    async def rules(_id: str) -> str:
        rules = center.tools.rules
        return flat(views.rules_view(rules["reporting"], rules.get("reporting_file", "")))

    @app.callback(
        Output(filing_form.Ids.HELD, "data", allow_duplicate=True),
        Input(Ids.CHOSEN, "data"),
        prevent_initial_call="initial_duplicate",
    )
    async def open_(chosen: str | None) -> Any:
        held = (await desk.see(center)).filings.get(chosen or "")
        return filing_form.opened(held) if held else None

    @app.callback(
        Output(Ids.CHOSEN, "data"),
        Output(Ids.WORDS, "value"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.WORDS, "value"),
        State(Ids.TO, "value"),
        State(filing_form.Ids.HELD, "data"),
        *(State(f"{filing_form.FORM}-{n.replace('_', '-')}", "value") for n in filing_form.FIELDS),
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, words: str | None, to: str | None,
        stands: dict[str, Any] | None, *typed: Any,
    ) -> Any:  # fmt: skip
        if not asked:
            return no_update, no_update
        if asked["do"] == "draft":
            begun = m.DraftFiling(incident_id=asked["incident"], kind=asked["kind"])
            answer = await desk.attempt(center, begun, asked["n"])
            return (answer.body["filing"]["id"], "") if answer else (no_update, no_update)
        held = (await desk.see(center)).filings.get(chosen or "")
        if held is None:
            return no_update, no_update
        if held.editable and asked["do"] in ("submit", "early"):
            given = dict(zip(filing_form.FIELDS, typed, strict=True))
            base = (stands or {}).get("base", {})
            kept = await filing_form.keep(center, held, base, given)
            desk_fields.show_errors(filing_form.FORM, filing_form.FIELDS, kept.refused)
            if not kept.whole:
                return no_update, no_update
        command = command_of(held.id, asked, words or "", to or "")
        if await desk.attempt(center, command, asked["n"]) is None:
            return no_update, no_update
        toasts.say(f"{held.name}{DONE[asked['do']]}")
        return no_update, ""


DONE = {
    "submit": "已送审", "pass": "已通过", "return": "已退回", "send": "已报出",
    "early": "已先行报出，待补签", "take": "已登记签收", "withdraw": "已作废",
}  # fmt: skip


def command_of(held: str, asked: dict[str, Any], words: str, to: str) -> Command:
    """The command of a button of the report at hand."""
    bodies = tuple(filter(None, (t.strip() for t in to.replace("，", "、").split("、"))))
    match asked["do"]:
        case "submit":
            return m.SubmitFiling(filing_id=held, words=words)
        case "pass" | "return" as verdict:
            return m.JudgeFiling(filing_id=held, verdict=verdict, words=words)
        case "send":
            return m.SendFiling(filing_id=held, to=bodies)
        case "early":
            return m.SendFiling(filing_id=held, to=bodies, early=words)
        case "take":
            return m.TakeFiling(filing_id=held, to=asked["to"], taken_by=words)
        case _:
            return m.WithdrawFiling(filing_id=held, reason=words)
