"""The queue: new reports, alarms and tasks with their age or due time, each with its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import alarm_words as aw
from dashboard.components import desk, field_card, follow_ups, hazard_words, warning_ups
from dashboard.components.desk import Desk
from dashboard.components.desk_words import casualty_words, empty, level
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.waiting import Waiting
from dashboard.gate import current_actor
from dashboard.words import iso
from data.center import Center
from data.domain.alarm import FAULTS
from data.domain.candidates import candidates
from data.domain.dispatch import AssignmentState
from data.domain.incident_types import type_name
from data.domain.point_state import of_alarm
from data.domain.reporting import Deadline, deadlines_in
from data.domain.situation import Situation

UNACCEPTED_AFTER = timedelta(minutes=5)
KEYED = 9
TABS = {"todo": "待办", "report": "报告", "alarm": "报警", "task": "任务"}
# A tone each, as `assets/sounds.js` has them.
TONES = ("red", "orange", "yellow", "blue", "fault")


class Ids(StrEnum):
    """The queue's ids."""

    NEW = "queue-new"
    TABS = "queue-tabs"
    LIST = "queue-list"
    SOUND = "alarm-state"


def layout() -> Any:
    """The skeleton of the left column."""
    return html.Aside(
        [
            html.Div(id=Ids.TABS, className="tabs", role="tablist"),
            html.Ul(id=Ids.LIST, className="queue"),
            html.Div(
                [
                    html.Button(
                        ["接报登记", html.Kbd("N")], className="btn pri", id=Ids.NEW,
                        **desk.key("n"), **desk.sets({Desk.SIDE: desk.side("form")}),
                        **{"data-focus": "#report-type input, #report-place"},
                    ),
                ],
                className="new",
            ),
            html.Div(id=Ids.SOUND, hidden=True),
        ],
        id=Desk.QUEUE, className="show-todo",
    )  # fmt: skip


def waiting(seen: Situation, clocks: dict[str, Sequence[Deadline]]) -> list[Waiting]:
    """Everything that waits: conflicts, then reports and alarms by age, then tasks by due time."""
    told = [*_clashes(seen), *_reports(seen), *_alarms(seen)]
    return [*told, *_unaccepted(seen), *_due(seen, clocks)]


def _clashes(seen: Situation) -> Iterable[Waiting]:
    """What a county's own machine and the province both did, and nobody has decided."""
    for held in sorted(seen.clashes.values(), key=lambda c: c.id):
        if held.open:
            yield Waiting(
                kind="task", char="冲", since=held.opened_at, title=f"{held.word}：{held.subject}",
                note=f"{held.why} · 到“联动”裁定", changes={}, href="/links#3",
            )  # fmt: skip


def _reports(seen: Situation) -> Iterable[Waiting]:
    new = (r for r in seen.reports.values() if r.state == "new")
    for report in sorted(new, key=lambda r: (r.received_at, r.id)):
        near = candidates(report, seen.open_incidents())
        into = f"可能并入：{near[0]['letter']}" if near else "可能并入：无"
        hurt = casualty_words(report.casualties)
        yield Waiting(
            kind="report", char="报", since=report.received_at,
            title=f"{report.place or '地点待核'} {type_name(report.type)} {hurt}".strip(),
            note=f"{report.source or '来源未填'} · {into}",
            changes={
                Desk.THING: {"data": {"kind": "report", "id": report.id}},
                Desk.SIDE: desk.side("thing"),
            },
        )  # fmt: skip


def _alarms(seen: Situation) -> Iterable[Waiting]:
    """Alarms nobody took, those of one surge as one row; who was called already is said."""
    for group in aw.grouped(a for a in seen.alarms.values() if a.waits):
        first, many = aw.gravest(group), len(group) > 1
        char, tone = aw.mark(first)
        called = aw.called(first)
        names = "、".join(a.sensor_name for a in group)
        what = f"最重 {level(first)} · {names}" if many else aw.rule_line(first)
        picked = {"kind": "surge" if many else "alarm", "id": first.surge_id if many else first.id}
        yield Waiting(
            kind="alarm", char=char, tone=tone, since=group[0].since,
            title=aw.group_title(seen, group) if many else level(first),
            note=f"{called} · {what}" if called else what,
            changes={Desk.THING: {"data": picked}, Desk.SIDE: desk.side("alarm")},
        )  # fmt: skip


