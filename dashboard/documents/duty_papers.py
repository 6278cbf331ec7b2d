"""The 值班快报 of the duty room, and what its papers share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph
from dashboard.words import DASH
from data.domain.clock import SHANGHAI
from data.domain.incident import CASUALTY_WORDS, ROMAN, Incident
from data.domain.org import AreaTree
from data.domain.people import typed_people
from data.domain.reporting import deadlines_in
from data.domain.shift import Shift, following, on_duty, rostered
from data.domain.situation import Situation
from data.domain.stock_alerts import watched
from data.domain.task import Task

MOST_WORDS = 160


def stamp(at: datetime | None) -> str:
    """Day and time in Beijing, to the minute."""
    return "" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def room(areas: AreaTree, org: str) -> str:
    """What a duty room is called on paper."""
    return f"{areas.name(org)}应急指挥中心值班室"


def mark(seen: Situation) -> str:
    """What is printed over the issuer in an exercise."""
    return "演练" if seen.exercise is not None else ""


def shift_words(shift: Shift | None) -> str:
    """Who is on a shift, in one line; blank when nobody is known."""
    if shift is None:
        return ""
    led = f"带班领导 {shift.chief.words()}" if shift.chief else ""
    sits = f"值班员 {typed_people(shift.officers)}" if shift.officers else ""
    return "；".join(x for x in (led, sits) if x)


def brief(
    seen: Situation, areas: AreaTree, org: str, rules: Mapping[str, Any], hours: int = 24
) -> Paper:
    """The 值班快报 of the last `hours` hours: incidents, warnings, forces, reports, tasks, roster.

    Parameters
    ----------
    seen
        The situation as `org` sees it.
    rules
        The reporting clocks, as `deadlines` takes them.
    """
    since = seen.at - timedelta(hours=hours)
    incidents = [i for i in seen.incidents.values() if i.status == "open" or _within(i, since)]
    incidents.sort(key=lambda i: i.id)
    blocks: list[Block] = [
        Paragraph(text=f"{stamp(since)} 至 {stamp(seen.at)}，{_headline(seen, incidents, since)}"),
        Heading(text="一、突发事件"), *_incident_blocks(seen, incidents),
        Heading(text="二、监测预警"), _alarms(seen, since),
        Heading(text="三、力量与物资"), _forces(seen, incidents),
        *_stock(seen, areas, org),
        Heading(text="四、信息报送"), _reports(seen, areas, incidents, rules, since),
        *_filings(seen, since),
        Heading(text="五、任务与批示"), *_tasks(seen, org),
        Heading(text="六、值班"), _roster(seen, org),
    ]  # fmt: skip
    return Paper(
        title="值班快报", blocks=tuple(blocks), issuer=room(areas, org), mark=mark(seen),
        signed=room(areas, org), date=stamp(seen.at),
        foot=(f"数据截至记录编号 {seen.revision}；不详的内容留空。",),
    )  # fmt: skip


def _within(incident: Incident, since: datetime) -> bool:
    return incident.closed_at is not None and incident.closed_at >= since


def _headline(seen: Situation, incidents: Sequence[Incident], since: datetime) -> str:
    new = sum(i.received_at >= since for i in incidents)
    reports = sum(r.received_at >= since for r in seen.reports.values())
    open_now = sum(i.status == "open" for i in incidents)
    return (
        f"接报 {reports} 件，新发突发事件 {new} 起，正在处置 {open_now} 起，结束 "
        f"{len(incidents) - open_now} 起。"
    )


def _incident_blocks(seen: Situation, incidents: Sequence[Incident]) -> list[Block]:
    if not incidents:
        return [Paragraph(text="无。")]
    found: list[Block] = []
    for n, incident in enumerate(incidents, 1):
        hurt = [
            f"{word} {value} 人"
            for key, word in CASUALTY_WORDS.items()
            if (value := getattr(incident.casualties, key)) is not None
        ]
        responses = "；".join(
            f"{r.body}《{r.contingency}》{ROMAN[r.level]} 级响应"
            for r in seen.responses_of(incident.id)
        )
        post = next(
            (p for p in seen.posts.values() if p.incident_id == incident.id and p.state == "open"),
            None,
        )
        found += [
            Heading(text=f"（{n}）{incident.letter} {incident.name}", level=2),
            Pairs(
                rows=(
                    ("地点", incident.place), ("等级", incident.grading.label),
                    ("接报", stamp(incident.received_at)), ("人员", "、".join(hurt)),
                    ("响应", responses), ("指挥长", incident.commander or ""),
                    ("现场指挥部", f"{post.place} {post.phone}".strip() if post else ""),
                    ("最新进展", _latest(seen, incident)),
                    ("结束", f"{stamp(incident.closed_at)} {incident.closed_reason or ''}".strip()),
                )
            ),
        ]  # fmt: skip
    return found


def _latest(seen: Situation, incident: Incident) -> str:
    """The newest report's words of an incident."""
    told = [r for r in seen.reports_of(incident.id) if r.text]
    if not told:
        return ""
    newest = told[-1]
    return f"{stamp(newest.received_at)} {newest.text[:MOST_WORDS]}"


