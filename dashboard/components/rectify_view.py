"""The rectification at hand: who, by when, how far, and what may be done with it now."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components import hazard_words as hw
from dashboard.components import task_words as tw
from dashboard.components.desk_words import clock, empty
from data.domain.org import Actor, AreaTree, Permission
from data.domain.rectification import (
    RANK,
    SUPERVISIONS,
    Rectification,
    RectificationState,
    level_of,
)
from data.domain.situation import Situation

NAME = "rectify"
R = RectificationState


def detail(
    seen: Situation, areas: AreaTree, actor: Actor, held: Rectification | None
) -> tuple[Any, Any, Any]:
    """(what it is with its progress, what may be done, what was done) of the one at hand."""
    if held is None:
        return empty("选一项整改查看", "在“核实队列”中把隐患转整改"), None, None
    late = held.overdue(seen.at)
    due = clock(held.due_at, seen.at) + ("（已超期）" if late else "")
    rows = [
        ("督办", SUPERVISIONS[held.supervision]),
        ("责任单位", held.owner_body),
        ("责任人", f"{held.owner_person} {held.owner_phone}".strip()),
        ("时限", html.B(due, className="late") if late else due),
        ("时限依据", held.due_reason), ("要求", held.measures),
        ("延期", f"{len(held.extensions)} 次" if held.extensions else ""),
        ("下达", f"{areas.name(held.org)} {held.given_by} {clock(held.given_at, seen.at)}"),
        ("申请验收", f"{held.submitted_by} {clock(held.submitted_at, seen.at)}"
         f"{'（逾期）' if held.late() else ''}" if held.submitted_at else ""),
        ("结论", f"{held.ended_by} {clock(held.ended_at, seen.at)} {held.ended_words}"
         if held.ended_at else ""),
        ("隐患", html.A(held.hazard_id, href=f"/hazards?id={held.hazard_id}")
         if held.hazard_id else ""),
    ]  # fmt: skip
    head = [
        html.P([html.B("督" if held.supervision != "none" else "改", className="letter"),
                html.Span(f"{held.id} · {areas.name(held.area_code)}"),
                html.Em(held.now.word)], className="of"),
        html.H2(held.title), hw.facts(rows), _progress(seen, held),
    ]  # fmt: skip
    return head, _actions(actor, areas, held), tw.steps_view(held.steps, seen.at)


def _progress(seen: Situation, held: Rectification) -> Any:
    """Lines of progress with their photos, the newest first."""
    if not held.progress:
        return empty("还没有进展", "责任单位或网格员填报后显示在这里")
    lines = [
        html.Li([html.Time(clock(p.at, seen.at)), html.B(p.by),
                 html.P(p.words) if p.words else None,
                 hw.photo_strip(p.photos, f"/api/v1/rectifications/{held.id}/progress/{n}/photos")])
        for n, p in enumerate(held.progress, 1)
    ]  # fmt: skip
    return html.Div([html.H3("进展"), html.Ol(lines[::-1], className="steps progress")])


def _actions(actor: Actor, areas: AreaTree, held: Rectification) -> Any:
    """The buttons that do something in this state, each with its key."""
    if not actor.may(Permission.VERIFY):
        return html.Small("你的账号只能查看整改；办理由值班室进行。")
    if not held.open:
        return html.Small("已结束；重新出现请另报隐患。")
    found: list[Any] = []
    if held.now in (R.GIVEN, R.DOING, R.SUBMITTED):
        look = "pri" if held.now != R.SUBMITTED else ""
        found.append(_button("记进展", "g", look, do="progress"))
    if held.now in (R.GIVEN, R.DOING):
        found.append(_button("申请验收", "s", do="submit"))
    if not areas.covers(actor.org, held.org):
        return [*found, html.Small("延期、验收、撤销由下达整改的一级办理。")]
    if RANK[level_of(areas, actor.org)] < RANK[held.supervision]:
        word = SUPERVISIONS[held.supervision]
        return [*found, html.Small(f"{word}：延期、验收由挂牌的一级办理。")]
    if held.own_work_of(actor):
        found.append(html.Small("你填报过进展或申请过验收，请由另一人验收。"))
    elif held.now == R.SUBMITTED:
        found += [_button("验收通过", "a", "pri", do="accept"), _button("退回", "t", do="return")]
    found += [_button("改期", "q", do="extend"), _button("改督办级别", "d", do="supervise")]
    if actor.may(Permission.SIGN):
        found.append(html.Button("撤销整改", className="btn danger", **desk.confirm("再按一次撤销"),
                                 **desk.acts(NAME, do="lift")))  # fmt: skip
    return found


def _button(word: str, key: str, look: str = "", **does: Any) -> Any:
    return html.Button([f"{word} ", html.Kbd(key.upper())], className=f"btn {look}".strip(),
                       **desk.key(key), **desk.acts(NAME, **does))  # fmt: skip


def picked(seen: Situation, areas: AreaTree, text: str, shown: str) -> list[Rectification]:
    """The rectifications that fit the filters, the nearest deadline first."""
    fits = {
        "open": lambda r: r.open, "over": lambda r: r.overdue(seen.at),
        "put-up": lambda r: r.open and r.supervision != "none", "ended": lambda r: not r.open,
        "all": lambda _: True,
    }[shown]  # fmt: skip
    held = [
        r for r in seen.rectifications.values()
        if fits(r) and tw.fits(text, r.title, r.id, r.owner_words, r.hazard_id or "",
                               areas.name(r.area_code))
    ]  # fmt: skip
    return sorted(held, key=lambda r: (r.due_at is None, r.due_at or seen.at, r.id))


def board(
    seen: Situation, areas: AreaTree, held: list[Rectification], chosen: str | None, click: Any
) -> Any:
    """How many there are, and a column for each state."""
    late = sum(r.overdue(seen.at) for r in seen.rectifications.values())
    waits = sum(r.open for r in seen.rectifications.values())
    said = html.P(
        [f"在办 {waits} 项", html.B(f"　超期 {late} 项", className="over") if late else "",
         f"　符合筛选 {len(held)} 项"], className="count",
    )  # fmt: skip
    groups = []
    for head, states in {"待整改": (R.GIVEN,), "整改中": (R.DOING,), "待验收": (R.SUBMITTED,),
                         "已结": (R.ACCEPTED, R.LIFTED)}.items():  # fmt: skip
        mine = [
            hw.rectification_card(seen, areas, r, chosen=r.id == chosen, click=click(r))
            for r in held
            if r.now in states
        ]
        if mine or head != "已结":
            groups.append((head, mine, "没有"))
    return [said, hw.columns(groups)]
