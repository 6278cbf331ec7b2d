"""What the task board and the instructions share: cards, steps, marks, the words of a deadline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components.desk_words import clock, empty, identity
from dashboard.words import iso
from data.domain.incident import Incident
from data.domain.org import AreaTree
from data.domain.situation import Situation
from data.domain.task import CheckItem, Instruction, Step, Task

ROOM = "值班室"


def place_of(seen: Situation, incident_id: str | None) -> tuple[str, str, str]:
    """(identity class, letter, name) of where a task belongs."""
    incident = seen.incidents.get(incident_id or "")
    if incident is None:
        return "room", "班", ROOM
    return identity(incident), incident.letter, incident.short_name or incident.name


def owner_words(areas: AreaTree, held: Task | Instruction) -> str:
    """Who is to do it, in words."""
    body = areas.name(held.owner_org) if held.owner_org else ""
    parts = [p for p in (body, held.owner) if p]
    return " · ".join(parts) if parts else "未明确承办"


def due_view(due: datetime | None, *, ended: datetime | None = None, late: bool = False) -> Any:
    """The deadline running, or when it was done."""
    if ended is not None:
        return html.Time(f"{clock(ended)} 办结{'（逾期）' if late else ''}",
                         className="late" if late else "")  # fmt: skip
    if due is None:
        return html.Small("无时限")
    return html.Time(**{"data-due": iso(due)}, title=f"时限 {clock(due)}")


def ticks(items: Sequence[CheckItem]) -> str:
    """How much of a checklist is done."""
    return f"检查项 {sum(i.done for i in items)}/{len(items)}" if items else ""


def card(
    seen: Situation, areas: AreaTree, held: Task | Instruction, *, title: str, chosen: bool,
    click: dict[str, str], marks: Iterable[str] = (),
) -> Any:  # fmt: skip
    """One task or instruction as a card that opens it."""
    side, letter, _ = place_of(seen, held.incident_id)
    late = held.overdue(seen.at)
    classes = ["tk", side, held.state.value, "over" if late else "", "on" if chosen else ""]
    ended = held.ended_at if isinstance(held, Task) else held.answered_at
    stop = ended if held.state.ended or not isinstance(held, Task) else None
    notes = [m for m in (owner_words(areas, held), *marks) if m]
    return html.Button(
        [
            html.B(letter, className="letter"),
            html.Span([html.Strong(title, title=title), html.Small(" · ".join(notes))],
                      className="what"),
            html.Span([due_view(held.due_at, ended=stop, late=held.late()),
                       html.Em(held.state.word)], className="right"),
        ],
        className=" ".join(filter(None, classes)), **click,
    )  # fmt: skip


def steps_view(steps: Sequence[Step], now: datetime) -> Any:
    """What was done about it, the newest first."""
    if not steps:
        return empty("还没有记录")
    return html.Ol(
        [
            html.Li([html.Time(clock(s.at, now)), html.B(s.what), html.Span(s.by),
                     html.P(s.words) if s.words else None])
            for s in reversed(steps)
        ],
        className="steps",
    )  # fmt: skip


def checklist_view(task: Task, area: str, *, editable: bool) -> Any:
    """The checklist; a click ticks a line."""
    if not task.checklist:
        return None
    rows = []
    for n, item in enumerate(task.checklist):
        click = desk.acts(area, do="tick", item=n, done=not item.done) if editable else {}
        by = f"{item.by} {clock(item.at)}" if item.done and item.at else ""
        rows.append(
            html.Li(
                html.Button(
                    [html.I("✓" if item.done else ""), html.Span(item.text), html.Small(by)],
                    className="tick done" if item.done else "tick", disabled=not editable,
                    role="checkbox", **{"aria-checked": str(item.done).lower()}, **click,
                )
            )
        )  # fmt: skip
    return html.Ul(rows, className="checks", **{"aria-label": "检查项"})


def fits(wanted: str, *texts: str) -> bool:
    """Whether every word wanted is somewhere in the texts."""
    whole = " ".join(texts)
    return all(word in whole for word in wanted.split())


def incident_options(seen: Situation) -> list[dict[str, str]]:
    """The open incidents and the duty room, as pills."""
    held: list[Incident] = seen.sided()
    mine = [{"label": f"{i.letter} {i.short_name or i.name}", "value": i.id} for i in held]
    return [*mine, {"label": f"{ROOM}（不属于某一事件）", "value": ""}]
