"""The draft: teams and supplies gathered for the open incidents before anything is ordered."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.components import desk, draft_edits, draft_view, drafting, etas, plan, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import kbd
from dashboard.components.draft_sides import sides
from dashboard.components.draft_view import AREA
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.dispatch import Plan
from data.domain.situation import Situation
from data.errors import NotFound


class DraftIds(StrEnum):
    """The draft's own ids."""

    VIEW = "draft-view"
    CONTESTS = "draft-contests"
    SEEN = "draft-seen"
    UNDO = "draft-undo"
    SOLVE = "draft-solve"


def layout() -> Any:
    """The draft with its own undo; solving stands in the bar below."""
    return html.Div(
        [
            desk.act_store(AREA),
            dcc.Store(id=DraftIds.SEEN),
            html.Div(
                [
                    html.B("调派草案"),
                    plan.opener(),
                    html.Button(
                        ["撤销编辑 ", kbd("Ctrl Z")], id=DraftIds.UNDO, hidden=True,
                        className="mini", **desk.key("ctrl+z"), **desk.acts(AREA, do="undo"),
                    ),
                    html.Button("清空", className="mini", **desk.acts(AREA, do="clear"),
                                **desk.confirm("再按一次：清空草案")),
                ],
                className="draft-head",
            ),
            html.Div(id=DraftIds.VIEW, **{"data-rows": "1"}),
            html.Ul(id=DraftIds.CONTESTS, className="contests"),
        ],
        className="draft",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Edit, solve, and show what the draft means now."""

    @app.callback(
        Output(Desk.DRAFT, "data"),
        Input(desk.act_id(AREA), "data"),
        State(Desk.DRAFT, "data"),
        State(Desk.INCIDENT, "data"),
        prevent_initial_call=True,
    )
    async def edit(act: dict[str, Any] | None, kept: Any, incident_id: str | None) -> Any:
        if not act:
            return no_update
        draft = drafting.mine(kept, current_actor().username)
        seen = await desk.see(center)
        acts = act.get("edits") or [act]
        plans = await center.ask(_plans, center, acts)
        at_hand = desk.chosen(seen, incident_id)
        at_hand = at_hand if at_hand and at_hand.status == "open" else None

        def version(team_id: str) -> int | None:
            return seen.teams[team_id].version if team_id in seen.teams else None

        after = draft_edits.apply_all(draft, acts, at_hand.id if at_hand else None, version, plans)
        if after == draft:
            return no_update
        set_props(toasts.Ids.UNDO_BUTTON, {"hidden": True})
        return after

    @app.callback(
        Output(DraftIds.VIEW, FLAT),
        Output(DraftIds.CONTESTS, FLAT),
        Output(DraftIds.UNDO, "hidden"),
        Output(DraftIds.SEEN, "data"),
        Input(Live.REVISION, "data"),
        Input(Desk.DRAFT, "data"),
    )
    async def redraw(_revision: Any, kept: Any) -> Any:
        seen = await desk.see(center)
        draft = drafting.mine(kept, current_actor().username)
        table = await center.ask(etas.table, center, seen)
        if draft["plan"] is None and draft["plan_id"]:
            answer = await center.ask(plan.stored, center, draft["plan_id"])
            draft = {**draft, "plan": drafting.summary(answer) or None}
        return (
            flat(draft_view.view(seen, draft, sides(seen, draft, table))),
            flat(draft_view.contests(seen, draft)),
            not draft["past"],
            versions(seen, draft),
        )


def _plans(center: Center, acts: list[dict[str, Any]]) -> dict[str, Plan]:
    """The stored plans that edits bring; blocking."""
    found = {}
    for key in {str(a["plan"]) for a in acts if a.get("do") in {"filled", "adopt"}}:
        try:
            found[key] = center.database.plan(key)
        except NotFound:
            continue
    return found


def versions(seen: Situation, draft: drafting.Draft) -> dict[str, int]:
    """The versions of the teams and lots of the draft as they are shown."""
    teams = {r["team"]: seen.teams.get(r["team"]) for r in draft["teams"]}
    lots = {r["lot"]: seen.lots.get(r["lot"]) for r in draft["lots"]}
    return {key: thing.version for key, thing in {**teams, **lots}.items() if thing}
