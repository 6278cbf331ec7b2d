"""The verification queue: hazards by state, and the one at hand with its forms."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, desk_fields, finding, office_form, toasts
from dashboard.components import hazard_view as views
from dashboard.components.admin_parts import hole
from dashboard.components.at_hand import at_hand
from dashboard.components.due_field import HINT, read_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.hazard import HazardReport
from data.domain.messages import Command
from data.domain.messages import hazards as m
from data.domain.rectification import SUPERVISIONS
from data.errors import Invalid

NAME = views.NAME
_NAMED = re.compile(r"YH-\d{5,}")
SHOWN = {"open": "待办", "over": "超时", "own": "本级", "ended": "已结", "all": "全部"}
INCIDENT, RECTIFY = "hazard-incident", "rectify"
NAMES = ("name", "short_name", "commander", "lead_body", "desk")
GIVEN = (
    "owner_body", "owner_person", "owner_phone", "supervision", "due_at", "due_reason", "measures",
)  # fmt: skip


class Ids(StrEnum):
    """The ids of the verification queue."""

    TEXT = "hazards-text"
    SHOW = "hazards-show"
    BOARD = "hazards-board"
    SIDE = "hazards-side"
    CHOSEN = "hazards-chosen"
    DETAIL = "hazards-detail"
    ACTIONS = "hazards-actions"
    STEPS = "hazards-steps"
    WORDS = "hazards-words"
    INCIDENT = "hazards-incident-form"
    RECTIFY = "hazards-rectify-form"


def layout() -> list[Any]:
    """Filters and board on the left; the hazard at hand, or one of its forms, on the right."""
    bar = html.Div(
        [
            *finding.search(Ids.TEXT, "按地点、内容、电话、编号筛选"),
            finding.pills(Ids.SHOW, SHOWN, "open"),
        ],
        className="bar",
    )  # fmt: skip
    left = html.Div([bar, hole(Ids.BOARD)], className="main")
    return [html.Div([left, _side()], className="two")]


def _side() -> Any:
    words = dcc.Textarea(
        id=Ids.WORDS, rows=2, value="",
        placeholder="核实情况、追问、补充、回告的内容；重新核实的理由",
    )  # fmt: skip
    detail = at_hand(Ids.DETAIL, [words], Ids.ACTIONS, steps=Ids.STEPS)
    return html.Aside(
        [detail, _incident_form(), _rectify_form(), dcc.Store(id=Ids.CHOSEN),
         desk.act_store(NAME)],
        id=Ids.SIDE, className="side show-detail",
    )  # fmt: skip


def _buttons(word: str, do: str) -> Any:
    return html.Div(
        [
            html.Button([f"{word} ", html.Kbd("Ctrl ⏎")], className="btn pri",
                        **desk.key("ctrl+Enter"), **desk.acts(NAME, do=do)),
            html.Button(["返回 ", html.Kbd("Esc")], className="btn", **desk.key("Escape"),
                        **desk.sets({Ids.SIDE: {"className": "side show-detail"}})),
        ],
        className="bar",
    )  # fmt: skip


def _incident_form() -> Any:
    text = desk_fields.text
    return html.Div(
        [
            html.H2("转为事件"),
            html.P("地点、坐标、情况、来源随隐患带入，不用再填；只补三个必须点名的。"),
            html.Div(
                [
                    text(INCIDENT, "name", "事件全称", wide=True),
                    text(INCIDENT, "short_name", "简称"),
                    text(INCIDENT, "commander", "指挥长", "姓名和职务"),
                    text(INCIDENT, "lead_body", "主责单位", "牵头处置的单位"),
                    text(INCIDENT, "desk", "值守席位"),
                ],
                className="fields",
            ),
            _buttons("开设事件", "incident"),
            html.Button("只转接报，由值班台开设或并入", className="btn",
                        **desk.acts(NAME, do="report")),
        ],
        id=Ids.INCIDENT, className="form form-incident",
    )  # fmt: skip


def _rectify_form() -> Any:
    text = desk_fields.text
    return html.Div(
        [
            html.H2("转整改、挂牌督办"),
            html.Div(
                [
                    text(RECTIFY, "owner_body", "责任单位", "负责整改的单位", wide=True),
                    text(RECTIFY, "owner_person", "责任人", "姓名和职务"),
                    text(RECTIFY, "owner_phone", "电话"),
                    desk_fields.choice(RECTIFY, "supervision", "督办级别", SUPERVISIONS, "none"),
                    text(RECTIFY, "due_at", "整改时限", HINT, wide=True),
                    text(RECTIFY, "due_reason", "时限依据", "挂牌督办必填：文件、会议或研判",
                         wide=True),
                    desk_fields.area(RECTIFY, "measures", "整改要求", "做到什么程度算整改到位"),
                ],
                className="fields",
            ),
            _buttons("下达整改", "rectify"),
        ],
        id=Ids.RECTIFY, className="form form-rectify", **{"data-draft": RECTIFY},
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw at every change, open what the address names, carry out what is pressed."""
    _showing(app, center)
    _acting(app, center)


