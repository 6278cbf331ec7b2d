"""What is open when shifts change, one line a thing, read off the situation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from data.domain.alarm import Alarm
from data.domain.clock import SHANGHAI
from data.domain.dispatch import TRANSFER_OPEN
from data.domain.incident import CASUALTY_WORDS, Incident
from data.domain.org import AreaTree
from data.domain.reporting import deadlines_in
from data.domain.shift import HandoverItem
from data.domain.situation import Situation
from data.domain.stock_alerts import watched
from data.domain.warning_text import area_words

AHEAD = timedelta(hours=12)  # deadlines further off are the shift's after the next
_ENDED = frozenset(
    {
        "sent", "acknowledged", "superseded", "void", "cancelled", "withdrawn", "granted",
        "refused", "approved", "ratified", "expired", "done", "closed", "met", "dismissed",
        "returned_home", "answered",
    }
)  # fmt: skip


def open_items(
    seen: Situation, org: str, areas: AreaTree, rules: Mapping[str, Any]
) -> tuple[HandoverItem, ...]:
    """Everything the next shift of `org` must know of, incidents first, then by deadline.

    Parameters
    ----------
    seen
        The situation as `org` sees it.
    rules
        The reporting clocks, as `deadlines` takes them.
    """
    found = [
        *_incidents(seen, areas, org, rules), *_tasks(seen, org), *_instructions(seen, org),
        *_papers(seen, org), *_signals(seen), *_calls(seen, org), *_meetings(seen, org),
        *_warnings(seen, org, areas), *_stock(seen, org, areas),
    ]  # fmt: skip
    far = datetime.max.replace(tzinfo=seen.at.tzinfo)
    return tuple(sorted(found, key=lambda i: (i.kind != "事件", i.due_at or far, i.key)))


def _titled(incident: Incident) -> str:
    return f"{incident.letter} {incident.short_name or incident.name}"


def _incidents(
    seen: Situation, areas: AreaTree, org: str, rules: Mapping[str, Any]
) -> Iterator[HandoverItem]:
    """Open incidents with their teams out, goods under way and reporting deadlines."""
    for incident in seen.sided():
        if not areas.covers_any(org, incident.all_areas):
            continue
        hurt = incident.casualties
        figures = [
            f"{word} {n} 人" for name, word in CASUALTY_WORDS.items() if (n := getattr(hurt, name))
        ]
        yield HandoverItem(
            key=f"incident:{incident.id}", kind="事件", title=_titled(incident),
            detail="，".join(
                x for x in (incident.grading.label, incident.place, "、".join(figures)) if x
            ),
            incident_id=incident.id,
        )  # fmt: skip
        yield from _out(seen, incident)
        for clock in deadlines_in(seen, incident, rules, areas):
            if clock.done_at or clock.due_at is None or clock.due_at > seen.at + AHEAD:
                continue
            yield HandoverItem(
                key=f"deadline:{incident.id}:{clock.id}", kind="报送时限",
                title=f"{_titled(incident)} {clock.label}",
                detail=f"{clock.actor_body} 报 {clock.recipient}", incident_id=incident.id,
                due_at=clock.due_at,
            )  # fmt: skip


def _out(seen: Situation, incident: Incident) -> Iterator[HandoverItem]:
    """The teams at work for an incident in one line, and what is on the road in another."""
    out = seen.assignments_of(incident.id, active=True)
    if out:
        counted = Counter(a.word for a in out)
        states = "、".join(f"{word} {n}" for word, n in counted.items())
        names = [t.name for a in out if (t := seen.teams.get(a.team_id))]
        rest = f" 等 {len(names)} 支" if len(names) > 6 else ""  # noqa: PLR2004
        yield HandoverItem(
            key=f"teams:{incident.id}", kind="在外队伍",
            title=f"{_titled(incident)} 在外队伍 {len(out)} 支",
            detail=f"{states}；{'、'.join(names[:6])}{rest}",
            incident_id=incident.id,
        )  # fmt: skip
    moving = [t for t in seen.transfers_of(incident.id) if t.state in TRANSFER_OPEN]
    if moving:
        yield HandoverItem(
            key=f"transfers:{incident.id}", kind="在途物资",
            title=f"{_titled(incident)} 物资调拨 {len(moving)} 批未办结",
            detail="、".join(f"{w} {n}" for w, n in Counter(t.state.word for t in moving).items()),
            incident_id=incident.id,
        )  # fmt: skip


def _tasks(seen: Situation, org: str) -> Iterator[HandoverItem]:
    """Tasks the duty room gave or owns that are not done."""
    for task in seen.tasks.values():
        if task.open and org in task.orgs:
            yield HandoverItem(
                key=f"task:{task.id}", kind="任务", title=task.title,
                detail="，".join(x for x in (task.state.word, task.owner) if x),
                incident_id=task.incident_id, due_at=task.due_at,
            )  # fmt: skip


def _instructions(seen: Situation, org: str) -> Iterator[HandoverItem]:
    """Leaders' instructions that are not accepted as answered."""
    for held in seen.instructions.values():
        if held.open and org in held.orgs:
            yield HandoverItem(
                key=f"instruction:{held.id}", kind="领导批示", title=held.text,
                detail=f"{held.given_by}批示，{held.state.word}", incident_id=held.incident_id,
                due_at=held.due_at,
            )  # fmt: skip


