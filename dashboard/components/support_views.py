"""How support requests and the levels look: cards, the request at hand, the table of levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components import task_words as tw
from dashboard.components.desk_words import clock, empty
from data.domain.linking import VERDICTS, SupportRequest, SupportState, Want
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation

S = SupportState


def board(
    seen: Situation, areas: AreaTree, actor: Actor, text: str, chosen: str | None, click: Any
) -> Any:
    """Three columns: asked of us or below us, asked by us, ended."""
    held = [
        r
        for r in seen.supports.values()
        if tw.fits(text, r.number, r.title, r.to, r.reason, areas.name(r.org))
    ]
    held.sort(key=lambda r: (r.due_at is None, r.due_at or seen.at, r.id))
    columns = (
        ("收到的、辖区内的", [r for r in held if r.open and r.org != actor.org]),
        ("我们发出的", [r for r in held if r.open and r.org == actor.org]),
        ("办结、撤回", sorted((r for r in held if not r.open), key=lambda r: r.id, reverse=True)),
    )
    over = sum(r.overdue(seen.at) for r in seen.supports.values())
    count = [f"未办结 {sum(r.open for r in seen.supports.values())} 件",
             html.B(f"　逾期未答复 {over} 件", className="over") if over else ""]  # fmt: skip
    sections = [
        html.Section(
            [html.H3([html.Span(word), html.Small(str(len(mine)))]),
             *[_card(seen, areas, r, r.id == chosen, click) for r in mine],
             *([] if mine else [empty("没有")])],
            className="col room",
        )
        for word, mine in columns
    ]  # fmt: skip
    return [html.P(count, className="count"), html.Div(sections, className="columns")]


def _card(seen: Situation, areas: AreaTree, held: SupportRequest, chosen: bool, click: Any) -> Any:
    side, letter, _ = tw.place_of(seen, held.incident_id)
    verdict = VERDICTS.get(held.verdict, "")
    names = ["tk", side, "over" if held.overdue(seen.at) else "", "on" if chosen else ""]
    notes = (f"{areas.name(held.org)} → {held.to}", held.number, verdict)
    return html.Button(
        [
            html.B(letter, className="letter"),
            html.Span([html.Strong(held.title, title=held.reason),
                       html.Small(" · ".join(n for n in notes if n))], className="what"),
            html.Span([tw.due_view(held.due_at, ended=held.answered_at, late=held.late())
                       if not held.answered_at else html.Time(clock(held.answered_at, seen.at)),
                       html.Em(held.state.word)], className="right"),
        ],
        className=" ".join(filter(None, names)), **click(held),
    )  # fmt: skip


def detail(seen: Situation, areas: AreaTree, held: SupportRequest | None) -> Any:
    """What is asked, why, by when, and what was answered."""
    if held is None:
        hint = "向上、向下或向部委、部队、邻省请求支援，编号留痕，答复并列"
        return empty("选一件请求查看，或新建请求", hint)
    side, letter, name = tw.place_of(seen, held.incident_id)
    facts = [
        ("请求", f"{areas.name(held.org)} {held.asked_by} {clock(held.asked_at, seen.at)}"),
        ("向谁", held.to), ("理由", held.reason),
        ("答复时限", clock(held.due_at, seen.at) if held.due_at else "无"),
    ]  # fmt: skip
    if held.verdict:
        late = "（逾期）" if held.late() else ""
        facts.append(("答复", f"{VERDICTS[held.verdict]}{late}：{held.answer}"))
        facts.append(("同意", _lines(held.granted) or "—"))
    if held.drafted_at:
        sent = next((d for d in seen.dispatches.values() if held.plan_id and
                     d.plan_id == held.plan_id), None)  # fmt: skip
        waits = f"待{areas.name(held.plan_org)}值班席在值班台下达"
        then = f"已下达 调派 {sent.number}" if sent else waits if held.plan_id else "未生成"
        facts.append(("调派草案", f"{then}　{held.plan_note}"))
    return [
        html.P([html.B(letter, className=f"letter {side}"), html.Span(f"{name}　{held.number}"),
                html.Em(held.state.word)], className="of"),
        html.H2(held.title),
        html.Dl([x for k, v in facts for x in (html.Dt(k), html.Dd(v))]),
    ]  # fmt: skip


def _lines(wants: Sequence[Want]) -> str:
    return "、".join(w.words for w in wants)


def actions(actor: Actor, held: SupportRequest | None, area: str) -> list[Any]:
    """The buttons that do something in this state, for this account."""
    found: list[Any] = []
    if held is None or not actor.may(Permission.RESPOND):
        return found

    def add(word: str, do: str, key: str, kind: str = "btn", sure: str = "") -> None:
        more = {**(desk.key(key) if key else {}), **(desk.confirm(sure) if sure else {})}
        shown = [word, html.Kbd(key.upper())] if key else word
        found.append(html.Button(shown, className=kind, **desk.acts(area, do=do), **more))

    asks = held.org == actor.org
    answers = held.to_org == actor.org or (asks and held.to_org is None)
    if answers and held.state == S.SENT:
        add("签收 ", "take", "s", "btn pri")
    if answers and held.state in (S.SENT, S.RECEIVED, S.ANSWERED):
        add("同意 ", "granted", "a", "btn pri" if held.state == S.RECEIVED else "btn")
        add("部分同意 ", "partly", "p")
        add("不能支援 ", "refused", "x")
    if asks and held.state == S.ANSWERED:
        add("办结 ", "finish", "d", "btn pri")
    if asks and held.open:
        add("撤回", "withdraw", "", "btn danger", "再按一次撤回")
    return found
