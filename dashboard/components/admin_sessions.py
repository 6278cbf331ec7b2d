"""Sessions, to be ended by the security officer, and the newest of the sign-in log."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor, current_session
from data.center import Center
from data.domain.auditing import OUTCOMES
from data.domain.org import Actor, Permission

NAME = "sessions"
WORD = "会话与登录记录"
LINES = 2000
SHOWN = 300
KINDS = {"person": "人员", "device": "大屏", "token": "程序"}


class Ids(StrEnum):
    """The ids of sessions and log."""

    OPEN = "admin-sessions"
    LOG = "admin-log"
    WANTED = "admin-log-wanted"
    DONE = "admin-sessions-done"


def allowed(actor: Actor) -> bool:
    """Whether the actor keeps sessions; the auditor reads the log beside the journal."""
    return actor.may(Permission.SESSIONS)


def layout(actor: Actor | None = None) -> Any:
    """The skeleton; the sessions are left out for whoever may only read the log."""
    open_ = [html.H3("当前会话"), parts.hole(Ids.OPEN)]
    return parts.panel(
        NAME, WORD, "登录、被拒、退出、收回及账号变更逐条留痕，不可修改。",
        *(open_ if actor is None or actor.may(Permission.SESSIONS) else ()),
        html.Div(
            [
                html.H3("登录记录"),
                dcc.Input(
                    id=Ids.WANTED, type="search", placeholder="按用户名、结果或地址筛选", value="",
                    debounce=0.3, className="filter",
                ),
                html.Button("刷新", className="btn tiny", **desk.acts(NAME, do="refresh")),
            ],
            className="bar",
        ),
        parts.hole(Ids.LOG),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List sessions and log; end a session."""

    @app.callback(Output(Ids.OPEN, FLAT), Input(Ids.DONE, "data"))
    async def show_open(_done: Any) -> str:
        rows = await parts.tried(center, center.accounts.sessions, current_actor())
        own = current_session()
        return flat(sessions(rows or [], own.key if own else ""))

    @app.callback(Output(Ids.LOG, FLAT), Input(Ids.DONE, "data"), Input(Ids.WANTED, "value"))
    async def show_log(_done: Any, wanted: str | None) -> str:
        rows = await parts.tried(center, center.accounts.log, current_actor(), LINES)
        return flat(log(rows or [], wanted or ""))

    @app.callback(
        Output(Ids.DONE, "data"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.DONE, "data"),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, _done: Any) -> Any:
        if not asked:
            return no_update
        if asked["do"] == "revoke":
            done = await parts.tried(center, center.accounts.revoke, current_actor(), asked["key"])
            if done is None:
                return no_update
            toasts.say("已收回会话，数秒内断开")
        return asked["n"]


def sessions(rows: list[dict[str, Any]], own: str) -> Any:
    """The open sessions; one's own carries no button."""
    return parts.table(
        ("用户名", "种类", "设备", "地址", "登录", "最近活动", "浏览器", ""),
        (
            (
                html.B(row["username"]), KINDS.get(row["kind"], row["kind"]), row["label"],
                row["address"], parts.stamp(row["created_at"]), parts.stamp(row["seen_at"]),
                html.Span(row["agent"][:60], title=row["agent"], className="agent"),
                html.Small("本会话") if row["token_hash"] == own else html.Button(
                    "收回", className="btn tiny danger",
                    **desk.acts(NAME, do="revoke", key=row["token_hash"]),
                    **desk.confirm("再按一次：收回"),
                ),
            )
            for row in rows
        ),
        "没有打开的会话。",
    )  # fmt: skip


def log(rows: list[dict[str, Any]], wanted: str) -> Any:
    """The newest lines of the sign-in log that hold the wanted words."""
    told = [(row, OUTCOMES.get(row["outcome"], row["outcome"])) for row in rows]
    found = [
        (row, word)
        for row, word in told
        if wanted.strip() in f"{row['username']} {word} {row['by']} {row['address']}"
    ]
    said = f"最近 {len(rows)} 条中符合 {len(found)} 条"
    said += f"，显示最新 {SHOWN} 条" if len(found) > SHOWN else ""
    body = parts.table(
        ("时间", "账号", "结果", "经办", "地址", "浏览器"),
        (
            (
                parts.stamp(row["at"]), html.B(row["username"]),
                html.Span(word, className="off" if row["outcome"] == "refused" else ""),
                row["by"], row["address"],
                html.Span(row["agent"][:60], title=row["agent"], className="agent"),
            )
            for row, word in found[:SHOWN]
        ),
        "没有符合的记录。",
    )  # fmt: skip
    return [html.P(said, className="count"), body]