_PAPERS = (("filings", "信息报告", "filing"), ("clearances", "审批", "clearance"),
           ("supports", "请求支援", "support"))  # fmt: skip


def _papers(seen: Situation, org: str) -> Iterator[HandoverItem]:
    """Reports, approvals and requests that are on their way."""
    for name, kind, key in _PAPERS:
        for held in getattr(seen, name).values():
            if org not in held.orgs or not _open(held):
                continue
            title = getattr(held, "title", "") or getattr(held, "subject", "") or held.id
            state = getattr(held, "word", "") or getattr(held.state, "word", held.state)
            yield HandoverItem(
                key=f"{key}:{held.id}", kind=kind, title=f"{title}", detail=f"{state}",
                incident_id=held.incident_id, due_at=getattr(held, "due_at", None),
            )  # fmt: skip


def _open(held: Any) -> bool:
    """Whether a paper still waits for somebody: its own word if it has one."""
    own = getattr(held, "open", None)
    return own if isinstance(own, bool) else str(held.state) not in _ENDED


def _signals(seen: Situation) -> Iterator[HandoverItem]:
    """New reports nobody settled, alarms nobody took, needs from the field."""
    for report in seen.reports.values():
        if report.state == "new":
            yield HandoverItem(
                key=f"report:{report.id}", kind="未处理接报",
                title=" ".join(x for x in (report.place, report.source) if x) or report.id,
                detail=report.text[:80],
            )  # fmt: skip
    for alarm in seen.alarms.values():
        if alarm.state in ("raised", "shelved"):
            yield HandoverItem(
                key=f"alarm:{alarm.id}", kind="报警",
                title=alarm.told,
                detail=_aside(alarm), incident_id=alarm.incident_id,
            )  # fmt: skip
    for need in seen.field_needs.values():
        if _open(need):
            team = seen.teams.get(need.team_id)
            what = need.title or need.id
            yield HandoverItem(
                key=f"need:{need.id}", kind="现场需求",
                title=f"{team.name if team else need.team_id}：{what}",
                incident_id=need.incident_id,
            )  # fmt: skip


def _aside(alarm: Alarm) -> str:
    """Whether an alarm waits, or until when it was set aside and why."""
    if alarm.shelved_until is None or alarm.waits:
        return alarm.state.word
    until = alarm.shelved_until.astimezone(SHANGHAI)
    return f"暂搁至 {until:%m-%d %H:%M}：{alarm.shelved_why}"


def _calls(seen: Situation, org: str) -> Iterator[HandoverItem]:
    """Calls that must be made again."""
    for call in seen.calls.values():
        if call.org == org and call.again_at is not None and not call.settled:
            yield HandoverItem(
                key=f"call:{call.id}", kind="待回电话", title=f"{call.name}（{call.result.word}）",
                detail=call.words[:80], incident_id=call.incident_id, due_at=call.again_at,
            )  # fmt: skip


def _warnings(seen: Situation, org: str, areas: AreaTree) -> Iterator[HandoverItem]:
    """Warnings not out yet or whose signature is owed, and what somebody keeps an eye on."""
    for held in seen.warnings.values():
        owed = held.signature is not None and held.signature.owed
        if held.org == org and not held.incoming and (held.state.unissued or owed):
            state = held.state.word if held.state.unissued else "补签未确认"
            yield HandoverItem(
                key=f"warning:{held.id}", kind="预警", incident_id=held.incident_id,
                title=held.headline or f"{held.event_word}预警",
                detail="，".join(x for x in (state, area_words(areas, held), held.author) if x),
            )  # fmt: skip
    for watch in seen.watches.values():
        if watch.state == "open" and org in watch.orgs:
            yield HandoverItem(
                key=f"watch:{watch.id}", kind="关注", title=watch.title,
                detail=f"关注人 {watch.keeper}" if watch.keeper else "无人关注",
            )


def _meetings(seen: Situation, org: str) -> Iterator[HandoverItem]:
    """会商 that the duty room called and has not ended."""
    for held in seen.consultations.values():
        if held.org == org and held.state == "open":
            yield HandoverItem(
                key=f"consultation:{held.id}", kind="会商", title=held.topic,
                detail=f"进行中，已议定 {len(held.conclusions)} 项", incident_id=held.incident_id,
            )  # fmt: skip


def _stock(seen: Situation, org: str, areas: AreaTree) -> Iterator[HandoverItem]:
    """Dates running out and lists not met, in one line."""
    if (held := watched(seen, areas, org)) is not None:
        yield HandoverItem(
            key=f"stock:{org}", kind="物资预警", title=held.title, detail=held.detail(seen, areas)
        )
