"""The library of contingencies: filters and list on the left, the one at hand on the right."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, set_props

from dashboard.components import contingency_form as form
from dashboard.components import desk, finding, toasts
from dashboard.components import task_words as tw
from dashboard.components.admin_parts import hole
from dashboard.components.contingency_view import detail_view
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.contingency import KIND_WORDS, TIER_WORDS, Contingency
from data.domain.incident import ROMAN
from data.domain.incident_types import type_name
from data.domain.messages import contingencies as m
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation

NAME = "contingencies"
TIERS = {"": "全部", **TIER_WORDS}
SHOWN_LEVELS = {"": "全部级别", **{k: f"{v}级" for k, v in ROMAN.items()}}


class Ids(StrEnum):
    """The ids of the library."""

    TEXT = "contingencies-text"
    TIER = "contingencies-tier"
    LEVEL = "contingencies-level"
    LIST = "contingencies-list"
    CHOSEN = "contingencies-chosen"
    DETAIL = "contingencies-detail"
    REASON = "contingencies-reason"
    ACTIONS = "contingencies-actions"


def layout() -> list[Any]:
    """Filters and list, and the contingency at hand."""
    filters = html.Div(
        [
            *finding.search(Ids.TEXT, "按名称、事件类型筛选"),
            finding.pills(Ids.TIER, TIERS, ""),
            html.Button(["新预案 ", html.Kbd("N")], className="btn", **desk.key("n"),
                        **desk.acts(NAME, do="new")),
        ],
        className="bar",
    )  # fmt: skip
    side = html.Div(
        [
            html.Div(
                [
                    finding.pills(Ids.LEVEL, SHOWN_LEVELS, ""),
                    dcc.Input(id=Ids.REASON, type="text", placeholder="停用理由", value="",
                              className="short", autoComplete="off"),
                    html.Div(id=Ids.ACTIONS, className="acts", **{FLAT: ""}),
                ],
                className="bar",
            ),
            html.Div(id=Ids.DETAIL, className="plan", **{FLAT: ""}),
        ],
        className="side",
    )  # fmt: skip
    return [
        html.Div([html.Div([filters, hole(Ids.LIST)], className="main"), side], className="two"),
        dcc.Store(id=Ids.CHOSEN),
        desk.act_store(NAME),
    ]


def picked(seen: Situation, areas: AreaTree, text: str, tier: str) -> list[Contingency]:
    """The contingencies that fit the filters: in force first, by tier, then by name."""
    held = [
        p
        for p in seen.contingencies.values()
        if tier in ("", p.tier)
        and tw.fits(text, p.name, p.body, areas.name(p.area_code),
                    "、".join(type_name(t) for t in p.types))
    ]  # fmt: skip
    order = list(TIER_WORDS)
    return sorted(held, key=lambda p: (p.withdrawn, order.index(p.tier), p.overlay, p.id))


def list_view(seen: Situation, areas: AreaTree, *, text: str, tier: str, chosen: str | None) -> Any:
    """How many there are, and a card for each."""
    plans = picked(seen, areas, text, tier)
    if not plans:
        return empty("没有符合筛选的预案", "清空筛选，或按 N 录入新预案")
    running = {r.contingency_id for r in seen.responses.values() if r.until is None}
    cards = [_card(areas, p, chosen=p.id == chosen, running=p.id in running) for p in plans]
    return [html.P(f"共 {len(plans)} 个预案", className="count"), *cards]


def _card(areas: AreaTree, plan: Contingency, *, chosen: bool, running: bool) -> Any:
    types = "、".join(type_name(t) for t in plan.types) or "各类事件"
    marks = [
        html.Em("叠加") if plan.overlay else None,
        html.Em("执行中", className="run") if running else None,
        html.Em("停用", className="off") if plan.withdrawn else None,
    ]
    levels = " ".join(ROMAN[level] for level in plan.levels)
    return html.Button(
        [
            html.Span([html.Strong(plan.name), *marks], className="what"),
            html.Small(
                f"{areas.name(plan.area_code)} · {KIND_WORDS[plan.kind]} · {types}", title=types
            ),
            html.Small(f"{levels} 级 · 任务 {len(plan.tasks)} 项 · 第 {plan.edition} 版"),
        ],
        className="cp on" if chosen else "cp",
        **desk.sets({Ids.CHOSEN: {"data": plan.id}}),
    )


def actions_view(actor: Actor, areas: AreaTree, plan: Contingency | None) -> Any:
    """What may be done with the contingency at hand."""
    if plan is None:
        return None
    found = [
        html.A("下载 YAML", className="btn", href=f"/api/v1/contingencies/{plan.id}/file",
               download=f"{plan.name}.yaml")
    ]  # fmt: skip
    if actor.may(Permission.CONTINGENCY) and areas.covers(actor.org, plan.area_code):
        found.append(html.Button(["修订 ", html.Kbd("E")], className="btn pri", **desk.key("e"),
                                 **desk.acts(NAME, do="edit")))  # fmt: skip
        if not plan.withdrawn:
            found.append(html.Button("停用", className="btn danger",
                                     **desk.confirm("再按一次停用"),
                                     **desk.acts(NAME, do="withdraw")))  # fmt: skip
    return found


def register(app: Dash, center: Center) -> None:
    """Draw the library, and carry out what its buttons ask."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.DETAIL, FLAT),
        Output(Ids.ACTIONS, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.TIER, "value"),
        Input(Ids.LEVEL, "value"),
        Input(Ids.CHOSEN, "data"),
    )
    async def redraw(
        _revision: Any, text: str | None, tier: str | None, level: str | None, chosen: str | None
    ) -> Any:
        seen, actor, areas = await desk.see(center), current_actor(), center.areas
        plans = picked(seen, areas, text or "", tier or "")
        plan = seen.contingencies.get(chosen or "") or next(iter(plans), None)
        mine = plan.id if plan else None
        listed = list_view(seen, areas, text=text or "", tier=tier or "", chosen=mine)
        detail = detail_view(seen, areas, plan, level or "")
        return flat(listed), flat(detail), flat(actions_view(actor, areas, plan))

    @app.callback(
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.TEXT, "value"),
        State(Ids.TIER, "value"),
        State(Ids.REASON, "value"),
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, text: str | None, tier: str | None,
        reason: str | None,
    ) -> None:  # fmt: skip
        if not asked:
            return
        if asked["do"] == "new":
            form.open_form(None)
            return
        seen = await desk.see(center)
        first = next(iter(picked(seen, center.areas, text or "", tier or "")), None)
        plan = seen.contingencies.get(chosen or "") or first
        if plan is None:
            return
        if asked["do"] == "edit":
            form.open_form(plan)
            return
        command = m.WithdrawContingency(contingency_id=plan.id, reason=reason or "")
        if await desk.attempt(center, command, asked["n"]):
            set_props(Ids.CHOSEN, {"data": plan.id})
            set_props(Ids.REASON, {"value": ""})
            toasts.say(f"已停用《{plan.name}》；再次保存即恢复")
