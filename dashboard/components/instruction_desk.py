"""领导批示: who waits for whose answer, the one at hand with its record, and a new one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, desk_fields, finding, toasts
from dashboard.components import instruction_form as form
from dashboard.components import task_words as tw
from dashboard.components.at_hand import at_hand
from dashboard.components.desk_words import clock, empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import Command
from data.domain.messages import tasks as m
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.domain.task import Instruction, InstructionState

N = InstructionState


class Ids(StrEnum):
    """The ids of the instructions."""

    CHOSEN = "instruct-chosen"
    TEXT = "instruct-text"
    LIST = "instruct-list"
    DETAIL = "instruct-detail"
    ACTIONS = "instruct-actions"
    STEPS = "instruct-steps"
    WORDS = "instruct-words"


def layout() -> list[Any]:
    """The columns on the left, the instruction at hand or the form on the right."""
    bar = html.Div(
        [
            *finding.search(Ids.TEXT, "按批示、领导、承办筛选"),
            html.Button(
                ["录入批示 ", html.Kbd("N")], className="btn pri", **desk.key("n"),
                **desk.sets({form.Ids.SIDE: {"className": "side show-form"}}),
                **{"data-focus": "#instruction-text"},
            ),
        ],
        className="bar",
    )  # fmt: skip
    words = dcc.Textarea(
        id=Ids.WORDS, rows=3, value="", placeholder="反馈内容；退回意见、催办的话、撤回理由"
    )
    detail = at_hand(Ids.DETAIL, [words], Ids.ACTIONS, steps=Ids.STEPS)
    side = html.Aside(
        [detail, form.layout(), dcc.Store(id=Ids.CHOSEN), desk.act_store(form.NAME)],
        id=form.Ids.SIDE, className="side show-detail",
    )  # fmt: skip
    left = html.Div([bar, admin_parts.hole(Ids.LIST)], className="main")
    return [html.Div([left, side], className="two")]


def list_view(seen: Situation, areas: AreaTree, text: str, chosen: str | None) -> Any:
    """Four columns: to be signed for, under way, answered, ended."""
    held = [
        n
        for n in seen.instructions.values()
        if tw.fits(text, n.text, n.given_by, tw.owner_words(areas, n), n.id,
                   *tw.place_of(seen, n.incident_id)[1:])
    ]  # fmt: skip
    held.sort(key=lambda n: (n.due_at is None, n.due_at or seen.at, n.id))
    columns = (
        ("待签收", [n for n in held if n.state == N.GIVEN]),
        ("办理中", [n for n in held if n.state == N.RECEIVED]),
        ("已反馈，待领导认可", [n for n in held if n.state == N.ANSWERED]),
        ("办结、撤回", sorted((n for n in held if n.state.ended), key=lambda n: n.id,
                         reverse=True)),
    )  # fmt: skip
    over = sum(n.overdue(seen.at) for n in seen.instructions.values())
    waiting = sum(n.open for n in seen.instructions.values())
    said = html.P([f"未办结 {waiting} 件",
                   html.B(f"　超时 {over} 件", className="over") if over else ""],
                  className="count")  # fmt: skip
    return [
        said,
        html.Div(
            [
                html.Section(
                    [html.H3([html.Span(word), html.Small(str(len(mine)))]),
                     *[_card(seen, areas, n, chosen) for n in mine],
                     *([] if mine else [empty("没有")])],
                    className="col room",
                )
                for word, mine in columns
            ],
            className="columns four",
        ),
    ]  # fmt: skip


def _card(seen: Situation, areas: AreaTree, held: Instruction, chosen: str | None) -> Any:
    reminded = f"催办 {held.reminders} 次" if held.reminders else ""
    return tw.card(
        seen, areas, held, title=held.text, chosen=held.id == chosen,
        marks=(held.given_by, reminded),
        click=desk.sets({Ids.CHOSEN: {"data": held.id},
                         form.Ids.SIDE: {"className": "side show-detail"}}),
    )  # fmt: skip


def detail_views(
    seen: Situation, actor: Actor, areas: AreaTree, held: Instruction | None
) -> tuple[Any, Any, Any]:
    """(what was said, what may be done, what was done) of the instruction at hand."""
    if held is None:
        return empty("选一件批示查看", "领导批示从签收到认可，全程留痕，不会悄悄消失"), None, None
    side, letter, name = tw.place_of(seen, held.incident_id)
    facts = (
        ("批示", f"{held.given_by}（{held.way}）{clock(held.given_at, seen.at)}"),
        ("承办", tw.owner_words(areas, held)),
        ("反馈时限", clock(held.due_at, seen.at) if held.due_at else "无"),
        ("签收", clock(held.received_at, seen.at) if held.received_at else "尚未签收"),
        ("反馈", f"{clock(held.answered_at, seen.at)}{'（逾期）' if held.late() else ''}"
         if held.answered_at else "尚未反馈"),
    )  # fmt: skip
    head = [
        html.P([html.B(letter, className=f"letter {side}"), html.Span(name),
                html.Em(held.state.word)], className="of"),
        html.Blockquote(held.text),
        html.Dl([x for k, v in facts for x in (html.Dt(k), html.Dd(v))]),
    ]  # fmt: skip
    return head, _actions(actor, areas, held), tw.steps_view(held.steps, seen.at)


def _actions(actor: Actor, areas: AreaTree, held: Instruction) -> list[Any]:
    """The buttons that do something in this state, for this account."""
    found: list[Any] = []

    def add(word: str, key: str, do: str, kind: str = "btn", sure: str = "") -> None:
        shown = [word, html.Kbd(key.upper())] if key else word
        more = {**(desk.key(key) if key else {}), **(desk.confirm(sure) if sure else {})}
        found.append(html.Button(shown, className=kind, **desk.acts(form.NAME, do=do), **more))

    works = actor.may(Permission.TASK) and areas.covers(actor.org, held.owner_org)
    gives = areas.covers(actor.org, held.org) and (
        actor.may(Permission.INSTRUCT) or actor.username == held.given_account
    )
    if works and held.state == N.GIVEN:
        add("签收 ", "s", "receive", "btn pri")
    if works and held.state in (N.GIVEN, N.RECEIVED):
        add("反馈 ", "f", "answer", "btn pri" if held.state == N.RECEIVED else "btn")
        add("阶段反馈 ", "i", "interim")
    if gives and held.state == N.ANSWERED:
        add("认可办结 ", "a", "accept", "btn pri")
        add("退回再办 ", "b", "return")
    if held.state in (N.GIVEN, N.RECEIVED):
        add("催办 ", "r", "remind")
    if gives and held.open:
        add("撤回", "", "withdraw", "btn danger", "再按一次撤回")
    return found


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, and carry out what is pressed."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.DETAIL, FLAT),
        Output(Ids.ACTIONS, FLAT),
        Output(Ids.STEPS, FLAT),
        Output(form.Ids.INCIDENT, "options"),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.CHOSEN, "data"),
    )
    async def redraw(_revision: Any, text: str | None, chosen: str | None) -> Any:
        seen = await desk.see(center)
        shown = flat(list_view(seen, center.areas, text or "", chosen))
        held = seen.instructions.get(chosen or "")
        views = detail_views(seen, current_actor(), center.areas, held)
        return shown, *map(flat, views), tw.incident_options(seen)

    @app.callback(
        Output(Ids.WORDS, "value"),
        Output(form.Ids.SIDE, "className"),
        Output(Ids.CHOSEN, "data"),
        Input(desk.act_id(form.NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.WORDS, "value"),
        [State(desk_fields.field_id(form.FORM, name), "value") for name in form.FIELDS],
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, words: str | None, *typed: Any
    ) -> Any:
        same = (no_update,) * 3
        if not asked:
            return same
        if asked["do"] == "give":
            made = await form.give(center, asked["n"], dict(zip(form.FIELDS, typed, strict=True)))
            return (no_update, "side show-detail", made) if made else same
        if not chosen:
            return same
        command = command_of(chosen, asked["do"], words or "")
        if await desk.attempt(center, command, asked["n"]) is None:
            return same
        toasts.say(f"批示{DONE[asked['do']]}")
        return "", no_update, no_update


DONE = {
    "receive": "已签收", "answer": "已反馈", "interim": "已阶段反馈", "accept": "已认可办结",
    "return": "已退回再办", "remind": "已催办", "withdraw": "已撤回",
}  # fmt: skip


def command_of(held: str, do: str, words: str) -> Command:
    """The command of a button of the instruction at hand."""
    match do:
        case "receive":
            return m.ReceiveInstruction(instruction_id=held)
        case "answer" | "interim":
            return m.AnswerInstruction(instruction_id=held, words=words, interim=do == "interim")
        case "accept":
            return m.AcceptAnswer(instruction_id=held, words=words)
        case "return":
            return m.ReturnAnswer(instruction_id=held, words=words)
        case "remind":
            return m.RemindInstruction(instruction_id=held, words=words)
        case _:
            return m.WithdrawInstruction(instruction_id=held, reason=words)
