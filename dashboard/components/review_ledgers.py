"""Who knew what when, and what was proposed beside what was done, for every incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components.admin_parts import table
from dashboard.words import DASH, clock_time, count
from data.domain.deeds import Goods, deeds, goods
from data.domain.incident import Incident
from data.domain.knowing import knowing
from data.domain.org import AreaTree
from data.domain.situation import Situation


def ledgers(seen: Situation, areas: AreaTree, answers: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Two folded tables an incident, in the order of the letters."""
    found = []
    for incident in sorted(seen.incidents.values(), key=lambda i: i.id):
        found.append(_fold(f"{incident.letter} 谁在何时知道什么", _knowing(seen, areas, incident)))
        found.append(_fold(f"{incident.letter} 方案与执行", _deeds(seen, incident, answers)))
    return found


def _fold(word: str, content: Any) -> Any:
    # named, so that it stays unfolded when it is drawn again
    return html.Details([html.Summary(word), content], className="fold", **{"data-fold": word})


def _knowing(seen: Situation, areas: AreaTree, incident: Incident) -> Any:
    rows = [
        (clock_time(k.at, seen.at), k.who, html.Span(k.what, title=k.what), k.way)
        for k in knowing(seen, areas, incident)
    ]
    return table(("何时", "谁", "知道什么", "怎么知道"), rows, "此刻还没有记录")


def _deeds(seen: Situation, incident: Incident, answers: Sequence[Mapping[str, Any]]) -> Any:
    rows = [
        (d.team, "是" if d.proposed else "否", d.state, clock_time(d.expected, seen.at),
         clock_time(d.arrived, seen.at), _late(d.late_min))
        for d in deeds(seen, incident, answers)
    ]  # fmt: skip
    heads = ("队伍", "方案建议", "状态", "预计到", "实到", "早晚")
    teams = table(heads, rows, "此刻既没有联合方案，也没有调派")
    held = goods(seen, incident, answers)
    return [teams, _goods(seen, held)] if held else teams


def _goods(seen: Situation, held: Sequence[Goods]) -> Any:
    """Amounts as planned, sent and signed for, from each depot."""
    rows = [
        (
            html.Span([g.item, html.Small(g.depot)]), count(g.proposed) if g.proposed else "否",
            f"{count(g.sent)} {g.unit}" if g.sent else g.state, count(g.received),
            clock_time(g.expected, seen.at), clock_time(g.arrived, seen.at), _late(g.late_min),
        )
        for g in held
    ]  # fmt: skip
    heads = ("物资", "建议", "调出", "实收", "预计到", "实到", "早晚")
    return html.Div(table(heads, rows, ""), className="goods")


def _late(minutes: float | None) -> str:
    return DASH if minutes is None else f"{minutes:+.0f} 分"
