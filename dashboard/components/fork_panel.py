"""The what-if panel's frame: its ids, its forms, its buttons; nothing in it is unmounted."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import dcc, html

from dashboard.components import desk, desk_fields, fork_view
from dashboard.components.desk_words import kbd
from data.domain.incident import ROMAN
from data.domain.incident_types import INCIDENT_TYPES

AREA, SOLVE, KEEP = fork_view.AREA, "fork-solve", "fork-keep"
FORM = "fork"
OPEN, SHUT = "fork-view plan-look open", "fork-view plan-look"
UNGRADED = "none"
LEVELS = {**{k: f"{v}级" for k, v in ROMAN.items()}, UNGRADED: "未定级"}


class ForkIds(StrEnum):
    """The fork's own ids."""

    BOX = "fork-view"
    STATE = "fork-state"
    RESULT = "fork-result"
    PLACE = "fork-place"
    PLACES = "fork-places"
    AT = "fork-at"
    ROAD = "fork-road"
    ROADS = "fork-roads"
    CHANGES = "fork-changes"
    NEEDS = "fork-needs"
    TEAMS = "fork-teams"
    COMPARED = "fork-compared"
    COLUMNS = "fork-columns"
    KEEPING = "fork-keeping"
    PROBLEM = "fork-problem"
    BUSY = "fork-busy"
    SOLVE = "fork-go"
    KEEP = "fork-adopt"


def opener() -> Any:
    """The button that opens the fork."""
    return html.Button(
        ["假设推演 ", kbd("F9")], className="btn", **desk.key("F9"),
        **desk.sets({ForkIds.BOX: {"className": OPEN}}), **{"data-focus": f"#{ForkIds.PLACE}"},
    )  # fmt: skip


def layout() -> Any:
    """The panel, shut until asked for; what is typed in it stays."""
    return html.Section(
        [
            *(desk.act_store(area) for area in (AREA, SOLVE, KEEP)),
            dcc.Store(id=ForkIds.STATE, storage_type="local"),
            dcc.Store(id=ForkIds.RESULT, storage_type="local"),
            html.Header(
                [
                    html.H2("假设推演"),
                    html.Span("推演", className="fmark"),
                    html.Div("在现方案上假设变化，另行求解，与现方案比较；不改变任何真实数据",
                             className="plan-said"),
                    html.Span("推演中…", id=ForkIds.BUSY, className="fbusy", hidden=True,
                              role="status"),
                    html.Button(["收起 ", kbd("Esc")], className="mini", **desk.key("Escape"),
                                **desk.sets({ForkIds.BOX: {"className": SHUT}})),
                ],
                className="plan-top",
            ),
            html.Div([_supposing(), _result()], className="fork-body"),
            _bar(),
        ],
        id=ForkIds.BOX, className=SHUT, **{"aria-label": "假设推演"},
    )  # fmt: skip


def _supposing() -> Any:
    """The left side: the list of changes, and each kind of change below it."""
    return html.Div(
        [
            html.H3("假设与改动"),
            html.Div(id=ForkIds.CHANGES),
            html.H3("再发生一起事件"),
            html.Div(_incident_form(), className="fields", **{"data-draft": FORM}),
            html.H3("断开一条路"),
            html.Div(dcc.Input(
                id=ForkIds.ROAD, type="text", placeholder="路名或两端县名，如：黄梅 蕲春",
                debounce=0.2, autoComplete="off", persistence=True,
            ), className="field"),
            html.Div(id=ForkIds.ROADS, className="ffound"),
            html.H3("需求加倍或改数"),
            html.Div(id=ForkIds.NEEDS),
            html.H3("放出在派队伍"),
            html.Div(id=ForkIds.TEAMS, className="ffound fteams"),
            html.H3("天气"),
            html.Button("假设直升机停飞", className="btn slim", **desk.acts(AREA, do="grounded")),
        ],
        className="fork-left",
    )  # fmt: skip


def _incident_form() -> list[Any]:
    types = {key: each.name for key, each in INCIDENT_TYPES.items()}
    return [
        html.Div(
            [
                html.Label("地点", htmlFor=ForkIds.PLACE),
                dcc.Input(id=ForkIds.PLACE, type="text", placeholder="县、乡镇、村名或拼音",
                          debounce=0.2, autoComplete="off", value=""),
            ],
            className="field wide",
        ),
        html.Div(id=ForkIds.PLACES, className="ffound wide"),
        html.Div(id=ForkIds.AT, className="fat wide"),
        desk_fields.choice(FORM, "type", "类型", types, "landslide"),
        desk_fields.choice(FORM, "level", "等级", LEVELS, "III"),
        desk_fields.text(FORM, "name", "名称（可不填）", "不填即“地点 类型”", wide=True),
        html.Button("加入假设事件", className="btn slim wide", **desk.acts(AREA, do="incident")),
    ]  # fmt: skip


def _result() -> Any:
    return html.Div(
        [
            html.Div(id=ForkIds.PROBLEM, role="alert", className="fproblem"),
            html.Div(id=ForkIds.COMPARED),
            html.Div(html.Div(id=ForkIds.COLUMNS, className="plan-cols"),
                     className="plan-body"),
        ],
        className="fork-right",
    )  # fmt: skip


def _bar() -> Any:
    return html.Div(
        [
            html.Div(id=ForkIds.KEEPING, className="fkeeping"),
            html.Button(["推演 ", kbd("F8")], id=ForkIds.SOLVE, className="btn", **desk.key("F8"),
                        **desk.acts(SOLVE, do="solve")),
            html.Button("丢弃", className="btn", **desk.acts(AREA, do="discard"),
                        **desk.confirm("再按一次：丢弃推演")),
            html.Button("采用到草案", id=ForkIds.KEEP, className="btn pri", disabled=True,
                        **desk.acts(KEEP, do="keep")),
        ],
        className="fork-bar act",
    )  # fmt: skip
