"""Following what was ordered: each team's chain from 接令 to 归队, each supply to its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, field_code, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import identity, letter_box
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.words import DASH, clock_time, count, iso
from data.center import Center
from data.domain.dispatch import (
    MOVES,
    TRANSFER_MOVES,
    TRANSFER_OPEN,
    Assignment,
    AssignmentState,
    Transfer,
)
from data.domain.dispatch import TransferState as T
from data.domain.incident import Incident
from data.domain.messages import AdvanceAssignment, AdvanceTransfer, Command, RedirectAssignment
from data.domain.situation import Situation
from data.errors import Invalid

AREA = "follow"
S = AssignmentState
CHAIN = (
    (S.ORDERED, "下令"), (S.ACCEPTED, "接令"), (S.DEPARTED, "出动"), (S.ARRIVED, "到场"),
    (S.WORKING, "展开"), (S.RELEASED, "结束"), (S.RETURNED, "归队"),
)  # fmt: skip
NEXT: Mapping[AssignmentState, tuple[AssignmentState, str]] = {
    S.ORDERED: (S.ACCEPTED, "接令"), S.ACCEPTED: (S.DEPARTED, "出动"),
    S.DEPARTED: (S.ARRIVED, "到场"), S.ARRIVED: (S.WORKING, "展开"),
    S.WORKING: (S.RELEASED, "结束"), S.RELEASED: (S.RETURNED, "归队"),
}  # fmt: skip
TRANSFER_NEXT = {
    **dict.fromkeys((T.ORDERED, T.APPROVED, T.PICKED), (T.SHIPPED, "已发运")),
    T.SHIPPED: (T.RECEIVED, "已到位"),
}
OVER = (S.RETURNED, S.DECLINED, S.CANCELLED, S.REDIRECTED)


class Follow(StrEnum):
    """The ids of what is followed."""

    LIST = "follow-list"
    FORM = "follow-redirect"
    FORM_TITLE = "follow-redirect-title"
    WHICH = "follow-redirect-which"
    TO = "follow-redirect-to"
    REASON = "follow-redirect-reason"


def layout() -> Any:
    """The list, and the form for sending a team elsewhere."""
    return html.Div(
        [
            desk.act_store(AREA),
            dcc.Store(id=Follow.WHICH),
            html.Div(
                [
                    html.B(id=Follow.FORM_TITLE),
                    dcc.RadioItems(id=Follow.TO, inline=True, className="ways"),
                    dcc.Input(id=Follow.REASON, placeholder="改派理由（必填）", className="wide"),
                    html.Button("改派", className="mini pri", **desk.acts(AREA, do="redirect")),
                    html.Button("取消", className="mini", **desk.acts(AREA, do="shut")),
                ],
                id=Follow.FORM, className="complete-form", hidden=True,
            ),
            field_code.layout(),
            html.Div(id=Follow.LIST),
        ],
        className="follow",
    )  # fmt: skip


def view(seen: Situation) -> list[Any]:
    """Per open incident its assignments and transfers; finished ones folded away."""
    return [_incident(seen, incident) for incident in seen.sided() if _any(seen, incident)]


def _any(seen: Situation, incident: Incident) -> bool:
    return bool(seen.assignments_of(incident.id) or seen.transfers_of(incident.id))


def _incident(seen: Situation, incident: Incident) -> Any:
    orders = seen.assignments_of(incident.id)
    under_way = [a for a in orders if a.state not in OVER]
    lots = seen.transfers_of(incident.id)
    moving = [t for t in lots if t.state in TRANSFER_OPEN]
    over = [a for a in orders if a.state in OVER]
    over_lots = [t for t in lots if t not in moving]
    late = sum(is_late(seen, a) for a in under_way)
    head = [letter_box(incident), f"在派 {len(under_way)} 队 · 在途物资 {len(moving)} 批"]
    if late:
        head.append(html.Span(f"逾时 {late}", className="late"))
    others = [i for i in seen.sided() if i.id != incident.id]
    return html.Div(
        [
            html.H4(head),
            html.Ul([_assignment(seen, a, others) for a in under_way], className="chains"),
            html.Ul([_transfer(seen, t) for t in moving], className="chains lots"),
            _folded(seen, over, over_lots),
        ],
        className=f"pl {identity(incident)}", key=incident.id,
    )  # fmt: skip


def _folded(seen: Situation, over: list[Assignment], lots: list[Transfer]) -> Any:
    """What is finished, one press away."""
    if not (over or lots):
        return None
    rows = [_assignment(seen, a, []) for a in over] + [_transfer(seen, t) for t in lots]
    return html.Details(
        [
            html.Summary(f"已结束 {len(over)} 队 · {len(lots)} 批物资"),
            html.Ul(rows, className="chains over"),
        ]
    )


def is_late(seen: Situation, assignment: Assignment) -> bool:
    """Whether a team should have been there by now and is not."""
    waiting = assignment.state in (S.ORDERED, S.ACCEPTED, S.DEPARTED)
    return bool(waiting and assignment.eta and assignment.eta < seen.at)


def _assignment(seen: Situation, order: Assignment, others: list[Incident]) -> Any:
    team = seen.teams.get(order.team_id)
    name = team.name if team else order.team_id
    return html.Li(
        [
            html.B(team.state.char if team else "—", className="st", title=order.word),
            html.Div(
                [html.Span(name, className="name", title=order.reason or name), _eta(seen, order)],
                className="what",
            ),
            html.Ol(steps(seen, order)),
            html.Div(_moves(order, others), className="to"),
        ],
        key=order.id, **{"data-row": order.id},
    )  # fmt: skip


def steps(seen: Situation, order: Assignment) -> list[Any]:
    """The chain with the time of each step taken; another end replaces the rest."""
    done = [
        html.Li([html.Span(word), html.Time(clock_time(order.times[state.value], seen.at))],
                className="done", key=state.value)
        if state.value in order.times
        else html.Li([html.Span(word), html.Time("")], key=state.value)
        for state, word in CHAIN
    ]  # fmt: skip
    if order.state in (S.DECLINED, S.CANCELLED, S.REDIRECTED):
        done = [li for li in done if getattr(li, "className", None) == "done"]
        at = clock_time(order.times.get(order.state.value), seen.at)
        words = [html.Span(order.state.word), html.Time(at), html.Small(order.note)]
        done.append(html.Li(words, className="ended", key="ended"))
    return done


def _eta(seen: Situation, order: Assignment) -> Any:
    """When it should arrive, how late it is, or when it did arrive."""
    if S.ARRIVED.value in order.times:
        return html.Small(f"{clock_time(order.times[S.ARRIVED.value], seen.at)} 到场")
    if order.state in OVER:
        return html.Small(order.state.word)
    if order.waits:
        return html.Small([html.B("待批", className="late"), "　未下达到队"])
    if order.eta is None:
        return html.Small("到达时间未知")
    words = [
        f"预计 {clock_time(order.eta, seen.at)} 到　",
        html.Span(**{"data-due": iso(order.eta)}),
    ]
    return html.Small(words, className="late" if is_late(seen, order) else "")


def _moves(order: Assignment, others: list[Incident]) -> list[Any]:
    """The next step as phoned in, then the other ways it may go."""
    may = MOVES[order.state]
    out = []
    if order.waits:
        may = may & {S.CANCELLED}
        out.append(html.A("去审批", className="mini pri", href="/tasks#3"))
    elif order.state in NEXT:
        to, word = NEXT[order.state]
        out.append(_button(word, "mini pri", do="advance", id=order.id, to=to.value))
    if S.RELEASED in may and order.state != S.WORKING:
        out.append(_button("结束", "mini", do="advance", id=order.id, to=S.RELEASED.value))
    if S.DECLINED in may:
        out.append(_button("不能执行", "mini", "再按：不能执行", do="advance", id=order.id,
                           to=S.DECLINED.value))  # fmt: skip
    if S.REDIRECTED in may and others:
        out.append(_button("改派…", "mini", do="open", id=order.id))
    if order.state not in OVER and not order.waits:
        out.append(field_code.button(order.id))
    if S.CANCELLED in may:
        out.append(_button("撤销", "mini", "再按：撤销", do="advance", id=order.id,
                           to=S.CANCELLED.value))  # fmt: skip
    return out


def _button(words: str, look: str, twice: str = "", **act: Any) -> Any:
    """A small button; `twice` asks for a second press."""
    sure = desk.confirm(twice) if twice else {}
    return html.Button(words, className=look, **desk.acts(AREA, **act), **sure)


def _transfer(seen: Situation, transfer: Transfer) -> Any:
    """One lot on its way: what, from where, when, and the next step."""
    item, depot = seen.items.get(transfer.item_id), seen.depots.get(transfer.depot_id)
    name = f"{item.name if item else transfer.item_id} {count(transfer.amount)}"
    name += f" {item.unit}" if item else ""
    parts = [
        html.Li([html.Span(T(s).word), html.Time(clock_time(at, seen.at))], className="done")
        for s, at in sorted(transfer.times.items(), key=lambda pair: pair[1])
    ]
    eta = f"预计 {clock_time(transfer.eta, seen.at)} 到" if transfer.eta else DASH
    moves = []
    if transfer.state in TRANSFER_NEXT:
        to, word = TRANSFER_NEXT[transfer.state]
        moves.append(_button(word, "mini pri", do="ship", id=transfer.id, to=to.value))
    if T.CANCELLED in TRANSFER_MOVES[transfer.state]:
        moves.append(_button("撤销", "mini", "再按：撤销", do="ship", id=transfer.id,
                             to=T.CANCELLED.value))  # fmt: skip
    return html.Li(
        [
            html.B("物", className="st", title=transfer.state.word),
            html.Div(
                [html.Span(name, className="name", title=name),
                 html.Small(f"{depot.name if depot else transfer.depot_id}　{eta}")],
                className="what",
            ),
            html.Ol(parts),
            html.Div(moves, className="to"),
        ],
        key=transfer.id,
    )  # fmt: skip


def command_of(act: Mapping[str, Any]) -> Command | None:
    """The command a press on a row asks for; None when it only opens a form."""
    if act.get("do") == "advance":
        return AdvanceAssignment(assignment_id=str(act["id"]), to=str(act["to"]))
    if act.get("do") == "ship":
        return AdvanceTransfer(transfer_id=str(act["id"]), to=str(act["to"]))
    return None


def register(app: Dash, center: Center) -> None:
    """Redraw at every number; move, redirect and cancel as pressed."""
    field_code.register(app, center)

    @app.callback(Output(Follow.LIST, FLAT), Input(Live.REVISION, "data"), Input(Desk.DONE, "data"))
    async def redraw(_revision: Any, _done: Any) -> Any:
        return flat(view(await desk.see(center)))

    @app.callback(
        Output(Follow.FORM, "hidden"),
        Output(Follow.FORM_TITLE, "children"),
        Output(Follow.WHICH, "data"),
        Output(Follow.TO, "options"),
        Output(Follow.TO, "value"),
        Output(Follow.REASON, "value"),
        Input(desk.act_id(AREA), "data"),
        State(Follow.WHICH, "data"),
        State(Follow.TO, "value"),
        State(Follow.REASON, "value"),
        prevent_initial_call=True,
    )
    async def press(act: Any, which: str | None, to: str | None, reason: str | None) -> Any:
        do = (act or {}).get("do")
        if do == "open":
            return _form(await desk.see(center), str(act["id"]))
        if do == "shut":
            return True, "", None, [], None, ""
        if do == "redirect" and which:
            taken = await _redirect(center, which, to, reason, act)
            return (True, "", None, [], None, "") if taken else no_update
        command = command_of(act or {})
        if command is not None and await desk.attempt(center, command, str(act.get("n") or "")):
            toasts.say("已记录")
        return no_update


def _form(seen: Situation, assignment_id: str) -> tuple[Any, ...]:
    """The form opened for one assignment."""
    order = seen.assignments[assignment_id]
    team = seen.teams.get(order.team_id)
    others = [i for i in seen.sided() if i.id != order.incident_id]
    options = [{"label": f"{i.letter} {i.short_name}", "value": i.id} for i in others]
    title = f"改派 {team.name if team else order.team_id} 到"
    return False, title, order.id, options, options[0]["value"] if options else None, ""


async def _redirect(
    center: Center, which: str, to: str | None, reason: str | None, act: Mapping[str, Any]
) -> bool:
    """Send the team elsewhere; whether it was taken."""
    if not to or not (reason or "").strip():
        what, remedy = (
            ("改派理由是空的", "请写明改派理由") if to else ("没有改派去向", "请选择事件")
        )
        toasts.complain(Invalid.field("reason", what, remedy))
        return False
    command = RedirectAssignment(assignment_id=which, incident_id=to, reason=str(reason).strip())
    done = await desk.attempt(center, command, str(act.get("n") or ""))
    if done:
        toasts.say("已改派")
    return done is not None
