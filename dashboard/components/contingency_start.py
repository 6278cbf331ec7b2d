"""启动响应 on the incident's card: who leads, which plan at which level, raised and lowered."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html

from dashboard.components import desk, desk_fields, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from dashboard.words import clock_time
from data.center import Center
from data.domain.command_structure import Lead, lead_of
from data.domain.contingency import Contingency, level_change, suiting
from data.domain.incident import ROMAN, Incident, Response
from data.domain.messages import Command, EndResponse
from data.domain.messages import contingencies as m
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation

NAME = "respond"
FORM = "startup"
FIELDS = ("basis",)
_WAYS = {"raise": "提升", "lower": "降低"}


class Ids(StrEnum):
    """The ids of the card's part."""

    VIEW = "respond-view"
    FORM = "startup-form"


def layout() -> Any:
    """The choices re-render; the words typed beside them stay."""
    return html.Details(
        [
            html.Summary(["启动、调整应急响应 ", html.Kbd("R")], **desk.key("r")),
            html.Div(
                desk_fields.text(FORM, "basis", "依据或调整理由",
                                 "会商、领导决定、灾情变化；调整时必填", wide=True),
                className="fields",
            ),
            html.Div(id=Ids.VIEW, className="startup", **{FLAT: ""}),
            desk.act_store(NAME),
        ],
        id=Ids.FORM, className="form", **{"data-draft": FORM},
    )  # fmt: skip


def start_view(
    seen: Situation, actor: Actor, areas: AreaTree, incident: Incident | None, lead: Lead | None
) -> Any:
    """Who leads, what runs by a plan, and what may be started; the suggestion stands out."""
    if incident is None or lead is None:
        return empty("当前没有进行中的事件")
    held = seen.responses_of(incident.id)
    running = {r.contingency_id: r for r in held if r.contingency_id}
    plans = suiting(seen.contingencies.values(), incident, areas)
    may = actor.may(Permission.RESPOND) and incident.status == "open"
    rows = [_running(r, seen.contingencies.get(key or ""), may) for key, r in running.items()]
    under = any(not r.overlay for r in held)
    rows += [
        _startable(p, incident, areas, may=may and areas.covers(actor.org, p.area_code),
                   under=under)
        for p in plans
        if p.id not in running
    ]  # fmt: skip
    none = empty("没有适用于本类事件的预案", "可在“应急预案”页录入，或登记应急响应")
    return [_lead(lead), html.Ul(rows, className="plans") if rows else none]


def _lead(lead: Lead) -> Any:
    """三委三部: the leading body, and which level commands this grade."""
    who = f"{lead.group} · {lead.body}牵头" if lead.body else "三委三部表中没有本类事件"
    level = lead.words or "未定级，暂不明确由哪一级组织应对"
    said = "；".join(x for x in (lead.source, lead.level_source) if x)
    return html.P([html.Strong(who), html.Span(level)], className="lead", title=said)


def _running(response: Response, plan: Contingency | None, may: bool) -> Any:
    """A response under a plan: raise it, lower it, end it."""
    buttons = []
    for level in plan.levels if plan and may else ():
        way = level_change(response.level, level)
        if way != "same":
            words = f"{_WAYS[way]}为{ROMAN[level]}级"
            buttons.append(
                html.Button(words, className="btn tiny", **desk.confirm(f"再按一次{_WAYS[way]}"),
                            **desk.acts(NAME, do="change", response=response.id, level=level))
            )  # fmt: skip
    if may:
        buttons.append(
            html.Button("终止", className="btn tiny", **desk.confirm("再按一次终止"),
                        **desk.acts(NAME, do="end", response=response.id))
        )  # fmt: skip
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(f"{response.contingency} {ROMAN[response.level]}级"),
                    html.Small(f"执行中 · {clock_time(response.since)} 起"),
                ]
            ),
            html.Div(buttons, className="levels"),
        ],
        className="running",
    )


def _startable(
    plan: Contingency, incident: Incident, areas: AreaTree, *, may: bool, under: bool
) -> Any:
    """A plan that may be started: a button a level, the suggested one filled."""
    wanted = plan.suggested(incident.grading.level)
    hint = f"建议{ROMAN[wanted]}级" if wanted else "无建议级别，请人工判定"
    notes = [areas.name(plan.area_code), "叠加" if plan.overlay else hint]
    if plan.overlay and not under:
        notes.append("先启动事件本身的响应")
        may = False
    elif not may:
        notes.append("由该级启动")
    buttons = [
        html.Button(
            f"{ROMAN[level]}级", title=t.words if (t := plan.trigger(level)) else "",
            className="btn tiny pri" if level == wanted else "btn tiny",
            **desk.confirm(f"再按：{ROMAN[level]}级"),
            **desk.acts(NAME, do="start", plan=plan.id, level=level),
        )
        for level in plan.levels
    ]  # fmt: skip
    return html.Li(
        [
            html.Div([html.Strong(plan.name), html.Small(" · ".join(notes))]),
            html.Div(buttons if may else [], className="levels"),
        ]
    )


def command_of(asked: dict[str, Any], incident_id: str, words: str) -> Command:
    """The command a button means."""
    if asked["do"] == "change":
        return m.ChangeResponse(response_id=asked["response"], level=asked["level"], reason=words)
    if asked["do"] == "end":
        return EndResponse(response_id=asked["response"], basis=words)
    return m.StartResponse(
        incident_id=incident_id, contingency_id=asked["plan"], level=asked["level"], basis=words
    )


def said_of(asked: dict[str, Any], body: dict[str, Any]) -> str:
    """What came of it, with how many tasks were given, called off and kept."""
    gone, kept = len(body.get("cancelled", ())), len(body.get("kept", ()))
    left = f"，撤销未签收任务 {gone} 项" if gone else ""
    left += f"，已在办继续 {kept} 项" if kept else ""
    if asked["do"] == "end":
        return f"响应已终止{left}"
    done = f"《{body['response']['contingency']}》{ROMAN[body['response']['level']]}级"
    way = "已启动" if asked["do"] == "start" else "已调整为"
    filled = "，已带入预案需求" if body.get("needs_filled") else ""
    return f"{way}{done}：下达任务 {len(body['tasks'])} 项{left}{filled}"


def register(app: Dash, center: Center) -> None:
    """Redraw the choices, carry out what is pressed."""

    @app.callback(
        Output(Ids.VIEW, FLAT), Input(Live.REVISION, "data"), Input(Desk.INCIDENT, "data")
    )
    async def redraw(_revision: Any, incident_id: str | None) -> Any:
        seen = await desk.see(center)
        incident = desk.chosen(seen, incident_id)
        lead = None
        if incident is not None:
            structure = center.tools.rules["structure"]
            lead = lead_of(structure, incident.type, incident.grading.level)
        return flat(start_view(seen, current_actor(), center.areas, incident, lead))

    @app.callback(
        Input(desk.act_id(NAME), "data"),
        State(Desk.INCIDENT, "data"),
        State(desk_fields.field_id(FORM, "basis"), "value"),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, incident_id: str | None, words: str | None) -> None:
        incident = desk.chosen(await desk.see(center), incident_id)
        if not asked or incident is None:
            return
        command = command_of(asked, incident.id, (words or "").strip())
        done = await desk.attempt(center, command, asked["n"])
        if done is None:
            return
        desk_fields.fill(FORM, {"basis": ""})
        desk_fields.drop(FORM, Ids.FORM, asked["n"])
        toasts.say(f"{incident.letter} {said_of(asked, done.body)}")
