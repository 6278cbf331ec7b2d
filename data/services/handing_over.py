"""Hands a duty room over: every open item is taken by name before the next shift is on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.alarm import Alarm
from data.domain.clearance import Clearance
from data.domain.command_post import Consultation
from data.domain.depot import Depot, Item, Lot
from data.domain.directory import CallNote
from data.domain.dispatch import Assignment, Transfer
from data.domain.duty_log import line_of
from data.domain.field import FieldNeed
from data.domain.filing import Filing
from data.domain.handover import open_items
from data.domain.incident import Entry, Incident, Report
from data.domain.linking import SupportRequest
from data.domain.messages import Command
from data.domain.messages import shifts as m
from data.domain.org import PROVINCE, Permission
from data.domain.shift import (
    Handover,
    HandoverItem,
    HandoverState,
    Shift,
    ShiftState,
    following,
    on_duty,
)
from data.domain.situation import Situation
from data.domain.stock import StockNorm
from data.domain.task import Instruction, Task
from data.domain.team import Team
from data.domain.warning import Warning, Watch  # noqa: A004 - the field's word
from data.domain.whole_number import whole
from data.errors import Conflict, IllegalMove, Invalid, NotFound
from data.services import checks
from data.services.bus import Handler
from data.services.tools import Tools
from data.store import journal
from data.store.scope import scoped
from data.store.unit_of_work import Unit

SHOWN = 3
LONGEST = 9  # digits of a journal number


def open_handover(unit: Unit, command: m.OpenHandover, tools: Tools) -> dict[str, Any]:
    """Begin to hand over; what is open is listed now and read again until the end."""
    unit.actor.require(Permission.SHIFT)
    org = unit.actor.org
    shifts = unit.find(Shift, org=org)
    leaves = on_duty(shifts, org)
    if leaves is None:
        raise IllegalMove("没有在岗班次，请由接班班次直接接班")
    running = unit.find(Handover, org=org, state="open")
    if running:
        raise Conflict(f"交接班 {running[0].id} 正在办理，请先完成或撤销")
    comes = unit.get(Shift, command.to_shift_id) if command.to_shift_id else None
    comes = comes or following(shifts, org, leaves)
    if comes is None or comes.org != org or comes.state != ShiftState.PLANNED:
        raise Invalid.field("to_shift_id", "没有可接班的班次", "请先在值班表中排好下一班")
    items = open_items(_seen(unit, tools), org, tools.areas, tools.rules["reporting"])
    kept = unit.put(
        Handover(
            id=unit.next_id("handover"), org=org, from_shift=leaves.id, to_shift=comes.id,
            words=command.words.strip(), items=items, opened_at=unit.now,
            opened_by=unit.actor.name,
        )
    )  # fmt: skip
    unit.tell(f"开始交接班，未办结事项 {len(items)} 项", area=org)
    return {"handover": kept}


def note_item(unit: Unit, command: m.NoteItem, _tools: Tools) -> dict[str, Any]:
    """Write an item of one's own into a handover."""
    held = _running(unit, command.handover_id)
    title = checks.required(command.title, "title", "交接事项", "请写明要交代什么")
    number = sum(i.key.startswith("note:") for i in held.items) + 1
    item = HandoverItem(
        key=f"note:{number}", kind="交代", title=title, detail=command.detail.strip()
    )
    kept = unit.put(replace(held, items=(*held.items, item)))
    unit.tell(f"交接班交代事项：{title}", area=held.org)
    return {"handover": kept}


def take_item(unit: Unit, command: m.TakeItem, tools: Tools) -> dict[str, Any]:
    """Somebody of the next shift takes one item."""
    held = _running(unit, command.handover_id)
    by = one_of(unit.get(Shift, held.to_shift or ""), command.by)
    standing = held.standing(_now_open(unit, tools, held))
    item = next((i for i in standing if i.key == command.key), None)
    if item is None:
        raise NotFound("没有这一交接事项，或交接期间已办结；请刷新后查看")
    if item.taken:
        raise Conflict(f"“{item.title}”已由{item.by}接收")
    taken = replace(item, by=by, at=unit.now, words=command.words.strip())
    items = tuple(taken if i.key == item.key else i for i in held.items)
    if taken not in items:
        items = (*items, taken)
    kept = unit.put(replace(held, items=items))
    words = f"（{taken.words}）" if taken.words else ""
    unit.tell(f"{by}接收{item.kind}“{item.title}”{words}", incident_id=item.incident_id,
              area=held.org)  # fmt: skip
    return {"handover": kept}


def complete_handover(unit: Unit, command: m.CompleteHandover, tools: Tools) -> dict[str, Any]:
    """The next shift is on, once everything open is taken."""
    held = _running(unit, command.handover_id)
    comes, leaves = unit.get(Shift, held.to_shift or ""), unit.get(Shift, held.from_shift or "")
    by = one_of(comes, command.by)
    still = _now_open(unit, tools, held)
    waiting = [i for i in held.standing(still) if not i.taken]
    if waiting:
        named = "、".join(f"“{i.title}”" for i in waiting[:SHOWN])
        more = "等" if len(waiting) > SHOWN else ""
        raise IllegalMove(f"还有 {len(waiting)} 项未接收：{named}{more}；逐项接收后才能完成交接")
    unit.put(replace(leaves.moved(ShiftState.OFF), left_at=unit.now))
    unit.put(replace(comes.moved(ShiftState.ON), took_at=unit.now))
    kept = unit.put(
        replace(held, state=HandoverState.DONE, ended_at=unit.now, ended_by=by,
                end_words=command.words.strip())
    )  # fmt: skip
    taken = sum(i.taken for i in held.items)
    ended = len(held.settled(still))
    more = f"，交接期间办结 {ended} 项" if ended else ""
    unit.tell(f"交接班完成，{by}接班；接收 {taken} 项{more}", area=held.org)
    return {"handover": kept}