def _alarms(seen: Situation, since: datetime) -> Block:
    rows = [
        (stamp(a.raised_at), a.sensor_name, a.level, f"{a.value:g} {a.unit}",
         a.state.word)
        for a in sorted(seen.alarms.values(), key=lambda a: a.raised_at)
        if a.raised_at >= since or a.state == "raised"
    ]  # fmt: skip
    if not rows:
        return Paragraph(text="无超限报警。")
    return Grid(heads=("时间", "测站", "级别", "数值", "状态"), rows=tuple(rows))


def _forces(seen: Situation, incidents: Sequence[Incident]) -> Block:
    rows = []
    for incident in incidents:
        out = seen.assignments_of(incident.id, active=True)
        people = [t.people for a in out if (t := seen.teams.get(a.team_id))]
        known = sum(p for p in people if p is not None)
        blank = sum(p is None for p in people)
        states = Counter(a.word for a in out)
        goods = Counter(t.state.word for t in seen.transfers_of(incident.id))
        rows.append(
            (
                f"{incident.letter} {incident.short_name}",
                f"{len(out)}",
                f"{known}{f'（{blank} 支人数不详）' if blank else ''}",
                "、".join(f"{w} {n}" for w, n in states.items()) or DASH,
                "、".join(f"{w} {n} 批" for w, n in goods.items()) or DASH,
            )
        )
    if not rows:
        return Paragraph(text=f"无出动力量；可调队伍 {len(seen.available_teams())} 支。")
    heads = ("事件", "在外队伍（支）", "人员（人）", "状态", "物资调拨")
    return Grid(
        heads=heads, rows=tuple(rows), widths=(22, 14, 18, 26, 20),
        caption=f"可调队伍 {len(seen.available_teams())} 支",
    )  # fmt: skip


def _stock(seen: Situation, areas: AreaTree, org: str) -> list[Block]:
    """Dates running out and lists not met, where there are any."""
    held = watched(seen, areas, org)
    return [] if held is None else [Paragraph(text=f"{held.title}：{held.detail(seen, areas)}。")]


def _reports(
    seen: Situation, areas: AreaTree, incidents: Sequence[Incident], rules: Mapping[str, Any],
    since: datetime,
) -> Block:  # fmt: skip
    rows = []
    for incident in incidents:
        for clock in deadlines_in(seen, incident, rules, areas):
            if clock.done_at and clock.done_at < since:
                continue
            state = {"overdue": "超时未报", "late": "逾期报出", "done": "已报"}.get(
                clock.state, "待报"
            )
            rows.append(
                (f"{incident.letter} {incident.short_name}", clock.label,
                 f"{clock.actor_body} → {clock.recipient}", stamp(clock.due_at),
                 f"{state} {stamp(clock.done_at)}".strip())
            )  # fmt: skip
    if not rows:
        return Paragraph(text="无报送时限。")
    return Grid(heads=("事件", "报送", "报送关系", "时限", "状态"), rows=tuple(rows))


def _filings(seen: Situation, since: datetime) -> list[Block]:
    """The numbered reports sent in the span, and those still on their way."""
    held = [
        f
        for f in seen.filings.values()
        if (f.sent_at is not None and f.sent_at >= since) or (f.open and f.sent_at is None)
    ]
    if not held:
        return [Paragraph(text="本时段没有编发信息报告。")]
    rows = tuple(
        (f.id, f.title, f.signer, stamp(f.sent_at), f.state.word)
        for f in sorted(held, key=lambda f: f.id)
    )
    heads = ("编号", "标题", "签发", "报出", "状态")
    return [Grid(heads=heads, rows=rows, widths=(12, 46, 12, 18, 12), caption="信息报告")]


def _tasks(seen: Situation, org: str) -> list[Block]:
    mine = [t for t in seen.tasks.values() if t.open and org in t.orgs]
    over = [t for t in mine if t.overdue(seen.at)]
    waits = [n for n in seen.instructions.values() if n.open and org in n.orgs]
    late = sum(n.overdue(seen.at) for n in waits)
    said = Paragraph(
        text=f"未办结任务 {len(mine)} 项，其中超时 {len(over)} 项；"
        f"未办结领导批示 {len(waits)} 件，其中超时 {late} 件。"
    )
    if not over:
        return [said]
    return [said, task_grid(seen, over, "超时任务")]


def task_grid(seen: Situation, tasks: Iterable[Task], caption: str = "") -> Grid:
    """Tasks as a table."""
    rows = []
    for t in tasks:
        incident = seen.incidents.get(t.incident_id or "")
        rows.append(
            (incident.letter if incident else "班", t.title, t.owner or t.owner_org or "",
             stamp(t.due_at), t.state.word)
        )  # fmt: skip
    return Grid(
        heads=("事件", "任务", "承办", "时限", "进度"), rows=tuple(rows),
        widths=(8, 42, 20, 20, 10), caption=caption,
    )  # fmt: skip


def _roster(seen: Situation, org: str) -> Block:
    shifts = list(seen.shifts.values())
    now = on_duty(shifts, org) or rostered(shifts, org, seen.at)
    then = following(shifts, org, now)
    return Pairs(
        rows=(
            ("本班", shift_words(now)),
            ("本班时间", f"{stamp(now.starts_at)} 至 {stamp(now.ends_at)}" if now else ""),
            ("下一班", shift_words(then)),
        )
    )
