"""整改督办: rectifications by state, and the one at hand from progress to acceptance."""

from __future__ import annotations

import base64
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, finding, toasts
from dashboard.components import rectify_view as views
from dashboard.components.admin_parts import hole
from dashboard.components.at_hand import at_hand
from dashboard.components.due_field import HINT, read_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import Command
from data.domain.messages import hazards as m
from data.domain.rectification import SUPERVISIONS
from data.errors import CenterError, Invalid

NAME = views.NAME
LARGEST_BYTES = 8_000_000
SHOWN = {"open": "在办", "over": "超期", "put-up": "挂牌", "ended": "已结", "all": "全部"}
DONE = {
    "progress": "已记进展", "submit": "已申请验收", "accept": "验收通过、销号", "return": "已退回",
    "extend": "已改期", "supervise": "已改督办级别", "lift": "已撤销",
}  # fmt: skip


class Ids(StrEnum):
    """The ids of this part."""

    TEXT = "rectify-text"
    SHOW = "rectify-show"
    BOARD = "rectify-board"
    CHOSEN = "rectify-chosen"
    DETAIL = "rectify-detail"
    ACTIONS = "rectify-actions"
    STEPS = "rectify-steps"
    WORDS = "rectify-words"
    BY = "rectify-by"
    DUE = "rectify-new-due"
    LEVEL = "rectify-new-level"
    PHOTO = "rectify-photo"
    NAMED = "rectify-photo-name"


def layout() -> list[Any]:
    """Filters and board on the left, the one at hand on the right."""
    bar = html.Div(
        [
            *finding.search(Ids.TEXT, "按地点、责任单位、编号筛选"),
            finding.pills(Ids.SHOW, SHOWN, "open"),
        ],
        className="bar",
    )  # fmt: skip
    left = html.Div([bar, hole(Ids.BOARD)], className="main")
    return [html.Div([left, _side()], className="two")]


def _side() -> Any:
    says = [
        dcc.Textarea(id=Ids.WORDS, rows=2, value="",
                     placeholder="进展、整改情况、验收意见；改期、改级别、撤销的理由"),
        dcc.Input(id=Ids.BY, type="text", value="", autoComplete="off",
                  placeholder="谁做的（代为填报时写），如：某镇 王某"),
        dcc.Input(id=Ids.DUE, type="text", value="", autoComplete="off",
                  placeholder=f"改期时填新时限，{HINT}"),
        dcc.RadioItems(id=Ids.LEVEL, className="pills", value=None,
                       options=[{"label": w, "value": k} for k, w in SUPERVISIONS.items()]),
    ]  # fmt: skip
    photo = dcc.Upload(
        html.Button("附一张现状照片", className="btn", type="button"), id=Ids.PHOTO,
        accept="image/jpeg,image/png,image/webp", max_size=LARGEST_BYTES,
    )  # fmt: skip
    pictured = html.Div([photo, html.Span(id=Ids.NAMED, className="mu")], className="bar")
    return html.Aside(
        [
            at_hand(Ids.DETAIL, [*says, pictured], Ids.ACTIONS, steps=Ids.STEPS),
            dcc.Store(id=Ids.CHOSEN), desk.act_store(NAME),
        ],
        className="side show-detail",
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
        held = views.picked(seen, center.areas, text or "", shown or "open")
        listed = views.board(
            seen, center.areas, held, chosen,
            lambda r: desk.sets({Ids.CHOSEN: {"data": r.id}}),
        )  # fmt: skip
        now = views.detail(seen, center.areas, actor, seen.rectifications.get(chosen or ""))
        return flat(listed), *map(flat, now)

    @app.callback(Output(Ids.CHOSEN, "data"), Input(Live.PLACE, "search"))
    async def named(search: str | None) -> Any:
        wanted = parse_qs((search or "").lstrip("?")).get("id", [""])[0]
        return wanted if wanted in (await desk.see(center)).rectifications else no_update

    @app.callback(Output(Ids.NAMED, "children"), Input(Ids.PHOTO, "filename"))
    async def attached(name: str | None) -> str:
        return f"将随进展保存：{name}" if name else ""


def _acting(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Ids.WORDS, "value"), Output(Ids.BY, "value"), Output(Ids.DUE, "value"),
        Output(Ids.LEVEL, "value"), Output(Ids.PHOTO, "contents"), Output(Ids.PHOTO, "filename"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"), State(Ids.WORDS, "value"), State(Ids.BY, "value"),
        State(Ids.DUE, "value"), State(Ids.LEVEL, "value"), State(Ids.PHOTO, "contents"),
        prevent_initial_call=True,
    )  # fmt: skip
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, words: str | None, by: str | None,
        due: str | None, level: str | None, photo: str | None,
    ) -> Any:  # fmt: skip
        same = (no_update,) * 6
        if not asked or not chosen:
            return same
        said = {"words": words or "", "by": by or "", "due": due or "", "level": level or ""}
        try:
            shots = await center.ask(read_photo, center, photo) if asked["do"] == "progress" else ()
            command = command_of(center, chosen, asked["do"], said, shots)
            await center.do(command, current_actor(), asked["n"])
        except CenterError as error:
            toasts.complain(error)
            return same
        toasts.say(f"{chosen} {DONE[asked['do']]}")
        return "", "", "", None, None, None


def read_photo(center: Center, contents: str | None) -> tuple[m.Jpeg, ...]:
    """A photo as the browser sends it, made new; nothing when none is attached.

    Raises
    ------
    Invalid
        When it is no photo that can be read.
    """
    if not contents:
        return ()
    try:
        body = base64.b64decode(contents.partition(",")[2], validate=True)
    except ValueError as error:
        raise Invalid.field("photo", "照片没有收全", "请重新选择照片") from error
    return (center.photo(body),)


def command_of(
    center: Center, key: str, do: str, said: dict[str, str], photos: tuple[m.Jpeg, ...]
) -> Command:
    """The command of a button of the rectification at hand.

    Raises
    ------
    Invalid
        Naming what cannot be read.
    """
    words, by = said["words"], said["by"]
    match do:
        case "progress":
            return m.TellProgress(rectification_id=key, words=words, by=by, photos=photos)
        case "submit":
            return m.SubmitRectification(rectification_id=key, words=words, by=by)
        case "accept":
            return m.AcceptRectification(rectification_id=key, words=words)
        case "return":
            return m.ReturnRectification(rectification_id=key, words=words)
        case "extend":
            due = read_due(said["due"], center.clock.now())
            if due is None:
                raise Invalid.field("due_at", "没有填新的时限", f"请填写，{HINT}")
            return m.ExtendRectification(rectification_id=key, due_at=due, reason=words)
        case "supervise":
            level: Any = said["level"]
            if not level:
                raise Invalid.field("supervision", "没有选督办级别", "请选择一级")
            return m.RaiseSupervision(rectification_id=key, supervision=level, reason=words)
        case _:
            return m.LiftRectification(rectification_id=key, reason=words)
