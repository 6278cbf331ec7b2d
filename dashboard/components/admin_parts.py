"""What the parts of the administration share: tables, secrets shown once, tried work, times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from dashboard.components import desk_fields, toasts
from dashboard.components.flat import FLAT
from dashboard.words import DASH
from data.center import Center
from data.domain.clock import SHANGHAI
from data.domain.org import SYSTEM, AreaTree
from data.errors import CenterError, Invalid

Cell = Any


def maker(username: str) -> str:
    """Who made an entry: an account by its name, the program by the word for it."""
    return "系统" if username == SYSTEM.username else username


def stamp(at: datetime | None) -> str:
    """A day and time in Beijing, to the minute."""
    return DASH if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], none: str) -> Any:
    """A table of plain html, or the words that stand for an empty one."""
    body = [html.Tr([html.Td(cell) for cell in row]) for row in rows]
    if not body:
        return html.P(none, className="none")
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in heads]))
    return html.Table([head, html.Tbody(body)])


def hole(name: str) -> Any:
    """Where a flat list is written to."""
    return html.Div(id=name, className="list", **{FLAT: ""})


def panel(name: str, title: str, said: str, *content: Any) -> Any:
    """One tab's content under its heading and one sentence of what it is for."""
    return html.Section(
        [html.Header([html.H2(title), html.P(said)]), *content],
        className=f"panel panel-{name}", **{"aria-label": title},
    )  # fmt: skip


def password(form: str, name: str, label: str, hint: str = "") -> Any:
    """A password typed unseen, with its error beside it."""
    own = desk_fields.field_id(form, name)
    return html.Div(
        [
            html.Label(label, htmlFor=own),
            dcc.Input(
                id=own, type="password", value="", placeholder=hint, autoComplete="new-password"
            ),
            html.Span(
                id=desk_fields.error_id(form, name), className="field-error", role="alert"
            ),
        ],
        className="field",
    )


def secret(words: str, value: str) -> Any:
    """A secret shown this once, large enough to copy down."""
    return html.Div(
        [html.P(words), html.Code(value), html.Small("只显示这一次；关闭或刷新后无法再看到。")],
        className="secret", role="status",
    )  # fmt: skip


async def tried(center: Center, work: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """What blocking work answers; a refusal is shown and None returned.

    Work that answers nothing answers True here.
    """
    try:
        done = await center.ask(work, *args, **named)
    except CenterError as error:
        toasts.complain(error)
        return None
    return True if done is None else done


async def filed(
    center: Center, form: str, names: Sequence[str], work: Callable[..., Any], *args: Any
) -> Any:
    """Like `tried`, with what is wrong written beside the form's own fields."""
    try:
        done = await center.ask(work, *args)
    except CenterError as error:
        desk_fields.show_errors(form, names, error.errors)
        if not {e["field"] for e in error.errors} & set(names):
            toasts.complain(error)
        return None
    desk_fields.show_errors(form, names, ())
    return True if done is None else done


def area_of(areas: AreaTree, typed: str | None) -> str:
    """The code of an area typed as code or name.

    Raises
    ------
    Invalid
        When no area, or more than one, goes by that name.
    """
    wanted = (typed or "").strip()
    if wanted in areas.areas:
        return wanted
    hits = [a.code for a in areas.areas.values() if wanted and wanted in (a.name, a.short_name)]
    if len(hits) != 1:
        said = "有多个同名单位" if hits else (f"没有“{wanted}”" if wanted else "单位未填写")
        raise Invalid.field("org", said, "请填市县全称或六位行政区划代码")
    return hits[0]
