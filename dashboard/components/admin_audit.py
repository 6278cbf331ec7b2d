"""审计: journal and sign-in log searched by person, kind, area and time, proved and handed out."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_audit_views as views
from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields
from dashboard.components.flat import FLAT, flat
from dashboard.gate import current_actor
from data.center import Center
from data.domain.auditing import OUTCOMES, RESULTS, AuditFilter
from data.domain.clock import SHANGHAI
from data.domain.org import Actor, AreaTree, Permission
from data.errors import CenterError, Invalid

NAME = "audit"
WORD = "审计"
FORM = "audit"
FIELDS = ("book", "person", "kind", "area", "since", "until", "result")
BOOKS = {"journal": "值班记录", "log": "登录记录"}
DAY = 10  # letters of a date without its time


class Ids(StrEnum):
    """The ids of the audit."""

    STATE = "admin-audit-state"
    LIST = "admin-audit-list"
    KINDS = "admin-audit-kinds"
    PAGE = "admin-audit-page"
    NEXT = "admin-audit-next"
    CSV = "admin-audit-csv"
    XLSX = "admin-audit-xlsx"
    DONE = "admin-audit-done"


def allowed(actor: Actor) -> bool:
    """Whether the actor reads the whole record."""
    return actor.may(Permission.AUDIT) and actor.may(Permission.READ)


def layout() -> Any:
    """The skeleton; it holds no data. What is searched for stays after a reload."""
    files = [
        html.A(word, id=own, className="btn tiny", href="", download="")
        for own, word in ((Ids.CSV, "导出 CSV"), (Ids.XLSX, "导出 XLSX"))
    ]
    return parts.panel(
        NAME, WORD, "两本记录只增不改，逐条以哈希相连；审计员只读，核验的结果本身也留痕。",
        html.Div(
            [
                html.Button(["核验两条哈希链 ", html.Kbd("V")], className="btn pri",
                            **desk.acts(NAME, do="verify"), **desk.key("v")),
                html.Div(id=Ids.STATE, role="status"),
            ],
            className="bar",
        ),
        html.Div(
            [
                _kept(desk_fields.choice(FORM, "book", "记录", BOOKS, "journal")),
                _kept(desk_fields.text(FORM, "person", "人员", "用户名，如 duty")),
                _kept(desk_fields.text(FORM, "kind", "种类", "命令或结果，点开选择"), Ids.KINDS),
                _kept(desk_fields.text(FORM, "area", "辖区", "名称或代码，如 黄梅县")),
                _kept(desk_fields.text(FORM, "since", "从", "2026-11-01 或 2026-11-01 08:00")),
                _kept(desk_fields.text(FORM, "until", "到", "只写日期即到当日末")),
                _kept(desk_fields.choice(
                    FORM, "result", "结果（登录记录）", {"": "全部", **RESULTS}, ""
                )),
            ],
            className="fields",
        ),
        html.Datalist(id=Ids.KINDS),
        html.Div(
            [
                html.Button([word, " ", html.Kbd(key.upper())], className="btn tiny",
                            **desk.acts(NAME, do=do), **desk.key(key))
                for do, word, key in (("newest", "最新", "n"), ("newer", "较新一页", "["),
                                      ("older", "较早一页", "]"))
            ] + files,
            className="bar",
        ),
        parts.hole(Ids.LIST),
        dcc.Store(id=Ids.PAGE), dcc.Store(id=Ids.NEXT), dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def _kept(field: Any, listed: str = "") -> Any:
    """A field whose value stays after a reload of the page."""
    entry = field.children[1]
    entry.persistence, entry.persistence_type = True, "session"
    if isinstance(entry, dcc.Input):
        entry.debounce = 0.4
        if listed:
            entry.list = listed
    return field


def register(app: Dash, center: Center) -> None:
    """Search, turn pages, walk the chains."""
    typed = [State(desk_fields.field_id(FORM, name), "value") for name in FIELDS]
    asked = [Input(s.component_id, s.component_property) for s in typed]

    @app.callback(Output(Ids.PAGE, "data"), *asked)
    async def first(*_said: str | None) -> list[int]:
        return []

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.NEXT, "data"), Output(Ids.CSV, "href"),
        Output(Ids.XLSX, "href"), Input(Ids.PAGE, "data"), *typed,
    )  # fmt: skip
    async def show(turned: list[int] | None, *said: str | None) -> Any:
        told = dict(zip(FIELDS, (s or "" for s in said), strict=True))
        book = told["book"] or "journal"
        desk_fields.show_errors(FORM, FIELDS, ())
        try:
            wanted = wanted_of(told, center.areas, turned[-1] if turned else None)
            found = await center.ask(center.audit, current_actor(), book, wanted)
        except CenterError as error:
            desk_fields.show_errors(FORM, FIELDS, error.errors)
            return flat(html.P(error.detail, className="none")), None, "", ""
        body = views.lines(center.areas, book, found, len(turned or ()))
        return flat(body), found["next"], *(link(book, wanted, k) for k in ("csv", "xlsx"))

    @app.callback(Output(Ids.STATE, "children"), Input(Ids.DONE, "data"))
    async def proved(_done: Any) -> Any:
        state = await parts.tried(center, center.audit_state, current_actor())
        return views.state(state) if state else no_update

    @app.callback(Output(Ids.KINDS, "children"), Input(typed[0].component_id, "value"))
    async def kinds(book: str | None) -> Any:
        if book == "log":
            return [html.Option(value=word) for word in OUTCOMES.values()]
        held = await parts.tried(center, center.audit_kinds, current_actor())
        return [html.Option(value=kind) for kind in held or []]

    @app.callback(
        Output(Ids.DONE, "data"), Output(Ids.PAGE, "data", allow_duplicate=True),
        Input(desk.act_id(NAME), "data"), State(Ids.PAGE, "data"), State(Ids.NEXT, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    async def act(clicked: dict[str, Any] | None, turned: list[int] | None, more: Any) -> Any:
        if not clicked:
            return no_update, no_update
        if clicked["do"] == "verify":
            await parts.tried(center, center.audit_verify, current_actor())
            return clicked["n"], []
        pages = list(turned or ())
        if clicked["do"] == "older":
            return no_update, [*pages, more] if more is not None else no_update
        return no_update, pages[:-1] if clicked["do"] == "newer" else []


def wanted_of(said: dict[str, str], areas: AreaTree, before: int | None) -> AuditFilter:
    """The search that was typed.

    Raises
    ------
    Invalid
    """
    kind = said["kind"].strip()
    log = said["book"] == "log"
    if log:
        kind = {word: key for key, word in OUTCOMES.items()}.get(kind, kind)
    area = said["area"].strip()
    try:
        code = parts.area_of(areas, area) if area else ""
    except Invalid as error:
        raise Invalid.field("area", *_of(error)) from error
    return AuditFilter(
        person=said["person"].strip(), kind=kind, area=code,
        result=said["result"] if log else "", since=day_of(said["since"], "since"),
        until=day_of(said["until"], "until"), before=before,
    )  # fmt: skip


def day_of(text: str, field: str) -> datetime | None:
    """A day, or a day and time, in Beijing; a bare day ends with its last moment.

    Raises
    ------
    Invalid
    """
    said = text.strip().replace("/", "-").replace("：", ":")
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError as error:
        raise Invalid.field(
            field, f"“{text}”不是日期", "请写 2026-11-01，或 2026-11-01 08:00"
        ) from error
    found = found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
    return found + timedelta(days=1) if field == "until" and len(said) == DAY else found


def link(book: str, wanted: AuditFilter, kind: str) -> str:
    """Where the file of a search is; it has every page."""
    said = {
        "person": wanted.person, "kind": wanted.kind, "area": wanted.area,
        "result": wanted.result,
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
    }  # fmt: skip
    return f"/api/v1/audit/{book}.{kind}?{urlencode({k: v for k, v in said.items() if v})}"


def _of(error: Invalid) -> tuple[str, str]:
    return error.errors[0]["message"], error.errors[0]["remedy"]
