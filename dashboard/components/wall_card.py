"""One incident on the wall: what and where, how grave, who is hurt, who comes, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html

from dashboard.components.follow_ups import overdue_words
from dashboard.words import (
    DASH,
    clock_time,
    count,
    grade_chip,
    identity,
    iso,
    responses_words,
)
from data.domain.dispatch import Assignment, Transfer
from data.domain.incident import CASUALTY_WORDS, Incident
from data.domain.reporting import Deadline
from data.domain.situation import Situation

CELLS, CLOCKS, TEAMS, SUPPLIES, LINES = 4, 2, 4, 3, 3
LONGEST_LABEL = 9
# Which figures a commander asks for first; the first four that are known are shown.
ASKED = (
    "missing", "trapped", "dead", "rescued", "injured_serious", "injured_minor", "evacuated",
    "threatened", "poisoned",
)  # fmt: skip
ALWAYS = ("dead", "missing", "evacuated", "injured_serious")
FLOODS = frozenset({"flood", "flash_flood", "reservoir_danger"})
NEAREST_FIRST = {"working": 0, "arrived": 1, "departed": 2, "accepted": 3, "ordered": 4}


def card(
    seen: Situation, incident: Incident, clocks: Iterable[Deadline], lacking: list[tuple[str, str]]
) -> Any:
    """The card of one incident, top-down in the order a commander asks.

    `lacking` are (capability, amount with unit) not yet covered by committed teams.
    """
    side = identity(seen, incident.id)
    return html.Section(
        [
            _title(incident),
            _grade(seen, incident),
            _figures(seen, incident),
            _clocks(list(clocks)),
            *_teams(seen, incident, lacking),
            *_supplies(seen, incident),
            *_lines(seen, incident),
        ],
        className=f"inc-card {side}",
        key=incident.id,
    )


def _title(incident: Incident) -> Any:
    return html.Header(
        [
            html.B(incident.letter, className="badge"),
            html.H2(incident.name or incident.short_name, title=incident.name),
        ]
    )


def _grade(seen: Situation, incident: Incident) -> Any:
    text, colour = grade_chip(incident.grading)
    responses = responses_words(seen.responses_of(incident.id))
    since = incident.occurred_at or incident.received_at
    elapsed = [html.Small("历时"), html.Time(**{"data-elapsed-since": iso(since)})]
    return html.Div(
        [
            html.Span(text, className=f"chip {colour}"),
            html.Span(elapsed, className="el"),
            html.Div(
                f"响应　{responses}" if responses else "尚未启动应急响应",
                className="resp", title=responses,
            ),
        ],
        className="grade",
    )  # fmt: skip


def figure_cells(seen: Situation, incident: Incident) -> list[tuple[str, str]]:
    """The four figures shown, as (value, word); unknown ones are a dash, never nought."""
    people = incident.casualties
    known = [(name, getattr(people, name)) for name in ASKED]
    cells = [(count(v), CASUALTY_WORDS[n]) for n, v in known if v is not None]
    cells += _water_cells(seen, incident)
    cells += [
        (count(f.value) + ("" if f.unit == "人" else f.unit), f.label)
        for f in incident.figures
        if f.value is not None and not any(word in f.label for _, word in cells)
    ][: CELLS - min(CELLS, len(cells))]
    for name in ALWAYS:
        if len(cells) >= CELLS:
            break
        if getattr(people, name) is None:
            cells.append((DASH, CASUALTY_WORDS[name]))
    return cells[:CELLS]


def _water_cells(seen: Situation, incident: Incident) -> list[tuple[str, str]]:
    """For a flood, how many stations stand over 警戒 and over 保证 by their newest readings."""
    if incident.type not in FLOODS or not seen.readings:
        return []
    rungs = [rung for _, _, rung, _ in seen.over_threshold()]
    over = sum(rung in {"警戒", "保证", "历史最高"} for rung in rungs)
    beyond = sum(rung in {"保证", "历史最高"} for rung in rungs)
    return [(str(over), "超警站"), (str(beyond), "超保站")]


def _figures(seen: Situation, incident: Incident) -> Any:
    return html.Div(
        [
            html.Div([html.B(value, key=f"{word}{value}", className="fresh"), html.Small(word)])
            for value, word in figure_cells(seen, incident)
        ],
        className="cas",
    )


def _clocks(clocks: list[Deadline]) -> Any:
    waiting = [c for c in clocks if c.due_at is not None and c.done_at is None]
    waiting.sort(key=lambda c: c.due_at)  # type: ignore[arg-type, return-value]
    return html.Div([_clock(c) for c in waiting[:CLOCKS]], className="dl")


def _short_label(label: str) -> str:
    """A clock's name in the width of the card: 零报告（省）, 地质灾害速报."""
    label = label.removeprefix("24小时")
    return label if len(label) <= LONGEST_LABEL else label.split("（")[0]


def _clock(deadline: Deadline) -> Any:
    span = {"data-from": iso(deadline.starts_at), "data-to": iso(deadline.due_at)}
    return html.Div(
        [
            html.Span(_short_label(deadline.label), title=deadline.basis),
            html.I(**span),
            html.B(**{"data-due": iso(deadline.due_at)}),
        ],
        key=deadline.id,
    )


