"""报警: everything raised, open or over, by surge; who took it, what was done, who was called."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, dcc, html

from dashboard.components import alarm_words as aw
from dashboard.components import desk, finding
from dashboard.components import task_words as tw
from dashboard.components.admin_parts import hole
from dashboard.components.desk_words import clock, empty, level
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from data.center import Center
from data.domain.alarm import Alarm, AlarmState
from data.domain.situation import Situation

MOST = 300
KEPT_DAYS = 7  # how long an alarm that is over stays in the list
STATES = {
    "open": "未解除", "waits": "未签收", "cleared": "近 7 天已解除", "unseen": "解除而无人签收",
}  # fmt: skip


class Ids(StrEnum):
    """The ids of the board."""

    TEXT = "alarms-text"
    STATE = "alarms-state"
    LIST = "alarms-list"


def layout() -> list[Any]:
    """Filters and the list."""
    options = [{"label": w, "value": v} for v, w in STATES.items()]
    return [
        html.Div(
            [
                *finding.search(Ids.TEXT, "监测点、规则、签收人"),
                dcc.RadioItems(id=Ids.STATE, className="pills", options=options, value="open"),
                html.A(["到值班台处理 ", html.Kbd("D")], className="btn", href="/duty",
                       **desk.key("d")),
            ],
            className="bar",
        ),
        hole(Ids.LIST),
    ]  # fmt: skip


def picked(seen: Situation, text: str, state: str) -> list[Alarm]:
    """The alarms that fit, the newest first."""
    since = seen.at - timedelta(days=KEPT_DAYS)
    fits = {
        "open": lambda a: a.open,
        "waits": lambda a: a.waits,
        "cleared": lambda a: not a.open and (a.cleared_at or a.raised_at) >= since,
        "unseen": lambda a: a.state == AlarmState.CLEARED and a.acknowledged_by is None,
    }[state]
    held = (a for a in seen.alarms.values() if fits(a))
    found = (
        a for a in held
        if tw.fits(text, a.sensor_name, a.level, a.rule, a.acknowledged_by or "")
    )  # fmt: skip
    return sorted(found, key=lambda a: (a.raised_at, a.id), reverse=True)


def board_view(seen: Situation, text: str, state: str) -> Any:
    """Surges of several as one block, the others one by one."""
    alarms = picked(seen, text, state)
    if not alarms:
        return empty("没有符合筛选的报警", "")
    groups = aw.grouped(alarms[:MOST])
    more = f"，先列 {MOST} 条" if len(alarms) > MOST else ""
    count = html.P(f"共 {len(alarms)} 条{more}", className="count")
    return [count, *(_group(seen, g) for g in sorted(groups, key=_newest, reverse=True))]


def _newest(group: list[Alarm]) -> Any:
    return max(a.raised_at for a in group)


def _group(seen: Situation, group: list[Alarm]) -> Any:
    if len(group) == 1:
        return _row(seen, group[0])
    first = aw.gravest(group)
    surge = seen.surges.get(first.surge_id or "")
    head = html.Summary(
        [
            html.B(aw.mark(first)[0], className=f"mark {aw.mark(first)[1]}"),
            html.Strong(aw.group_title(seen, group)),
            html.Small(aw.surge_span(seen, surge)),
        ]
    )
    return html.Details([head, *(_row(seen, a) for a in group)], open=True, className="surge",
                        **{"data-fold": first.surge_id or first.id})  # fmt: skip


def _row(seen: Situation, alarm: Alarm) -> Any:
    char, tone = aw.mark(alarm)
    return html.Div(
        [
            html.B(char, className=f"mark {tone}"),
            html.Span([html.Strong([level(alarm), " "]), html.Small(aw.rule_line(alarm)),
                       html.Small(aw.done(seen, alarm) or aw.called(alarm))]),
            html.Span(aw.way(alarm)),
            html.Em(alarm.state.word), html.Time(clock(alarm.raised_at, seen.at)),
        ],
        className=f"alarm is-{alarm.state.value}",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Draw the board at every journal number."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.STATE, "value"),
    )
    async def redraw(_revision: Any, text: str | None, state: str | None) -> Any:
        seen = await desk.see(center)
        return flat(await center.ask(board_view, seen, text or "", state or "open"))
