"""Who knew what when: everything that was signed for, heard, answered or told; for the review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from data.domain.command_post import LINKS
from data.domain.delivery import CHANNEL_WORDS
from data.domain.incident import Incident
from data.domain.linking import VERDICTS
from data.domain.org import AreaTree
from data.domain.situation import Situation
from data.domain.task import TaskState

CENTER = "值班室"


@dataclass(frozen=True, kw_only=True)
class Knowing:
    """Somebody got to know something: what, who, when, and by which way."""

    what: str
    who: str
    at: datetime
    way: str


def knowing(seen: Situation, areas: AreaTree, incident: Incident) -> list[Knowing]:
    """Everything of an incident that somebody got to know by then, in order of time.

    Reports taken, papers, instructions, orders and tasks signed for, their results, calls that
    reached somebody, 会商 with their conclusions, requests for support with their answers,
    warnings signed for, and words from the field. What only went out and was signed for by
    nobody is known to nobody here.
    """
    found = [
        *_reports(seen, areas, incident), *_instructions(seen, areas, incident),
        *_orders(seen, incident), *_tasks(seen, areas, incident), *_calls(seen, areas, incident),
        *_meetings(seen, incident), *_supports(seen, areas, incident),
        *_warnings(seen, incident), *_field(seen, incident),
    ]  # fmt: skip
    return sorted(found, key=lambda k: (k.at, k.who, k.what))


def _reports(seen: Situation, areas: AreaTree, incident: Incident) -> Iterator[Knowing]:
    """Reports that came in, and our own signed for by whoever got them."""
    for r in seen.reports_of(incident.id):
        yield Knowing(
            what=f"{r.kind}：{r.text or r.place or r.type}", who=areas.name(r.org),
            at=r.received_at, way=r.source or "来源未注明",
        )  # fmt: skip
    for filing in seen.filings.values():
        if filing.incident_id == incident.id:
            for taken in filing.receipts:
                if taken.taken_at:
                    who, at = taken.to, taken.taken_at
                    yield Knowing(what=filing.title, who=who, at=at, way=taken.way)


def _instructions(seen: Situation, areas: AreaTree, incident: Incident) -> Iterator[Knowing]:
    """Signed for by the owner, answered to the leader."""
    for held in seen.instructions.values():
        if held.incident_id != incident.id:
            continue
        if held.received_at:
            owner = held.owner or areas.name(held.owner_org)
            yield Knowing(what=f"批示：{held.text}", who=owner, at=held.received_at, way="签收批示")
        for answer in held.answers:
            words = f"批示{answer.what}：{answer.words}"
            yield Knowing(what=words, who=held.given_by, at=answer.at, way=f"{answer.by}反馈")


def _orders(seen: Situation, incident: Incident) -> Iterator[Knowing]:
    for order in seen.assignments_of(incident.id):
        team = seen.teams.get(order.team_id)
        if "accepted" in order.times:
            who = team.name if team else order.team_id
            yield Knowing(what="调派命令", who=who, at=order.times["accepted"], way="接令")


def _tasks(seen: Situation, areas: AreaTree, incident: Incident) -> Iterator[Knowing]:
    """Signed for, or begun without; told of when done."""
    begun = (TaskState.TAKEN.word, TaskState.DOING.word)
    for task in seen.tasks.values():
        if incident.id not in (task.incident_id, task.carried_from):
            continue
        first = next((s for s in task.steps if s.what in begun), None)
        if first is not None:
            who = task.owner or areas.name(task.owner_org or task.org)
            yield Knowing(what=f"任务：{task.title}", who=who, at=first.at, way=f"{first.by}签收")
        if task.state == TaskState.DONE and task.ended_at:
            words = f"任务办结：{task.title}" + (f"（{task.result}）" if task.result else "")
            by = task.steps[-1].by if task.steps else ""
            yield Knowing(what=words, who=areas.name(task.org), at=task.ended_at, way=f"{by}办结")


def _calls(seen: Situation, areas: AreaTree, incident: Incident) -> Iterator[Knowing]:
    """Whoever was called and reached; the room that was called."""
    for call in seen.calls.values():
        if call.incident_id != incident.id or call.at is None or not call.result.reached:
            continue
        room, other = areas.name(call.org), f"{call.body} {call.name}".strip() or call.number
        out = call.direction == "out"
        who, way = (other, f"{room}{call.by}去电") if out else (room, f"{other}来电")
        yield Knowing(what=call.words or "通话未记内容", who=who, at=call.at, way=way)


def _meetings(seen: Situation, incident: Incident) -> Iterator[Knowing]:
    """Who took part, from its beginning; what was concluded, when it was."""
    for held in seen.consultations.values():
        if incident.id not in held.incidents:
            continue
        who = "、".join(f"{a.body} {a.name}".strip() for a in held.attendees) or held.host
        way = LINKS.get(held.link, held.link)
        if held.starts_at:
            yield Knowing(what=f"会商：{held.topic}", who=who, at=held.starts_at, way=way)
        for said in held.conclusions:
            if said.at:
                yield Knowing(what=f"会商议定：{said.text}", who=who, at=said.at, way=way)


def _supports(seen: Situation, areas: AreaTree, incident: Incident) -> Iterator[Knowing]:
    """A request is known to whoever signs for it, its answer to whoever asked."""
    for asked in seen.supports.values():
        if asked.incident_id != incident.id:
            continue
        for step in asked.steps:
            if step.what == "签收":
                what = f"支援请求：{asked.title}"
                yield Knowing(what=what, who=asked.to, at=step.at, way=f"{step.by}签收")
        if asked.answered_at:
            verdict = VERDICTS.get(asked.verdict, asked.verdict)
            yield Knowing(
                what=f"支援答复：{verdict}　{asked.answer}".rstrip(), who=areas.name(asked.org),
                at=asked.answered_at, way=f"{asked.to}答复",
            )  # fmt: skip


def _warnings(seen: Situation, incident: Incident) -> Iterator[Knowing]:
    """Whoever signed for a warning about the incident, or opened it where nothing is signed."""
    for sent in seen.deliveries.values():
        warning = seen.warnings.get(sent.warning_id)
        at = sent.signed_at or sent.read_at
        if warning is None or warning.incident_id != incident.id or at is None:
            continue
        way = CHANNEL_WORDS.get(sent.channel, sent.channel)
        signed = f"{sent.signed_by}{sent.signed_way or '签收'}" if sent.signed_at else "已阅"
        who = sent.receiver or sent.address
        yield Knowing(what=f"预警：{warning.headline}", who=who, at=at, way=f"{way} {signed}")


def _field(seen: Situation, incident: Incident) -> Iterator[Knowing]:
    """What a team's leader told, as it came in."""
    for need in seen.field_needs.values():
        if need.incident_id == incident.id and (at := need.received_at or need.at):
            word = "现场报告" if need.kind == "words" else "现场需要"
            way = f"{need.team_name}手机"
            yield Knowing(what=f"{word}：{need.title}", who=CENTER, at=at, way=way)
