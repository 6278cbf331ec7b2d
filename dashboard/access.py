"""Who may reach which route and page: one row each in `access.csv`; without a row it is shut.

The handlers check the same permissions again, and areas besides; this table is in front of them, so
that a route that somebody forgets is closed to everybody, and a test says so.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from dash import Output
from fastapi import Request

from dashboard.gate import current_actor
from data.domain.org import ROLE_WORDS, Actor, Permission
from data.errors import Forbidden, NotSignedIn

TABLE = Path(__file__).with_name("access.csv")
# Outside the gate's list of what strangers may reach, nothing else is let in without a session.
OPEN_ROUTES = frozenset({"POST /api/v1/session", "GET /healthz"})
PREFIXES = ("/api/v1", "/ogc")
# Pages of Dash, with every callback that their parts register.
PAGES: Mapping[str, str] = {
    "/wall": "read",
    "/duty": "read",
    "/review": "read",
    "/admin": "signed",
    "/tasks": "read",
    "/supplies": "read",
    "/filing": "read",
    "/contingencies": "read",
    "/shift": "read",
    "/directory": "read",
    "/links": "read",
    "/hazards": "read",
    "/monitor": "read",
    "/ingest": "read",
    "/warnings": "read",
    "/sharing": "read",
}


def read_rows() -> dict[str, frozenset[str]]:
    """What each route asks for, by "METHOD path": any one of the permissions.

    `signed` in the table is whoever is signed in: an empty set here.

    Raises
    ------
    ValueError
        Naming a permission that does not exist.
    """
    found: dict[str, frozenset[str]] = {}
    known = {"signed", *Permission}
    with TABLE.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            needs = frozenset(row["permissions"].split())
            if not needs or not needs <= known:
                raise ValueError(f"access.csv: {row['path']} asks for {row['permissions']!r}")
            for method in row["methods"].split():
                found[f"{method} {row['path']}"] = needs - {"signed"}
    return found


ROWS = read_rows()


def require_any(actor: Actor | None, needs: frozenset[str]) -> None:
    """Refuse whoever holds none of the permissions asked for.

    Raises
    ------
    NotSignedIn, Forbidden
    """
    if actor is None:
        raise NotSignedIn("会话已结束或尚未登录，请登录后重试")
    if needs and needs.isdisjoint(actor.permissions):
        role = ROLE_WORDS.get(actor.role, actor.role)
        raise Forbidden(f"{role}账号没有此项权限；请由有权限的值班席位办理")


def row_of(request: Request) -> str:
    """The row of the route at hand: its method and its whole path as written."""
    own = str(request.scope["route"].path)
    prefix = next((p for p in PREFIXES if f"{request.url.path}/".startswith(p + "/")), "")
    whole = own if own.startswith(prefix + "/") else prefix + own
    return f"{request.method.replace('HEAD', 'GET')} {whole}"


async def admitted(request: Request) -> None:
    """Refuse who may not reach this route, and everybody where no row says who may.

    Raises
    ------
    NotSignedIn, Forbidden
    """
    row = row_of(request)
    if row in OPEN_ROUTES:
        return
    if row not in ROWS:
        raise Forbidden("这个地址没有登记谁可以使用，请联系系统管理员")
    require_any(getattr(request.state, "actor", None), ROWS[row])


class Paged:
    """An app as one page sees it: every callback registered through it asks who may open the page.

    What is registered is told to `told`, by the callback's output, for the test that counts them.
    """

    def __init__(
        self, app: Any, page: str, told: dict[str, str], refused: Callable[[Exception], Any]
    ) -> None:
        self._app = app
        self._refused = refused
        self._page = page
        self._needs = needs_of(page)
        self._told = told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def callback(self, *given: Any, **named: Any) -> Callable[..., Any]:
        """Dash's callback, behind the page's row."""
        before = set(self._app.callback_map)
        answers = any(isinstance(x, Output) for one in given for x in _each(one))
        register = self._app.callback(*given, **named)

        def wrap(work: Callable[..., Any]) -> Any:
            @wraps(work)
            async def guarded(*values: Any) -> Any:
                try:
                    require_any(current_actor(), self._needs)
                    return await work(*values)
                except Exception as error:
                    if answers:
                        raise
                    self._refused(error)  # Dash fails where there is no output to leave alone
                    return None

            done = register(guarded)
            for output in set(self._app.callback_map) - before:
                self._told[output] = self._page
            return done

        return wrap


def _each(given: Any) -> Iterable[Any]:
    """What is given to a callback, lists taken apart."""
    return given if isinstance(given, list | tuple) else (given,)


def needs_of(page: str) -> frozenset[str]:
    """What a page asks for.

    Raises
    ------
    KeyError
        When no row says who may open it.
    """
    return frozenset(PAGES[page].split()) - {"signed"}