def _teams(seen: Situation, incident: Incident, lacking: list[tuple[str, str]]) -> list[Any]:
    mine = seen.assignments_of(incident.id, active=True)
    moving = sum(a.state.value in {"ordered", "accepted", "departed"} for a in mine)
    there = len(mine) - moving
    words: list[Any] = [f"在途 {moving} · 到场 {there}"]
    if lacking:
        more = f" 等 {len(lacking)} 项" if len(lacking) > 1 else ""
        words += [" · ", html.U(f"缺 {lacking[0][0]} {lacking[0][1]}{more}")]
    mine.sort(key=lambda a: (NEAREST_FIRST.get(a.state.value, 9), a.eta or seen.at))
    rows = [_team(seen, a) for a in mine[:TEAMS]]
    if len(mine) > TEAMS:
        rows[-1] = html.Li([html.I("⋯"), html.Span(f"另有 {len(mine) - TEAMS + 1} 支队伍"), ""])
    if not mine:
        rows = [html.Li(html.Span("尚未调派队伍", className="none"))]
    return [html.H3(["力量", html.Em(words)]), html.Ul(rows, className="teams")]


def _team(seen: Situation, assignment: Assignment) -> Any:
    team = seen.teams.get(assignment.team_id)
    name = team.name if team else assignment.team_id
    char = team.state.char if team else "接"
    return html.Li(
        [
            html.B(char, className="st", title=assignment.word),
            html.Span(name, title=name),
            _progress(seen, assignment),
        ],
        key=assignment.id,
    )


def _progress(seen: Situation, assignment: Assignment) -> Any:
    """Arrived how long ago, or expected when; late is shown as late."""
    times, state = assignment.times, assignment.state.value
    if state in {"arrived", "working"} and state in times:
        before = "已到 " if state == "arrived" else "展开 "
        return html.Em(**{"data-age-since": iso(times[state]), "data-age-before": before})
    if assignment.eta and state == "departed":
        late = assignment.eta < seen.at
        text = f"{clock_time(assignment.eta, seen.at)} 到"
        return html.Em([html.U(f"误 {text}") if late else text])
    if state == "accepted":
        return html.Em("待出动")
    return html.Em(assignment.word)


def _supplies(seen: Situation, incident: Incident) -> list[Any]:
    rows = supply_rows(seen, incident)
    body: Any = [_supply(row) for row in rows[:SUPPLIES]]
    if not rows:
        body = [html.Div([html.Span("尚未调拨物资", className="none")], className="wide")]
    return [html.H3(["物资", html.Em("到位 / 需求")]), html.Div(body, className="sup")]


def supply_rows(seen: Situation, incident: Incident) -> list[dict[str, Any]]:
    """Per item: received, on the way, and wanted (what is ordered where no need is stated)."""
    held: dict[str, dict[str, Any]] = {}
    for transfer in seen.transfers_of(incident.id):
        if transfer.state.value != "cancelled":
            _add(held, seen, transfer)
    for need in incident.supply_needs:
        name = str(need.get("item", ""))
        item = seen.items.get(name)
        key = item.name if item else name
        row = held.setdefault(key, _row(key, item.unit if item else str(need.get("unit", ""))))
        row["wanted"] = float(need.get("amount", 0))
    for row in held.values():
        row["wanted"] = max(row["wanted"] or 0.0, 0.0) or row["received"] + row["moving"]
    return sorted(held.values(), key=lambda r: r["received"] / r["wanted"] if r["wanted"] else 1)


def _row(name: str, unit: str) -> dict[str, Any]:
    return {"name": name, "unit": unit, "received": 0.0, "moving": 0.0, "wanted": None}


def _add(held: dict[str, dict[str, Any]], seen: Situation, transfer: Transfer) -> None:
    item = seen.items.get(transfer.item_id)
    name = item.name if item else transfer.item_id
    row = held.setdefault(name, _row(name, item.unit if item else ""))
    row["received" if transfer.state.value == "received" else "moving"] += transfer.amount


def _supply(row: dict[str, Any]) -> Any:
    wanted = row["wanted"] or 1
    style = {
        "--w": f"{min(100, 100 * row['received'] / wanted):.0f}%",
        "--w2": f"{min(100, 100 * row['moving'] / wanted):.0f}%",
    }
    return html.Div(
        [
            html.Span(row["name"].partition("(")[0], title=row["name"]),
            html.I(style=style),
            html.B(f"{count(row['received'])} / {count(row['wanted'])} {row['unit']}"),
        ],
        key=row["name"],
    )


def _lines(seen: Situation, incident: Incident) -> list[Any]:
    newest = [line for line in seen.timeline(incident.id) if line.at <= seen.at][-LINES:]
    rows = [
        html.Li(
            [
                html.Time(clock_time(line.at, seen.at)),
                html.Span(line.text.removeprefix(f"{incident.letter} "), title=line.text),
            ],
            className="assumed" if line.kind == "exercise" else "",
        )
        for line in reversed(newest)
    ]
    late = overdue_words(seen, incident.id)
    note = html.Em(html.U(late)) if late else html.Em("最新在上")
    return [html.H3(["进展", note]), html.Ul(rows, className="log")]