def _showing(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Ids.BOARD, FLAT), Output(Ids.DETAIL, FLAT), Output(Ids.ACTIONS, FLAT),
        Output(Ids.STEPS, FLAT),
        Input(Live.REVISION, "data"), Input(Ids.TEXT, "value"), Input(Ids.SHOW, "value"),
        Input(Ids.CHOSEN, "data"),
    )  # fmt: skip
    async def redraw(_revision: Any, text: str | None, shown: str, chosen: str | None) -> Any:
        seen, actor = await desk.see(center), current_actor()
        held = views.picked(seen, actor, center.areas, text or "", shown or "open")
        listed = views.board(seen, center.areas, held, chosen, lambda h: opens(h.id))
        shown_now = views.detail(seen, center.areas, actor, seen.hazards.get(chosen or ""))
        return flat(listed), *map(flat, shown_now)

    @app.callback(Output(Ids.CHOSEN, "data"), Input(Live.PLACE, "search"))
    async def named(search: str | None) -> Any:
        wanted = parse_qs((search or "").lstrip("?")).get("id", [""])[0]
        return wanted if wanted in (await desk.see(center)).hazards else no_update


def opens(hazard_id: str) -> dict[str, str]:
    """The click that opens a hazard."""
    return desk.sets({Ids.CHOSEN: {"data": hazard_id},
                      Ids.SIDE: {"className": "side show-detail"}})  # fmt: skip


def _acting(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Ids.WORDS, "value"),
        Output(Ids.SIDE, "className"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.WORDS, "value"),
        *office_form.states(INCIDENT, NAMES),
        *office_form.states(RECTIFY, GIVEN),
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, words: str | None, *typed: Any
    ) -> Any:
        same = (no_update, no_update)
        hazard = (await desk.see(center)).hazards.get(chosen or "") if asked else None
        if not asked or hazard is None:
            return same
        do, back = asked["do"], "side show-detail"
        if do.startswith("open-"):
            _prefill(center, hazard, do)
            return no_update, views.OPEN_BELOW[do.removeprefix("open-")]
        if do in ("incident", "rectify"):
            form, names = (INCIDENT, NAMES) if do == "incident" else (RECTIFY, GIVEN)
            values = typed[: len(NAMES)] if do == "incident" else typed[len(NAMES) :]
            said = office_form.typed_of(names, values)
            done = await office_form.sent(
                center, form, names, lambda: _made(center, do, hazard.id, said), asked["n"]
            )
            if done is None:
                return same
            container = Ids.INCIDENT if do == "incident" else Ids.RECTIFY
            office_form.emptied(form, names, container, asked["n"])
            toasts.say(f"{hazard.id} {'已转为事件' if do == 'incident' else '已下达整改'}")
            return "", back
        if await desk.attempt(center, command_of(hazard, asked, words or ""), asked["n"]) is None:
            return same
        toasts.say(f"{hazard.id} {DONE[do]}", _undo(hazard, do))
        return "", back


DONE = {
    "true": "核为属实", "false": "核为不属实", "duplicate": "标为重复", "ask": "已追问",
    "reopen": "重新核实", "supplement": "已记补充", "told": "已记回告", "merge": "已并入事件",
    "report": "已转接报",
}  # fmt: skip


def _undo(hazard: HazardReport, do: str) -> dict[str, Any] | None:
    """A verdict can be taken back; what went on from it cannot."""
    if do not in ("true", "false", "duplicate"):
        return None
    return {"do": "reopen_hazard", "ids": [hazard.id]}


def command_of(hazard: HazardReport, asked: dict[str, Any], words: str) -> Command:
    """The command of a button of the hazard at hand."""
    key = hazard.id
    match asked["do"]:
        case "true" | "false" | "duplicate" as verdict:
            named = _NAMED.search(words.upper())
            other = asked.get("of") or (named[0] if named else None)
            return m.VerifyHazard(
                hazard_id=key, verdict=verdict, words=words, duplicate_of=other,
                expect_version=hazard.version,
            )  # fmt: skip
        case "ask":
            return m.AskHazard(hazard_id=key, words=words)
        case "reopen":
            return m.ReopenHazard(hazard_id=key, reason=words)
        case "supplement":
            return m.SupplementHazard(hazard_id=key, words=words)
        case "told":
            return m.NoteCaller(hazard_id=key, words=words)
        case "merge":
            return m.HazardToIncident(hazard_id=key, incident_id=asked["into"])
        case _:
            return m.HazardToIncident(hazard_id=key)


def _prefill(center: Center, hazard: HazardReport, do: str) -> None:
    """What is known already, so that nothing is typed twice."""
    if do != "open-incident":
        return
    place = center.areas.name(hazard.area_code)
    desk_fields.fill(
        INCIDENT,
        {"lead_body": f"{place}人民政府" if hazard.area_code else "",
         "desk": current_actor().name},
    )  # fmt: skip


def _made(center: Center, do: str, hazard_id: str, said: dict[str, str]) -> Command:
    """The command for a form.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    if do == "incident":
        if not said["commander"]:
            raise Invalid.field("commander", "未填写指挥长", "请填写姓名和职务")
        return m.HazardToIncident(hazard_id=hazard_id, **said)
    due = read_due(said["due_at"], center.clock.now())
    if due is None:
        raise Invalid.field("due_at", "没有整改时限", f"请填写，{HINT}")
    given = {n: said[n] for n in GIVEN if n not in ("due_at", "supervision")}
    level: Any = said["supervision"] or "none"
    return m.GiveRectification(hazard_id=hazard_id, due_at=due, supervision=level, **given)

