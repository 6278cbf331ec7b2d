"""One contingency to read: triggers, command structure, tasks by level, needs, editions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html

from dashboard.components.admin_parts import stamp, table
from dashboard.components.desk_words import empty
from dashboard.words import DASH
from data.domain.capabilities import CAPABILITIES
from data.domain.contingency import KIND_WORDS, SAMPLE, TIER_WORDS, Contingency
from data.domain.incident import ROMAN
from data.domain.incident_types import type_name
from data.domain.org import AreaTree
from data.domain.situation import Situation

HOUR = 60


def span(minutes: int | None) -> str:
    """Minutes as a person says them."""
    if minutes is None:
        return DASH
    if minutes and minutes % HOUR == 0:
        return f"{minutes // HOUR} 小时"
    return f"{minutes} 分钟"


def detail_view(seen: Situation, areas: AreaTree, plan: Contingency | None, level: str) -> Any:
    """Everything of one contingency; `level` cuts it down to one level, blank shows all."""
    if plan is None:
        return empty("选一个预案查看", "左侧点开任一预案")
    return [
        *_head(areas, plan),
        html.H3("启动条件"), _triggers(plan, level),
        html.H3("指挥体系"), _groups(plan),
        html.H3(f"任务{f'（{ROMAN[level]}级）' if level else ''}"), _tasks(plan, level),
        html.H3("需求模板"), _needs(seen, plan, level),
        html.H3("版本"), _editions(plan),
    ]  # fmt: skip


def _head(areas: AreaTree, plan: Contingency) -> list[Any]:
    facts = [
        ("层级类别", f"{TIER_WORDS[plan.tier]} · {KIND_WORDS[plan.kind]}"),
        ("单位", plan.body or areas.name(plan.area_code)), ("办事机构", plan.office),
        ("事件类型", "、".join(type_name(t) for t in plan.types) or "各类事件"),
        ("编制依据", plan.basis), ("来源", plan.source),
    ]  # fmt: skip
    return [
        html.H2(plan.name),
        html.P("已停用：不能再启动，执行中的响应不受影响", className="verdict bad")
        if plan.withdrawn else None,
        html.P("叠加预案：在执行中的响应之上启动", className="verdict") if plan.overlay else None,
        html.P(plan.note, className="note") if plan.note else None,
        html.Dl([x for k, v in facts if v for x in (html.Dt(k), html.Dd(v))]),
    ]  # fmt: skip


def _source(text: str) -> Any:
    """Where a line comes from; what is assumed is marked as such."""
    return html.Small(text, className="assumed" if text.startswith(SAMPLE) else "sourced")


def _marks(levels: Iterable[str]) -> str:
    return " ".join(ROMAN[level] for level in levels)


def _triggers(plan: Contingency, level: str) -> Any:
    rows = [
        (html.B(f"{ROMAN[t.level]}级"), t.words,
         f"事件{_marks(t.grades)}级" if t.grades else DASH, t.commander or DASH, _source(t.source))
        for t in plan.triggers
        if level in ("", t.level)
    ]  # fmt: skip
    return table(("级别", "启动条件", "对应等级", "指挥或批准", "来源"), rows, "预案没有这一级")


def _groups(plan: Contingency) -> Any:
    top = [
        html.P([html.B("总指挥"), plan.commander or DASH]),
        html.P([html.B("副总指挥"), "、".join(plan.deputies) or DASH]),
    ]
    boxes = [
        html.Div(
            [
                html.Strong(g.name), html.Span(g.lead_body or DASH),
                html.Ul([html.Li(d) for d in g.duties]),
                html.Small(f"参加：{'、'.join(g.bodies)}") if g.bodies else None,
                _source(g.source),
            ],
            className="grp",
        )
        for g in plan.groups
    ]  # fmt: skip
    return html.Div([html.Div(top, className="top"), html.Div(boxes, className="grps")])


def _tasks(plan: Contingency, level: str) -> Any:
    tasks = plan.tasks_at(level) if level else plan.tasks
    rows = [
        (span(t.minutes), _task(t.title, t.checklist, t.detail), t.owner or DASH,
         _marks(t.levels), _source(t.source))
        for t in tasks
    ]  # fmt: skip
    return table(("启动后", "任务与检查项", "承办", "级别", "来源"), rows, "这一级没有任务")


def _task(title: str, checklist: Iterable[str], detail: str) -> Any:
    lines = " · ".join(f"□ {item}" for item in checklist)
    return html.Div(
        [html.Strong(title), html.Small(lines) if lines else None,
         html.Small(detail) if detail else None], className="job",
    )  # fmt: skip


def _needs(seen: Situation, plan: Contingency, level: str) -> Any:
    units = {i.name: i.unit for i in seen.items.values()}
    units |= {i.id: i.unit for i in seen.items.values()}
    rows: list[Any] = [
        ("力量", n.capability, f"{n.amount:g} {CAPABILITIES[n.capability].unit}", span(n.by),
         _marks(n.levels), _source(n.source))
        for n in plan.needs
        if not level or level in n.levels
    ]  # fmt: skip
    rows += [
        ("物资", i.item, f"{i.amount:g} {units.get(i.item, '')}", span(i.by), _marks(i.levels),
         _source(i.source))
        for i in plan.items
        if not level or level in i.levels
    ]  # fmt: skip
    return table(("", "名称", "数量", "多久内", "级别", "来源"), rows, "预案没有写需求")


def _editions(plan: Contingency) -> Any:
    rows = [
        (f"第 {e.number} 版", stamp(e.at), e.by, e.words,
         html.A("下载", className="btn tiny", download=f"{plan.name}-{e.number}.yaml",
                href=f"/api/v1/contingencies/{plan.id}/file?edition={e.number}"))
        for e in reversed(plan.editions)
    ]  # fmt: skip
    return table(
        ("版本", "时间", "修订人", "说明", ""),
        rows,
        "随系统提供的第 1 版，尚未修订",
    )
