"""The work column: a strip of open incidents, the sub-tabs, and what re-renders in them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import (
    desk,
    field_card,
    filing,
    follow_ups,
    overview,
    timeline,
    warn_from,
)
from dashboard.components.desk import TABS, Desk
from dashboard.components.desk_words import empty, identity, letter_box
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.queue import all_clocks
from dashboard.words import count, grade_chip, iso, response_words
from data.center import Center
from data.domain.dispatch import AssignmentState
from data.domain.incident import ROMAN, Incident
from data.domain.org import AreaTree
from data.domain.reporting import Deadline
from data.domain.situation import Situation

KEYED = 8


class Ids(StrEnum):
    """The column's ids."""

    STRIP = "incident-strip"
    TASKS = "tasks-view"


def layout(dispatch: Sequence[Any] = (), supplies: Sequence[Any] = ()) -> Any:
    """The column with every panel mounted; a class shows one of them."""
    return html.Section(
        [
            html.Div(id=Ids.STRIP, className="its"),
            html.Div(
                [*(_tab(n, i) for i, n in enumerate(TABS, 1)), warn_from.incident_button()],
                className="sub", role="tablist",
            ),
            overview.layout(),
            html.Div(list(dispatch), className="panel panel-dispatch"),
            html.Div(list(supplies), className="panel panel-supplies"),
            html.Div(
                html.Div(id=Ids.TASKS, className="scroll-in"), className="panel panel-tasks"
            ),
            filing.layout(),
            timeline.layout(),
            field_card.layout(),
        ],
        id=Desk.WORK, **desk.tab("overview"),
    )  # fmt: skip


def _tab(name: str, number: int) -> Any:
    return html.Button(
        TABS[name], className=f"stab stab-{name}", role="tab", title=f"Alt+{number}",
        **desk.key(f"Alt+{number}"), **desk.sets({Desk.WORK: desk.tab(name)}),
    )  # fmt: skip


def strip_view(seen: Situation, chosen: Incident | None) -> Any:
    """A tab for each open incident, in its identity colour; the views below say it when none is."""
    mine = seen.sided()
    if chosen is not None and chosen.id not in {i.id for i in mine}:
        mine = [*mine, chosen]
    return [_card(seen, i, chosen, n) for n, i in enumerate(mine, 1)]


def _card(seen: Situation, incident: Incident, chosen: Incident | None, number: int) -> Any:
    since = incident.occurred_at or incident.received_at
    hurt = incident.casualties
    counted = (
        ("遇难", hurt.dead), ("失联", hurt.missing), ("被困", hurt.trapped),
        ("转移", hurt.evacuated),
    )  # fmt: skip
    worst = [(word, number) for word, number in counted if number]
    held = seen.responses_of(incident.id)
    facts = " · ".join(f"{w} {count(n)}" for w, n in worst[:2])
    state = (
        "已结束"
        if incident.status == "closed"
        else facts or (response_words(held[0]) if held else "")
    )
    on = " on" if chosen is not None and chosen.id == incident.id else ""
    key = desk.key(f"F{number}") if number <= KEYED else {}
    return html.Button(
        [
            letter_box(incident),
            html.Div(
                [
                    html.Strong(incident.short_name or incident.name, title=incident.name),
                    html.Small(["历时 ", html.Time(**{"data-elapsed-since": iso(since)}),
                                f" · {state}" if state else ""]),
                ]
            ),
            html.Div([_mark(incident), html.Kbd(f"F{number}") if key else None]),
        ],
        className=f"it {identity(incident)}{on}",
        **desk.sets({Desk.INCIDENT: {"data": incident.id}}), **key,
    )  # fmt: skip


def _mark(incident: Incident) -> Any:
    """The grade in one numeral, in full on hover."""
    words, colour = grade_chip(incident.grading)
    short = ROMAN.get(incident.grading.level or "", words)
    return html.Span(short, title=words, className=f"chip {colour}")


