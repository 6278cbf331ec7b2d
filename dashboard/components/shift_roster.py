"""值班表: the shifts to come, a form for one, and a whole table pasted or from a file."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, toasts
from dashboard.components.due_field import read_due, typed_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.roster_text import COLUMNS, read_roster, text_of
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import Command
from data.domain.messages import shifts as m
from data.domain.org import Actor, AreaTree, Permission
from data.domain.people import read_people, typed_people
from data.domain.shift import Shift, ShiftState
from data.domain.situation import Situation
from data.errors import CenterError, Invalid

NAME = "roster"
FORM = "shift"
FIELDS = ("starts_at", "ends_at", "chief", "officers", "note", "reason")
PASTE = "rosterpaste"
SHOWN = 120


class Ids(StrEnum):
    """The ids of the roster."""

    LIST = "roster-list"
    PAST = "roster-past"
    BOX = "roster-form"
    TITLE = "roster-title"
    EDITED = "roster-edited"
    FILE = "roster-file"
    PASTE = "roster-paste-box"


def layout() -> list[Any]:
    """The list on the left, the form and the table to paste on the right."""
    form = html.Div(
        [
            html.H3("新班次", id=Ids.TITLE),
            html.Div(
                [
                    desk_fields.text(FORM, "starts_at", "上班", "如：7-8 08:00"),
                    desk_fields.text(FORM, "ends_at", "下班", "如：7-8 20:00"),
                    desk_fields.text(FORM, "chief", "带班领导", "职务 姓名 电话", wide=True),
                    desk_fields.text(FORM, "officers", "值班员", "姓名 电话、姓名 电话", wide=True),
                    desk_fields.text(FORM, "note", "备注", wide=True),
                    desk_fields.text(FORM, "reason", "换班或撤销理由", "撤销、在岗换人必填",
                                     wide=True),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["保存 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                    html.Button("撤销此班次", className="btn danger",
                                **desk.confirm("再按一次撤销"), **desk.acts(NAME, do="cancel")),
                    html.Button("清空，另排一班", className="btn", **desk.acts(NAME, do="new")),
                ],
                className="bar",
            ),
        ],
        id=Ids.BOX, **{"data-draft": FORM},
    )  # fmt: skip
    paste = html.Div(
        [
            html.H3("整表导入"),
            html.Small(f"从表格粘贴或选 CSV 文件，列为 {'、'.join(COLUMNS)}；全部合格才写入。"),
            desk_fields.area(PASTE, "roster", "排班表", rows=6),
            html.Div(
                [
                    dcc.Upload(html.Button("选择 CSV 文件", className="btn"), id=Ids.FILE,
                               accept=".csv,.txt", max_size=200_000),
                    html.Button("导入排班表", className="btn pri", **desk.acts(NAME, do="import")),
                ],
                className="bar",
            ),
        ],
        id=Ids.PASTE, **{"data-draft": PASTE},
    )  # fmt: skip
    return [
        html.Div(
            [
                html.Div([html.H3("本班次与以后"), parts.hole(Ids.LIST), html.H3("已过班次"),
                          parts.hole(Ids.PAST)], className="main"),
                html.Div([form, paste], className="side"),
            ],
            className="two",
        ),
        dcc.Store(id=Ids.EDITED),
        desk.act_store(NAME),
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List the shifts, read a file, carry the buttons out."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.PAST, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.EDITED, "data"),
    )
    async def show(_revision: Any, edited: str | None) -> tuple[str, str]:
        seen, actor = await desk.see(center), current_actor()
        ahead, past = views(seen, actor, center.areas, edited)
        return flat(ahead), flat(past)

    @app.callback(
        Output(desk_fields.field_id(PASTE, "roster"), "value"),
        Input(Ids.FILE, "contents"),
        prevent_initial_call=True,
    )
    async def read(contents: str | None) -> Any:
        if not contents:
            return no_update
        text = await parts.tried(center, text_of, contents)
        return no_update if text is None else text

    @app.callback(
        Output(Ids.EDITED, "data"),
        Output(Ids.TITLE, "children"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.EDITED, "data"),
        State(desk_fields.field_id(PASTE, "roster"), "value"),
        [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS],
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, edited: str | None, pasted: str | None, *typed: Any
    ) -> Any:
        if not asked:
            return no_update, no_update
        if asked["do"] == "import":
            await _import(center, asked["n"], pasted)
            return no_update, no_update
        shift = (await desk.see(center)).shifts.get(asked.get("shift") or edited or "")
        if asked["do"] == "new":
            _fill(None)
            return None, "新班次"
        if asked["do"] == "open" and shift is not None:
            _fill(shift)
            return shift.id, f"班次 {shift.id}（{shift.state.word}）"
        held = dict(zip(FIELDS, (str(v or "").strip() for v in typed), strict=True))
        if not await _carry(center, asked, shift, held):
            return no_update, no_update
        _fill(None)
        desk_fields.drop(FORM, Ids.BOX, asked["n"])
        return None, "新班次"


async def _import(center: Center, request_id: str, pasted: str | None) -> None:
    """Take the pasted table over; what is wrong is said beside it."""
    try:
        rows = read_roster(pasted, center.clock.now())
        answer = await center.do(m.StoreRoster(rows=rows), current_actor(), request_id)
    except CenterError as error:
        shown = [{**e, "field": "roster"} for e in error.errors]
        desk_fields.show_errors(PASTE, ("roster",), shown)  # type: ignore[arg-type]
        if not shown:
            toasts.complain(error)
        return
    desk_fields.show_errors(PASTE, ("roster",), ())
    desk_fields.fill(PASTE, {"roster": ""})
    desk_fields.drop(PASTE, Ids.PASTE, request_id)
    toasts.say(f"已导入 {len(answer.body['shifts'])} 个班次")


async def _carry(
    center: Center, asked: dict[str, Any], shift: Shift | None, typed: dict[str, str]
) -> bool:
    """Save or cancel; whether it was taken."""
    try:
        command = command_of(center, asked["do"], shift, typed)
        await center.do(command, current_actor(), asked["n"])
    except CenterError as error:
        desk_fields.show_errors(FORM, FIELDS, error.errors)
        if not {e["field"] for e in error.errors} & set(FIELDS):
            toasts.complain(error)
        return False
    desk_fields.show_errors(FORM, FIELDS, ())
    toasts.say("已撤销班次" if asked["do"] == "cancel" else "已保存班次")
    return True


def command_of(center: Center, do: str, shift: Shift | None, typed: dict[str, str]) -> Command:
    """The command for what was typed into the form.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    if do == "cancel":
        if shift is None:
            raise Invalid.field("reason", "没有选中班次", "请先在左边点开要撤销的班次")
        return m.CancelShift(shift_id=shift.id, reason=typed["reason"])
    now = center.clock.now()
    starts = read_due(typed["starts_at"], now, "starts_at")
    ends = read_due(typed["ends_at"], now, "ends_at")
    chief, officers = read_people(typed["chief"]), read_people(typed["officers"])
    if len(chief) > 1:
        raise Invalid.field("chief", "带班领导应为一人", "请只填一名带班领导")
    if starts is None or ends is None:
        missing = "starts_at" if starts is None else "ends_at"
        raise Invalid.field(missing, "未填写时间", "请填写，如 7-8 08:00")
    if shift is None:
        return m.AddShift(
            starts_at=starts, ends_at=ends, chief=chief[0] if chief else None, officers=officers,
            note=typed["note"],
        )  # fmt: skip
    return m.EditShift(
        shift_id=shift.id, starts_at=starts, ends_at=ends, chief=chief[0] if chief else None,
        officers=officers, note=typed["note"], reason=typed["reason"],
        expect_version=shift.version,
    )  # fmt: skip


