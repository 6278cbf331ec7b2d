"""How approvals look: columns of cards, the one at hand, and its buttons."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components import task_words as tw
from dashboard.components.desk_words import clock, empty
from data.domain.clearance import Clearance, ClearanceState
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation

C = ClearanceState
WAITING = ("待批：队伍和物资留着，尚未出动", "已先行下达：待补批、补签", "已办")


def board(
    seen: Situation, areas: AreaTree, text: str, chosen: str | None, pace: str, click: Any
) -> Any:
    """Three columns: what waits, what went first and owes a word, what is decided.

    `pace` says how an overdue one is called.
    """
    held = [
        c
        for c in seen.clearances.values()
        if tw.fits(text, c.title, c.rule, c.asked_by, c.id, areas.name(c.org), c.kind_word)
    ]
    held.sort(key=lambda c: (c.due_at is None, c.due_at or seen.at, c.id))
    decided = sorted((c for c in held if not c.open), key=lambda c: c.id, reverse=True)
    columns = (
        [c for c in held if c.state == C.ASKED],
        [c for c in held if c.open and c.state != C.ASKED], decided,
    )  # fmt: skip
    over = sum(c.overdue(seen.at) for c in seen.clearances.values())
    count = [f"待办 {sum(c.open for c in seen.clearances.values())} 件",
             html.B(f"　逾期 {over} 件", className="over") if over else "",
             html.Small(f"　{pace}")]  # fmt: skip
    sections = [
        html.Section(
            [html.H3([html.Span(word), html.Small(str(len(mine)))]),
             *[_card(seen, areas, c, c.id == chosen, click) for c in mine],
             *([] if mine else [empty("没有")])],
            className="col room",
        )
        for word, mine in zip(WAITING, columns, strict=True)
    ]  # fmt: skip
    return [html.P(count, className="count"), html.Div(sections, className="columns")]


def _card(seen: Situation, areas: AreaTree, held: Clearance, chosen: bool, click: Any) -> Any:
    side, letter, _ = tw.place_of(seen, held.incident_id)
    names = ["tk", side, "over" if held.overdue(seen.at) else "", "on" if chosen else "",
             "" if held.open else "done"]  # fmt: skip
    when = (
        html.Time(clock(held.decided_at, seen.at))
        if held.decided_at
        else tw.due_view(held.due_at)
    )
    return html.Button(
        [
            html.B(letter, className="letter"),
            html.Span([html.Strong(held.title, title=held.rule),
                       html.Small(f"{held.kind_word} · 须{held.whose} · {areas.name(held.org)}")],
                      className="what"),
            html.Span([when, html.Em(held.word)], className="right"),
        ],
        className=" ".join(filter(None, names)), **click(held),
    )  # fmt: skip


def detail(seen: Situation, areas: AreaTree, held: Clearance | None) -> Any:
    """What is asked, by which rule, whose word it needs, and what it holds."""
    if held is None:
        return empty("选一件审批查看", "本辖区力量直接下令；其余按授权表，先行下达的事后补批")
    side, letter, name = tw.place_of(seen, held.incident_id)
    facts = [
        ("依据", held.rule),
        ("须", f"{held.whose}{'（由值班席电话确认后记录）' if held.by == 'owner' else ''}"),
        ("拟办", f"{areas.name(held.org)} {held.asked_by} {clock(held.asked_at, seen.at)}"),
        ("时限", clock(held.due_at, seen.at) if held.due_at else "无"),
    ]  # fmt: skip
    if held.authorised_by:
        word = held.authorised_by
        said = " ".join(x for x in (word.post, word.name, word.way) if x)
        facts.append(("授权", f"{said} {clock(word.at, seen.at) if word.at else ''}".strip()))
    if held.decided_at and held.decided_by:
        facts.append(("办理", f"{held.decided_by} {clock(held.decided_at, seen.at)}"))
    return [
        html.P([html.B(letter, className=f"letter {side}"), html.Span(name),
                html.Em(held.word)], className="of"),
        html.H2(held.title),
        html.Dl([x for k, v in facts for x in (html.Dt(k), html.Dd(v))]),
        _parts(seen, held),
    ]  # fmt: skip


def _parts(seen: Situation, held: Clearance) -> Any:
    """Every team and lot it is for, with where it stands."""
    rows = []
    for key in held.assignments:
        order = seen.assignments.get(key)
        team = seen.teams.get(order.team_id) if order else None
        if order is not None:
            rows.append((team.name if team else order.team_id, order.word))
    for key in held.transfers:
        lot = seen.transfers.get(key)
        item = seen.items.get(lot.item_id) if lot else None
        if lot is not None and item is not None:
            rows.append((f"{item.name} {lot.amount:g} {item.unit}", lot.state.word))
    if not rows:
        return None
    return html.Ul(
        [html.Li([html.Span(name), html.Em(word)]) for name, word in rows], className="parts"
    )


def actions(actor: Actor, areas: AreaTree, held: Clearance | None, area: str) -> list[Any]:
    """The buttons that do something in this state, for this account."""
    found: list[Any] = []
    if held is None or not held.open or not areas.covers(actor.org, held.org):
        return found

    def add(word: str, do: str, key: str, kind: str = "btn", sure: str = "") -> None:
        more = {**desk.key(key), **(desk.confirm(sure) if sure else {})}
        found.append(
            html.Button([word, html.Kbd(key.upper())], className=kind,
                        **desk.acts(area, do=do), **more)
        )  # fmt: skip

    decides = held.may_decide(actor)
    if decides:
        add("批准 ", "grant", "a", "btn pri")
    elif actor.may(Permission.DISPATCH) and (held.by == "owner" or held.state == C.ASKED):
        add("记主管方同意 " if held.by == "owner" else "记口头授权 ", "note", "a", "btn pri")
    if actor.may(Permission.REVIEW) and not decides:
        add("审核意见 ", "review", "o")
    if decides or actor.may(Permission.DISPATCH):
        add("不同意 ", "refuse", "x", "btn danger", "再按一次：未出动的即撤销")
    return found
