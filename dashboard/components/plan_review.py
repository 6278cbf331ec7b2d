"""The plans of one's area on the review page, read-only: what goes where, why, and against what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update

from dashboard.components import desk, plan_compare, plan_head, toasts
from dashboard.components.cover_view import panel as cover_panel
from dashboard.components.desk_words import kbd
from dashboard.components.flat import FLAT, flat
from dashboard.components.forking import supposed_last
from dashboard.components.live import Live
from dashboard.components.plan_compare import AREA
from dashboard.components.plan_rows import of_answer
from dashboard.components.plan_view import columns
from dashboard.gate import current_actor
from data.center import Center
from data.domain.dispatch import Plan
from data.domain.org import Actor
from data.domain.situation import Situation
from data.errors import CenterError

OPEN, SHUT = "plan-review plan-look open", "plan-review plan-look"
MOST = 20


class ReviewIds(StrEnum):
    """The ids of the plans on the review page."""

    BOX = "plan-review"
    LIST = "plan-review-list"
    CHOSEN = "plan-review-chosen"
    TITLE = "plan-review-title"
    COLUMNS = "plan-review-columns"
    TABLE = "plan-review-table"
    CHART = "plan-review-chart"
    MORE = "plan-review-more"
    PROBLEM = "plan-review-problem"


def opener() -> Any:
    """The button that opens the plans."""
    return html.Button(
        ["查看方案 ", kbd("F8")], className="btn", **desk.key("F8"),
        **desk.sets({ReviewIds.BOX: {"className": OPEN}}),
    )  # fmt: skip


def layout() -> Any:
    """The view over the page, shut until asked for; nothing in it orders anything."""
    return html.Section(
        [
            desk.act_store(AREA),
            dcc.Store(id=ReviewIds.CHOSEN),
            html.Header(
                [
                    html.Div(html.H2("调派方案"), id=ReviewIds.TITLE, className="plan-said"),
                    html.Span("只读", className="fmark"),
                    html.Button(["收起 ", kbd("Esc")], className="btn", **desk.key("Escape"),
                                **desk.sets({ReviewIds.BOX: {"className": SHUT}})),
                ],
                className="plan-top",
            ),
            html.Div(
                [
                    html.Nav(id=ReviewIds.LIST, className="rplans",
                             **{"aria-label": "最近的方案"}),
                    html.Div(html.Div(id=ReviewIds.COLUMNS, className="plan-cols"),
                             className="plan-body"),
                    html.Div(
                        [
                            html.Div(id=ReviewIds.PROBLEM, role="alert"),
                            html.H4("方案对比"),
                            html.Div(id=ReviewIds.TABLE),
                            dcc.Graph(id=ReviewIds.CHART, responsive=True,
                                      style={"height": f"{plan_compare.CHART_PX}px"},
                                      config={"displayModeBar": False, "staticPlot": False}),
                            html.Div(id=ReviewIds.MORE, className="rmore"),
                        ],
                        className="rright",
                    ),
                ],
                className="rbody",
            ),
        ],
        id=ReviewIds.BOX, className=SHUT, **{"aria-label": "调派方案"},
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List the plans; open one."""

    @app.callback(
        Output(ReviewIds.CHOSEN, "data"),
        Input(desk.act_id(AREA), "data"),
        prevent_initial_call=True,
    )
    async def choose(act: dict[str, Any] | None) -> Any:
        return act["plan"] if act else no_update

    @app.callback(
        Output(ReviewIds.LIST, FLAT),
        Output(ReviewIds.TITLE, FLAT),
        Output(ReviewIds.COLUMNS, FLAT),
        Output(ReviewIds.TABLE, FLAT),
        Output(ReviewIds.CHART, "figure"),
        Output(ReviewIds.MORE, FLAT),
        Output(ReviewIds.PROBLEM, "children"),
        Input(ReviewIds.BOX, "className"),
        Input(ReviewIds.CHOSEN, "data"),
        Input(Live.REVISION, "data"),
    )
    async def show(box: str, chosen: str | None, _revision: Any) -> Any:
        if box != OPEN:
            return (no_update,) * 7
        try:
            return (*await center.ask(drawn, center, current_actor(), chosen), None)
        except CenterError as error:
            return *(no_update,) * 6, toasts.refusal(error)


def drawn(center: Center, actor: Actor, chosen: str | None) -> tuple[Any, ...]:
    """The list, and the plan chosen (else the newest real one) as it was proposed. Blocking.

    Raises
    ------
    Forbidden, NotFound
    """
    now = center.queries.situation(actor)
    plans = center.plans(actor, MOST)
    made = picked(center, actor, plans, chosen)
    rows = flat(plan_compare.plans_list(now, plans, made.id if made else None))
    if made is None:
        return rows, flat(html.H2("调派方案")), "", "", plan_compare.chart({}), ""
    seen = as_seen(center, actor, made)
    orders = [d for d in now.dispatches.values() if d.plan_id == made.id]
    head = plan_compare.title(now, made, orders[-1].number if orders else None)
    told = [plan_head.certificate(made.answer), plan_head.assumptions(made.answer)]
    told += [part for d in orders for part in plan_head.ordered(d)]
    more = [
        cover_panel(made.answer.get("coverage")),
        plan_compare.contested(seen, made.answer),
        plan_compare.kept_back(made.answer),
    ]
    return (
        rows, flat([*head, html.Span(plan_compare.people(made.answer)), *told]),
        flat(columns(seen, supposed_last(of_answer(seen, made.answer)))),
        flat(plan_compare.table(made.answer)),
        plan_compare.chart(made.answer), flat(more),
    )  # fmt: skip


def picked(center: Center, actor: Actor, plans: list[Plan], chosen: str | None) -> Plan | None:
    """The plan chosen, else the newest that is no what-if, else the newest."""
    if chosen:
        return center.plan_of(actor, chosen)
    real = [p for p in plans if not p.request.get("what_if")]
    return next(iter(real or plans), None)


def as_seen(center: Center, actor: Actor, made: Plan) -> Situation:
    """What was known when the plan was proposed, with the incidents it only supposes."""
    seen = center.queries.situation(actor, made.created_at)
    return center.supposed(seen, made.request) if plan_compare.is_supposed(made) else seen
