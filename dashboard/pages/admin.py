"""The administration: one tab for each thing the signed-in role may keep, and no other."""

from __future__ import annotations

from enum import StrEnum
from types import ModuleType
from typing import Any

from dash import Dash, html

from dashboard.components import (
    admin_accounts,
    admin_audit,
    admin_devices,
    admin_identity,
    admin_import,
    admin_journal,
    admin_own,
    admin_proof,
    admin_roles,
    admin_rules,
    admin_sessions,
    admin_teams,
    desk,
    live,
    toasts,
)
from dashboard.gate import current_actor
from data.center import Center
from data.domain.org import Actor
from data.errors import NotSignedIn

PARTS: tuple[ModuleType, ...] = (
    admin_accounts, admin_audit, admin_identity, admin_devices, admin_sessions, admin_roles,
    admin_journal, admin_import, admin_teams, admin_rules, admin_own, admin_proof,
)  # fmt: skip

KEYS = 9  # the first tabs have Alt and their digit


class Ids(StrEnum):
    """The page's own ids."""

    PAGE = "admin"
    BODY = "admin-body"


def parts_of(actor: Actor | None) -> list[ModuleType]:
    """The parts a role may use; all of them when nobody asks, so that every id is known."""
    return [part for part in PARTS if actor is None or part.allowed(actor)]


def layout() -> Any:
    """The skeleton for whoever is signed in; it holds no data."""
    try:
        actor: Actor | None = current_actor()
    except NotSignedIn:
        actor = None
    return page_of(actor)


def page_of(actor: Actor | None) -> Any:
    """The page with the parts of an actor's role, the first one open."""
    mine = parts_of(actor)
    tabs = [
        html.Button([part.WORD, html.Kbd(f"Alt+{n}")] if n <= KEYS else part.WORD,
                    className=f"tab to-{part.NAME}", **(desk.key(f"Alt+{n}") if n <= KEYS else {}),
                    **desk.sets({Ids.BODY: opened(part.NAME)}))
        for n, part in enumerate(mine, 1)
    ]  # fmt: skip
    panels = [p.layout(actor) if p is admin_sessions else p.layout() for p in mine]
    none = html.P("大屏账号没有可管理的内容。", className="none")
    return html.Div(
        [
            live.header("湖北省应急指挥中心 · 系统管理", "admin"),
            html.Main(
                [html.Nav(tabs, **{"aria-label": "管理事项"}), *(panels or [none])],
                id=Ids.BODY, **opened(mine[0].NAME if mine else ""),
            ),
            html.Footer([toasts.footer_part(), html.Span(className="sp"), *_screens(actor)]),
            toasts.layout(),
        ],
        id=Ids.PAGE, className="admin",
    )  # fmt: skip


def opened(name: str) -> dict[str, Any]:
    """The property that shows one part."""
    return {"className": f"at-{name}"}


def _screens(actor: Actor | None) -> list[Any]:
    """The way to the other screens, for those who may read them."""
    if actor is not None and "read" not in actor.permissions:
        return []
    screens = (("/wall", "大屏"), ("/duty", "值班台"), ("/review", "研判与复盘"))
    return [html.A(word, href=path) for path, word in screens]


def register(app: Dash, center: Center) -> None:
    """Register every part."""
    for part in PARTS:
        part.register(app, center)
