"""The plan view: every incident beside the others, the pool between, each edit solved at once."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import (
    desk,
    drafting,
    etas,
    needs_desk,
    plan_conditions,
    plan_head,
    plan_pool,
    plan_view,
    toasts,
)
from dashboard.components.cover_view import panel as cover_panel
from dashboard.components.desk import Desk
from dashboard.components.desk_words import kbd
from dashboard.components.draft_sides import Table
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.plan_rows import Answer, columns
from dashboard.components.plan_supplies import item_of, supplies
from dashboard.gate import current_actor
from data.center import Center
from data.domain.needs import supplies_of
from data.domain.situation import Situation
from data.errors import CenterError, Invalid, NotFound

AREA, DRAFT_AREA = "plan", "draft"
NEWEST_WINS = "duty-plan"  # a newer question of the same officer ends the older one's solver
OPEN, SHUT = "plan-view plan-look open", "plan-view plan-look"
KEYS = (("↑↓", "选行"), ("← →", "改派"), ("A B", "派往甲、乙"), ("L", "锁定"), ("X", "不派此处"),
        ("Del", "留下"), ("⏎", "详情"))  # fmt: skip


class PlanIds(StrEnum):
    """The plan view's own ids."""

    BOX = "plan-view"
    HEAD = "plan-head"
    LIMITS = "plan-limits"
    COLUMNS = "plan-columns"
    POOL = "plan-pool"
    CHIPS = "plan-chips"
    COUNT = "plan-count"
    TEXT = "plan-text"
    FILTER = "plan-filter"
    ASK = "plan-ask"
    ANSWERED = "plan-answered"
    COVER = "plan-cover"
    UNDO = "plan-undo"


def opener() -> Any:
    """The button that opens the plan view."""
    return html.Button(
        ["展开方案 ", kbd("P")], className="mini", **desk.key("p"),
        **desk.sets({PlanIds.BOX: {"className": OPEN}}),
        **{"data-focus": ".plan-view .prow"},
    )  # fmt: skip


def layout() -> Any:
    """The view, shut until asked for; nothing in it is unmounted."""
    return html.Section(
        [
            desk.act_store(AREA),
            dcc.Store(id=PlanIds.ASK),
            dcc.Store(id=PlanIds.ANSWERED),
            needs_desk.store(),
            dcc.Store(id=PlanIds.FILTER, storage_type="local"),
            html.Header(
                [
                    html.H2("联合调派方案"),
                    html.Div(id=PlanIds.HEAD, className="plan-said"),
                    html.Span("求解中…", className="plan-busy", role="status"),
                    html.Button(["撤销编辑 ", kbd("Ctrl Z")], id=PlanIds.UNDO, className="mini",
                                hidden=True, **desk.acts(DRAFT_AREA, do="undo")),
                    html.Button(["收起 ", kbd("Esc")], className="mini", **desk.key("Escape"),
                                **desk.sets({PlanIds.BOX: {"className": SHUT}})),
                ],
                className="plan-top",
            ),
            html.Div(
                [*plan_conditions.layout(), html.Div(id=PlanIds.LIMITS, className="plan-limits")]
            ),
            html.Div(
                [html.Div(id=PlanIds.COLUMNS, className="plan-cols"), _pool()],
                className="plan-body",
            ),
            html.Div(
                [html.Span([kbd(key), f" {words}"]) for key, words in KEYS]
                + [html.Span("也可拖动", className="mu")],
                className="plan-keys",
            ),
        ],
        id=PlanIds.BOX, className=SHUT, **{"aria-label": "联合调派方案"},
    )  # fmt: skip


