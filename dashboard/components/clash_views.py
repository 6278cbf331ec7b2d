"""How conflicts between a county's machine and the province look, and the machines themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components import task_words as tw
from dashboard.components.admin_parts import stamp, table
from dashboard.components.desk_words import clock, empty
from dashboard.words import DASH
from data.domain.clash_words import field_word, value_word
from data.domain.node import VERDICTS, Clash, NodeState, Side
from data.domain.org import PROVINCE, Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.domain.three_way import FieldClash

DECIDED_SHOWN = 60
KEYS = {"province": "p", "county": "c", "neither": "x", "one": "p", "two": "c", "aside": "p"}


def board(
    seen: Situation, areas: AreaTree, chosen: str | None, click: Callable[[Clash], Any]
) -> Any:
    """Two columns: what waits for a decision, oldest first, and what was decided."""
    held = sorted(seen.clashes.values(), key=lambda c: c.id)
    opened = [c for c in held if c.open]
    done = [c for c in reversed(held) if not c.open][:DECIDED_SHOWN]
    count = [html.B(f"待裁定 {len(opened)} 件", className="over" if opened else "")]
    columns = (("待裁定", opened, "两头没有相互冲突的命令"), ("已裁定", done, "还没有"))
    sections = [
        html.Section(
            [html.H3([html.Span(word), html.Small(str(len(mine)))]),
             *[_card(seen, areas, c, c.id == chosen, click) for c in mine],
             *([] if mine else [empty(none)])],
            className="col room",
        )
        for word, mine, none in columns
    ]  # fmt: skip
    return [html.P(count, className="count"), html.Div(sections, className="columns")]


def _card(seen: Situation, areas: AreaTree, held: Clash, chosen: bool, click: Any) -> Any:
    side, letter, _ = tw.place_of(seen, held.incident_id)
    names = ["tk", side, "over" if held.open else "", "on" if chosen else ""]
    verdict = VERDICTS[held.kind].get(held.verdict or "", "")
    notes = (areas.name(held.org), held.why, verdict)
    return html.Button(
        [
            html.B(letter, className="letter"),
            html.Span([html.Strong(f"{held.word}：{held.subject}"),
                       html.Small(" · ".join(n for n in notes if n))], className="what"),
            html.Span([html.Time(clock(held.decided_at or held.opened_at, seen.at)),
                       html.Em("待裁定" if held.open else "已裁定")], className="right"),
        ],
        className=" ".join(filter(None, names)), **click(held),
    )  # fmt: skip


def detail(seen: Situation, areas: AreaTree, held: Clash | None) -> Any:
    """Both sides of the one at hand, next to each other: who, when, what."""
    if held is None:
        return empty(
            "选一件冲突查看",
            "县级节点脱网期间与省里对同一队伍、物资、数字或事件各自办理的，在此由人裁定",
        )
    side, letter, name = tw.place_of(seen, held.incident_id)
    head = [
        html.P([html.B(letter, className=f"letter {side}"), html.Span(f"{name}　{held.id}"),
                html.Em("待裁定" if held.open else "已裁定")], className="of"),
        html.H2(f"{held.word}：{held.subject}"),
        html.P(held.why, className="said"),
        html.Div(
            [_side(f"{areas.name(held.org)}（节点 {held.node}）", held.county, seen.at),
             _side("省中心", held.province, seen.at)],
            className="both",
        ),
    ]  # fmt: skip
    if held.fields:
        head.append(_fields(held.fields))
    if held.kind == "refused":
        rows = ((c.kind, html.Code(c.id)) for c in held.held)
        head.append(table(("种类", "编号"), rows, "没有附带数据"))
    if not held.open:
        verdict = VERDICTS[held.kind].get(held.verdict or "", DASH)
        words = f"{verdict}。{held.reason}（{held.decided_by} {clock(held.decided_at, seen.at)}）"
        head.append(html.P([html.B("裁定："), words], className="said"))
    return head


def _side(title: str, side: Side, now: datetime) -> Any:
    facts = [
        ("谁", side.who or DASH), ("何时", clock(side.when, now) if side.when else DASH),
        ("做了什么", side.what or DASH), ("编号", side.thing or DASH),
    ]  # fmt: skip
    rows = [x for k, v in facts for x in (html.Dt(k), html.Dd(v))]
    return html.Section([html.H3(title), html.Dl(rows)])


def _fields(held: Sequence[FieldClash]) -> Any:
    rows = (
        (field_word(f.field), *(value_word(f.field, value) or DASH for value in values))
        for f in held
        if (values := (f.before, f.theirs, f.ours))
    )
    return table(("项目", "原来", "县里", "省里"), rows, "")


def actions(actor: Actor, held: Clash | None, area: str) -> list[Any]:
    """A button for each verdict, for who may decide; the others are told who does."""
    if held is None or not held.open:
        return []
    if actor.org != PROVINCE or not actor.may(Permission.DISPATCH):
        return [html.P("由省值班员裁定；请先电话商定。", className="count")]
    return [
        html.Button(
            [f"{word} ", html.Kbd(KEYS[key].upper())], className="btn pri" if n == 0 else "btn",
            **desk.key(KEYS[key]), **desk.confirm(f"再按一次：{word}"),
            **desk.acts(area, do=key),
        )
        for n, (key, word) in enumerate(VERDICTS[held.kind].items())
    ]  # fmt: skip


def machines(
    nodes: Sequence[NodeState], areas: AreaTree, silent: Callable[[NodeState], bool],
    actor: Actor, area: str,
) -> Any:  # fmt: skip
    """One row a county machine: when last heard, what it holds, what is wrong."""

    def cells(node: NodeState) -> tuple[Any, ...]:
        gone = node.revoked_at is not None
        word = "已注销" if gone else "失联" if silent(node) else "在线"
        off = html.Button(
            "注销", className="btn tiny danger", **desk.acts(area, do="revoke", key=node.name),
            **desk.confirm("再按一次：令牌作废"),
        )  # fmt: skip
        return (
            html.B(node.name), areas.name(node.org), node.label,
            html.Em(word, className="off" if word != "在线" else ""), stamp(node.contact_at),
            f"{node.waiting} 条", f"第 {node.number} 号", f"第 {node.cursor} 号",
            html.Span(node.error, className="late") if node.error else "",
            off if not gone and actor.may(Permission.ACCOUNTS) else "",
        )  # fmt: skip

    heads = ("节点", "市县", "名称", "状态", "最近联系", "待上报", "已收到", "已下发", "说明", "")
    return table(heads, (cells(n) for n in nodes), "还没有登记县级节点。")
