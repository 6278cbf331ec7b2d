"""What the review shows at a cursor: the course of events, key times, plans compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import html

from dashboard.words import DASH, clock_time, count, identity
from data.domain.clock import minutes_between
from data.domain.incident import Incident
from data.domain.intervals import intervals
from data.domain.review_targets import Target
from data.domain.situation import Situation, TimelineLine

MOST_LINES = 400


@dataclass(frozen=True, kw_only=True)
class KeyTime:
    """One moment of an incident that a review asks for, with minutes since the one before."""

    word: str
    at: datetime | None
    minutes: float | None


def key_times(seen: Situation, incident: Incident) -> list[KeyTime]:
    """发生 → 接报 → 定级 → 调派 → 出动 → 到场, as far as they had happened at the cursor."""
    mine = seen.assignments_of(incident.id)
    first = {
        step: min((a.times[step] for a in mine if step in a.times), default=None)
        for step in ("ordered", "departed", "arrived")
    }
    moments = [
        ("发生", incident.occurred_at),
        ("接报", incident.received_at),
        ("定级", incident.grading.confirmed_at),
        ("首次调派", first["ordered"]),
        ("首队出动", first["departed"]),
        ("首队到场", first["arrived"]),
    ]
    found, before = [], None
    for word, at in moments:
        gap = minutes_between(before, at) if before and at else None
        found.append(KeyTime(word=word, at=at, minutes=gap))
        before = at or before
    return found


def span(minutes: float | None) -> str:
    """Minutes in words: 58 秒, 57 分, 3 时 08 分; a dash when unknown."""
    if minutes is None:
        return DASH
    if abs(minutes) < 1:
        return f"{minutes * 60:.0f} 秒"
    if abs(minutes) < 60:  # noqa: PLR2004
        return f"{minutes:.0f} 分"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} 时 {rest:02d} 分"


def key_table(seen: Situation) -> Any:
    """The key times of every incident, a column each."""
    incidents = sorted(seen.incidents.values(), key=lambda i: i.id)
    if not incidents:
        return html.P("此刻尚无突发事件", className="none")
    columns = [key_times(seen, i) for i in incidents]
    head = html.Tr(
        [html.Th("环节")]
        + [
            html.Th([html.B(i.letter, className=f"letter {identity(seen, i.id)}"), i.short_name])
            for i in incidents
        ]
    )
    rows = [
        html.Tr(
            [html.Td(step[0].word)]
            + [
                html.Td([clock_time(t.at, seen.at), html.Small(f" +{span(t.minutes)}")])
                if t.minutes is not None
                else html.Td(clock_time(t.at, seen.at))
                for t in step
            ]
        )
        for step in zip(*columns, strict=True)
    ]
    return html.Table([html.Thead(head), html.Tbody(rows)], className="keys")


def target_table(seen: Situation, targets: Sequence[Target]) -> Any:
    """Every step against its target, a column each incident; what took longer is marked."""
    incidents = sorted(seen.incidents.values(), key=lambda i: i.id)
    if not incidents:
        return None
    columns = [intervals(seen, i, targets) for i in incidents]
    head = [html.Th("用时 / 目标"), *(
        html.Th(html.B(i.letter, className=f"letter {identity(seen, i.id)}")) for i in incidents
    )]  # fmt: skip
    rows = [
        html.Tr(
            [
                html.Td(row[0].word),
                *(
                    html.Td(
                        [span(s.minutes), html.Small(f" / {span(s.target)}") if s.target else None],
                        className="late" if s.late else "",
                        title=f"{s.basis}（来源：{s.source}）" if s.basis else "没有目标",
                    )
                    for s in row
                ),
            ]
        )
        for row in zip(*columns, strict=True)
    ]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="keys targets")


def papers(seen: Situation) -> Any:
    """The briefing of all and the after-action report of each, to take away."""
    at = seen.revision
    rows = [("汇报材料", "/api/v1/briefing")]
    rows += [
        (f"{i.letter} 复盘报告", f"/api/v1/incidents/{i.id}/after-action")
        for i in sorted(seen.incidents.values(), key=lambda i: i.id)
    ]
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(word),
                    *(
                        html.A(kind, href=f"{path}?format={way}&at={at}", className="btn tiny")
                        for way, kind in (("docx", "Word"), ("pdf", "PDF"), ("html", "网页"))
                    ),
                ]
            )
            for word, path in rows
        ],
        className="papers",
    )


def course(now: Situation, cursor: int | None) -> Any:
    """Everything that was written, oldest first; what was not yet known at the cursor is faded."""
    lines: list[tuple[TimelineLine, str]] = [
        (line, incident) for incident in now.incidents for line in now.timeline(incident)
    ]
    lines.sort(key=lambda pair: (pair[0].at, pair[0].seq or 0))
    entry_seq = _entry_numbers(now)
    rows = [_course_row(now, line, incident, cursor, entry_seq) for line, incident in lines]
    return html.Ul(rows[-MOST_LINES:], className="ev")


def _entry_numbers(now: Situation) -> dict[str, int]:
    """The journal numbers under which hand-written lines were written, by their text."""
    return {line["summary"]: line["seq"] for line in now.lines if line["command"] == "WriteEntry"}


def _course_row(
    now: Situation,
    line: TimelineLine,
    incident_id: str,
    cursor: int | None,
    entry_seq: dict[str, int],
) -> Any:
    incident = now.incidents[incident_id]
    seq = line.seq or next((n for text, n in entry_seq.items() if line.text in text), None)
    classes = []
    if cursor is not None and seq is not None:
        classes += ["fut"] if seq > cursor else []
        classes += ["cur"] if seq == cursor else []
    return html.Li(
        [
            html.Time(clock_time(line.at, now.at)),
            html.B(incident.letter, className=f"letter {identity(now, incident_id)}"),
            html.Span(
                [
                    line.text.removeprefix(f"{incident.letter} "),
                    html.Small(line.basis or "", className="basis", title=line.basis or ""),
                ],
                title=line.author,
            ),
        ],
        className=" ".join(classes),
        **{"data-seq": str(seq or "")},
    )


def comparison(seen: Situation, answer: dict[str, Any] | None) -> Any:
    """The plan at hand beside nearest-first; honest where nearest-first wins a line."""
    if not answer:
        return html.P("此刻尚未形成调度方案", className="none")
    objective, baseline = answer.get("objective") or {}, answer.get("baseline") or {}
    short, base_short = answer.get("shortfalls") or [], baseline.get("shortfalls") or []
    rows = [
        ("加权 人·分钟", objective.get("value"), baseline.get("value")),
        ("缺口项数", len(short), len(base_short)),
        ("派出队伍（支）", len(answer.get("assignments") or []), baseline.get("teams")),
    ]
    body = [
        html.Tr([html.Td(word), _cell(mine, base), _cell(base, mine)]) for word, mine, base in rows
    ]
    gap = objective.get("gap")
    note = (
        "已证最优"
        if objective.get("optimal")
        else f"与界差 {100 * gap:.1f}%"
        if gap is not None
        else "未证最优"
    )
    return html.Div(
        [
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(note), html.Th("联合方案"), html.Th("就近派遣")])),
                    html.Tbody(body),
                ],
                className="keys",
            ),
            html.Ul(
                [html.Li(_contest(seen, row)) for row in (answer.get("contested") or [])[:6]],
                className="why",
            ),
        ]
    )


def _cell(value: Any, other: Any) -> Any:
    better = value is not None and other is not None and value < other
    text = DASH if value is None else f"{value:,.0f}" if isinstance(value, int | float) else value
    return html.Td(text, className="best" if better else "")


def _contest(seen: Situation, row: dict[str, Any]) -> str:
    def letter(key: str) -> str:
        incident = seen.incidents.get(key)
        return incident.letter if incident else "留守"

    team = seen.teams.get(str(row.get("team") or ""))
    name = row.get("name") or (team.name if team else row.get("lot"))
    wanted = "、".join(letter(key) for key in row.get("wanted_by", []))
    return f"{name}：{wanted} 均需 → {letter(str(row.get('given_to')))}　{row.get('why', '')}"


def cards(seen: Situation) -> Any:
    """One line a incident: grade, people, teams there and coming, supplies."""
    rows = []
    for incident in sorted(seen.incidents.values(), key=lambda i: i.id):
        mine = seen.assignments_of(incident.id, active=True)
        there = sum(a.state.value in {"arrived", "working"} for a in mine)
        people = incident.casualties
        rows.append(
            html.Div(
                [
                    html.B(incident.letter, className=f"letter {identity(seen, incident.id)}"),
                    html.Strong(incident.short_name or incident.name),
                    html.Span(incident.grading.label),
                    html.Small(
                        f"遇难 {count(people.dead)} · 失联 {count(people.missing)} · 转移"
                        f" {count(people.evacuated)}　到场 {there} · 在途 {len(mine) - there}"
                    ),
                ],
                className="line",
            )
        )
    return rows or [html.P("此刻尚无突发事件", className="none")]