def _unaccepted(seen: Situation) -> Iterable[Waiting]:
    for assignment in seen.assignments.values():
        ordered = assignment.times.get("ordered")
        if assignment.state != AssignmentState.ORDERED or assignment.held or ordered is None:
            continue
        told = assignment.times.get("authorised", ordered)
        if seen.at - told < UNACCEPTED_AFTER:
            continue
        team = seen.teams.get(assignment.team_id)
        incident = seen.incidents.get(assignment.incident_id)
        yield Waiting(
            kind="task", char="催", since=ordered,
            title=f"{team.name if team else assignment.team_id} 未接令",
            note=f"{incident.letter + ' · ' if incident else ''}已下达，请电话催办",
            changes={
                Desk.INCIDENT: {"data": assignment.incident_id}, Desk.WORK: desk.tab("dispatch"),
            },
        )  # fmt: skip


def _due(seen: Situation, clocks: dict[str, Sequence[Deadline]]) -> Iterable[Waiting]:
    running = [
        (each, seen.incidents[incident_id])
        for incident_id, mine in clocks.items()
        for each in mine
        if each.due_at is not None and each.done_at is None and each.state not in ("done", "late")
    ]
    for each, incident in sorted(running, key=lambda pair: (pair[0].due_at or seen.at, pair[0].id)):
        yield Waiting(
            kind="task", char="限", due=each.due_at, title=f"{incident.letter} {each.label}",
            note=f"{each.actor_body} → {each.recipient}",
            urgent=each.state in ("due_soon", "overdue"),
            changes={Desk.INCIDENT: {"data": incident.id}, Desk.WORK: desk.tab("filing")},
        )  # fmt: skip


def tabs_view(items: Sequence[Waiting]) -> list[Any]:
    """The four tabs with how many wait in each."""
    counts = {name: sum(i.kind == name for i in items) for name in TABS}
    counts["todo"] = sum(i.urgent for i in items)
    return [
        html.Button(
            [words, html.I(str(counts[name]))], className=f"qtab qtab-{name}", role="tab",
            **desk.sets({Desk.QUEUE: {"className": f"show-{name}"}}),
        )
        for name, words in TABS.items()
    ]  # fmt: skip


def list_view(items: Sequence[Waiting]) -> list[Any]:
    """The rows; the first nine to do carry the number keys."""
    keys = iter(range(1, KEYED + 1))
    rows = [_row(item, next(keys, None) if item.urgent else None) for item in items]
    nothing = [
        html.Li(
            empty(f"没有{words}" if name != "todo" else "没有待办事项"), className=f"none-{name}"
        )
        for name, words in TABS.items()
        if not any(i.urgent if name == "todo" else i.kind == name for i in items)
    ]
    return [*rows, *nothing]


def _row(item: Waiting, key: int | None) -> Any:
    aged = {"data-ages": iso(item.since)} if item.since else {}
    when = (
        html.Time(**{"data-due": iso(item.due)})
        if item.due
        else html.Time(**{"data-age-since": iso(item.since)})
    )
    parts = [
        html.B(item.char, className=f"mark {item.tone}".strip()),
        html.Div([html.Strong(item.title, title=item.title), html.P(item.note, title=item.note)]),
        html.Div([when, html.Kbd(str(key)) if key else None], className="right"),
    ]
    keyed = desk.key(str(key)) if key else {}
    row = (
        html.A(parts, className="row", href=item.href, **keyed)
        if item.href
        else html.Button(parts, className="row", **desk.sets(item.changes), **keyed)
    )
    return html.Li(
        row,
        className=f"is-{item.kind}{' urgent' if item.urgent else ''}", **aged,
    )  # fmt: skip


def sounding(seen: Situation) -> dict[str, str]:
    """How many alarms wait at each colour, and how many doubt their own data; for the tones."""
    waiting = Counter(
        "fault" if a.family in FAULTS else of_alarm(a).name.lower()
        for a in seen.alarms.values()
        if a.waits
    )
    return {f"data-{name}": str(waiting[name]) for name in TONES}


def all_clocks(center: Center, seen: Situation) -> dict[str, Sequence[Deadline]]:
    """The deadlines of every open incident."""
    rules = center.tools.rules["reporting"]
    return {
        i.id: deadlines_in(seen, i, rules, center.areas)
        for i in seen.open_incidents()
    }


def register(app: Dash, center: Center) -> None:
    """Redraw the lists at every journal number; what is typed elsewhere is not touched."""

    @app.callback(
        Output(Ids.TABS, "children"),
        Output(Ids.LIST, FLAT),
        *[Output(Ids.SOUND, f"data-{name}") for name in TONES],
        Input(Live.REVISION, "data"),
    )
    async def redraw(_revision: Any) -> Any:
        seen = await desk.see(center)
        items = waiting(seen, await center.ask(all_clocks, center, seen))
        items += follow_ups.waiting_for(seen, current_actor(), center.areas)
        items += field_card.waiting_for(seen)
        items += hazard_words.waiting_for(seen, current_actor(), center.areas)
        items += warning_ups.waiting_for(seen, current_actor(), center.areas)
        tone = sounding(seen)
        return tabs_view(items), flat(list_view(items)), *tone.values()