def _fill(shift: Shift | None) -> None:
    """Fill the form with a shift, or empty it."""
    known: dict[str, Any] = dict.fromkeys(FIELDS, "")
    if shift is not None:
        known |= {
            "starts_at": typed_due(shift.starts_at), "ends_at": typed_due(shift.ends_at),
            "chief": shift.chief.words() if shift.chief else "",
            "officers": typed_people(shift.officers), "note": shift.note,
        }  # fmt: skip
    desk_fields.fill(FORM, known)
    desk_fields.show_errors(FORM, FIELDS, ())


def views(seen: Situation, actor: Actor, areas: AreaTree, edited: str | None) -> tuple[Any, Any]:
    """The shifts on and to come, and those that are over, of every room one may see."""
    held = sorted(seen.shifts.values(), key=lambda s: (s.starts_at or seen.at, s.org, s.id))
    ahead = [s for s in held if s.state in (ShiftState.PLANNED, ShiftState.ON)]
    over = [s for s in reversed(held) if s.state not in (ShiftState.PLANNED, ShiftState.ON)]
    return (
        _table(actor, areas, ahead[:SHOWN], edited, "还没有排班：在右边排一班，或整表导入。"),
        _table(actor, areas, over[:SHOWN], edited, "没有已过班次。"),
    )


def _table(
    actor: Actor, areas: AreaTree, shifts: list[Shift], edited: str | None, none: str
) -> Any:
    rows = []
    for s in shifts:
        mine = s.org == actor.org and actor.may(Permission.SHIFT)
        open_ = mine and s.state in (ShiftState.PLANNED, ShiftState.ON)
        state = html.B(s.state.word) if s.state == ShiftState.ON else s.state.word
        log = f"/api/v1/log?shift={s.id}&format=html"
        rows.append(
            (
                areas.name(s.org), parts.stamp(s.starts_at), parts.stamp(s.ends_at),
                s.chief.words() if s.chief else "—", typed_people(s.officers), s.note, state,
                html.Button("修改中" if s.id == edited else "修改", className="btn tiny",
                            **desk.acts(NAME, do="open", shift=s.id)) if open_
                else (html.A("本班日志", href=log) if s.state == ShiftState.OFF else ""),
            )
        )  # fmt: skip
    heads = ("值班室", "上班", "下班", "带班领导", "值班员", "备注", "状态", "")
    return parts.table(heads, rows, none)
