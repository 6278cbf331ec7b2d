"""The journal proved: its newest lines, filtered, and the walk along its chain of hashes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from dashboard.words import DASH
from data.center import Center
from data.domain.clock import SHANGHAI
from data.domain.org import Actor, Permission
from data.domain.whole_number import half_width, whole

NAME = "journal"
WORD = "记录核验"
BATCH = 1000
SHOWN = 200
BATCHES = 20  # how far back one search walks


class Ids(StrEnum):
    """The ids of the journal."""

    LIST = "admin-journal"
    WANTED = "admin-journal-wanted"
    UPTO = "admin-journal-upto"
    VERDICT = "admin-verdict"
    DONE = "admin-journal-done"


def allowed(actor: Actor) -> bool:
    """Whether the actor may read the journal and is one who proves it."""
    return actor.may(Permission.READ) and actor.may(Permission.ACCOUNTS)


def layout() -> Any:
    """The skeleton; it holds no data."""
    return parts.panel(
        NAME, WORD, "值班记录只增不改，每条以哈希连着上一条；改动任何一条都会在核验时指出。",
        html.Div(
            [
                html.Button("核验哈希链", className="btn pri", **desk.acts(NAME, do="verify")),
                html.Div(id=Ids.VERDICT, role="status"),
            ],
            className="bar",
        ),
        html.Div(
            [
                html.H3("值班记录"),
                dcc.Input(
                    id=Ids.WANTED, type="search", placeholder="按内容、席位、事件编号筛选",
                    value="", debounce=0.4, className="filter",
                ),
                dcc.Input(
                    id=Ids.UPTO, type="text", inputMode="numeric", placeholder="截至编号",
                    value="", debounce=0.4, className="filter short",
                ),
                html.Button("刷新", className="btn tiny", **desk.acts(NAME, do="refresh")),
            ],
            className="bar",
        ),
        parts.hole(Ids.LIST),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List the newest lines that fit; walk the chain when asked."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Input(Ids.DONE, "data"),
        Input(Ids.WANTED, "value"),
        Input(Ids.UPTO, "value"),
    )
    async def show(_done: Any, wanted: str | None, upto: str | None) -> str:
        last = whole(half_width(upto or "").strip())
        found = await parts.tried(center, newest, center, current_actor(), wanted or "", last)
        return flat(view(*found)) if found else ""

    @app.callback(
        Output(Ids.DONE, "data"),
        Output(Ids.VERDICT, "children"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.DONE, "data"),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, _done: Any) -> Any:
        if not asked:
            return no_update, no_update
        if asked["do"] != "verify":
            return asked["n"], no_update
        found = await parts.tried(center, center.queries.verify, current_actor())
        return asked["n"], no_update if found is None else verdict(found)


def newest(
    center: Center, actor: Actor, wanted: str, upto: int | None
) -> tuple[list[dict[str, Any]], int, int]:
    """The newest journal rows that hold the wanted words, newest first.

    Returns the rows, and the first and last number looked through.

    Raises
    ------
    Forbidden
        When the actor may not read.
    """
    words = wanted.split()
    head = center.queries.revision()
    last = head if upto is None else min(upto, head)
    found: list[dict[str, Any]] = []
    below = last
    for _ in range(BATCHES):
        after = max(0, below - BATCH)
        rows = center.queries.journal(actor, after, below - after) if below else []
        found += [row for row in reversed(rows) if all(w in _text(row) for w in words)]
        below = after
        if below == 0 or len(found) >= SHOWN:
            break
    return found[:SHOWN], below + 1, last


def _text(row: dict[str, Any]) -> str:
    """What a row is searched by."""
    names = ("summary", "actor", "command", "incident_id")
    return " ".join(str(row[name] or "") for name in names)


def view(rows: list[dict[str, Any]], first: int, last: int) -> Any:
    """The rows as a table, with what was looked through."""
    said = f"查看第 {first} 至 {last} 条，符合 {len(rows)} 条" if last else "还没有记录"
    if len(rows) >= SHOWN:
        said = f"显示最新的 {SHOWN} 条；看更早的，请填“截至编号”"
    body = parts.table(
        ("编号", "时间", "席位", "事件", "内容", "哈希"),
        (
            (
                html.B(str(row["seq"])),
                row["at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
                row["actor"], row["incident_id"] or DASH, row["summary"],
                html.Code(row["hash"][:12], title=row["hash"]),
            )
            for row in rows
        ),
        "没有符合的记录。",
    )  # fmt: skip
    return [html.P(said, className="count"), body]


def verdict(found: Any) -> Any:
    """What the walk along the chain found; the first broken row is named."""
    if found.ok:
        return html.Div(
            [
                html.B("核验通过"),
                html.Span(f"共 {found.rows} 条，逐条相符"),
                html.Code(f"链头 {found.head[:16]}", title=found.head),
            ],
            className="verdict good",
        )  # fmt: skip
    return html.Div(
        [
            html.B(f"核验未通过：第 {found.broken_at} 条"),
            html.Span(f"{found.reason}。此前各条相符；请保全数据库文件和备份，报告安全管理员。"),
        ],
        className="verdict bad",
    )  # fmt: skip
