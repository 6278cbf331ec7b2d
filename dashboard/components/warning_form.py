"""The form of a warning: colour, event, where by units or by drawing, until when, in what words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html, set_props

from dashboard.components import admin_parts, desk, desk_fields, office_form, toasts
from dashboard.components.due_field import read_due, typed_due
from dashboard.components.live import Live
from dashboard.components.map import Part, live_map, part
from dashboard.components.warning_side import NAME
from dashboard.gate import current_actor
from data.center import Center
from data.domain.incident_types import INCIDENT_TYPES
from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import AreaTree
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.errors import FieldError, Invalid

FORM = "warning"
FIELDS = (
    "colour", "event", "areas", "area_words", "onset", "expires", "headline", "description",
    "instruction",
)  # fmt: skip
MAP = "warnings-map"
COLOUR_CHOICES = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
WHEN = "如：6小时、18:30、7-9 08:00"


class Ids(StrEnum):
    """The form's ids."""

    FORM = "warning-form"
    EDITED = "warning-edited"
    AREAS = "warning-units"
    EVENTS = "warning-events"
    SHAPE = "warning-shape"
    TITLE = "warning-title"


def layout() -> Any:
    """The static form with its map."""
    text = desk_fields.text
    return html.Div(
        [
            html.H2("拟预警", id=Ids.TITLE),
            html.Div(
                [
                    desk_fields.choice(FORM, "colour", "颜色", COLOUR_CHOICES),
                    _listed("event", "事件类型", Ids.EVENTS, "如：暴雨、洪水、滑坡"),
                    _listed("areas", "范围（市县，顿号分开）", Ids.AREAS, "如：黄梅县、武穴市"),
                ],
                className="fields",
            ),
            html.Div(live_map(MAP, mode="warn"), className="draw"),
            html.P(id=Ids.SHAPE, className="shape", role="status"),
            html.Div(
                [
                    text(FORM, "area_words", "范围说明", "如：华阳河沿线（留空按市县名）",
                         wide=True),
                    text(FORM, "onset", "预计开始（留空为即时）", WHEN),
                    text(FORM, "expires", "有效至（留空为 24 小时）", WHEN),
                    text(FORM, "headline", "标题", "留空自动拟", wide=True),
                    desk_fields.area(FORM, "description", "内容", "将要或正在发生什么，依据是什么"),
                    desk_fields.area(FORM, "instruction", "防御指南", "群众怎么做；留空带出示例"),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["存稿 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                    html.Button(["清除画的范围 ", html.Kbd("X")], className="btn", **desk.key("x"),
                                **desk.sets({part(MAP, Part.DRAWN): {"data": {"kind": "none"}}})),
                    html.Button(["返回 ", html.Kbd("Esc")], className="btn", **desk.key("Escape"),
                                **desk.sets({"warnings-side": {"className": "side show-detail"}})),
                ],
                className="bar",
            ),
            dcc.Store(id=Ids.EDITED),
        ],
        id=Ids.FORM, className="form", **{"data-draft": FORM},
    )  # fmt: skip


def _listed(name: str, label: str, list_id: str, hint: str) -> Any:
    """A field that offers what is known."""
    own = desk_fields.field_id(FORM, name)
    return html.Div(
        [
            html.Label(label, htmlFor=own),
            dcc.Input(id=own, type="text", list=list_id, value="", placeholder=hint,
                      autoComplete="off"),
            html.Datalist(id=list_id),
            html.Span(id=desk_fields.error_id(FORM, name), className="field-error", role="alert"),
        ],
        className="field", **{"data-field": own},
    )  # fmt: skip


def opened(areas: AreaTree, held: Warning) -> None:
    """Fill the form with a draft."""
    names = "、".join(areas.name(c) for c in held.areas)
    desk_fields.fill(
        FORM,
        {
            "colour": held.colour or "", "event": held.event_word, "areas": names,
            "area_words": held.area_words, "onset": typed_due(held.onset),
            "expires": typed_due(held.expires), "headline": held.headline,
            "description": held.description, "instruction": held.instruction,
        },
    )  # fmt: skip
    desk_fields.show_errors(FORM, FIELDS, ())
    drawn = {"kind": "warning", "geometry": held.geometry, "kept": True} if held.geometry else None
    set_props(part(MAP, Part.DRAWN), {"data": drawn})