def tasks_view(
    seen: Situation, incident: Incident | None, clocks: Sequence[Deadline], areas: AreaTree
) -> Any:
    """What is still open for the incident, each with where it is done."""
    if incident is None:
        return empty("当前没有进行中的事件")
    given = [
        html.Li(
            [
                html.Strong(title),
                html.Small([who, "　", html.Time(**{"data-due": iso(due)}) if due else "无时限"]),
                html.A("去办理", href=page, className="btn tiny"),
            ],
            className="past" if due is not None and due < seen.at else "",
        )
        for title, who, due, page in follow_ups.open_things(seen, areas, incident)
    ]
    rows = [_task(title, note, to) for title, note, to in open_tasks(seen, incident, clocks)]
    if not given and not rows:
        return empty("没有未办事项", "在“任务”页下达任务，启动响应也会自动生成")
    lists = (("任务与批示", given), ("值班事项", rows))
    return [
        part
        for word, mine in lists
        if mine
        for part in (html.H3(f"{word}　{len(mine)}"), html.Ul(mine, className="tasks"))
    ]


def open_tasks(
    seen: Situation, incident: Incident, clocks: Sequence[Deadline]
) -> list[tuple[str, Any, str]]:
    """(what, note or due time, tab) of everything unfinished."""
    found: list[tuple[str, Any, str]] = [
        (f"{c.label}：{c.actor_body} → {c.recipient}", c.due_at or c.why, "filing")
        for c in clocks
        if c.state in ("overdue", "due_soon", "running")
    ]
    if incident.grading.provisional and incident.grading.level:
        found.append((f"确认定级（初判 {incident.grading.label}）", "由值班负责人确认", "overview"))
    blanks = [
        words
        for words, value in (
            ("指挥长", incident.commander), ("主责单位", incident.lead_body),
            ("值守席位", incident.desk),
        )
        if not value
    ]  # fmt: skip
    if blanks:
        found.append((f"明确{'、'.join(blanks)}", "", "overview"))
    if incident.lon is None:
        found.append(("补充事发地坐标", "没有坐标不能计算到场时间", "overview"))
    if not seen.responses_of(incident.id):
        found.append(("登记应急响应", "尚无响应记录", "overview"))
    for a in seen.assignments_of(incident.id, active=True):
        if a.state == AssignmentState.ORDERED:
            team = seen.teams.get(a.team_id)
            found.append((f"催接令：{team.name if team else a.team_id}", a.times.get("ordered"),
                          "dispatch"))  # fmt: skip
    return found


def _task(title: str, note: Any, to: str) -> Any:
    when = note if isinstance(note, str) or note is None else html.Time(**{"data-due": iso(note)})
    if to == "dispatch" and not isinstance(note, str) and note is not None:
        when = html.Time(**{"data-age-since": iso(note), "data-age-after": " 前下达"})
    return html.Li(
        [
            html.Strong(title), html.Small(when),
            html.Button(["去办理"], className="btn tiny", **desk.sets({Desk.WORK: desk.tab(to)})),
        ]
    )  # fmt: skip


def views(center: Center, seen: Situation, incident_id: str | None) -> tuple[Any, ...]:
    """Everything of the column that follows the situation."""
    chosen = desk.chosen(seen, incident_id)
    clocks = list(all_clocks(center, seen).get(chosen.id, ())) if chosen else []
    return (
        strip_view(seen, chosen),
        overview.overview_view(seen, chosen, clocks),
        tasks_view(seen, chosen, clocks, center.areas),
        filing.filing_view(seen, chosen, clocks),
        timeline.timeline_view(seen, chosen),
    )


def register(app: Dash, center: Center) -> None:
    """Redraw the column's views; its forms stay as they are."""

    @app.callback(
        Output(Ids.STRIP, "children"),
        Output(overview.Ids.VIEW, FLAT),
        Output(Ids.TASKS, FLAT),
        Output(filing.Ids.VIEW, FLAT),
        Output(timeline.Ids.VIEW, FLAT),
        Input(Live.REVISION, "data"),
        Input(Desk.INCIDENT, "data"),
    )
    async def redraw(_revision: Any, incident_id: str | None) -> Any:
        strip, *panels = await center.ask(views, center, await desk.see(center), incident_id)
        return strip, *map(flat, panels)

    for part in (overview, filing, timeline, field_card):
        part.register(app, center)
