"""结束事件: what is still open, what must be done first and where, and the one way to the end."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html

from dashboard.components import desk, desk_fields, office_form, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.closing import OpenEnd, counted, open_ends
from data.domain.incident import Incident
from data.domain.messages import CloseIncident, Command
from data.domain.messages.tasks import CarryTasks
from data.domain.org import Actor, Permission
from data.domain.situation import Situation

NAME = "closing"
FORM = "close"
FIELDS = ("reason",)
NAMED = 6  # things named of each kind; the rest is counted
# Where each kind is brought to its end: another page, or a tab of this one.
PAGES = {
    "物资": "/supplies#2", "任务": "/tasks#1", "批示": "/tasks#2", "审批": "/tasks#3",
    "报告": "/filing", "请求支援": "/links", "指挥部": "/directory#3",
}  # fmt: skip
TABS = {"队伍": "dispatch", "现场需求": "field", "响应": "overview"}


class Ids(StrEnum):
    """The ids of the closing form."""

    FORM = "close-form"
    VIEW = "close-view"


def layout() -> Any:
    """The list re-renders; the reason typed above it stays."""
    return html.Details(
        [
            html.Summary(["结束事件 ", html.Kbd("Q")], **desk.key("q")),
            html.Div(
                desk_fields.text(FORM, "reason", "结束原因", "如：搜救结束，响应终止", wide=True),
                className="fields",
            ),
            html.Div(id=Ids.VIEW, className="closing", **{FLAT: ""}),
            desk.act_store(NAME),
        ],
        id=Ids.FORM, className="form", **{"data-draft": FORM},
    )  # fmt: skip


def closing_view(seen: Situation, actor: Actor, incident: Incident | None) -> Any:
    """What must be done first, what would be left to others, and the button."""
    if incident is None or incident.status != "open":
        return empty("没有进行中的事件可结束")
    ends = open_ends(seen, incident)
    bound, left = [e for e in ends if e.binds], [e for e in ends if not e.binds]
    parts: list[Any] = []
    if bound:
        parts += [html.H4(f"须先办结 {len(bound)} 项"), _kinds(bound)]
    if any(e.kind == "任务" for e in bound) and actor.may(Permission.TASK):
        parts.append(
            html.Button("未办结任务转值班室续办", className="btn slim",
                        **desk.confirm("再按一次：全部转办"), **desk.acts(NAME, do="carry"))
        )  # fmt: skip
    if left:
        parts += [html.H4(f"结束后仍留办 {len(left)} 项"), _kinds(left)]
    if not ends:
        parts.append(html.P("队伍、物资、任务、批示、报告、请求都已办结。", className="mu"))
    return [*parts, _button(bound, left)] if actor.may(Permission.REPORT) else parts


def _kinds(ends: Iterable[OpenEnd]) -> Any:
    """One line a kind: how many, which, where each stands, and the way there."""
    kinds: dict[str, list[OpenEnd]] = {}
    for end in ends:
        kinds.setdefault(end.kind, []).append(end)
    return html.Ul(
        [
            html.Li(
                [
                    html.B(f"{kind} {len(mine)}"),
                    html.Span("、".join(f"{e.name}（{e.state}）" for e in mine[:NAMED])
                              + (f" 等 {len(mine)} 项" if len(mine) > NAMED else "")),
                    _way(kind),
                ]
            )
            for kind, mine in kinds.items()
        ],
        className="ends",
    )  # fmt: skip


def _way(kind: str) -> Any:
    if kind in PAGES:
        return html.A("去办理", href=PAGES[kind], className="btn tiny")
    way = desk.sets({Desk.WORK: desk.tab(TABS[kind])})
    return html.Button("去办理", className="btn tiny", **way)


def _button(bound: list[OpenEnd], left: list[OpenEnd]) -> Any:
    if bound:
        return html.Button("先办结上列事项，才能结束", className="btn danger", disabled=True)
    rest = f"，留办 {counted(left)}" if left else ""
    return html.Button(
        "结束事件", className="btn danger",
        **desk.acts(NAME, do="close", left=[e.thing for e in left]),
        **desk.confirm(f"再按一次：结束事件{rest}，不能撤销"),
    )  # fmt: skip


def command_of(asked: dict[str, Any], incident_id: str, reason: str) -> Command:
    """The command a button means; closing names what the officer saw left open."""
    if asked["do"] == "carry":
        return CarryTasks(incident_id=incident_id, reason=reason)
    return CloseIncident(incident_id=incident_id, reason=reason, left_open=tuple(asked["left"]))


def register(app: Dash, center: Center) -> None:
    """Redraw what is open, carry out what is pressed."""
    @app.callback(
        Output(Ids.VIEW, FLAT), Input(Live.REVISION, "data"), Input(Desk.INCIDENT, "data")
    )
    async def redraw(_revision: Any, incident_id: str | None) -> Any:
        seen = await desk.see(center)
        return flat(closing_view(seen, current_actor(), desk.chosen(seen, incident_id)))

    @app.callback(
        Input(desk.act_id(NAME), "data"), State(Desk.INCIDENT, "data"),
        State(desk_fields.field_id(FORM, "reason"), "value"), prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, incident_id: str | None, said: str | None) -> None:
        incident = desk.chosen(await desk.see(center), incident_id)
        if not asked or incident is None:
            return
        reason = (said or "").strip()
        done = await office_form.sent(
            center, FORM, FIELDS, lambda: command_of(asked, incident.id, reason), asked["n"]
        )
        if done is None:
            return
        if asked["do"] == "carry":
            toasts.say(f"{incident.letter} {len(done.body['tasks'])} 项任务转值班室续办")
            return
        office_form.emptied(FORM, FIELDS, Ids.FORM, asked["n"])
        toasts.say(f"你 结束事件 {incident.letter} {incident.short_name}")
