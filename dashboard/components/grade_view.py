"""A grading and its deadlines as a duty officer reads them: article, figures, what it assumes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components.desk_words import chip, clock
from dashboard.words import DASH, iso
from data.domain.incident import Grading, Incident, Report
from data.domain.reporting import Deadline


def grade_view(grading: Grading | None) -> Any:
    """The grade, the law and article it comes from, what decided, what it assumes."""
    if grading is None:
        return html.P("尚未定级", className="mu")
    law = " ".join(x for x in (grading.law, grading.article) if x)
    rows = [
        ("依据", law or grading.basis or DASH),
        ("指标", "；".join(grading.measures)),
        ("假定", "；".join(grading.assumptions)),
        ("相当于", f"{grading.equivalent}（跨类对照）" if grading.equivalent else ""),
        ("说明", grading.basis if law else ""),
        ("确认", f"{grading.confirmed_by} {clock(grading.confirmed_at)}"
         if grading.confirmed_by else "初判，待确认" if grading.level else "待研判"),
    ]  # fmt: skip
    return html.Div(
        [
            chip(grading),
            html.Dl([part for k, v in rows if v for part in (html.Dt(k), html.Dd(v))]),
        ],
        className="grading",
    )


def deadline_rows(clocks: Iterable[Deadline], now: datetime) -> Any:
    """Deadlines counting down, each with its legal basis."""
    rows = [_deadline(each, now) for each in clocks]
    if not rows:
        return html.P("该类型没有已查证的报送时限", className="mu")
    return html.Ul(rows, className="deadlines")


def _deadline(each: Deadline, now: datetime) -> Any:
    unsure = {"memory": "（待核）", "assumed": "（假定）"}.get(each.confidence, "")
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(each.label),
                    html.Small(f"{each.actor_body} → {each.recipient}"),
                    html.Small(f"{each.basis}{unsure}", className="basis"),
                    html.Small(each.why, className="why") if each.why else None,
                ]
            ),
            _when(each, now),
        ],
        className=f"dl {each.state}",
    )


def _when(each: Deadline, now: datetime) -> Any:
    if each.done_at is not None:
        late = "迟报 " if each.state == "late" else "已报 "
        return html.Div(html.B(late + clock(each.done_at, now)), className="when")
    if each.due_at is None:
        return html.Div(html.B(DASH), className="when")
    return html.Div(
        [html.B(**{"data-due": iso(each.due_at)}), html.Small(f"{clock(each.due_at, now)} 前")],
        className="when",
    )


def as_if_opened(report: Report) -> Incident:
    """The incident a report would be, to know which deadlines run before it is opened."""
    return Incident(
        id="", letter="", name=report.place, short_name=report.place, type=report.type,
        area_code=report.area_code or "", occurred_at=report.occurred_at,
        received_at=report.received_at, opened_at=report.received_at,
        grading=report.suggested or Grading(level=None, word="未定级"),
        casualties=report.casualties, loss_wan_yuan=report.loss_wan_yuan,
    )  # fmt: skip
