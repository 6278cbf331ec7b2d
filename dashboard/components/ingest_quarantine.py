"""隔离区: rows that were refused, why, and what they said; replayed once the cause is mended."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts, desk, finding, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.clock import SHANGHAI
from data.domain.feeding import KIND_WORDS, VIA_WORDS
from data.domain.org import Permission

AREA = "quarantine"
MOST = 200
NEVER_ROWS = {"frame", "long"}  # they were never a row: nothing to feed again
STATES = {"held": "待处置", "replayed": "已重放", "dropped": "已作废", "": "全部"}


class Ids(StrEnum):
    """The ids of this part."""

    TEXT = "quarantine-text"
    KIND = "quarantine-kind"
    VIA = "quarantine-via"
    STATE = "quarantine-state"
    ROWS = "quarantine-rows"
    ALL = "quarantine-all"
    SHOWN = "quarantine-shown"
    DONE = "quarantine-done"


def layout() -> list[Any]:
    """Filters on top, the rows below."""
    return [
        html.Div(
            [
                *finding.search(Ids.TEXT, "按原文、原因筛选", kept=False),
                _pick(Ids.KIND, {"": "各种原因", **KIND_WORDS}),
                _pick(Ids.VIA, {"": "各种协议", **VIA_WORDS}),
                finding.pills(Ids.STATE, STATES, "held"),
                html.Button(
                    ["重放所列 ", html.Kbd("R")], id=Ids.ALL, className="btn pri", **desk.key("r"),
                    **desk.acts(AREA, do="replay-all"),
                    **desk.confirm("再按一次：重放本页所列各行"),
                ),
            ],
            className="bar",
        ),
        html.Div(admin_parts.hole(Ids.ROWS), className="rolls"),
        desk.act_store(AREA), dcc.Store(id=Ids.SHOWN), dcc.Store(id=Ids.DONE),
    ]  # fmt: skip


def _pick(name: str, words: dict[str, str]) -> Any:
    options = [{"label": w, "value": v} for v, w in words.items()]
    return dcc.Dropdown(id=name, options=options, value="", clearable=False, className="pick")


def rows_view(rows: Sequence[Any], *, may: bool) -> Any:
    """One row a refused row, newest first, with its two ways out."""
    body = (
        (
            html.Time(f"{r.received_at.astimezone(SHANGHAI):%m-%d %H:%M:%S}"),
            VIA_WORDS.get(r.via, r.via), html.Span(r.source, className="long", title=r.source),
            html.B(KIND_WORDS.get(r.kind, r.kind)), html.Span(r.reason, className="why"),
            html.Code(r.raw[:300], title=r.raw), _ways(r, may=may),
        )
        for r in rows
    )  # fmt: skip
    heads = ("收到", "协议", "来源", "原因", "说明", "原文", "")
    return admin_parts.table(heads, body, "没有符合的行。拒收的行留在这里，原因消除后可以重放。")


def _ways(row: Any, *, may: bool) -> Any:
    if row.state != "held":
        at = row.settled_at.astimezone(SHANGHAI) if row.settled_at else None
        return html.Small(f"{STATES[row.state]} {row.settled_by} {at:%m-%d %H:%M}" if at else "")
    if not may:
        return ""
    return html.Span(
        [
            ""
            if row.kind in NEVER_ROWS
            else html.Button(
                "重放", className="btn small", **desk.acts(AREA, do="replay", id=row.id)
            ),
            html.Button(
                "作废", className="btn small", **desk.acts(AREA, do="drop", id=row.id),
                **desk.confirm("再按一次作废"),
            ),
        ],
        className="ways-out",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List what fits the filters; replay or drop what is pressed."""

    @app.callback(
        Output(Ids.ROWS, FLAT), Output(Ids.SHOWN, "data"),
        Input(Ids.TEXT, "value"), Input(Ids.KIND, "value"), Input(Ids.VIA, "value"),
        Input(Ids.STATE, "value"), Input(Ids.DONE, "data"),
    )  # fmt: skip
    async def listed(text: str | None, kind: str, via: str, state: str, _done: Any) -> Any:
        actor = current_actor()
        if not actor.may(Permission.MONITOR):
            return flat(html.P("本账号不办理监测接入。", className="none")), []
        rows = await center.ask(
            center.feed.held, actor, state=state or None, kind=kind or None, via=via or None,
            text=text or "", limit=MOST,
        )  # fmt: skip
        shown = [r.id for r in rows if r.state == "held"]
        return flat(rows_view(rows, may=actor.may(Permission.TELEMETRY))), shown

    @app.callback(
        Output(Ids.DONE, "data"), Input(desk.act_id(AREA), "data"), State(Ids.SHOWN, "data")
    )
    async def settle(act: dict[str, Any] | None, shown: list[int] | None) -> Any:
        if not act:
            return no_update
        ids = (shown or []) if act["do"] == "replay-all" else [act["id"]]
        if act["do"] == "drop":
            done = await admin_parts.tried(center, center.feed.drop, current_actor(), ids)
            if done:
                toasts.say(f"已作废 {done} 行；仍可在“已作废”中查看")
        else:
            done = await admin_parts.tried(center, center.feed.replay, current_actor(), ids)
            if done is not None:
                toasts.say(replay_words(done))
        return act["n"]


def replay_words(done: Any) -> str:
    """What a replay did, and the first reason of those still refused."""
    if not done.refused:
        return f"已重放 {done.stored} 行"
    return f"已重放 {done.stored} 行；仍有 {len(done.refused)} 行不能收下：{done.refused[0][1]}"
