"""What every page shares: the header with clock, connection and number, and the live stores."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html

from dashboard.gate import current_actor
from data.center import Center
from data.domain import escalation
from data.domain.org import PROVINCE, ROLE_WORDS, Actor, AreaTree, Permission
from data.domain.rule_table import RuleTable
from data.domain.situation import Situation


class Live(StrEnum):
    """Ids shared by every page."""

    PLACE = "live-place"
    PAGE = "live-page"
    REVISION = "live-revision"
    HEADER = "live-header"
    WHO = "live-who"
    CALLED = "live-called"
    LINK = "live-link"
    PROVINCE = "live-province"
    LACKING = "live-lacking"
    FRESH = "live-fresh"
    NUMBER = "live-number"
    CLOCK = "live-clock"
    DATE = "live-date"
    NOTICE = "live-notice"


def root() -> Any:
    """The frame around whichever page: the address, the revision, and the page itself."""
    return html.Div(
        [
            dcc.Location(id=Live.PLACE, refresh=False),
            dcc.Store(id=Live.REVISION),
            html.Div(id=Live.NOTICE, className="notice", role="alert"),
            html.Div(id=Live.PAGE),
        ]
    )


# Every page a person works on, in the order of a response.
WAYS = (
    ("duty", "值班台"),
    ("monitor", "监测"),
    ("warnings", "预警"),
    ("contingencies", "预案"),
    ("tasks", "任务"),
    ("supplies", "物资"),
    ("filing", "报送"),
    ("links", "联动"),
    ("hazards", "隐患"),
    ("ingest", "接入"),
    ("shift", "值班"),
    ("directory", "通讯"),
    ("sharing", "共享"),
    ("review", "复盘"),
    ("wall", "大屏"),
)


def ways(page: str) -> Any:
    """The way to the other pages; the wall, which has no hands, shows none."""
    if page == "wall":
        return None
    links = [
        html.A(word, href=f"/{name}", className="here" if name == page else "")
        for name, word in WAYS
    ]
    return html.Div(
        [
            html.Nav(links, className="ways", **{"aria-label": "页面"}),
            # where the line has no room for all of them, they fold into one
            html.Details([html.Summary("页面"), html.Nav(links)], className="ways-fold"),
        ],
        className="to-pages",
    )


def header(title: str, page: str, *middle: Any) -> Any:
    """The line on top: title, drill mark, the page's own things, people, link, clock.

    Parameters
    ----------
    title
        What this screen is called.
    page
        The page's name; the header carries the class ``head-<page>``.
    middle
        The page's own components, after the drill mark.
    """
    return html.Header(
        [
            html.H1(title),
            html.Span("演练", className="drill"),
            ways(page),
            *middle,
            html.Span(className="sp"),
            html.Span(id=Live.CALLED, className="called", role="status"),
            # on a county's own machine: how its link to the province stands
            html.Span(id=Live.PROVINCE, className="to-province", role="status"),
            # what is down while the rest works
            html.Span(id=Live.LACKING, className="lacking", role="status", tabIndex=-1),
            html.Span(id=Live.WHO, className="con who"),
            html.Span(
                [
                    html.Span(className="dot"),
                    html.Span("连接中", id=Live.LINK, role="status"),
                    html.Span(id=Live.FRESH, className="fresh"),
                    html.Span(id=Live.NUMBER, className="number"),
                ],
                className="con link",
            ),
            html.Span([html.Small(id=Live.DATE), html.Time(id=Live.CLOCK)], className="clk"),
        ],
        id=Live.HEADER,
        className=f"head head-{page}",
    )


def register(app: Dash, center: Center) -> None:
    """Say once, when a page opens, who is signed in."""

    @app.callback(
        Output(Live.WHO, "children"),
        Output(Live.WHO, "data-account"),
        Input(Live.HEADER, "id"),
    )
    async def who(_header: str) -> tuple[str, str]:
        actor = current_actor()
        role = ROLE_WORDS.get(actor.role, actor.role)
        area = center.areas.name(actor.org)
        named = actor.name if role in actor.name else f"{role} {actor.name}"
        return f"{named}（{area}）", actor.username

    @app.callback(Output(Live.CALLED, "children"), Input(Live.REVISION, "data"))
    async def called(_revision: Any) -> Any:
        actor = current_actor()
        if actor.may(Permission.ACCOUNTS):
            faulty = [t for t in center.rules.tables if t.fault]
            return faulty_view(faulty)
        if not actor.may(Permission.READ) or actor.role not in (*FOR_THEM, "wall"):
            return None
        seen = await center.ask(center.queries.situation, actor)
        return called_view(seen, center.areas, actor)


# Whose own word or action the center may wait for by name.
FOR_THEM = frozenset({"duty", "chief", "leader"})


def faulty_view(faulty: Sequence[RuleTable]) -> Any:
    """Rule tables that could not be read, for whoever keeps them; the ones before still hold."""
    if not faulty:
        return None
    said = "；".join(f"{t.title}：{t.fault}" for t in faulty)
    return html.A(f"规则表 {len(faulty)} 张读不懂", href="/admin#rules", title=said)


def called_view(seen: Situation, areas: AreaTree, actor: Actor) -> Any:
    """What waits for this very person: calls of what is overdue, and approvals only they give."""
    found = [_clashes(seen, actor)] if any(c.open for c in seen.clashes.values()) else []
    if actor.role not in FOR_THEM:
        return found or None
    calls = escalation.mine(seen.tasks.values(), actor)
    owed = [
        c
        for c in seen.clearances.values()
        if c.open and c.may_decide(actor) and areas.covers(actor.org, c.org)
    ]
    for what, source in (("催报", escalation.SOURCE), ("催批", escalation.APPROVALS)):
        mine = [t for t in calls if t.source == source]
        if mine:
            said = "；".join(f"{t.title}（{t.owner}）" for t in mine)
            found.append(html.A(f"{what} {len(mine)} 件待您接办", href="/tasks#1", title=said))
    if owed:
        said = "；".join(c.title for c in owed)
        found.append(html.A(f"{len(owed)} 件待您批", href="/tasks#3", title=said))
    return found or None


def _clashes(seen: Situation, actor: Actor) -> Any:
    """How many conflicts between the levels wait, and for whom."""
    held = [c for c in seen.clashes.values() if c.open]
    whose = "待裁定" if actor.org == PROVINCE else "待省裁定"
    said = "；".join(f"{c.subject}：{c.word}" for c in held)
    return html.A(f"两级冲突 {len(held)} 件{whose}", href="/links#3", title=said)
