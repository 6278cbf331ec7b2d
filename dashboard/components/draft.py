"""The draft: teams and supplies gathered for the open incidents before anything is ordered."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.components import desk, draft_view, drafting, etas, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import kbd
from dashboard.components.draft_sides import sides
from dashboard.components.draft_view import AREA
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.situation import Situation
from data.errors import CenterError, Invalid


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
        running=[(Output(DraftIds.SOLVE, "disabled"), True, False)],
    )
    async def edit(act: dict[str, Any] | None, kept: Any, incident_id: str | None) -> Any:
        if not act:
            return no_update
        actor = current_actor()
        draft = drafting.mine(kept, actor.username)
        seen = await desk.see(center)
        if act.get("do") == "solve":
            return await _solved(center, seen, draft)
        at_hand = desk.chosen(seen, incident_id)
        at_hand = at_hand if at_hand and at_hand.status == "open" else None
        after = drafting.apply(
            draft, act, at_hand.id if at_hand else None, _version(seen, act.get("team"))
        )
        if after is draft:
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
        return (
            flat(draft_view.view(seen, draft, sides(seen, draft, table))),
            flat(draft_view.contests(seen, draft)),
            not draft["past"],
            versions(seen, draft),
        )


def _version(seen: Situation, team_id: Any) -> int | None:
    team = seen.teams.get(str(team_id or ""))
    return team.version if team else None


def versions(seen: Situation, draft: drafting.Draft) -> dict[str, int]:
    """The versions of the teams and lots of the draft as they are shown."""
    teams = {r["team"]: seen.teams.get(r["team"]) for r in draft["teams"]}
    lots = {r["lot"]: seen.lots.get(r["lot"]) for r in draft["lots"]}
    return {key: thing.version for key, thing in {**teams, **lots}.items() if thing}


async def _solved(center: Center, seen: Situation, draft: drafting.Draft) -> Any:
    """The draft as one plan for all open incidents proposes it; unchanged when there is none."""
    try:
        incidents = [i.id for i in seen.sided()]
        if not incidents:
            raise Invalid.field("incidents", "没有进行中的事件", "请先受理报告并开设事件")
        asked = drafting.request(draft, incidents)
        made = await center.ask(center.propose, current_actor(), asked)
    except CenterError as error:
        toasts.complain(error)
        return no_update
    after = drafting.fill(draft, made)
    teams, short = len(after["teams"]), len(made.answer.get("shortfalls") or [])
    toasts.say(
        f"已求解：{teams} 队、{len(after['lots'])} 批物资" + (f"，缺口 {short} 项" if short else "")
    )
    return after