def _pool() -> Any:
    """The pool's frame: search and chips stay, only the list is drawn anew."""
    return html.Section(
        [
            html.Header(
                [
                    html.Div([html.Strong("可用力量"), html.Small(id=PlanIds.COUNT)]),
                    dcc.Input(
                        id=PlanIds.TEXT, placeholder="找队伍、地点…", debounce=0.3,
                        persistence=True, persistence_type="local", className="find-team",
                        autoComplete="off",
                    ),
                ]
            ),
            html.Div(id=PlanIds.CHIPS, className="chip-rows"),
            html.Div(
                [html.Div(id=PlanIds.POOL), html.Div(id=PlanIds.COVER, className="plan-cover")],
                className="pscroll",
            ),
        ],
        className="pcol ppool", **{"data-into": "", "data-letter": ""},
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Solve what is asked, write needs, narrow the pool, and show all of it."""
    app.clientside_callback(ClientsideFunction("hubei_plan", "ask"), Input(Desk.DRAFT, "data"))
    app.clientside_callback(
        ClientsideFunction("hubei_plan", "answered"), Input(PlanIds.ANSWERED, "data")
    )
    _solving(app, center)
    needs_desk.register(app, center, PlanIds.ANSWERED)
    plan_conditions.register(app, center, PlanIds.BOX, OPEN, PlanIds.ANSWERED)
    _narrowing(app)
    _drawing(app, center)


def _solving(app: Dash, center: Center) -> None:
    @app.callback(
        Output(PlanIds.ANSWERED, "data"),
        Input(PlanIds.ASK, "data"),
        State(Desk.DRAFT, "data"),
        prevent_initial_call=True,
    )
    async def solve(ask: dict[str, Any] | None, kept: Any) -> Any:
        actor = current_actor()
        draft = drafting.mine(kept, actor.username)
        if not ask or not draft["ask"]:
            return no_update
        number = draft["ask"]
        try:
            seen = await desk.see(center)
            asked, shut = request(seen, draft), list(plan_head.closures(seen))
            made = await center.ask(center.propose, actor, asked)
        except CenterError as error:
            if error.code != "superseded":
                toasts.complain(error)
            return {"do": "unsolved", "for": number}
        if not draft.get("follows"):  # what an edit changed stands above the columns
            toasts.say(said(made.answer))
        return {"do": "filled", "for": number, "plan": made.id, "closures": shut}


def _narrowing(app: Dash) -> None:
    @app.callback(
        Output(PlanIds.FILTER, "data"),
        Input(desk.act_id(AREA), "data"),
        State(PlanIds.FILTER, "data"),
        prevent_initial_call=True,
    )
    async def turn(act: dict[str, Any] | None, kept: dict[str, Any] | None) -> Any:
        if not act or act.get("do") not in {"cap", "by"}:
            return no_update
        return plan_pool.turned(kept, act)


def _drawing(app: Dash, center: Center) -> None:
    @app.callback(
        Output(PlanIds.HEAD, FLAT),
        Output(PlanIds.LIMITS, FLAT),
        Output(PlanIds.COLUMNS, FLAT),
        Output(PlanIds.POOL, FLAT),
        Output(PlanIds.CHIPS, FLAT),
        Output(PlanIds.COUNT, "children"),
        Output(PlanIds.COVER, FLAT),
        Output(PlanIds.UNDO, "hidden"),
        Input(PlanIds.BOX, "className"),
        Input(Live.REVISION, "data"),
        Input(Desk.DRAFT, "data"),
        Input(PlanIds.FILTER, "data"),
        Input(PlanIds.TEXT, "value"),
    )
    async def redraw(box: str, _revision: Any, kept: Any, held: Any, text: str | None) -> Any:
        if box != OPEN:
            return no_update
        draft = drafting.mine(kept, current_actor().username)
        seen = await desk.see(center)
        # in a thread: two hundred rows take their time and every stream runs in this loop
        return await center.ask(
            drawn, center, seen, draft, plan_pool.kept_filter(held), (text or "").strip()
        )


def drawn(
    center: Center, seen: Situation, draft: drafting.Draft, held: dict[str, Any], text: str
) -> tuple[Any, ...]:
    """All parts of the view as markup. Blocking."""
    table = etas.table(center, seen)
    answer = stored(center, draft["plan_id"])
    areas = {code: area.short_name or area.name for code, area in center.areas.areas.items()}
    free = plan_pool.free_teams(seen, draft, answer, table, areas, held, text)
    return (
        flat(head(seen, draft, answer)),
        flat(plan_head.limits(seen, draft)),
        flat(shown_columns(seen, draft, answer, table)),
        flat(plan_pool.rows(seen, draft, free, table)),
        flat(plan_pool.chips(seen, held)),
        f"{len(free)} 队空闲",
        flat(cover_panel(answer.get("coverage"))) if answer.get("coverage") else "",
        not draft["past"],
    )


def request(seen: Situation, draft: drafting.Draft) -> dict[str, Any]:
    """What a plan is asked for all open incidents; supplies chosen by hand are not asked again.

    Raises
    ------
    Invalid
        When no incident is open.
    """
    incidents = [i.id for i in seen.sided()]
    if not incidents:
        raise Invalid.field("incidents", "没有进行中的事件", "请先受理报告并开设事件")
    asked = {**drafting.request(draft, incidents), "key": NEWEST_WINS}
    for row in asked["incidents"]:
        own = [
            r for r in draft["lots"]
            if r["incident"] == row["id"] and r["mark"] == drafting.LOCKED and r["lot"] in seen.lots
        ]  # fmt: skip
        if own:
            row["supplies"] = _left(seen, row["id"], own)
    return asked


def _left(seen: Situation, incident_id: str, own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The supplies an incident needs beyond what is ordered and what was chosen by hand."""
    draft = {**drafting.blank(""), "lots": own}
    needs = supplies_of(seen.incidents[incident_id])
    short = {s.item: s.gap for s in supplies(seen, draft, seen.incidents[incident_id])}
    known = [n for n in needs if item_of(seen, str(n.get("item")))]
    left = [{**n, "amount": short[str(n["item"])]} for n in known]
    return [n for n in left if n["amount"] > 0]


def stored(center: Center, plan_id: str | None) -> Answer:
    """The answer of a stored plan; {} where there is none. Blocking."""
    if not plan_id:
        return {}
    try:
        return center.database.plan(plan_id).answer
    except NotFound:
        return {}


def said(answer: Answer) -> str:
    """已求解：12 队、8 批物资，缺口 2 项."""
    teams = len({r["team"] for r in answer.get("assignments") or []})
    short = len(answer.get("shortfalls") or [])
    words = f"已求解：{teams} 队、{len(answer.get('transfers') or [])} 批物资"
    return words + (f"，缺口 {short} 项" if short else "")


def head(seen: Situation, draft: drafting.Draft, answer: Answer) -> list[Any]:
    """The line above the columns."""
    return [
        html.Div(
            [*plan_head.objective(answer), plan_head.contested(seen, answer),
             plan_head.certificate(answer), plan_head.assumptions(answer)],
            className="pobjective",
        ),
        plan_head.change_line(draft),
        plan_head.freed(answer),
        plan_head.since(seen, draft),
    ]  # fmt: skip


def shown_columns(
    seen: Situation, draft: drafting.Draft, answer: Answer, table: Table
) -> list[Any]:
    """All columns, or what to do when nothing has happened."""
    found = columns(seen, draft, answer, table)
    if not found:
        words = "没有进行中的事件；受理报告并开设事件后即可求解方案"
        return [html.Section(html.P(words, className="none"), className="pcol")]
    return plan_view.columns(seen, found, editable=True)
