"""Who knew what when, and what was proposed beside what was done, for every incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components.admin_parts import table
from dashboard.words import DASH, clock_time
from data.domain.incident import Incident
from data.domain.intervals import deeds, knowing
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
    return html.Details([html.Summary(word), content], className="fold")


def _knowing(seen: Situation, areas: AreaTree, incident: Incident) -> Any:
    rows = [
        (clock_time(k.at, seen.at), k.who, html.Span(k.what, title=k.what), k.way)
        for k in knowing(seen, areas, incident)
    ]
    return table(("何时", "谁", "知道什么", "怎么知道"), rows, "此刻还没有记录")


def _deeds(seen: Situation, incident: Incident, answers: Sequence[Mapping[str, Any]]) -> Any:
    def late(minutes: float | None) -> str:
        return DASH if minutes is None else f"{minutes:+.0f} 分"

    rows = [
        (d.team, "是" if d.proposed else "否", d.state, clock_time(d.expected, seen.at),
         clock_time(d.arrived, seen.at), late(d.late_min))
        for d in deeds(seen, incident, answers)
    ]  # fmt: skip
    heads = ("队伍", "方案建议", "状态", "预计到", "实到", "早晚")
    return table(heads, rows, "此刻既没有联合方案，也没有调派")