def cancel_handover(unit: Unit, command: m.CancelHandover, _tools: Tools) -> dict[str, Any]:
    """Call a handover off; the shift that is on stays on."""
    held = _running(unit, command.handover_id)
    reason = checks.required(command.reason, "reason", "撤销理由", "请写明为何中止交接班")
    kept = unit.put(
        replace(held, state=HandoverState.CANCELLED, ended_at=unit.now,
                ended_by=unit.actor.name, end_words=reason)
    )  # fmt: skip
    unit.tell(f"撤销交接班：{reason}", area=held.org)
    return {"handover": kept}


def correct_line(unit: Unit, command: m.CorrectLine, tools: Tools) -> dict[str, Any]:
    """Correct a line of the duty log by a new one; the old one stays as it is."""
    unit.actor.require(Permission.ENTRY)
    text = checks.required(command.text, "text", "更正内容", "请写明正确的内容")
    reason = checks.required(command.reason, "reason", "更正理由", "请写明为何更正")
    if len(text) > checks.LONGEST:
        raise Invalid.field("text", f"更正超过 {checks.LONGEST} 字", "请精简")
    written = _written(unit, command.ref)
    line = line_of(scoped(written, unit.actor.org, tools.areas), command.ref)
    if line is None:
        raise NotFound(f"值班日志没有 {command.ref} 这一行，或不在本辖区")
    area = None if unit.actor.org == PROVINCE else unit.actor.org
    if line.incident_id:
        area = unit.get(Incident, line.incident_id).area_code
    entry = unit.put(
        Entry(
            id=unit.next_id("entry"), incident_id=line.incident_id, at=line.at, text=text,
            author=unit.actor.name, basis=reason, org=unit.actor.org, written_at=unit.now,
            corrects=command.ref,
        )
    )  # fmt: skip
    unit.tell(f"更正 {command.ref}：{text}（{reason}）", incident_id=line.incident_id, area=area)
    return {"entry": entry}


def one_of(shift: Shift, name: str) -> str:
    """A name that is on the shift.

    Raises
    ------
    Invalid
        When it is not: only who is on the roster takes over.
    """
    said = checks.required(name, "by", "接收人", "请选择接班班次的人员")
    if not shift.has(said):
        names = "、".join(p.name for p in shift.people)
        raise Invalid.field("by", f"{said} 不在接班班次", f"请选择 {names}，或先修改值班表")
    return said


def _running(unit: Unit, handover_id: str) -> Handover:
    """A handover of one's own room that is not over."""
    unit.actor.require(Permission.SHIFT)
    held = unit.get(Handover, handover_id)
    if held.org != unit.actor.org:
        raise NotFound("不是本值班室的交接班")
    if held.state != HandoverState.OPEN:
        raise IllegalMove(f"交接班 {held.id} 现为“{held.state.word}”，不能再办理")
    return held


def _now_open(unit: Unit, tools: Tools, held: Handover) -> tuple[HandoverItem, ...]:
    return open_items(_seen(unit, tools), held.org, tools.areas, tools.rules["reporting"])


def _seen(unit: Unit, tools: Tools) -> Situation:
    """What the actor's room sees of what may be open, inside this transaction."""

    def by_id(things: list[Any]) -> dict[str, Any]:
        return {t.id: t for t in things}

    incidents = by_id(unit.find(Incident, status="open"))
    seen = Situation(
        revision=unit.seq, at=unit.now, incidents=incidents,
        reports=by_id(
            [r for r in unit.find(Report) if r.state == "new" or r.incident_id in incidents]
        ),
        tasks=by_id(unit.find(Task)), instructions=by_id(unit.find(Instruction)),
        assignments=by_id([a for i in incidents for a in unit.find(Assignment, incident_id=i)]),
        transfers=by_id([t for i in incidents for t in unit.find(Transfer, incident_id=i)]),
        teams=by_id(unit.find(Team)),
        alarms=by_id([*unit.find(Alarm, state="raised"), *unit.find(Alarm, state="shelved")]),
        field_needs=by_id(unit.find(FieldNeed)), filings=by_id(unit.find(Filing)),
        clearances=by_id(unit.find(Clearance)), supports=by_id(unit.find(SupportRequest)),
        calls=by_id(unit.find(CallNote)), consultations=by_id(unit.find(Consultation)),
        warnings=by_id(unit.find(Warning)), watches=by_id(unit.find(Watch, state="open")),
        items=by_id(unit.find(Item)), depots=by_id(unit.find(Depot)), lots=by_id(unit.find(Lot)),
        norms=by_id(unit.find(StockNorm)),
    )  # fmt: skip
    return scoped(seen, unit.actor.org, tools.areas)


def _written(unit: Unit, ref: str) -> Situation:
    """The one journal row or hand-written line of a reference, with what tells who may read it."""
    number = whole(ref.removeprefix("#"), LONGEST) if ref.startswith("#") else None
    rows: list[dict[str, Any]] = []
    entries: list[Entry] = []
    if number is not None:
        rows = journal.rows_after(unit.connection, number - 1, 1)
    else:
        entries = [unit.get(Entry, ref)]
    return Situation(
        revision=unit.seq, at=unit.now, lines=tuple(rows), entries={e.id: e for e in entries},
        incidents={i.id: i for i in unit.find(Incident)},
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {
    m.OpenHandover: open_handover,
    m.NoteItem: note_item,
    m.TakeItem: take_item,
    m.CompleteHandover: complete_handover,
    m.CancelHandover: cancel_handover,
    m.CorrectLine: correct_line,
}
