"""The form for a leader's 批示, entered by the leader or by the duty officer who heard it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import dcc, html

from dashboard.components import admin_parts, desk, desk_fields, task_form, toasts
from dashboard.components.due_field import HINT, read_due
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import tasks as m
from data.errors import CenterError

NAME = "instruct"
FORM = "instruction"
FIELDS = ("text", "incident_id", "given_by", "way", "owner_org", "owner", "due_at")
WAYS = {"书面": "书面", "电话": "电话", "口头": "口头"}


class Ids(StrEnum):
    """The ids of the form and of the side it stands in."""

    SIDE = "instruct-side"
    FORM = "instruct-form"
    INCIDENT = "instruction-incident-id"


def layout() -> Any:
    """The static form."""
    org = html.Div(
        [
            html.Label("承办单位", htmlFor=desk_fields.field_id(FORM, "owner_org")),
            dcc.Input(
                id=desk_fields.field_id(FORM, "owner_org"), type="text", list=task_form.Ids.AREAS,
                value="",
                placeholder="本级可不填；如：黄梅县", autoComplete="off",
            ),
            html.Span(id=desk_fields.error_id(FORM, "owner_org"), className="field-error",
                      role="alert"),
        ],
        className="field", **{"data-field": desk_fields.field_id(FORM, "owner_org")},
    )  # fmt: skip
    return html.Div(
        [
            html.Div(
                [
                    desk_fields.area(FORM, "text", "批示原文", "照录，不改写", rows=4),
                    desk_fields.choice(FORM, "incident_id", "事件", {}),
                    desk_fields.text(FORM, "given_by", "批示领导", "代录时填姓名和职务"),
                    desk_fields.choice(FORM, "way", "方式", WAYS, "书面"),
                    org,
                    desk_fields.text(FORM, "owner", "承办人或处室"),
                    desk_fields.text(FORM, "due_at", "反馈时限", HINT, wide=True),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["下达批示 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="give")),
                    html.Button(["返回 ", html.Kbd("Esc")], className="btn", **desk.key("Escape"),
                                **desk.sets({Ids.SIDE: {"className": "side show-detail"}})),
                ],
                className="bar",
            ),
        ],
        id=Ids.FORM, className="form", **{"data-draft": FORM},
    )  # fmt: skip


async def give(center: Center, request_id: str, typed: dict[str, Any]) -> str | None:
    """Carry the form out; the instruction's id when it was taken."""
    said = {n: str(typed.get(n) or "").strip() for n in FIELDS}
    try:
        org = admin_parts.area_of(center.areas, said["owner_org"]) if said["owner_org"] else None
        way: Any = said["way"] or "书面"
        command = m.GiveInstruction(
            text=said["text"], incident_id=said["incident_id"] or None, owner=said["owner"],
            owner_org=org, due_at=read_due(said["due_at"], center.clock.now()), way=way,
            given_by=said["given_by"],
        )  # fmt: skip
        answer = await center.do(command, current_actor(), request_id)
    except CenterError as error:
        renamed = [{**e, "field": {"org": "owner_org"}.get(e["field"], e["field"])}
                   for e in error.errors]  # fmt: skip
        desk_fields.show_errors(FORM, FIELDS, renamed)
        if not {e["field"] for e in renamed} & set(FIELDS):
            toasts.complain(error)
        return None
    desk_fields.show_errors(FORM, FIELDS, ())
    desk_fields.fill(FORM, {**dict.fromkeys(FIELDS, ""), "way": "书面"})
    desk_fields.drop(FORM, Ids.FORM, request_id)
    toasts.say("批示已下达，等待签收")
    return str(answer.body["instruction"]["id"])