def words_of(
    center: Center, typed: Mapping[str, Any], shape: Mapping[str, Any] | None
) -> m.WarningWords:
    """What was typed and drawn, as words of a command.

    Raises
    ------
    Invalid
        Naming every field that cannot be read.
    """
    said = {n: str(typed.get(n) or "").strip() for n in FIELDS}
    errors: list[FieldError] = []
    times: dict[str, Any] = {}
    for name in ("onset", "expires"):
        try:
            times[name] = read_due(said[name], center.clock.now(), name)
        except Invalid as error:
            errors += error.errors
    codes = None
    drawn = (shape or {}).get("geometry")
    try:
        codes = tuple(
            admin_parts.area_of(center.areas, name)
            for name in re.split(r"[、，,;；\s]+", said["areas"]) if name
        )  # fmt: skip
    except Invalid as error:
        errors += [FieldError(**{**e, "field": "areas"}) for e in error.errors]  # type: ignore[typeddict-item]
    if errors:
        raise Invalid("有内容需要更正", errors=errors)
    kept = bool((shape or {}).get("kept"))
    return m.WarningWords(
        colour=said["colour"], event=said["event"] or "other", headline=said["headline"],
        description=said["description"], instruction=said["instruction"] or None,
        area_words=said["area_words"], onset=times["onset"], expires=times["expires"],
        areas=None if drawn else codes, geometry=None if kept else drawn,
    )  # fmt: skip


def saving(
    center: Center, edited: Warning | None, typed: Mapping[str, Any],
    shape: Mapping[str, Any] | None,
) -> Command:  # fmt: skip
    """The command that keeps the form: a new draft, or the one at hand changed."""
    words = words_of(center, typed, shape)
    if edited is None:
        return m.DraftWarning(words=words)
    return m.EditWarning(warning_id=edited.id, words=words, expect_version=edited.version)


def emptied(request_id: str) -> None:
    """Empty the form that was taken, its kept draft and its drawing with it."""
    office_form.emptied(FORM, FIELDS, Ids.FORM, request_id)
    set_props(part(MAP, Part.DRAWN), {"data": None})


async def saved(
    center: Center, request_id: str, edited: Warning | None, typed: Mapping[str, Any],
    shape: Mapping[str, Any] | None,
) -> str | None:  # fmt: skip
    """Carry the form out; the warning's id when it was taken."""
    answer = await office_form.sent(
        center, FORM, FIELDS, lambda: saving(center, edited, typed, shape), request_id
    )
    if answer is None:
        return None
    emptied(request_id)
    kept = answer.body["warning"]
    toasts.say(f"已存预警稿 {kept['id']}")
    return str(kept["id"])


def register(app: Dash, center: Center) -> None:
    """Offer units and events; say what is drawn."""

    @app.callback(
        Output(Ids.AREAS, "children"), Output(Ids.EVENTS, "children"), Input(Ids.FORM, "id")
    )
    async def lists(_form: str) -> Any:
        actor = current_actor()
        codes = sorted(center.areas.subtree(actor.org))
        units = [html.Option(value=center.areas.name(c)) for c in codes]
        return units, [html.Option(value=t.name) for t in INCIDENT_TYPES.values()]

    app.clientside_callback(
        ClientsideFunction("hubei_shape", "show"),
        Input(part(MAP, Part.DRAWN), "data"),
        Input(MAP, "id"),
    )

    @app.callback(Output(Ids.SHAPE, "children"), Input(part(MAP, Part.DRAWN), "data"),
                  Input(Live.PLACE, "pathname"))  # fmt: skip
    async def drawn(shape: dict[str, Any] | None, _path: str) -> Any:
        if not shape or not shape.get("geometry"):
            return "范围按市县填写；也可用地图左侧的预警工具画出，画的范围优先。"
        rings = shape["geometry"]["coordinates"]
        points = len(rings[0]) - 1 if shape["geometry"]["type"] == "Polygon" else len(rings)
        return f"已画出范围（{points} 个点），发布以画的范围为准；按 X 清除。"

